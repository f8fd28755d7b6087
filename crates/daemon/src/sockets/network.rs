//! TCP sockets that the daemon binds itself.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};

use anyhow::{Context, bail};
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};

/// Listens on every address of the machine, or on those that `address` stands for. As many clients
/// as `queue` may wait to be accepted.
pub(super) fn bind(
    address: Option<&str>,
    port: u16,
    queue: i32,
) -> anyhow::Result<Vec<TcpListener>> {
    let Some(address) = address else { return bind_all(port, queue) };
    let found: Vec<SocketAddr> = (address, port)
        .to_socket_addrs()
        .with_context(|| format!("listen_addr: no address '{address}'"))?
        .collect();
    if found.is_empty() {
        bail!("listen_addr: no address '{address}'");
    }
    let listen =
        |address| listen(address, queue).with_context(|| format!("cannot listen on {address}"));
    found.into_iter().map(listen).collect()
}

/// A machine may be without either family of addresses, but not without both.
fn bind_all(port: u16, queue: i32) -> anyhow::Result<Vec<TcpListener>> {
    let four = listen((Ipv4Addr::UNSPECIFIED, port).into(), queue);
    let six = listen((Ipv6Addr::UNSPECIFIED, port).into(), queue);
    match (four, six) {
        (Err(error), Err(_)) => Err(error).with_context(|| format!("cannot listen on port {port}")),
        (Ok(_), Err(rustix::io::Errno::ADDRINUSE)) | (Err(rustix::io::Errno::ADDRINUSE), Ok(_)) => {
            bail!("cannot listen on port {port}: another process does")
        }
        (four, six) => Ok([four, six].into_iter().flatten().collect()),
    }
}

/// IPv6 sockets take IPv6 only, so that each family is bound and named by itself.
fn listen(address: SocketAddr, queue: i32) -> rustix::io::Result<TcpListener> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    rustix::net::bind(&socket, &address)?;
    rustix::net::listen(&socket, queue)?;
    Ok(TcpListener::from(socket))
}

#[cfg(test)]
mod tests {
    use super::bind;

    #[test]
    fn a_port_is_bound_once() {
        let first = bind(Some("127.0.0.1"), 0, 1).unwrap();
        let port = first[0].local_addr().unwrap().port();
        let refusal = bind(Some("127.0.0.1"), port, 1).unwrap_err();
        assert!(refusal.to_string().contains(&format!("127.0.0.1:{port}")), "{refusal:#}");
        assert!(bind(None, port, 1).is_err(), "an address of the machine is taken");
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        let refusal = bind(Some("no.such.host.invalid"), 0, 1).unwrap_err();
        assert!(refusal.to_string().contains("'no.such.host.invalid'"), "{refusal:#}");
    }
}
