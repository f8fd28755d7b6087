//! Which socket a URI means on this machine.

use std::path::{Path, PathBuf};

/// What the connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    ReadWrite,
    ReadOnly,
}

/// Where sockets are, for whoever runs the helper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    system: PathBuf,
    /// An ordinary user's own; root has none.
    session: Option<PathBuf>,
}

impl Place {
    /// That of this process.
    pub(crate) fn of_process() -> Self {
        let directory = |name: &str| {
            std::env::var_os(name).map(PathBuf::from).filter(|directory| directory.is_absolute())
        };
        let session = directory("XDG_RUNTIME_DIR")
            .or_else(|| directory("XDG_CACHE_HOME"))
            .or_else(|| Some(directory("HOME")?.join(".cache")))
            .map(|directory| directory.join("libvirt"));
        let ordinary = !rustix::process::geteuid().is_root();
        let system = PathBuf::from("/run/libvirt");
        Self { system, session: session.filter(|_| ordinary) }
    }
}

/// Sockets to try, the preferred first: the one that the URI names, else by its driver and path,
/// that of the daemon for all drivers before that of the daemon for this one. `mode` changes that
/// as it does for clients.
pub(crate) fn candidates(uri: &str, access: Access, place: &Place) -> Result<Vec<PathBuf>, String> {
    let malformed = || format!("malformed URI '{uri}'");
    let (scheme, rest) = uri.split_once(':').ok_or_else(malformed)?;
    let driver = scheme.split_once('+').map_or(scheme, |(driver, _)| driver);
    let (location, query) = rest.split_once('?').unwrap_or((rest, ""));
    if let Some(path) = parameter(query, "socket") {
        return Ok(vec![PathBuf::from(percent_decode(path).ok_or_else(malformed)?)]);
    }
    // A driver's name becomes part of a path.
    if driver.is_empty() || !driver.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(malformed());
    }
    let wants_session = location.ends_with("/session");
    let (directory, access) = match &place.session {
        Some(own) if wants_session => (own.as_path(), Access::ReadWrite),
        Some(_) | None => (place.system.as_path(), access),
    };
    let all = socket(directory, "libvirt", access);
    let one = socket(directory, &format!("virt{driver}d"), access);
    match parameter(query, "mode") {
        None => Ok(vec![all, one]),
        Some("auto") => Ok(vec![one, all]),
        Some("direct") => Ok(vec![one]),
        Some("legacy") => Ok(vec![all]),
        Some(other) => Err(format!("unknown mode '{other}'")),
    }
}

fn socket(directory: &Path, daemon: &str, access: Access) -> PathBuf {
    let end = match access {
        Access::ReadWrite => "",
        Access::ReadOnly => "-ro",
    };
    directory.join(format!("{daemon}-sock{end}"))
}

fn parameter<'a>(query: &'a str, wanted: &str) -> Option<&'a str> {
    let pairs = query.split(['&', ';']).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value).next()
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Access, Place, candidates};

    fn found(uri: &str, access: Access, session: Option<&str>) -> Vec<String> {
        let place = Place { system: PathBuf::from("/s"), session: session.map(PathBuf::from) };
        let found = candidates(uri, access, &place).unwrap();
        found.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn the_socket_follows_path_access_and_user() {
        let (write, read) = (Access::ReadWrite, Access::ReadOnly);
        assert_eq!(
            found("qemu:///system", write, Some("/u")),
            ["/s/libvirt-sock", "/s/virtqemud-sock"]
        );
        assert_eq!(found("qemu:///system", read, None)[0], "/s/libvirt-sock-ro");
        assert_eq!(found("qemu:///session", read, Some("/u"))[0], "/u/libvirt-sock");
        assert_eq!(found("qemu:///session", write, None)[0], "/s/libvirt-sock", "root has none");
    }

    #[test]
    fn the_uri_may_say_which() {
        let found = |uri| found(uri, Access::ReadWrite, None);
        assert_eq!(found("qemu:///system?socket=/a%20b&mode=direct"), ["/a b"]);
        assert_eq!(found("qemu:///system?mode=direct"), ["/s/virtqemud-sock"]);
        assert_eq!(found("qemu:///system?mode=legacy"), ["/s/libvirt-sock"]);
        assert_eq!(found("qemu+ssh:///system?mode=auto")[0], "/s/virtqemud-sock");
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        let place = Place { system: PathBuf::from("/s"), session: None };
        for uri in ["", "qemu", "../x:///system", "qemu:///system?mode=x", "qemu:///?socket=%2"] {
            assert!(candidates(uri, Access::ReadWrite, &place).is_err(), "{uri}");
        }
    }
}
