//! UUIDs: sixteen bytes, printed in lower case.

use std::fmt;
use std::str::FromStr;

use xdr::{Error, Reader, Shape, Writer, Xdr};

/// A UUID as the protocol carries it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

/// The text is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed uuid '{0}'")]
pub struct UuidError(pub String);

impl Uuid {
    /// Whether all bytes are the same, which libvirt takes for "not set" by firmware vendors.
    pub fn is_uniform(&self) -> bool {
        self.0.iter().all(|byte| *byte == self.0[0])
    }

    /// Makes a version 4 UUID of random bytes.
    pub fn from_random(mut bytes: [u8; 16]) -> Self {
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }
}

impl FromStr for Uuid {
    type Err = UuidError;

    /// As lenient as libvirt: dashes anywhere between digit pairs and white space around it.
    fn from_str(text: &str) -> Result<Self, UuidError> {
        let mut digits = text.trim().bytes();
        let mut bytes = [0u8; 16];
        let malformed = || UuidError(text.to_owned());
        for byte in &mut bytes {
            let high = digits.by_ref().find(|c| *c != b'-').and_then(hex).ok_or_else(malformed)?;
            let low = digits.next().and_then(hex).ok_or_else(malformed)?;
            *byte = high << 4 | low;
        }
        match digits.next() {
            None => Ok(Self(bytes)),
            Some(_) => Err(malformed()),
        }
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Xdr for Uuid {
    const SHAPE: &'static Shape = &Shape::Bytes(16);

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        self.0.encode(out)
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        Xdr::decode(input).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::Uuid;

    #[test]
    fn text_round_trips_and_odd_spacing_is_taken() {
        let canonical = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
        let uuid: Uuid = canonical.parse().unwrap();
        assert_eq!(uuid.to_string(), canonical);
        assert_eq!("c7a5fdbdedaf9455926ad65c16db1809".parse(), Ok(uuid));
        assert_eq!(" c7a5fdbd-eda-f9455926ad65c16db1809".parse::<Uuid>().ok(), None);
        assert_eq!("c7a5fdbd--edaf9455926ad65c16db1809\n".parse(), Ok(uuid));
        assert!("c7a5fdbd-edaf-9455-926a-d65c16db18".parse::<Uuid>().is_err());
        assert!("c7a5fdbd-edaf-9455-926a-d65c16db18091".parse::<Uuid>().is_err());
    }
}
