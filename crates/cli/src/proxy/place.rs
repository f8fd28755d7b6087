//! Where daemons listen, and where the proxy does.

use std::fmt;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use super::stream::Stream;

/// A socket by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A path.
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
}

/// Where the proxy listens; a unix socket goes when it is dropped.
#[derive(Debug)]
pub(super) struct Listening {
    pub(super) place: Place,
    listener: Listener,
    _directory: Option<TempDir>,
}

#[derive(Debug)]
enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Place {
    /// What somebody calls it: what has a port behind a host, and no slash, is TCP.
    pub(super) fn named(word: &str) -> Self {
        let is_port = |(_, port): (&str, &str)| port.parse::<u16>().is_ok();
        match !word.contains('/') && word.rsplit_once(':').is_some_and(is_port) {
            true => Self::Tcp(word.to_owned()),
            false => Self::Unix(word.into()),
        }
    }

    /// `unix` or `tcp`.
    pub(super) fn transport(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }

    /// The URI by which a client of QEMU's driver comes here.
    pub(super) fn uri(&self) -> String {
        match self {
            Self::Unix(path) => format!("qemu+unix:///system?socket={}", path.display()),
            Self::Tcp(address) => format!("qemu+tcp://{address}/system"),
        }
    }

    /// Connects to the daemon there.
    pub(super) async fn connect(&self) -> io::Result<Stream> {
        match self {
            Self::Unix(path) => UnixStream::connect(path).await.map(Stream::Unix),
            Self::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Ok(Stream::Tcp(stream))
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(f),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

impl Listening {
    /// Listens at `place`, or at a new one that only our user can reach.
    pub(super) async fn at(place: Option<Place>) -> io::Result<Self> {
        match place {
            None => {
                let ours_alone = std::fs::Permissions::from_mode(0o700);
                let mut builder = tempfile::Builder::new();
                let directory = builder.prefix("fv-trace-").permissions(ours_alone).tempdir()?;
                let path = directory.path().join("libvirt-sock");
                Self::unix(path, Some(directory))
            }
            Some(Place::Unix(path)) => Self::unix(std::path::absolute(path)?, None),
            Some(Place::Tcp(address)) => {
                let listener = TcpListener::bind(&address).await?;
                // The port may have been left to the kernel.
                let place = Place::Tcp(listener.local_addr()?.to_string());
                Ok(Self { place, listener: Listener::Tcp(listener), _directory: None })
            }
        }
    }

    fn unix(path: PathBuf, directory: Option<TempDir>) -> io::Result<Self> {
        let listener = bind(&path)?;
        let place = Place::Unix(path);
        Ok(Self { place, listener: Listener::Unix(listener), _directory: directory })
    }

    /// Waits for a client.
    pub(super) async fn accept(&self) -> io::Result<Stream> {
        match &self.listener {
            Listener::Unix(listener) => Ok(Stream::Unix(listener.accept().await?.0)),
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Stream::Tcp(stream))
            }
        }
    }
}

/// To the daemon whoever comes through here is us: so nobody but our user may.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let before = rustix::process::umask(Mode::from_raw_mode(0o177));
    let listener = UnixListener::bind(path);
    rustix::process::umask(before);
    listener
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Place::Unix(path) = &self.place {
            // Somebody may have removed it already.
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_port_behind_a_host_is_tcp_and_all_else_a_path() {
        for word in ["localhost:16509", "[::1]:16509", "10.0.0.1:1"] {
            assert_eq!(Place::named(word), Place::Tcp(word.to_owned()));
        }
        for word in ["/run/libvirt/libvirt-sock", "sock", "a:b", "/a:1", "x:99999"] {
            assert_eq!(Place::named(word), Place::Unix(word.into()));
        }
    }
}
