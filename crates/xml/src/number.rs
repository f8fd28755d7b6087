//! Numbers that are not written in decimal.

use std::borrow::Cow;

use crate::{Value, unsigned};

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
        let text = text.trim_ascii();
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        let digits = Some(digits).filter(|digits| !digits.starts_with('+'))?;
        u32::from_str_radix(digits, 16).ok().map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(format!("0x{:0WIDTH$x}", self.0))
    }
}

/// Permissions of a file, printed as four octal digits and read as octal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Octal(pub u32);

impl Value for Octal {
    const EXPECTED: &'static str = "octal mode";
    const BLANK_IS_NONE: bool = true;

    fn parse(text: &str) -> Option<Self> {
        u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777).map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{:04o}", self.0))
    }
}
