//! Names, UUIDs and MAC addresses.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::Entropy;

/// A domain's name: not empty, no `/`, no line break.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(Box<str>);

/// A text that cannot name a domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// It is empty.
    #[error("missing name information")]
    Empty,
    /// It has a character that no name may have.
    #[error("name {name} cannot contain '{character}'")]
    Character {
        /// The text.
        name: String,
        /// The character, `\n` for a line break.
        character: &'static str,
    },
}

impl DomainName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let refuse = |character| Err(InvalidName::Character { name: text.to_owned(), character });
        match text {
            "" => Err(InvalidName::Empty),
            text if text.contains('\n') => refuse("\\n"),
            text if text.contains('/') => refuse("/"),
            text => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of what is no domain: not empty, no `/`, no line break.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(Box<str>);

impl ObjectName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ObjectName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        DomainName::from_str(text).map(|name| Self(name.0))
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Sixteen bytes that name one object for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid([u8; 16]);

/// A text that is no UUID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed uuid '{0}'")]
pub struct InvalidUuid(pub String);

impl Uuid {
    /// The UUID with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, as on the wire.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// A random one (RFC 9562, version 4).
    pub fn random(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }
}

/// Lenient as libvirt: blanks around it, dashes and blanks between any two bytes, either case.
impl FromStr for Uuid {
    type Err = InvalidUuid;

    fn from_str(text: &str) -> Result<Self, InvalidUuid> {
        let refused = || InvalidUuid(text.to_owned());
        let mut bytes = [0; 16];
        let mut rest = text.trim_ascii().bytes().peekable();
        for byte in &mut bytes {
            while rest.next_if(|b| matches!(b, b'-' | b' ')).is_some() {}
            let mut digit =
                || rest.next().and_then(|b| char::from(b).to_digit(16)).ok_or_else(refused);
            *byte = (digit()? << 4 | digit()?) as u8;
        }
        if rest.next().is_some() { Err(refused()) } else { Ok(Self(bytes)) }
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// An Ethernet address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac([u8; 6]);

/// A text that is no Ethernet address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unable to parse mac address '{0}'")]
pub struct InvalidMac(pub String);

impl Mac {
    /// The address with these bytes.
    pub const fn from_bytes(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 6] {
        &self.0
    }

    /// Whether it addresses a group.
    pub const fn is_multicast(&self) -> bool {
        self.0[0] & 1 != 0
    }

    /// A random one with QEMU's prefix 52:54:00.
    pub fn random(entropy: &mut dyn Entropy) -> Self {
        let mut low = [0; 3];
        entropy.fill(&mut low);
        Self([0x52, 0x54, 0x00, low[0], low[1], low[2]])
    }
}

impl FromStr for Mac {
    type Err = InvalidMac;

    fn from_str(text: &str) -> Result<Self, InvalidMac> {
        let refused = || InvalidMac(text.to_owned());
        let mut parts = text.split(':');
        let mut bytes = [0; 6];
        for byte in &mut bytes {
            let part = parts.next().filter(|p| (1..=2).contains(&p.len()) && !p.starts_with('+'));
            *byte = part.and_then(|p| u8::from_str_radix(p, 16).ok()).ok_or_else(refused)?;
        }
        if parts.next().is_some() { Err(refused()) } else { Ok(Self(bytes)) }
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

macro_rules! by_display {
    ($($Type:ty: $blank_is_none:literal)*) => {$(
        impl xml::Value for $Type {
            const BLANK_IS_NONE: bool = $blank_is_none;

            fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn print(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}

by_display! { DomainName: false ObjectName: false Uuid: true Mac: false }

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(u8);

    impl Entropy for Counter {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0;
                self.0 = self.0.wrapping_add(1);
            }
        }
    }

    #[test]
    fn a_uuid_is_read_leniently_and_printed_canonically() {
        let canonical = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
        for text in [
            canonical,
            " C7A5FDBDEDAF9455926AD65C16DB1809\n",
            "c7 a5fdbd-edaf94-55-926ad65c16db-1809",
        ] {
            assert_eq!(text.parse::<Uuid>().unwrap().to_string(), canonical, "{text}");
        }
        for text in [
            "",
            "x",
            "c7a5fdbd-edaf-9455-926a-d65c16db180",
            "c7a5fdbd-edaf-9455-926a-d65c16db18099",
        ] {
            assert!(text.parse::<Uuid>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_random_uuid_says_its_version() {
        let uuid = Uuid::random(&mut Counter(0)).to_string();
        assert_eq!(uuid, "00010203-0405-4607-8809-0a0b0c0d0e0f");
    }

    #[test]
    fn a_random_mac_has_qemus_prefix() {
        assert_eq!(Mac::random(&mut Counter(0xfe)).to_string(), "52:54:00:fe:ff:00");
    }

    #[test]
    fn a_mac_has_six_bytes() {
        assert_eq!("0:1:2:AB:cd:ff".parse::<Mac>().unwrap().to_string(), "00:01:02:ab:cd:ff");
        for text in [
            "",
            "00:11:22:33:44",
            "00:11:22:33:44:55:66",
            "00:11:22:33:44:+5",
            "00:11:22:33:44:100",
        ] {
            assert!(text.parse::<Mac>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_must_fit_a_file() {
        assert_eq!("".parse::<DomainName>(), Err(InvalidName::Empty));
        assert!("a/b".parse::<DomainName>().is_err());
        assert!("a\nb".parse::<DomainName>().is_err());
        assert_eq!("a b".parse::<DomainName>().unwrap().as_str(), "a b");
    }
}
