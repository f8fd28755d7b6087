//! Properties of devices, objects, block nodes and network backends, written as JSON.

use config::{OnOff, YesNo};
use serde_json::{Map, Value};

/// Properties in the order they are set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Props(Map<String, Value>);

impl Props {
    /// No properties.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A device or a block node: `{"driver": …}`.
    pub(super) fn driver(driver: &str) -> Self {
        let mut props = Self::new();
        props.set("driver", driver);
        props
    }

    /// An object: `{"qom-type": …, "id": …}`.
    pub(super) fn object(kind: &str, id: &str) -> Self {
        let mut props = Self::new();
        props.set("qom-type", kind).set("id", id);
        props
    }

    /// Sets a property; nothing for no value.
    pub(super) fn set(&mut self, key: &str, value: impl PropValue) -> &mut Self {
        if let Some(value) = value.value() {
            self.0.insert(key.to_owned(), value);
        }
        self
    }

    /// Adds all of `other` after what is there.
    pub(super) fn extend(&mut self, other: Self) -> &mut Self {
        self.0.extend(other.0);
        self
    }

    /// Takes a property away.
    pub(super) fn remove(&mut self, key: &str) {
        self.0.shift_remove(key);
    }

    /// A property that is a text.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }
}

impl std::fmt::Display for Props {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = serde_json::to_string(&self.0).map_err(|_| std::fmt::Error)?;
        f.write_str(&text)
    }
}

/// A value of a property; `None` leaves the property out.
pub(super) trait PropValue {
    /// It as JSON.
    fn value(self) -> Option<Value>;
}

impl<T: PropValue> PropValue for Option<T> {
    fn value(self) -> Option<Value> {
        self.and_then(PropValue::value)
    }
}

macro_rules! as_json {
    ($($Type:ty)*) => {$(
        impl PropValue for $Type {
            fn value(self) -> Option<Value> {
                Some(Value::from(self))
            }
        }
    )*};
}

as_json! { &str String bool u16 u32 u64 i32 i64 Value Vec<Value> }

impl PropValue for &Box<str> {
    fn value(self) -> Option<Value> {
        Some(Value::from(&**self))
    }
}

impl PropValue for OnOff {
    fn value(self) -> Option<Value> {
        Some(Value::from(self == Self::On))
    }
}

impl PropValue for YesNo {
    fn value(self) -> Option<Value> {
        Some(Value::from(self == Self::Yes))
    }
}

impl PropValue for Props {
    fn value(self) -> Option<Value> {
        Some(Value::Object(self.0))
    }
}

/// The spelling of a switch that QEMU reads as a word, not as a boolean.
pub(super) fn word(switch: Option<OnOff>) -> Option<&'static str> {
    switch.map(OnOff::word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_keep_their_order_and_none_is_left_out() {
        let mut props = Props::driver("ide-hd");
        props
            .set("unit", 0_u32)
            .set("bootindex", None::<u32>)
            .set("share-rw", OnOff::On)
            .set("serial", "a\",\"b");
        assert_eq!(
            props.to_string(),
            r#"{"driver":"ide-hd","unit":0,"share-rw":true,"serial":"a\",\"b"}"#
        );
    }

    #[test]
    fn what_is_taken_away_is_gone() {
        let mut props = Props::driver("e1000");
        props.set("a", 1_u32).set("b", 2_u32).remove("a");
        assert_eq!(props.to_string(), r#"{"driver":"e1000","b":2}"#);
    }
}
