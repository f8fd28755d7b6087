//! Unix sockets that the daemon binds itself.

use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use rustix::fs::Mode;

/// The file of a socket, removed when dropped.
#[derive(Debug)]
pub(crate) struct SocketFile(PathBuf);

/// Binds a socket that nobody serves yet. Before any thread is started: it changes the process's
/// umask for a moment, so that nobody may connect before the mode is set.
pub(super) fn bind(
    path: &Path,
    mode: u32,
    group: Option<u32>,
    queue: usize,
) -> anyhow::Result<(UnixListener, SocketFile)> {
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
    // Listening once more sets how many may wait to be accepted.
    rustix::net::listen(&listener, i32::try_from(queue).unwrap_or(i32::MAX))
        .with_context(|| format!("cannot listen on '{}'", path.display()))?;
    Ok((listener, file))
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
pub(super) fn group_id(name: &str) -> anyhow::Result<u32> {
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

    use super::{bind, group_id};

    #[test]
    fn a_stale_socket_makes_way_a_served_one_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "the file outlives its listener");

        let first = bind(&path, 0o700, None, 10).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let refusal = bind(&path, 0o700, None, 10).unwrap_err();
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
        assert!(bind(&path, 0o700, None, 10).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn a_group_is_a_name_or_a_number() {
        assert_eq!(group_id("1234").unwrap(), 1234);
        assert_eq!(group_id("root").unwrap(), 0);
        assert!(group_id("no-such-group").unwrap_err().to_string().contains("'no-such-group'"));
    }
}
