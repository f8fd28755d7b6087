//! Connection URIs: `scheme[+transport]://[host]/path[?parameters]`.

use std::env;
use std::path::PathBuf;

use crate::error::UriError;

/// Parameters that are about the transport; the server never sees them.
const CLIENT_ONLY: [&str; 17] = [
    "name",
    "command",
    "socket",
    "auth",
    "sshauth",
    "netcat",
    "keyfile",
    "pkipath",
    "known_hosts",
    "known_hosts_verify",
    "tls_priority",
    "mode",
    "proxy",
    "no_sanity",
    "no_verify",
    "no_tty",
    "authfile",
];

/// What a connection may do at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Everything that the server's access rules allow.
    #[default]
    ReadWrite,
    /// Only what looks.
    ReadOnly,
}

/// A URI taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// What the server is asked to open; none lets it choose.
    pub(crate) name: Option<String>,
    /// Sockets to try, the preferred first.
    pub(crate) sockets: Vec<PathBuf>,
}

impl Target {
    /// Takes a URI apart; the empty one is the server's choice on the system's socket.
    pub(crate) fn parse(uri: &str, access: Access) -> Result<Self, UriError> {
        let malformed = |reason| UriError::Malformed { uri: uri.to_owned(), reason };
        if uri.is_empty() {
            return Ok(Self { name: None, sockets: default_sockets("", "/system", access) });
        }
        let (scheme, rest) = uri.split_once("://").ok_or(malformed("it has no '://'"))?;
        let (driver, transport) = match scheme.split_once('+') {
            Some((driver, transport)) => (driver, Some(transport)),
            None => (scheme, None),
        };
        if driver.is_empty() {
            return Err(malformed("it names no driver"));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        match transport {
            Some("unix") => {}
            None if host.is_empty() => {}
            other => {
                let transport = other.unwrap_or("tls").to_owned();
                return Err(UriError::Transport { uri: uri.to_owned(), transport });
            }
        }
        let parameters = Parameters::parse(query).ok_or(malformed("'%' without two digits"))?;
        let name = parameters
            .get("name")
            .map_or_else(|| server_name(driver, path, &parameters), |name| Some(name.to_owned()));
        let sockets = match parameters.get("socket") {
            Some(path) => vec![PathBuf::from(path)],
            None => default_sockets(driver, path, access),
        };
        Ok(Self { name, sockets })
    }
}

fn server_name(driver: &str, path: &str, parameters: &Parameters) -> Option<String> {
    if driver == "remote" {
        return None;
    }
    let mut name = format!("{driver}://{path}");
    for (index, (key, raw)) in parameters.for_server().enumerate() {
        name.push(if index == 0 { '?' } else { '&' });
        name.push_str(key);
        name.push('=');
        name.push_str(raw);
    }
    Some(name)
}

/// The daemon of all drivers first, then the one of this driver alone.
fn default_sockets(driver: &str, path: &str, access: Access) -> Vec<PathBuf> {
    let directory = if path.starts_with("/session") {
        session_directory()
    } else {
        PathBuf::from("/run/libvirt")
    };
    let end = match access {
        Access::ReadOnly if !path.starts_with("/session") => "-sock-ro",
        Access::ReadOnly | Access::ReadWrite => "-sock",
    };
    let mut sockets = vec![directory.join(format!("libvirt{end}"))];
    if !driver.is_empty() {
        sockets.push(directory.join(format!("virt{driver}d{end}")));
    }
    sockets
}

fn session_directory() -> PathBuf {
    match (env::var_os("XDG_RUNTIME_DIR"), env::var_os("HOME")) {
        (Some(runtime), _) if !runtime.is_empty() => PathBuf::from(runtime).join("libvirt"),
        (_, Some(home)) => PathBuf::from(home).join(".cache/libvirt"),
        (_, None) => PathBuf::from("/run/libvirt"),
    }
}

/// Key, decoded value, value as written.
struct Parameters(Vec<(String, String, String)>);

impl Parameters {
    fn parse(query: &str) -> Option<Self> {
        let pairs = query.split(['&', ';']).filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (key, raw) = pair.split_once('=').unwrap_or((pair, ""));
                Some((key.to_owned(), percent_decode(raw)?, raw.to_owned()))
            })
            .collect::<Option<_>>()
            .map(Self)
    }

    fn get(&self, wanted: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, ..)| key.eq_ignore_ascii_case(wanted));
        found.map(|(_, value, _)| value.as_str())
    }

    fn for_server(&self) -> impl Iterator<Item = (&str, &str)> {
        let ours = |key: &str| CLIENT_ONLY.iter().any(|name| name.eq_ignore_ascii_case(key));
        self.0
            .iter()
            .filter(move |(key, ..)| !ours(key))
            .map(|(key, _, raw)| (key.as_str(), raw.as_str()))
    }
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
        bytes.push(high << 4 | low);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Access, Target};
    use crate::error::UriError;

    fn target(uri: &str) -> Target {
        Target::parse(uri, Access::ReadWrite).unwrap()
    }

    #[test]
    fn transport_and_its_parameters_stay_here() {
        let found = target("qemu+unix:///system?socket=/tmp/a%20b/sock&x=1%2f2");
        assert_eq!(found.name.as_deref(), Some("qemu:///system?x=1%2f2"));
        assert_eq!(found.sockets, [PathBuf::from("/tmp/a b/sock")]);
    }

    #[test]
    fn the_default_socket_follows_path_and_access() {
        let sockets = target("qemu:///system").sockets;
        assert_eq!(sockets[0], PathBuf::from("/run/libvirt/libvirt-sock"));
        assert_eq!(sockets[1], PathBuf::from("/run/libvirt/virtqemud-sock"));
        let read_only = Target::parse("qemu:///system", Access::ReadOnly).unwrap();
        assert_eq!(read_only.sockets[0], PathBuf::from("/run/libvirt/libvirt-sock-ro"));
        let session = Target::parse("qemu:///session", Access::ReadOnly).unwrap();
        assert!(session.sockets[0].ends_with("libvirt/libvirt-sock"));
    }

    #[test]
    fn the_server_chooses_when_no_driver_is_named() {
        assert_eq!(target("").name, None);
        assert_eq!(target("remote+unix:///").name, None);
        assert_eq!(
            target("remote+unix:///?name=test:///default").name.as_deref(),
            Some("test:///default")
        );
    }

    #[test]
    fn other_transports_are_named_in_the_refusal() {
        let refused = Target::parse("qemu+ssh://root@host/system", Access::ReadWrite).unwrap_err();
        assert!(matches!(refused, UriError::Transport { ref transport, .. } if transport == "ssh"));
        let tls = Target::parse("qemu://host/system", Access::ReadWrite).unwrap_err();
        assert!(matches!(tls, UriError::Transport { ref transport, .. } if transport == "tls"));
    }

    #[test]
    fn what_is_no_uri_is_refused() {
        for uri in ["qemu", "://x", "qemu:///system?socket=%2"] {
            let refused = Target::parse(uri, Access::ReadWrite).unwrap_err();
            assert!(matches!(refused, UriError::Malformed { .. }), "{uri}");
        }
    }
}
