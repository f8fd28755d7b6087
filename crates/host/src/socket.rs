//! Sockets that have a name in the file system.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

/// Listens at `path`, where nobody else can: a socket that somebody left there is replaced. Its directory is
/// made, for ourselves alone, if it is not there.
///
/// **Errors**: the system's; [`io::ErrorKind::AlreadyExists`] for a file that is no socket.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    remove(path)?;
    UnixListener::bind(path)
}

/// Removes a socket, and nothing that is something else.
///
/// **Errors**: the system's; [`io::ErrorKind::AlreadyExists`] for a file that is no socket. That nothing is there is
/// none.
pub fn remove(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    match found.file_type().is_socket() {
        true => fs::remove_file(path),
        false => Err(io::Error::new(io::ErrorKind::AlreadyExists, "File exists and is no socket")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_that_was_left_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/socket");
        drop(listen(&path).unwrap());
        let listener = listen(&path).unwrap();
        std::os::unix::net::UnixStream::connect(&path).unwrap();
        listener.accept().unwrap();
        remove(&path).unwrap();
        assert!(!path.exists());
        remove(&path).unwrap();
    }

    #[test]
    fn what_is_no_socket_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "kept").unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for path in [&path, &link] {
            assert_eq!(remove(path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(listen(path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read(path).unwrap(), b"kept");
        }
    }
}
