//! `fv qemu-monitor-command`: send a command to the monitor of QEMU.

use ferrovirt::api::DomainQemuMonitorCommandFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::DOMAIN;
use crate::json;

command!("qemu-monitor-command", "Send a command to the monitor of QEMU", [
    DOMAIN,
    Opt::flag("hmp", "in the human dialect"),
    Opt::flag("pretty", "print the answer on lines of its own"),
    Opt::flag("return-value", "print what was returned only"),
    Opt::rest("cmd", "the command").required(),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    for other in ["pretty", "return-value"] {
        args.exclusive(&["hmp", other])?;
    }
    let domain = cx.domain(args.required("domain")).await?;
    let flags = match args.has("hmp") {
        true => DomainQemuMonitorCommandFlags::HMP,
        false => DomainQemuMonitorCommandFlags::DEFAULT,
    };
    let command = match args.has("hmp") {
        true => args.rest().join(" "),
        false => qmp(args.rest()),
    };
    let answer = domain.monitor_command(&command, flags).await?;
    if !args.has("pretty") && !args.has("return-value") {
        return cx.line(answer);
    }
    let value = match args.has("return-value") {
        true => json::member(&answer, "return").ok_or_else(|| Failure::new("'return' member missing"))?,
        false => answer,
    };
    match args.has("pretty") {
        true => cx.print(&json::pretty(&value).unwrap_or(value)),
        false => cx.print(&value),
    }
}

/// A command that is no JSON yet is a name, and maybe members of its arguments.
fn qmp(words: &[String]) -> String {
    let (name, rest) = match words.split_first() {
        Some((name, rest)) if !name.trim_start().starts_with('{') => (name, rest.join(" ")),
        Some(_) | None => return words.join(" "),
    };
    let name = serde_json::Value::from(name.as_str());
    match rest.trim() {
        "" => format!(r#"{{"execute":{name}}}"#),
        rest if rest.starts_with('{') => format!(r#"{{"execute":{name},"arguments":{rest}}}"#),
        rest => format!(r#"{{"execute":{name},"arguments":{{{rest}}}}}"#),
    }
}

#[cfg(test)]
mod tests {
    use super::qmp;

    #[test]
    fn a_bare_name_becomes_a_command() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(qmp(&words("query-status")), r#"{"execute":"query-status"}"#);
        assert_eq!(qmp(&words(r#"stop {"a":1}"#)), r#"{"execute":"stop","arguments":{"a":1}}"#);
        assert_eq!(qmp(&words(r#"stop "a":1"#)), r#"{"execute":"stop","arguments":{"a":1}}"#);
        assert_eq!(qmp(&words(r#"{"execute": "x"}"#)), r#"{"execute": "x"}"#);
    }
}
