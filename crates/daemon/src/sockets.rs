//! The sockets that clients connect to.

use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use rustix::fs::Mode;
use server::ListenerKind;

use crate::configuration::Configuration;
use crate::layout::{Layout, Scope};

/// A bound socket.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) kind: ListenerKind,
    pub(crate) listener: UnixListener,
    pub(crate) file: SocketFile,
}

/// The file of a socket, removed when dropped.
#[derive(Debug)]
pub(crate) struct SocketFile(PathBuf);

/// Binds all sockets. Before any thread is started: it changes the process's umask for a moment,
/// so that nobody may connect before modes are set.
pub(crate) fn bind(layout: &Layout, configuration: &Configuration) -> anyhow::Result<Vec<Socket>> {
    let modes = configuration.socket_modes(layout.scope)?;
    let group = configuration.unix_sock_group.as_deref().map(group_id).transpose()?;
    let mut wanted = vec![("libvirt-sock", ListenerKind::ReadWrite, modes.read_write)];
    if layout.scope == Scope::System {
        wanted.push(("libvirt-sock-ro", ListenerKind::ReadOnly, modes.read_only));
    }
    let bind = |(name, kind, mode)| bind_one(&layout.sockets.join(name), kind, mode, group);
    wanted.into_iter().map(bind).collect()
}

fn bind_one(
    path: &Path,
    kind: ListenerKind,
    mode: u32,
    group: Option<u32>,
) -> anyhow::Result<Socket> {
    make_way(path)?;
    let umask = rustix::process::umask(Mode::from_raw_mode(0o177));
    let listener = UnixListener::bind(path);
    rustix::process::umask(umask);
    let listener = listener.with_context(|| format!("cannot bind '{}'", path.display()))?;
    let file = SocketFile(path.to_owned());
    if group.is_some() {
        chown(path, None, group)
            .with_context(|| format!("cannot give '{}' to its group", path.display()))?;
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
        .and_then(|()| listener.set_nonblocking(true))
        .with_context(|| format!("cannot prepare '{}'", path.display()))?;
    Ok(Socket { kind, listener, file })
}

/// Removes a socket that nobody serves any more.
fn make_way(path: &Path) -> anyhow::Result<()> {
    let known = match std::fs::symlink_metadata(path) {
        Ok(known) => known,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(anyhow!("cannot look at '{}': {error}", path.display())),
    };
    if !known.file_type().is_socket() {
        bail!("'{}' is in the way and is not a socket", path.display());
    }
    if let Ok(holder) = UnixStream::connect(path) {
        bail!(
            "{} serves '{}'; stop it, or choose another directory with --root DIR",
            name_of_peer(&holder),
            path.display()
        );
    }
    std::fs::remove_file(path)
        .with_context(|| format!("cannot remove stale socket '{}'", path.display()))
}

fn name_of_peer(holder: &UnixStream) -> String {
    let Ok(peer) = rustix::net::sockopt::socket_peercred(holder) else {
        return "another process".to_owned();
    };
    let pid = peer.pid.as_raw_nonzero();
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    format!("another daemon ({} pid {pid})", name.trim())
}

/// A group by name or number. Only `/etc/group` is asked.
fn group_id(name: &str) -> anyhow::Result<u32> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let groups = std::fs::read_to_string("/etc/group").context("cannot read /etc/group")?;
    let number = groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
    });
    number.with_context(|| format!("unix_sock_group: no group '{name}' in /etc/group"))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "cannot remove socket");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use server::ListenerKind;

    use super::{bind_one, group_id};

    #[test]
    fn a_stale_socket_makes_way_a_served_one_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "the file outlives its listener");

        let first = bind_one(&path, ListenerKind::ReadWrite, 0o700, None).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let refusal = bind_one(&path, ListenerKind::ReadWrite, 0o700, None).unwrap_err();
        let text = refusal.to_string();
        assert!(text.contains(&format!("pid {})", std::process::id())), "{text}");
        assert!(path.exists(), "what is served is not removed");
        drop(first);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_no_socket_is_not_removed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sock");
        std::fs::write(&path, "precious").unwrap();
        assert!(bind_one(&path, ListenerKind::ReadWrite, 0o700, None).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn a_group_is_a_name_or_a_number() {
        assert_eq!(group_id("1234").unwrap(), 1234);
        assert_eq!(group_id("root").unwrap(), 0);
        assert!(group_id("no-such-group").unwrap_err().to_string().contains("'no-such-group'"));
    }
}
