//! Connection URIs: `scheme[+transport]://[host]/path[?parameters]`.

use std::env;
use std::path::PathBuf;

use crate::transport::{Place, Server, Shell, TlsOptions};

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

/// The pieces of a URI that say how to get to the server; what is not there is empty.
pub(crate) struct UriParts<'a> {
    /// Behind the plus sign.
    pub(crate) transport: Option<&'a str>,
    /// Without user, port and brackets.
    pub(crate) host: &'a str,
    /// Behind the question mark.
    pub(crate) query: &'a str,
}

impl<'a> UriParts<'a> {
    /// Takes apart what [`Target::parse`] has found to be a URI.
    pub(crate) fn of(uri: &'a str) -> Self {
        let (scheme, rest) = uri.split_once("://").unwrap_or((uri, ""));
        let transport = scheme.split_once('+').map(|(_, transport)| transport);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let place = rest.split_once('/').map_or(rest, |(place, _)| place);
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        let host = match place.strip_prefix('[').and_then(|place| place.split_once(']')) {
            Some((host, _)) => host,
            None => place.split_once(':').map_or(place, |(host, _)| host),
        };
        Self { transport, host, query }
    }
}

/// A URI taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// What the server is asked to open; none lets it choose.
    pub(crate) name: Option<String>,
    /// How to get to the server.
    pub(crate) place: Place,
}

impl Target {
    /// Takes a URI apart; the empty one is the server's choice on the system's socket.
    pub(crate) fn parse(uri: &str, access: Access) -> Result<Self, UriError> {
        let malformed = |reason| UriError::Malformed { uri: uri.to_owned(), reason };
        if uri.is_empty() {
            return Ok(Self {
                name: None,
                place: Place::Unix(default_sockets("", "/system", access)),
            });
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
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let parameters = Parameters::parse(query).ok_or(malformed("'%' without two digits"))?;
        let name = parameters
            .get("name")
            .map_or_else(|| server_name(driver, path, &parameters), |name| Some(name.to_owned()));
        let server = || {
            Server::parse(authority).ok_or(malformed("it names no host, or a port that is none"))
        };
        let place = match transport {
            None if authority.is_empty() => Place::Unix(sockets(driver, path, access, &parameters)),
            Some("unix") => Place::Unix(sockets(driver, path, access, &parameters)),
            Some("tcp") => Place::Tcp(server()?),
            None | Some("tls") => Place::Tls(server()?, TlsOptions::of(&parameters)),
            Some("ssh") => {
                Place::Program(Shell { server: server()?, parameters: &parameters }.command(
                    name.as_deref().unwrap_or_default(),
                    access,
                    path,
                ))
            }
            Some("ext") => match parameters.get("command") {
                Some(command) => Place::Program(vec![command.into()]),
                None => return Err(malformed("it has no command=")),
            },
            Some(other) => {
                let transport = other.to_owned();
                return Err(UriError::Transport { uri: uri.to_owned(), transport });
            }
        };
        Ok(Self { name, place })
    }
}

fn sockets(driver: &str, path: &str, access: Access, parameters: &Parameters) -> Vec<PathBuf> {
    match parameters.get("socket") {
        Some(path) => vec![PathBuf::from(path)],
        None => default_sockets(driver, path, access),
    }
}

/// The admin socket of the daemon that a URI leads to: it lies beside the one for everybody.
pub(crate) fn admin_socket(uri: &str) -> Result<PathBuf, UriError> {
    let socket = match Target::parse(uri, Access::ReadWrite)?.place {
        Place::Unix(sockets) => sockets.into_iter().next(),
        Place::Tcp(_) | Place::Tls(..) | Place::Program(_) => None,
    };
    let socket = socket.ok_or_else(|| {
        let reason = "it names no socket of this machine";
        UriError::Malformed { uri: uri.to_owned(), reason }
    })?;
    Ok(socket.with_file_name("libvirt-admin-sock"))
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
pub(crate) struct Parameters(Vec<(String, String, String)>);

impl Parameters {
    pub(crate) fn parse(query: &str) -> Option<Self> {
        let pairs = query.split(['&', ';']).filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (key, raw) = pair.split_once('=').unwrap_or((pair, ""));
                Some((key.to_owned(), percent_decode(raw)?, raw.to_owned()))
            })
            .collect::<Option<_>>()
            .map(Self)
    }

    pub(crate) fn get(&self, wanted: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, ..)| key.eq_ignore_ascii_case(wanted));
        found.map(|(_, value, _)| value.as_str())
    }

    /// Whether a switch such as `no_verify=1` is on.
    pub(crate) fn is_on(&self, wanted: &str) -> bool {
        self.get(wanted).and_then(|value| value.parse::<i32>().ok()).is_some_and(|value| value != 0)
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

    use tls::{OwnCheck, ServerCheck};

    use super::{Access, Target};
    use crate::error::UriError;
    use crate::transport::{Place, Server};

    fn target(uri: &str) -> Target {
        Target::parse(uri, Access::ReadWrite).unwrap()
    }

    fn sockets(uri: &str, access: Access) -> Vec<PathBuf> {
        match Target::parse(uri, access).unwrap().place {
            Place::Unix(sockets) => sockets,
            other => panic!("{uri} leads to {other:?}"),
        }
    }

    #[test]
    fn transport_and_its_parameters_stay_here() {
        let found = target("qemu+unix:///system?socket=/tmp/a%20b/sock&x=1%2f2");
        assert_eq!(found.name.as_deref(), Some("qemu:///system?x=1%2f2"));
        assert_eq!(found.place, Place::Unix(vec![PathBuf::from("/tmp/a b/sock")]));
    }

    #[test]
    fn the_default_socket_follows_path_and_access() {
        let system = sockets("qemu:///system", Access::ReadWrite);
        assert_eq!(system[0], PathBuf::from("/run/libvirt/libvirt-sock"));
        assert_eq!(system[1], PathBuf::from("/run/libvirt/virtqemud-sock"));
        let read_only = sockets("qemu:///system", Access::ReadOnly);
        assert_eq!(read_only[0], PathBuf::from("/run/libvirt/libvirt-sock-ro"));
        let session = sockets("qemu:///session", Access::ReadOnly);
        assert!(session[0].ends_with("libvirt/libvirt-sock"));
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
    fn a_host_without_a_transport_is_reached_by_tls() {
        let Place::Tls(server, options) =
            target("qemu://host.example/system?pkipath=/p&no_verify=1").place
        else {
            panic!("no TLS")
        };
        assert_eq!(server, Server { user: None, host: "host.example".into(), port: None });
        assert_eq!(options.directory, Some(PathBuf::from("/p")));
        assert_eq!((options.own, options.server), (OwnCheck::Required, ServerCheck::Skipped));
    }

    #[test]
    fn a_host_may_have_a_port_a_user_and_brackets() {
        let place = target("qemu+tcp://ann@[::1]:5555/system").place;
        let server = Server { user: Some("ann".into()), host: "::1".into(), port: Some(5555) };
        assert_eq!(place, Place::Tcp(server));
    }

    #[test]
    fn other_transports_are_named_in_the_refusal() {
        let refused = Target::parse("qemu+libssh2://host/system", Access::ReadWrite).unwrap_err();
        assert!(
            matches!(refused, UriError::Transport { ref transport, .. } if transport == "libssh2")
        );
    }

    #[test]
    fn what_is_no_uri_is_refused() {
        for uri in [
            "qemu",
            "://x",
            "qemu:///system?socket=%2",
            "qemu+tcp:///system",
            "qemu+tls://host:99999/system",
            "qemu+ext:///system",
        ] {
            let refused = Target::parse(uri, Access::ReadWrite).unwrap_err();
            assert!(matches!(refused, UriError::Malformed { .. }), "{uri}");
        }
    }
}
