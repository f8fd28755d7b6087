//! Options written `first,key=value,key=value`.

use std::fmt::{Display, Write};

use config::{OnOff, YesNo};

/// An option's value under construction. Commas in values are doubled, as QEMU reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options(String);

impl Options {
    /// Options that begin with a word without a key.
    pub(super) fn new(first: impl Display) -> Self {
        let mut options = Self::default();
        options.push(first);
        options
    }

    /// Options that begin with a key.
    pub(super) fn keyed() -> Self {
        Self::default()
    }

    /// Adds `key=value`; nothing for no value.
    pub(super) fn set(&mut self, key: &str, value: impl OptionValue) -> &mut Self {
        if let Some(value) = value.text() {
            self.separate();
            self.0.push_str(key);
            self.0.push('=');
            self.push(value);
        }
        self
    }

    /// Adds a word without a value.
    pub(super) fn word(&mut self, word: &str) -> &mut Self {
        self.separate();
        self.push(word);
        self
    }

    fn separate(&mut self) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
    }

    fn push(&mut self, value: impl Display) {
        // Writing to a String cannot fail.
        let _ = write!(Doubling(&mut self.0), "{value}");
    }
}

impl Display for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Doubles commas on their way into an option.
struct Doubling<'a>(&'a mut String);

impl Write for Doubling<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for (at, piece) in text.split(',').enumerate() {
            if at > 0 {
                self.0.push_str(",,");
            }
            self.0.push_str(piece);
        }
        Ok(())
    }
}

/// A value of an option; `None` leaves the option out.
pub(super) trait OptionValue {
    /// Its text.
    fn text(self) -> Option<impl Display>;
}

impl<T: OptionValue> OptionValue for Option<T> {
    fn text(self) -> Option<impl Display> {
        self.and_then(OptionValue::text)
    }
}

macro_rules! displayed {
    ($($Type:ty)*) => {$(
        impl OptionValue for $Type {
            fn text(self) -> Option<impl Display> {
                Some(self)
            }
        }
    )*};
}

displayed! { &str &String String &Box<str> u8 u16 u32 u64 i32 i64 OnOff std::path::Display<'_> std::fmt::Arguments<'_> }

/// QEMU knows only `on` and `off`.
impl OptionValue for YesNo {
    fn text(self) -> Option<impl Display> {
        Some(if self == Self::Yes { "on" } else { "off" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_in_a_value_stays_in_it() {
        let mut options = Options::new("file");
        options.set("path", "/a,b,id=evil").set("append", OnOff::On);
        assert_eq!(options.to_string(), "file,path=/a,,b,,id=evil,append=on");
    }

    #[test]
    fn no_value_leaves_no_trace() {
        let mut options = Options::keyed();
        options.set("menu", None::<YesNo>).set("strict", YesNo::Yes);
        assert_eq!(options.to_string(), "strict=on");
    }
}
