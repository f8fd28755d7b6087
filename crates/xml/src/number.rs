//! Numbers that are not written in decimal.

use std::borrow::Cow;

use crate::{Value, ValueKind, unsigned};

/// A number printed as `0x` and at least `WIDTH` hexadecimal digits; read in any base.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex<const WIDTH: usize>(pub u64);

impl<const WIDTH: usize> Value for Hex<WIDTH> {
    const EXPECTED: &'static str = "integer value";

    fn parse(text: &str) -> Option<Self> {
        unsigned(text).map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(format!("0x{:0WIDTH$x}", self.0))
    }
}

/// A number printed as [`Hex`] is, and read as hexadecimal with or without `0x`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Base16<const WIDTH: usize>(pub u32);

impl<const WIDTH: usize> Value for Base16<WIDTH> {
    const EXPECTED: &'static str = "hexadecimal number";

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii_start();
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        let digits = Some(digits).filter(|digits| !digits.starts_with('+'))?;
        u32::from_str_radix(digits, 16).ok().map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(format!("0x{:0WIDTH$x}", self.0))
    }
}

/// A number read in any base and printed in decimal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnyBase(pub u32);

impl Value for AnyBase {
    const EXPECTED: &'static str = "non-negative integer value";
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Option<Self> {
        unsigned(text).and_then(|number| number.try_into().ok()).map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }
}

/// Permissions of a file, printed as `0` and at least `WIDTH` octal digits and read as octal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Octal<const WIDTH: usize>(pub u32);

impl<const WIDTH: usize> Value for Octal<WIDTH> {
    const EXPECTED: &'static str = "octal mode";
    const BLANK_IS_NONE: bool = true;

    fn parse(text: &str) -> Option<Self> {
        u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777).map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(format!("0{:0WIDTH$o}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_the_base_of_their_kind_and_end_where_they_end() {
        for (text, number) in [("10", 10), ("0x0A", 10), ("010", 8), (" 7", 7)] {
            assert_eq!(AnyBase::parse(text), Some(AnyBase(number)), "{text}");
        }
        for text in ["7 ", "08", "-1", "", "4294967296"] {
            assert_eq!(AnyBase::parse(text), None, "{text}");
        }
        assert_eq!(Base16::<1>::parse("3f8").unwrap().print(), "0x3f8");
        assert_eq!(Base16::<1>::parse("10").unwrap().print(), "0x10");
        assert_eq!(u32::parse("7 "), None);
        assert_eq!(u32::parse(" 7"), Some(7));
    }

    #[test]
    fn permissions_are_octal_in_and_out() {
        assert_eq!(Octal::<1>::parse("04").unwrap().print(), "04");
        assert_eq!(Octal::<3>::parse("4").unwrap().print(), "0004");
        assert_eq!(Octal::<3>::parse("1000"), None);
    }
}
