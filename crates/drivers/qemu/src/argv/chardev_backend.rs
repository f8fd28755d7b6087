//! `-chardev` as `chardev-add` takes it: the same backend, in the shapes of QAPI's `ChardevBackend`.

use config::Error;
use serde_json::{Map, Value, json};

use super::Result;

/// The parts of an option's value; a doubled comma is one in a part.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == ',' && letters.next_if_eq(&',').is_none() {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
}

/// Id and backend that the parts of `-chardev` stand for.
///
/// # Errors
/// `CONFIG_UNSUPPORTED` for a backend that cannot be added to a guest that runs.
pub(super) fn backend(parts: &[String]) -> Result<(String, Value)> {
    let (kind, rest) = parts.split_first().ok_or_else(|| Error::internal("empty chardev"))?;
    let options = Options(rest.iter().filter_map(|part| part.split_once('=')).collect());
    let mut data = Map::new();
    let text = |to: &mut Map<String, Value>, name: &str, key: &str| {
        if let Some(value) = options.get(key) {
            to.insert(name.to_owned(), value.into());
        }
    };
    match kind.as_str() {
        "null" | "pty" | "vc" => {}
        "serial" | "parallel" | "pipe" => text(&mut data, "device", "path"),
        "file" => {
            text(&mut data, "out", "path");
            options.switch(&mut data, "append", "append");
        }
        "udp" => {
            data.insert("remote".into(), inet(options.get("host"), options.get("port")));
            data.insert("local".into(), inet(options.get("localaddr"), options.get("localport")));
        }
        "socket" => socket(&options, &mut data),
        "spicevmc" => text(&mut data, "type", "name"),
        "spiceport" => text(&mut data, "fqdn", "name"),
        "dbus" => text(&mut data, "name", "name"),
        "qemu-vdagent" => {
            options.switch(&mut data, "clipboard", "clipboard");
            options.switch(&mut data, "mouse", "mouse");
        }
        other => {
            let what = format!("chardev backend '{other}' cannot be added to a guest that runs");
            return Err(Error::unsupported(what));
        }
    }
    text(&mut data, "logfile", "logfile");
    options.switch(&mut data, "logappend", "logappend");
    let id = options.get("id").unwrap_or_default().to_owned();
    Ok((id, json!({ "type": kind, "data": data })))
}

fn socket(options: &Options<'_>, data: &mut Map<String, Value>) {
    let addr = match (options.get("fd"), options.get("path")) {
        (Some(name), _) => json!({ "type": "fd", "data": { "str": name } }),
        (None, Some(path)) => json!({ "type": "unix", "data": { "path": path } }),
        (None, None) => inet(options.get("host"), options.get("port")),
    };
    data.insert("addr".into(), addr);
    let server = options.get("server") == Some("on");
    data.insert("server".into(), server.into());
    if server {
        options.switch(data, "wait", "wait");
    }
    if options.get("telnet") == Some("on") {
        data.insert("telnet".into(), true.into());
    }
    if let Some(seconds) = options.get("reconnect").and_then(|text| text.parse::<u32>().ok()) {
        data.insert("reconnect".into(), seconds.into());
    }
}

fn inet(host: Option<&str>, port: Option<&str>) -> Value {
    let (host, port) = (host.unwrap_or_default(), port.unwrap_or_default());
    json!({ "type": "inet", "data": { "host": host, "port": port } })
}

/// Keys and values.
struct Options<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Options<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    fn switch(&self, to: &mut Map<String, Value>, name: &str, key: &str) {
        if let Some(value) = self.get(key) {
            to.insert(name.to_owned(), (value == "on").into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> (String, Value) {
        backend(&split(text)).unwrap()
    }

    #[test]
    fn a_comma_in_a_value_stays_there() {
        assert_eq!(
            split("file,id=a,path=/a,,b,append=on"),
            ["file", "id=a", "path=/a,b", "append=on"]
        );
    }

    #[test]
    fn backends_are_those_of_the_command_line() {
        let (id, pty) = made("pty,id=charserial1");
        assert_eq!((id.as_str(), pty), ("charserial1", json!({"type": "pty", "data": {}})));
        let (_, file) = made("file,id=a,path=/x,append=on,logfile=/l,logappend=off");
        let data = json!({"out": "/x", "append": true, "logfile": "/l", "logappend": false});
        assert_eq!(file, json!({"type": "file", "data": data}));
        let (_, listening) = made("socket,id=a,fd=plug3,server=on,wait=off");
        let addr = json!({"type": "fd", "data": {"str": "plug3"}});
        assert_eq!(listening["data"], json!({"addr": addr, "server": true, "wait": false}));
        let (_, tcp) = made("socket,id=a,host=h,port=1,telnet=on,reconnect=3");
        assert_eq!(tcp["data"]["addr"]["data"], json!({"host": "h", "port": "1"}));
        assert_eq!((&tcp["data"]["telnet"], &tcp["data"]["reconnect"]), (&true.into(), &3.into()));
        assert!(backend(&split("stdio,id=a")).is_err());
    }
}
