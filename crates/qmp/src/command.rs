//! A request before it has an id.

use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A command and its arguments, ready to be sent to a monitor or an agent.
///
/// ```
/// use serde_json::json;
/// let eject = qmp::Command::with("eject", json!({"id": "ide0-1-0", "force": true}));
/// assert_eq!(eject.name(), "eject");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    name: Cow<'static, str>,
    arguments: Option<String>,
}

impl Command {
    /// A command without arguments.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), arguments: None }
    }

    /// A command with an object of arguments.
    pub fn with(name: impl Into<Cow<'static, str>>, arguments: impl Into<Value>) -> Self {
        Self { name: name.into(), arguments: Some(arguments.into().to_string()) }
    }

    /// A command whose arguments are already JSON text, such as the properties of a device.
    pub fn with_raw(name: impl Into<Cow<'static, str>>, arguments: &RawValue) -> Self {
        // A line break between tokens is legal JSON, but would end the request.
        Self { name: name.into(), arguments: Some(crate::compact(arguments.get())) }
    }

    /// The name by which QEMU or the agent knows the command.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The request as one line; with `id` when the peer shall repeat one in its reply.
    pub(crate) fn line(&self, id: Option<&str>) -> Vec<u8> {
        let arguments = self.arguments.as_deref().unwrap_or_default();
        let mut line = String::with_capacity(64 + self.name.len() + arguments.len());
        line.push_str("{\"execute\":");
        line.push_str(&Value::from(self.name()).to_string());
        if !arguments.is_empty() {
            line.push_str(",\"arguments\":");
            line.push_str(arguments);
        }
        if let Some(id) = id {
            line.push_str(",\"id\":\"");
            line.push_str(id);
            line.push('"');
        }
        line.push_str("}\n");
        line.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_is_one_line() {
        let raw = RawValue::from_string("{\n \"id\" : 1 }".into()).unwrap();
        let command = Command::with_raw("device_add", &raw);
        assert_eq!(
            command.line(Some("libvirt-1")),
            b"{\"execute\":\"device_add\",\"arguments\":{\"id\":1},\"id\":\"libvirt-1\"}\n"
        );
    }

    #[test]
    fn a_name_is_quoted() {
        let line = Command::with("a\"b", json!({})).line(None);
        assert_eq!(line, b"{\"execute\":\"a\\\"b\",\"arguments\":{}}\n");
    }
}
