//! A request, from us or from somebody whose words are passed on.

use crate::command::Command;
use crate::error::RequestFault;
use crate::line::LINE_LIMIT;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What is to be sent, before it has an id.
#[derive(Debug)]
pub(super) enum Request<'a> {
    /// One of our own commands.
    Command(&'a Command),
    /// Somebody else's words.
    Passthrough(Passthrough),
}

/// Somebody else's words, known to be a JSON object without an `id`.
#[derive(Debug)]
pub(crate) struct Passthrough {
    /// What it wants to execute; empty when it does not say.
    pub(crate) name: String,
    /// The object as one line of compact JSON.
    pub(crate) object: String,
    /// Without a name to execute, QEMU refuses, and libvirt sends no id.
    has_name: bool,
}

impl<'a> Request<'a> {
    pub(super) fn of(command: &'a Command) -> Self {
        Self::Command(command)
    }

    /// A request in somebody else's words.
    pub(super) fn from_text(text: &str) -> Result<Self, RequestFault> {
        check_passthrough(text).map(Self::Passthrough)
    }

    /// The command's name, for errors.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Command(command) => command.name(),
            Self::Passthrough(passthrough) => &passthrough.name,
        }
    }

    /// The line to send.
    pub(super) fn line(&self, id: &str) -> Result<Vec<u8>, RequestFault> {
        let line = match self {
            Self::Command(command) => command.line(Some(id)),
            Self::Passthrough(Passthrough { object, has_name: true, .. }) => {
                let members = object.strip_suffix('}').unwrap_or(object);
                format!("{members},\"id\":\"{id}\"}}\n").into_bytes()
            }
            Self::Passthrough(Passthrough { object, .. }) => format!("{object}\n").into_bytes(),
        };
        check_length(line.len())?;
        Ok(line)
    }
}

/// Checks a text to pass on.
pub(crate) fn check_passthrough(text: &str) -> Result<Passthrough, RequestFault> {
    let syntax = |error: serde_json::Error| RequestFault::Syntax(error.to_string());
    check_length(text.len())?;
    let value: &RawValue = serde_json::from_str(text).map_err(syntax)?;
    if !value.get().starts_with('{') {
        return Err(RequestFault::NotAnObject);
    }
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(syntax)?;
    if members.contains_key("id") {
        return Err(RequestFault::OwnId);
    }
    let name = members.get("execute").map(|name| name.get());
    let text_of = |json: &str| serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
    Ok(Passthrough {
        name: name.map(text_of).unwrap_or_default(),
        object: crate::compact(text),
        has_name: name.is_some(),
    })
}

fn check_length(bytes: usize) -> Result<(), RequestFault> {
    if bytes > LINE_LIMIT {
        Err(RequestFault::TooLong { bytes, limit: LINE_LIMIT })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        String::from_utf8(Request::from_text(text).unwrap().line("libvirt-3").unwrap()).unwrap()
    }

    #[test]
    fn a_text_gets_our_id() {
        assert_eq!(
            line("{ \"execute\": \"stop\"\n}"),
            "{\"execute\":\"stop\",\"id\":\"libvirt-3\"}\n"
        );
    }

    #[test]
    fn a_text_that_executes_nothing_goes_as_it_is() {
        assert_eq!(line("{\"foo\":1}"), "{\"foo\":1}\n");
        assert_eq!(line("{}"), "{}\n");
    }

    #[test]
    fn faults_are_named() {
        let fault = |text| Request::from_text(text).unwrap_err();
        assert!(matches!(fault("{\"execute\":"), RequestFault::Syntax(_)));
        assert!(matches!(fault("{} {}"), RequestFault::Syntax(_)));
        assert!(matches!(fault("[1] 2"), RequestFault::Syntax(_)));
        assert_eq!(fault("[1]"), RequestFault::NotAnObject);
        assert_eq!(fault("{\"execute\":\"stop\",\"id\":1}"), RequestFault::OwnId);
        let long = format!("{{\"execute\":\"{}\"}}", "x".repeat(LINE_LIMIT));
        assert!(matches!(fault(&long), RequestFault::TooLong { .. }));
    }
}
