//! Sockets that a service manager passed, each known by its own address.
//!
//! The names that systemd gives descriptors are those of units, which anybody may choose; the
//! address is what clients know.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::Path;

use anyhow::{Context, bail};
use host::activation::Passed;
use rustix::net::SocketAddrAny;
use server::ListenerKind;

use super::{Bound, Certificates, Purpose};
use crate::configuration::Configuration;

/// What a passed socket is for.
pub(super) fn recognise(
    passed: Passed,
    configuration: &Configuration,
    certificates: &mut Certificates<'_>,
) -> anyhow::Result<(Purpose, Bound)> {
    let Passed { socket, name } = passed;
    let known = || format!("socket '{name}', passed by the service manager");
    if !rustix::net::sockopt::socket_acceptconn(&socket).with_context(known)? {
        bail!("{} does not listen", known());
    }
    let address = rustix::net::getsockname(&socket).with_context(known)?;
    let purpose = purpose(&address, configuration)
        .with_context(|| format!("{} has an address of no use to clients", known()))?;
    rustix::io::ioctl_fionbio(&socket, true).with_context(known)?;
    let bound = bound(purpose, socket, certificates)?;
    tracing::info!("{} is used as {purpose:?}", known());
    Ok((purpose, bound))
}

fn bound(
    purpose: Purpose,
    socket: OwnedFd,
    certificates: &mut Certificates<'_>,
) -> anyhow::Result<Bound> {
    Ok(match purpose {
        Purpose::Unix(_) => Bound::Unix(UnixListener::from(socket)),
        Purpose::Tcp => Bound::Tcp(socket.into()),
        Purpose::Tls => Bound::Tls(socket.into(), certificates.context()?),
    })
}

fn purpose(address: &SocketAddrAny, configuration: &Configuration) -> Option<Purpose> {
    if let Ok(address) = SocketAddr::try_from(address.clone()) {
        return match address.port() {
            port if port == configuration.tls_port => Some(Purpose::Tls),
            port if port == configuration.tcp_port => Some(Purpose::Tcp),
            _ => None,
        };
    }
    let address = rustix::net::SocketAddrUnix::try_from(address.clone()).ok()?;
    let path = String::from_utf8_lossy(address.path()?.to_bytes()).into_owned();
    unix_purpose(Path::new(&path))
}

fn unix_purpose(path: &Path) -> Option<Purpose> {
    let name = path.file_name()?.to_str()?;
    let kinds = [
        ("-admin-sock", ListenerKind::Admin),
        ("-sock-ro", ListenerKind::ReadOnly),
        ("-sock", ListenerKind::ReadWrite),
    ];
    let kind = kinds.into_iter().find(|(end, _)| name.ends_with(end));
    kind.map(|(_, kind)| Purpose::Unix(kind))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;
    use std::path::Path;

    use server::ListenerKind;

    use super::{Purpose, purpose, unix_purpose};
    use crate::configuration::Configuration;

    #[test]
    fn a_unix_socket_is_known_by_the_end_of_its_name() {
        for (path, kind) in [
            ("/run/libvirt/libvirt-sock", ListenerKind::ReadWrite),
            ("/run/libvirt/libvirt-sock-ro", ListenerKind::ReadOnly),
            ("/run/libvirt/libvirt-admin-sock", ListenerKind::Admin),
            ("/run/libvirt/virtqemud-sock", ListenerKind::ReadWrite),
        ] {
            assert_eq!(unix_purpose(Path::new(path)), Some(Purpose::Unix(kind)), "{path}");
        }
        assert_eq!(unix_purpose(Path::new("/run/other.socket")), None);
    }

    #[test]
    fn a_network_socket_is_known_by_its_port() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let address = rustix::net::getsockname(&socket).unwrap();
        let here = Configuration { tls_port: port, ..Configuration::default() };
        assert_eq!(purpose(&address, &here), Some(Purpose::Tls));
        assert_eq!(purpose(&address, &Configuration::default()), None);
        let directory = tempfile::tempdir().unwrap();
        let unix = UnixListener::bind(directory.path().join("x-sock-ro")).unwrap();
        let address = rustix::net::getsockname(&unix).unwrap();
        assert_eq!(purpose(&address, &here), Some(Purpose::Unix(ListenerKind::ReadOnly)));
    }
}
