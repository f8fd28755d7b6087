//! Addresses of the internet, written as libvirt writes them.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address of either family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ip(pub IpAddr);

impl Ip {
    /// Whether it is of IPv4.
    pub const fn is_ipv4(&self) -> bool {
        self.0.is_ipv4()
    }

    /// Bits of an address of its family.
    pub const fn bits(&self) -> u32 {
        if self.is_ipv4() { 32 } else { 128 }
    }

    /// The address as a number of [`Self::bits`] bits.
    pub const fn number(&self) -> u128 {
        match self.0 {
            IpAddr::V4(address) => address.to_bits() as u128,
            IpAddr::V6(address) => address.to_bits(),
        }
    }

    /// The bits that `prefix` leaves to the hosts of a network of its family.
    pub const fn host_mask(&self, prefix: u32) -> u128 {
        match self.bits().saturating_sub(prefix) {
            128 => u128::MAX,
            bits => (1 << bits) - 1,
        }
    }

    /// The length of the prefix that it masks, if it is a netmask.
    pub const fn prefix(&self) -> Option<u32> {
        let (number, bits) = (self.number(), self.bits());
        let zeros = if number == 0 { bits } else { number.trailing_zeros() };
        let whole = if bits == 128 { u128::MAX } else { (1 << bits) - 1 };
        let mask = match zeros {
            128 => 0,
            zeros => whole >> zeros << zeros,
        };
        if number == mask { Some(bits - zeros) } else { None }
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            // glibc shows what is left of six zero words as an address of IPv4.
            IpAddr::V6(address) => match address.segments() {
                [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
                    write!(f, "::{}", Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
                }
                _ => address.fmt(f),
            },
        }
    }
}

impl xml::Value for Ip {
    fn parse(text: &str) -> Option<Self> {
        match text.parse::<Ipv6Addr>() {
            Ok(address) => Some(Self(address.into())),
            Err(_) => loose_ipv4(text).map(|address| Self(address.into())),
        }
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

/// An IPv4 address as the C library reads one: of one to four parts, the last one filling up what is
/// left, each decimal, octal after `0` or hexadecimal after `0x`.
fn loose_ipv4(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = text.split('.').collect();
    let (last, first) = parts.split_last()?;
    if first.len() > 3 {
        return None;
    }
    let mut address = 0;
    for (at, part) in first.iter().enumerate() {
        address |= u32::from(u8::try_from(loose_number(part)?).ok()?) << (24 - 8 * at);
    }
    let rest = loose_number(last)?;
    let room = 32 - 8 * first.len();
    if room < 32 && rest >> room != 0 {
        return None;
    }
    Some(Ipv4Addr::from_bits(address | rest))
}

fn loose_number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    if digits.starts_with('+') { None } else { u32::from_str_radix(digits, radix).ok() }
}

#[cfg(test)]
mod tests {
    use super::Ip;
    use xml::Value;

    #[test]
    fn addresses_print_as_the_c_library_prints_them() {
        for (text, printed) in [
            ("010.1.2.3", "8.1.2.3"),
            ("10.1", "10.0.0.1"),
            ("2001:0:0:0:1::1", "2001::1:0:0:1"),
            ("::FFFF:10.1.2.3", "::ffff:10.1.2.3"),
            ("::1:2", "::0.1.0.2"),
            ("::1", "::1"),
        ] {
            assert_eq!(Ip::parse(text).unwrap().to_string(), printed, "{text}");
        }
        for text in ["", "x", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "1.2.3.", "08", "+1", ":::"] {
            assert_eq!(Ip::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_netmask_has_a_prefix() {
        let prefix = |text| Ip::parse(text).unwrap().prefix();
        assert_eq!(prefix("255.255.255.0"), Some(24));
        assert_eq!(prefix("255.0.255.0"), None);
        assert_eq!(prefix("0.0.0.0"), Some(0));
        assert_eq!(prefix("ffff::"), Some(16));
        assert_eq!(prefix("255.255.255.255"), Some(32));
    }
}
