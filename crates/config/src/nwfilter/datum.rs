//! What an attribute of a rule says.

use std::borrow::Cow;
use std::net::IpAddr;

use xml::Value;

use super::is_variable;
use crate::Mac;
use crate::ip::Ip;

/// What an attribute can say.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A number; some have names.
    Number { least: u32, most: u32, hex: bool, names: &'static [(u32, &'static str)] },
    /// An Ethernet address.
    Mac,
    /// A mask of one: ones, then zeros.
    MacMask,
    /// An address of IPv4.
    Ipv4,
    /// A mask of IPv4, or its length.
    Ipv4Mask,
    /// An address of IPv6.
    Ipv6,
    /// A mask of IPv6, or its length.
    Ipv6Mask,
    /// True or false.
    Flag,
    /// Any text.
    Text,
    /// States of a connection.
    States,
    /// Flags of TCP, after those that are looked at.
    TcpFlags,
    /// Name of a set of addresses.
    IpSet,
    /// Which ends of a packet are looked up in it.
    IpSetFlags,
}

/// What an attribute says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// A variable, `$NAME` with the way it is iterated over.
    Variable(Box<str>),
    /// A number, and whether it was written in hexadecimal.
    Number(u32, Base),
    /// A number that has a name.
    Named(u32, &'static str),
    /// An Ethernet address or its mask.
    Mac(Mac),
    /// An address.
    Ip(Ip),
    /// A text.
    Text(Box<str>),
    /// True or false.
    Flag(bool),
    /// States of a connection, a bit each in the order of libvirt's documentation.
    States(u8),
    /// Flags of TCP that are set among those that are looked at, a bit each as in its header.
    TcpFlags {
        /// Those that are set.
        set: u8,
        /// Those that are looked at.
        among: u8,
    },
    /// Ends of a packet.
    IpSetFlags(Vec<IpSetDirection>),
}

/// How a number was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// With ten digits.
    Decimal,
    /// After `0x`.
    Hexadecimal,
}

xml::words! {
    /// An end of a packet.
    pub enum IpSetDirection { Source = "src", Destination = "dst" }
}

/// Longest name of a set of addresses. **Units**: bytes.
const IPSET_NAME: usize = 31;
/// Most dimensions of a set.
const IPSET_DIMENSIONS: usize = 6;

const STATES: &[(&str, u8)] =
    &[("NEW", 1), ("ESTABLISHED", 2), ("RELATED", 4), ("INVALID", 8), ("NONE", NO_STATE)];
const NO_STATE: u8 = 16;

const TCP_FLAGS: &[(&str, u8)] =
    &[("FIN", 1), ("SYN", 2), ("RST", 4), ("PSH", 8), ("ACK", 16), ("URG", 32)];
const ALL_TCP_FLAGS: u8 = 0x3f;

/// Longest comment; the rest of a longer one is cut off. **Units**: bytes.
const COMMENT: usize = 256;

/// As much of a text as a comment holds.
fn cut(text: &str) -> &str {
    let mut ends = (0..=text.len().min(COMMENT)).rev();
    let end = ends.find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

impl Datum {
    /// Reads what an attribute says; `None` if it cannot say that.
    pub(super) fn read(shape: Shape, text: &str) -> Option<Self> {
        if let Some(variable) = text.strip_prefix('$') {
            return read_variable(variable);
        }
        match shape {
            Shape::Number { least, most, hex, names } => {
                read_number(text, least..=most, hex, names)
            }
            Shape::Mac => text.parse().ok().map(Self::Mac),
            Shape::MacMask => text.parse().ok().filter(is_mac_mask).map(Self::Mac),
            Shape::Ipv4 => address(text, true).map(Self::Ip),
            Shape::Ipv6 => address(text, false).map(Self::Ip),
            Shape::Ipv4Mask => read_mask(text, true),
            Shape::Ipv6Mask => read_mask(text, false),
            Shape::Flag => Some(Self::Flag(matches!(text, "1" | "yes" | "true"))),
            Shape::Text => Some(Self::Text(cut(text).into())),
            Shape::States => read_set(text, STATES).map(Self::States),
            Shape::TcpFlags => read_tcp_flags(text),
            Shape::IpSet => is_set_name(text).then(|| Self::Text(text.into())),
            Shape::IpSetFlags => read_directions(text),
        }
    }

    /// The text that says it.
    pub fn print(&self) -> Cow<'_, str> {
        match self {
            Self::Variable(text) | Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number, Base::Decimal) => number.to_string().into(),
            Self::Number(number, Base::Hexadecimal) => format!("0x{number:x}").into(),
            Self::Named(_, name) => Cow::Borrowed(name),
            Self::Mac(mac) => mac.to_string().into(),
            Self::Ip(ip) => ip.to_string().into(),
            Self::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Self::States(states) if states & NO_STATE != 0 => Cow::Borrowed("NONE"),
            Self::States(states) => join(*states, STATES).into(),
            Self::TcpFlags { set, among } => {
                format!("{}/{}", print_tcp_flags(*set), print_tcp_flags(*among)).into()
            }
            Self::IpSetFlags(directions) => {
                let words: Vec<&str> = directions.iter().map(|end| end.word()).collect();
                words.join(",").into()
            }
        }
    }
}

/// `NAME`, `NAME[3]`: the fourth value, `NAME[@1]`: all values, iterated over by the second iterator. What
/// follows the bracket is not looked at.
fn read_variable(text: &str) -> Option<Datum> {
    let (name, index) = match text.split_once('[') {
        None => (text, String::new()),
        Some((name, rest)) => {
            let inside = rest.split_once(']')?.0.trim_ascii();
            let (at, digits) = match inside.strip_prefix('@') {
                Some(digits) => ("@", digits.trim_ascii()),
                None => ("", inside),
            };
            let number = match digits.strip_prefix('-') {
                Some(digits) => digits.parse::<u32>().ok()?.wrapping_neg(),
                None => digits.parse().ok()?,
            };
            match (at, number) {
                ("@", 0) => (name, String::new()),
                ("@", MOST_ITERATORS..) => return None,
                _ => (name, format!("[{at}{number}]")),
            }
        }
    };
    let valid = name.is_empty() || is_variable(name);
    valid.then(|| Datum::Variable(format!("${name}{index}").into()))
}

/// The first number that is no iterator.
const MOST_ITERATORS: u32 = 1001;

fn read_number(
    text: &str,
    range: std::ops::RangeInclusive<u32>,
    hex: bool,
    names: &'static [(u32, &'static str)],
) -> Option<Datum> {
    if let Some((number, name)) = names.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)) {
        return Some(Datum::Named(*number, name));
    }
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).filter(|_| hex);
    let (number, base) = match digits {
        Some(digits) if digits.starts_with('+') => return None,
        Some(digits) => (u32::from_str_radix(digits, 16).ok()?, Base::Hexadecimal),
        None => (text.trim_ascii_start().parse().ok()?, Base::Decimal),
    };
    if !range.contains(&number) {
        return None;
    }
    let named = names.iter().find(|(known, _)| *known == number);
    Some(named.map_or(Datum::Number(number, base), |(_, name)| Datum::Named(number, name)))
}

fn is_mac_mask(mask: &Mac) -> bool {
    let bits = mask.as_bytes().iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let ones = (bits << 16).leading_ones();
    bits.count_ones() == ones
}

fn address(text: &str, ipv4: bool) -> Option<Ip> {
    Ip::parse(text).filter(|ip| matches!(ip.0, IpAddr::V4(_)) == ipv4)
}

fn read_mask(text: &str, ipv4: bool) -> Option<Datum> {
    let most = if ipv4 { 32 } else { 128 };
    let length = match text.parse::<u32>() {
        Ok(length) => Some(length).filter(|length| *length <= most),
        Err(_) if text.contains(['.', ':']) => address(text, ipv4)?.prefix(),
        Err(_) => None,
    };
    length.map(|length| Datum::Number(length, Base::Decimal))
}

/// Words between commas and blanks, in any order and case.
fn read_set(text: &str, words: &[(&str, u8)]) -> Option<u8> {
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    parts
        .map(|part| words.iter().find(|(word, _)| word.eq_ignore_ascii_case(part)))
        .try_fold(0, |set, word| word.map(|(_, bit)| set | bit))
}

fn read_tcp_flags(text: &str) -> Option<Datum> {
    let all = |text: &str| {
        let mut words = TCP_FLAGS.to_vec();
        words.extend([("ALL", ALL_TCP_FLAGS), ("NONE", 0)]);
        read_set(text, &words)
    };
    let (set, among) = text.split_once('/')?;
    Some(Datum::TcpFlags { set: all(set)?, among: all(among)? })
}

fn print_tcp_flags(flags: u8) -> String {
    match flags {
        0 => "NONE".to_owned(),
        ALL_TCP_FLAGS => "ALL".to_owned(),
        flags => join(flags, TCP_FLAGS),
    }
}

fn join(set: u8, words: &[(&str, u8)]) -> String {
    let words: Vec<&str> =
        words.iter().filter(|(_, bit)| set & bit != 0).map(|(word, _)| *word).collect();
    words.join(",")
}

fn is_set_name(text: &str) -> bool {
    let may =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-' | b'+' | b' ');
    text.len() <= IPSET_NAME && text.bytes().all(may)
}

fn read_directions(text: &str) -> Option<Datum> {
    let read = |word: &str| IpSetDirection::parse(&word.to_ascii_lowercase());
    let directions: Option<Vec<_>> = text.split(',').map(read).collect();
    directions.filter(|list| list.len() <= IPSET_DIMENSIONS).map(Datum::IpSetFlags)
}
