//! One line from QEMU: a greeting, a reply, or an event.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::ops::Range;

/// What QEMU says first.
///
/// **Source**: the `QMP` object of the greeting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Greeting {
    /// QEMU's version.
    #[serde(default)]
    pub version: Version,
    /// What the monitor offers beyond the basics, such as `oob`.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// A QEMU release. **Source**: `VersionInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Version {
    /// The release's number.
    pub qemu: VersionTriple,
    /// The distributor's name for it; may be empty.
    pub package: String,
}

/// Three numbers that order releases. **Source**: `VersionTriple`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(default)]
pub struct VersionTriple {
    /// The 7 of 7.2.1.
    pub major: u32,
    /// The 2 of 7.2.1.
    pub minor: u32,
    /// The 1 of 7.2.1.
    pub micro: u32,
}

/// A line, understood as far as routing it needs; the rest stays text.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    Greeting(&'a RawValue),
    Reply { id: Option<&'a str>, outcome: Outcome, body: Range<usize> },
    Event { name: String, timestamp: Timestamp, data: Option<&'a RawValue> },
}

/// Which of a reply's two members its body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Return,
    Error,
}

/// When QEMU says an event happened; both are -1 when it could not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Timestamp {
    pub(crate) seconds: i64,
    pub(crate) microseconds: i64,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default, rename = "QMP")]
    greeting: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "return", deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    timestamp: Timestamp,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// `"return": null` is an answer, a missing `return` is none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'a> Message<'a> {
    /// Understands a line; the error says what it is instead.
    pub(crate) fn parse(line: &'a str) -> Result<Self, String> {
        let envelope: Envelope<'a> =
            serde_json::from_str(line).map_err(|error| error.to_string())?;
        if let Some(name) = envelope.event {
            return Ok(Self::Event { name, timestamp: envelope.timestamp, data: envelope.data });
        }
        if let Some(greeting) = envelope.greeting {
            return Ok(Self::Greeting(greeting));
        }
        let (outcome, body) = match (envelope.result, envelope.error) {
            (Some(body), None) => (Outcome::Return, body),
            (None, Some(body)) => (Outcome::Error, body),
            _ => return Err("neither an event nor a reply".into()),
        };
        // An id that is no string is not one of ours: it must not be taken for a missing one.
        let id = envelope.id.map(|id| serde_json::from_str(id.get()).unwrap_or(id.get()));
        Ok(Self::Reply { id, outcome, body: position(line, body.get()) })
    }
}

/// Where `part`, a piece of `line`, lies in it.
fn position(line: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(line.as_ptr().addr());
    start..start.saturating_add(part.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_reply_knows_where_its_body_is() {
        let line = r#"{"return": {"a": [1]}, "id": "libvirt-7"}"#;
        let Ok(Message::Reply { id, outcome, body }) = Message::parse(line) else {
            panic!("no reply")
        };
        assert_eq!(
            (id, outcome, &line[body]),
            (Some("libvirt-7"), Outcome::Return, r#"{"a": [1]}"#)
        );
    }

    #[test]
    fn null_is_an_answer() {
        assert!(matches!(
            Message::parse(r#"{"return": null}"#),
            Ok(Message::Reply { outcome: Outcome::Return, .. })
        ));
    }

    #[test]
    fn a_foreign_id_is_not_a_missing_one() {
        let Ok(Message::Reply { id, .. }) = Message::parse(r#"{"return": 1, "id": 5}"#) else {
            panic!("no reply")
        };
        assert_eq!(id, Some("5"));
    }

    #[test]
    fn an_event_of_a_newer_qemu_is_kept() {
        let line = r#"{"event": "BRAND_NEW", "data": {"x": 1}, "timestamp": {"seconds": -1, "microseconds": -1}, "more": 1}"#;
        let Ok(Message::Event { name, timestamp, data }) = Message::parse(line) else {
            panic!("no event")
        };
        assert_eq!(
            (name.as_str(), timestamp.seconds, data.unwrap().get()),
            ("BRAND_NEW", -1, r#"{"x": 1}"#)
        );
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for line in
            ["", "x", "{}", "[]", r#"{"return":1,"error":{}}"#, r#"{"return":1,"return":2}"#]
        {
            assert!(Message::parse(line).is_err(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_survived(line in "\\PC*") {
            let _ = Message::parse(&line);
        }
    }
}
