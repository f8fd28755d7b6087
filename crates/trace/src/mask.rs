//! What nobody who watches may read.
//!
//! Whole fields are named by call; texts lose the values of passwords wherever they stand, because
//! documents, command lines and monitor messages carry them in the middle.

use api::procedure::{Row, When};
use serde_json::Value as Json;

/// Stands for what is not shown.
pub(crate) const MASK: &str = "<masked>";

/// Fields of arguments and results that are secrets as a whole.
static FIELDS: &[(&str, &str)] = &[
    ("AuthSaslStart", "data"),
    ("AuthSaslStep", "data"),
    ("DomainSetUserPassword", "password"),
    ("SecretGetValue", "value"),
    ("SecretSetValue", "value"),
];

/// Fields whose text is for a monitor or an agent, in its own language.
static COMMANDS: &[&str] = &["cmd", "result"];

/// Members of monitor messages whose value is a secret.
static MEMBERS: &[&str] = &["password", "crypted", "passwd", "secret"];

/// What stands before a secret in a text.
static MARKS: &[&str] = &["passwd=", "password="];

/// Takes the secrets out of the arguments or results of a call.
pub(crate) fn fields(row: &Row, shown: &mut Json) {
    let Json::Object(shown) = shown else { return };
    for (name, value) in shown {
        if FIELDS.contains(&(row.name, name.as_str())) {
            *value = MASK.into();
        } else if row.program == api::qemu::PROGRAM.number
            && COMMANDS.contains(&name.as_str())
            && let Json::String(text) = value
        {
            *text = command(text);
        }
    }
}

/// Takes out what a call returned under the right to read secrets, if it needed that right.
/// Without the call's arguments, it may have.
pub(crate) fn secure_results(row: &Row, args: Option<&Json>, shown: &mut Json) {
    let flags = args.and_then(|args| args.get("flags")).and_then(Json::as_u64);
    let asked =
        row.access.iter().filter(|access| access.permission.name == "read_secure").any(|access| {
            match access.when {
                When::Always => true,
                When::With(bits) => flags.is_none_or(|flags| flags & u64::from(bits) != 0),
                When::Without(bits) => flags.is_none_or(|flags| flags & u64::from(bits) == 0),
                When::Source(_) => true,
            }
        });
    if let (true, Json::Object(shown)) = (asked, shown) {
        shown.values_mut().for_each(|value| *value = MASK.into());
    }
}

/// Whether the typed parameter of that name is a secret.
pub(crate) fn is_secret_param(field: &str) -> bool {
    field.contains("secret") || field.contains("password")
}

/// A text without the values of passwords.
pub(crate) fn text(text: &str) -> String {
    let mut masked = text.to_owned();
    for mark in MARKS {
        masked = without_values(&masked, mark);
    }
    if masked.contains("secret,") {
        masked = without_values(&masked, "data=");
    }
    masked
}

/// Replaces what follows each `mark`, up to the quote that closes it or to the end of an option.
fn without_values(text: &str, mark: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(mark) {
        masked.push_str(before);
        masked.push_str(mark);
        let quote = after.chars().next().filter(|first| matches!(first, '\'' | '"'));
        let value = match quote {
            Some(quote) => {
                masked.push(quote);
                let value = after.get(1..).unwrap_or_default();
                (value, value.find(quote))
            }
            None => (
                after,
                after.find(|c: char| c.is_whitespace() || matches!(c, ',' | '\'' | '"' | '<')),
            ),
        };
        let (value, end) = value;
        masked.push_str(MASK);
        rest = value.get(end.unwrap_or(value.len())..).unwrap_or_default();
    }
    masked.push_str(rest);
    masked
}

/// A command or an answer of a monitor, as JSON or in the human dialect, without secrets.
fn command(text: &str) -> String {
    match serde_json::from_str(text) {
        Ok(mut message) => {
            monitor(&mut message);
            message.to_string()
        }
        Err(_) => human(text),
    }
}

/// The human dialect has no structure to go by: a command about a password is masked whole.
fn human(line: &str) -> String {
    match line.contains("passw") || line.contains("secret") {
        true => MASK.to_owned(),
        false => line.to_owned(),
    }
}

/// Takes the secrets out of a monitor's message.
pub(crate) fn monitor(message: &mut Json) {
    match message {
        Json::Object(members) => {
            let kind = members.get("qom-type").or_else(|| members.get("execute"));
            let kind = kind.and_then(Json::as_str).unwrap_or_default();
            let (is_secret, is_human) =
                (kind.starts_with("secret"), kind == "human-monitor-command");
            for (name, value) in members {
                let secret = MEMBERS.contains(&name.as_str()) || is_secret && name == "data";
                match value {
                    // What a schema says of a member has that member's name, too.
                    Json::String(text) if secret => *text = MASK.to_owned(),
                    Json::Object(props) if is_secret && name == "props" => mask_data(props),
                    Json::Object(arguments) if is_human && name == "arguments" => {
                        if let Some(Json::String(line)) = arguments.get_mut("command-line") {
                            *line = human(line);
                        }
                    }
                    value => monitor(value),
                }
            }
        }
        Json::Array(list) => list.iter_mut().for_each(monitor),
        Json::String(line) => *line = text(line),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Older QEMUs take an object's properties apart from its type.
fn mask_data(props: &mut serde_json::Map<String, Json>) {
    if let Some(data) = props.get_mut("data") {
        *data = MASK.into();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{command, monitor, text};

    #[test]
    fn passwords_in_documents_and_command_lines_are_masked() {
        assert_eq!(
            text("<graphics type='vnc' passwd='pa ss' port=\"1\"/><x passwd=\"a'b\"/>"),
            "<graphics type='vnc' passwd='<masked>' port=\"1\"/><x passwd=\"<masked>\"/>"
        );
        assert_eq!(
            text("-object secret,id=s0,data=geheim,format=raw -drive password=x"),
            "-object secret,id=s0,data=<masked>,format=raw -drive password=<masked>"
        );
        assert_eq!(text("passwd='never closed"), "passwd='<masked>");
        assert_eq!(text("data=1 is no secret"), "data=1 is no secret");
    }

    #[test]
    fn secrets_in_monitor_messages_are_masked() {
        let shown = |mut message| {
            monitor(&mut message);
            message
        };
        assert_eq!(
            shown(
                json!({"execute": "set_password", "arguments": {"password": "x", "protocol": "vnc"}})
            ),
            json!({"execute": "set_password", "arguments": {"password": "<masked>", "protocol": "vnc"}})
        );
        let new = json!({"qom-type": "secret", "id": "s", "data": "x", "keyid": "master"});
        let masked =
            json!({"qom-type": "secret", "id": "s", "data": "<masked>", "keyid": "master"});
        assert_eq!(
            shown(json!({"execute": "object-add", "arguments": new})),
            json!({"execute": "object-add", "arguments": masked})
        );
        let old = json!({"qom-type": "secret", "id": "s", "props": {"data": "x"}});
        assert_eq!(shown(old)["props"]["data"], "<masked>");
        let human = json!({"execute": "human-monitor-command",
            "arguments": {"command-line": "change vnc password x"}});
        assert_eq!(shown(human)["arguments"]["command-line"], "<masked>");
        let plain = json!({"event": "RTC_CHANGE", "data": {"offset": 1}});
        assert_eq!(shown(plain.clone()), plain);
    }

    #[test]
    fn commands_that_clients_pass_on_are_masked_in_both_dialects() {
        assert_eq!(
            command(r#"{"execute":"guest-set-user-password","arguments":{"password":"eA=="}}"#),
            r#"{"execute":"guest-set-user-password","arguments":{"password":"<masked>"}}"#
        );
        assert_eq!(command("set_password vnc geheim"), "<masked>");
        assert_eq!(command("info block"), "info block");
    }
}
