//! Values that are written as one text.

use std::borrow::Cow;
use std::num::{NonZeroU32, NonZeroU64};

use crate::ValueKind;

/// Something that an attribute or an element's text says.
pub trait Value: Sized {
    /// What a text has to be, for the error; empty if there is nothing helpful to say.
    const EXPECTED: &'static str = "";
    /// What kind of text it is.
    const KIND: ValueKind = ValueKind::Text;

    /// Whether an empty text is as good as none, where there may be none.
    const BLANK_IS_NONE: bool = false;

    /// Whether a text is as good as none, where there may be none.
    fn says_nothing(text: &str) -> bool {
        Self::BLANK_IS_NONE && text.is_empty()
    }

    /// Reads the text; `None` if it is no such value.
    fn parse(text: &str) -> Option<Self>;

    /// The text, not escaped.
    fn print(&self) -> Cow<'_, str>;
}

impl Value for String {
    fn parse(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl Value for Box<str> {
    fn parse(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

/// An unsigned number: decimal, `0x` hexadecimal or `0` octal, as strtoul with base 0 reads it.
pub fn unsigned(text: &str) -> Option<u64> {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix('+').unwrap_or(text);
    let digits = |t: &str, radix| {
        if t.starts_with('+') { None } else { u64::from_str_radix(t, radix).ok() }
    };
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        digits(hex, 16)
    } else if text.starts_with('0') {
        digits(text, 8)
    } else {
        digits(text, 10)
    }
}

macro_rules! counts {
    ($($count:ty: $expected:literal)*) => {$(
        /// A number of which zero is as good as none.
        impl Value for $count {
            const EXPECTED: &'static str = $expected;
            const KIND: ValueKind = ValueKind::Number;

            fn says_nothing(text: &str) -> bool {
                matches!(text.trim_ascii().parse(), Ok(0_u64))
            }

            fn parse(text: &str) -> Option<Self> {
                text.trim_ascii_start().parse().ok()
            }

            fn print(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}

counts! {
    NonZeroU32: "non-negative integer value"
    NonZeroU64: "non-negative integer value"
}

macro_rules! integers {
    ($($int:ty: $expected:literal)*) => {$(
        impl Value for $int {
            const EXPECTED: &'static str = $expected;
            const KIND: ValueKind = ValueKind::Number;

            fn parse(text: &str) -> Option<Self> {
                text.trim_ascii_start().parse().ok()
            }

            fn print(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}

integers! {
    u8: "non-negative integer value"
    u16: "non-negative integer value"
    u32: "non-negative integer value"
    u64: "non-negative integer value"
    i32: "integer value"
    i64: "integer value"
}
