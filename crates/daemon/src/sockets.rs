//! The sockets that clients connect to: passed by whoever started the daemon, or bound by itself.

mod network;
mod passed;
mod unix;

use std::os::unix::net::UnixListener;
use std::sync::Arc;

use anyhow::Context;
use host::activation::Passed;
use server::{Auth, Door, Listener, ListenerKind};
use tls::ServerContext;

pub(crate) use unix::SocketFile;

use crate::configuration::Configuration;
use crate::layout::{Layout, Scope};

/// A bound socket.
#[derive(Debug)]
pub(crate) struct Socket {
    door: Door,
    bound: Bound,
    /// Its file, if it is ours to remove.
    pub(crate) file: Option<SocketFile>,
}

#[derive(Debug)]
enum Bound {
    Unix(UnixListener),
    Tcp(std::net::TcpListener),
    Tls(std::net::TcpListener, Arc<ServerContext>),
}

/// What a socket is for, whoever has bound it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Unix(ListenerKind),
    Tcp,
    Tls,
}

impl Socket {
    /// The socket for the server, in a runtime.
    pub(crate) fn into_listener(self) -> anyhow::Result<(Listener, Door, Option<SocketFile>)> {
        let listener = match self.bound {
            Bound::Unix(socket) => tokio::net::UnixListener::from_std(socket).map(Listener::Unix),
            Bound::Tcp(socket) => tokio::net::TcpListener::from_std(socket).map(Listener::Tcp),
            Bound::Tls(socket, context) => tokio::net::TcpListener::from_std(socket)
                .map(|socket| Listener::Tls(socket, context)),
        };
        Ok((listener.context("cannot listen")?, self.door, self.file))
    }
}

/// Takes the sockets that were passed, and binds those that are missing. Before any thread is
/// started, see [`unix::bind`].
pub(crate) fn bind(
    layout: &Layout,
    configuration: &Configuration,
    passed: Vec<Passed>,
) -> anyhow::Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    let mut certificates = Certificates { layout, configuration, context: None };
    let mut have = Vec::new();
    for passed in passed {
        let (purpose, bound) = passed::recognise(passed, configuration, &mut certificates)?;
        have.push(purpose);
        sockets.push(Socket { door: door(purpose, configuration), bound, file: None });
    }
    bind_network(configuration, &have, &mut certificates, &mut sockets)?;
    bind_unix(layout, configuration, &have, &mut sockets)?;
    warn_of_open_doors(&sockets);
    Ok(sockets)
}

fn door(purpose: Purpose, configuration: &Configuration) -> Door {
    match purpose {
        Purpose::Unix(kind) => Door { kind, auth: configuration.auth_unix(kind) },
        Purpose::Tcp => Door { kind: ListenerKind::ReadWrite, auth: configuration.auth_tcp() },
        Purpose::Tls => Door { kind: ListenerKind::ReadWrite, auth: configuration.auth_tls() },
    }
}

fn bind_unix(
    layout: &Layout,
    configuration: &Configuration,
    have: &[Purpose],
    sockets: &mut Vec<Socket>,
) -> anyhow::Result<()> {
    let modes = configuration.socket_modes(layout.scope)?;
    let group = configuration.unix_sock_group.as_deref().map(unix::group_id).transpose()?;
    let mut wanted = vec![("libvirt-admin-sock", ListenerKind::Admin, 0o700)];
    if layout.scope == Scope::System {
        wanted.push(("libvirt-sock-ro", ListenerKind::ReadOnly, modes.read_only));
    }
    // Last of all: whoever finds it finds the others, too.
    wanted.push(("libvirt-sock", ListenerKind::ReadWrite, modes.read_write));
    for (name, kind, mode) in wanted {
        if have.contains(&Purpose::Unix(kind)) {
            continue;
        }
        let queue = match kind {
            ListenerKind::Admin => configuration.admin_max_queued_clients,
            ListenerKind::ReadWrite | ListenerKind::ReadOnly => configuration.max_queued_clients,
        };
        let (listener, file) = unix::bind(&layout.sockets.join(name), mode, group, queue)?;
        let door = door(Purpose::Unix(kind), configuration);
        sockets.push(Socket { door, bound: Bound::Unix(listener), file: Some(file) });
    }
    Ok(())
}

fn bind_network(
    configuration: &Configuration,
    have: &[Purpose],
    certificates: &mut Certificates<'_>,
    sockets: &mut Vec<Socket>,
) -> anyhow::Result<()> {
    let wanted = [
        (Purpose::Tcp, configuration.listen_tcp, configuration.tcp_port),
        (Purpose::Tls, configuration.listen_tls, configuration.tls_port),
    ];
    for (purpose, wanted, port) in wanted {
        if !wanted || have.contains(&purpose) {
            continue;
        }
        let address = configuration.listen_addr.as_deref();
        let queue = i32::try_from(configuration.max_queued_clients).unwrap_or(i32::MAX);
        for listener in network::bind(address, port, queue)? {
            let bound = match purpose {
                Purpose::Tls => Bound::Tls(listener, certificates.context()?),
                Purpose::Tcp | Purpose::Unix(_) => Bound::Tcp(listener),
            };
            sockets.push(Socket { door: door(purpose, configuration), bound, file: None });
        }
    }
    Ok(())
}

/// Certificates, read when the first socket needs them.
struct Certificates<'a> {
    layout: &'a Layout,
    configuration: &'a Configuration,
    context: Option<Arc<ServerContext>>,
}

impl Certificates<'_> {
    fn context(&mut self) -> anyhow::Result<Arc<ServerContext>> {
        if let Some(context) = &self.context {
            return Ok(Arc::clone(context));
        }
        let files = self.configuration.certificates(self.layout)?;
        let own = self.configuration.own_check();
        let context = ServerContext::new(files, own, self.configuration.client_check())?;
        Ok(Arc::clone(self.context.insert(Arc::new(context))))
    }
}

/// Says which sockets let in whoever reaches them.
fn warn_of_open_doors(sockets: &[Socket]) {
    for socket in sockets {
        if let (Bound::Tcp(listener), Auth::None) = (&socket.bound, socket.door.auth) {
            let address = listener.local_addr().map(|address| address.to_string());
            tracing::warn!(
                "whoever can reach {} may do anything with guests, and everybody on the way can \
                 listen: auth_tcp is \"none\"",
                address.unwrap_or_default()
            );
        }
    }
}
