//! Lines of JSON as lines for people.

use serde_json::Value as Json;

/// Longest text that is shown whole in a line without details. **Units**: bytes.
const TEXT_MAX: usize = 200;

/// How much of a record a line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Long texts are cut.
    Brief,
    /// All that the record has.
    Full,
}

/// One record, as [`json`](crate::json) wrote it, on a line without its end.
pub fn line(record: &Json, detail: Detail) -> String {
    let at = record["at"].as_f64().unwrap_or_default();
    let told = match text(record, "kind") {
        "ready" => ready(record),
        "lost" => format!("lost {} lines", record["count"]),
        "opened" => format!("server opened {}", peer(record)),
        "closed" => format!("server closed {} reason={}", peer(record), record["reason"]),
        "packet" => packet(record, detail),
        "unreadable" => {
            format!("server {} {} {}", text(record, "direction"), peer(record), text(record, "why"))
        }
        "event" => event(record),
        "timer" => format!("timer {} {}", text(record, "timer"), peer(record)),
        "overrun" => format!("overrun {} queued={}", peer(record), record["queued"]),
        "monitor" => monitor(record, detail),
        _ => record.to_string(),
    };
    format!("{at:11.6} {told}")
}

fn text<'a>(record: &'a Json, name: &str) -> &'a str {
    record[name].as_str().unwrap_or_default()
}

fn ready(record: &Json) -> String {
    let feeds: Vec<&str> =
        record["feeds"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    format!("ready feeds={} version={}", feeds.join(","), text(record, "version"))
}

fn peer(record: &Json) -> String {
    let mut shown = format!("client={}", record["client"]);
    for name in ["local", "remote"] {
        let address = text(record, name);
        if !address.is_empty() {
            let label = if name == "remote" { "remote=" } else { "" };
            shown.push_str(&format!(" {label}{address}"));
        }
    }
    for (name, label) in
        [("pid", "pid"), ("uid", "uid"), ("tls_name", "tls"), ("sasl_name", "sasl")]
    {
        if let Some(value) = record.get(name) {
            shown.push_str(&format!(" {label}={value}"));
        }
    }
    shown
}

fn packet(record: &Json, detail: Detail) -> String {
    let mut shown = format!(
        "{} {} {} msg={}.{}.{}({}, {}, {}) len={}",
        text(record, "side"),
        text(record, "direction"),
        peer(record),
        text(record, "program"),
        record["version"],
        text(record, "procedure"),
        text(record, "type"),
        text(record, "status"),
        record["serial"],
        record["len"],
    );
    if let Some(fds) = record.get("fds") {
        shown.push_str(&format!(" fds={fds}"));
    }
    for name in ["queued", "job", "monitor", "total"] {
        if let Some(time) = record.get(format!("{name}_us")) {
            shown.push_str(&format!(" {name}={time}us"));
        }
    }
    if let Some(error) = record.get("error") {
        shown.push_str(&format!(" error={} {}", error["code"], error["message"]));
    }
    for (name, mark) in [("args", " <- "), ("ret", " -> ")] {
        let contents = record.get(name).map(|contents| inline(contents, detail));
        if let Some(contents) = contents.filter(|contents| !contents.is_empty()) {
            shown.push_str(&format!("{mark}{contents}"));
        }
    }
    if let Some(bytes) = record.get("omitted") {
        shown.push_str(&format!(" omitted={bytes}"));
    }
    shown
}

fn event(record: &Json) -> String {
    let domain = record.get("domain").map(|name| format!(" domain={name}")).unwrap_or_default();
    let (told, queued) = (&record["told"], &record["queued"]);
    format!("event {}{domain} told={told} queued={queued}", text(record, "event"))
}

fn monitor(record: &Json, detail: Detail) -> String {
    let mut shown = format!(
        "qemu {} domain={} {}",
        text(record, "direction"),
        record["domain"],
        text(record, "type"),
    );
    if let Some(name) = record["name"].as_str() {
        shown.push_str(&format!(" {name}"));
    }
    if let Some(took) = record.get("took_us") {
        shown.push_str(&format!(" took={took}us"));
    }
    match record.get("message") {
        Some(message) => {
            shown.push(' ');
            shown.push_str(&cut(message.to_string(), detail));
        }
        None => shown.push_str(&format!(" omitted={}", record["omitted"])),
    }
    shown
}

/// `dom="vm" path="vda" flags=0`: objects that are named stand as their name.
fn inline(value: &Json, detail: Detail) -> String {
    match value {
        Json::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name}={}", nested(value, detail)))
                .collect();
            fields.join(" ")
        }
        Json::Null => String::new(),
        value => nested(value, detail),
    }
}

fn nested(value: &Json, detail: Detail) -> String {
    match value {
        Json::Object(fields) => match fields.get("name") {
            Some(name @ Json::String(_)) if is_reference(fields) => name.to_string(),
            _ => format!("{{{}}}", inline(value, detail)),
        },
        Json::Array(list) => {
            let list: Vec<String> = list.iter().map(|value| nested(value, detail)).collect();
            format!("[{}]", list.join(" "))
        }
        Json::Null => "-".to_owned(),
        Json::String(text) => cut(Json::from(text.as_str()).to_string(), detail),
        value => value.to_string(),
    }
}

/// Whether an object only says which domain, network, … is meant.
fn is_reference(fields: &serde_json::Map<String, Json>) -> bool {
    fields
        .keys()
        .all(|name| matches!(name.as_str(), "name" | "uuid" | "id" | "mac" | "pool" | "key"))
}

fn cut(text: String, detail: Detail) -> String {
    if detail == Detail::Full || text.len() <= TEXT_MAX {
        return text;
    }
    let end = (0..=TEXT_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}... ({} bytes)", text.get(..end).unwrap_or_default(), text.len())
}

#[cfg(test)]
mod tests;
