//! What commands about the daemon itself share: the admin socket, its servers and its figures.

use std::path::PathBuf;

use ferrovirt::Connection;
use ferrovirt::api::admin::NonnullServer;
use ferrovirt::api::{TypedParam, TypedParamValue};
use serde_json::{Map, Value, json};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};

/// Which server a command is about.
pub(crate) const SERVER: Opt =
    Opt::named("server", "libvirtd for clients that manage guests, or admin; else libvirtd");
/// Where the daemon listens for administrators.
pub(crate) const SOCKET: Opt =
    Opt::named("socket", "the daemon's admin socket, if not beside the one of the connection");
/// Output for programs.
pub(crate) const JSON: Opt = Opt::flag("json", "as JSON");

/// Connects to the daemon's admin socket.
pub(crate) async fn connect(cx: &Context, args: &Args) -> Result<Connection, Failure> {
    let socket = match args.value("socket") {
        Some(path) => PathBuf::from(path),
        None => Connection::admin_socket(&cx.uri())?,
    };
    let failed = || "failed to connect to the admin socket".to_owned();
    Connection::open_admin(&socket).await.while_doing(failed)
}

/// The server that the command is about.
pub(crate) fn server(args: &Args) -> NonnullServer {
    NonnullServer { name: args.value("server").unwrap_or("libvirtd").to_owned() }
}

/// How a client is connected.
pub(crate) fn transport(number: u32) -> String {
    match number {
        0 => "unix".to_owned(),
        1 => "tcp".to_owned(),
        2 => "tls".to_owned(),
        other => other.to_string(),
    }
}

/// Prints facts, one a line, their names as wide as the widest; or as one JSON object.
pub(crate) fn print_facts(cx: &Context, args: &Args, facts: &[(String, Value)]) -> Outcome {
    if args.has("json") {
        let object: Map<_, _> = facts.iter().cloned().collect();
        return cx.json(&Value::Object(object));
    }
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    facts.iter().try_for_each(|(name, value)| cx.line(format!("{name:<width$}: {}", shown(value))))
}

/// A parameter as a fact.
pub(crate) fn fact(param: &TypedParam) -> (String, Value) {
    let value = match &param.value {
        TypedParamValue::Int(value) => json!(value),
        TypedParamValue::UInt(value) => json!(value),
        TypedParamValue::LLong(value) => json!(value),
        TypedParamValue::ULLong(value) => json!(value),
        TypedParamValue::Double(value) => json!(value),
        TypedParamValue::Boolean(value) => json!(value),
        TypedParamValue::String(value) => json!(value),
    };
    (param.field.clone(), value)
}

/// A value for people. What a client says of itself must not speak to the terminal.
fn shown(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.escape_debug().to_string(),
        other => other.to_string(),
    }
}

/// Shows a setting of the log, or as many of its parts as there are for programs.
pub(crate) fn print_log_setting(cx: &Context, args: &Args, text: &str) -> Outcome {
    let parts = text.split_whitespace();
    match args.has("json") {
        true => cx.json(&parts.collect::<Vec<_>>().into()),
        false => parts.into_iter().try_for_each(|part| cx.line(part)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::shown;

    #[test]
    fn what_a_client_calls_itself_cannot_speak_to_the_terminal() {
        assert_eq!(shown(&json!("a\u{1b}[2J")), "a\\u{1b}[2J");
        assert_eq!((shown(&json!(true)), shown(&json!(-1))), ("yes".to_owned(), "-1".to_owned()));
    }
}
