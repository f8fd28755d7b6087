//! TAP devices: a network card of which a program holds the other end.

use crate::sys;
use rustix::fs::{Mode, OFlags};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// Where TAP devices are made.
pub const TUN: &str = "/dev/net/tun";

/// A TAP device to make.
#[derive(Debug, Clone, Copy)]
pub struct Tap<'a> {
    /// Its name; `%d` in it becomes the first number that is free.
    pub name: &'a str,
    /// How many queues; 1 is usual.
    pub queues: usize,
    /// Whether packets carry the header of virtio.
    pub header: Header,
    /// Whether it outlives its descriptors.
    pub lifetime: TapLifetime,
    /// The device that makes it; [`TUN`] mostly.
    pub maker: &'a Path,
}

/// What is in front of each packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// What virtio cards say of a packet: checksums, segments.
    Virtio,
    /// Nothing.
    None,
}

/// How long a TAP device exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TapLifetime {
    /// Until its last descriptor is closed.
    Descriptors,
    /// Until it is deleted.
    Persistent,
}

/// What a TAP device cannot be made of.
#[derive(Debug, thiserror::Error)]
pub enum TapError {
    /// The device that makes them cannot be opened.
    #[error("cannot open '{maker}': {error}")]
    Open {
        /// Its path.
        maker: String,
        /// The system's reason.
        error: io::Error,
    },
    /// The kernel makes no such device.
    #[error("cannot make tap device: {0}")]
    Make(#[source] io::Error),
}

impl Tap<'_> {
    /// Makes the device, or opens it if it exists, and gives its name and a descriptor per queue.
    ///
    /// **Errors**: the system's; `InvalidInput` for a name that cannot be one, or no queues;
    /// `E2BIG` for more queues than the kernel has.
    pub fn open(&self) -> Result<(String, Vec<OwnedFd>), TapError> {
        if self.queues == 0 {
            return Err(TapError::Make(io::Error::from(io::ErrorKind::InvalidInput)));
        }
        let flags = libc::IFF_TAP | self.header.flag() | queue_flag(self.queues);
        let mut name = self.name.to_owned();
        let mut queues = Vec::with_capacity(self.queues.min(256));
        for _ in 0..self.queues {
            let tun = open(self.maker).map_err(|error| TapError::Open {
                maker: self.maker.display().to_string(),
                error,
            })?;
            name = sys::device::attach_tap(tun.as_fd(), &name, flags).map_err(TapError::Make)?;
            if self.lifetime == TapLifetime::Persistent {
                sys::device::persist_tap(tun.as_fd()).map_err(TapError::Make)?;
            }
            queues.push(tun);
        }
        Ok((name, queues))
    }
}

impl Header {
    pub(super) fn flag(self) -> i32 {
        libc::IFF_NO_PI
            | match self {
                Self::Virtio => libc::IFF_VNET_HDR,
                Self::None => 0,
            }
    }
}

pub(super) fn queue_flag(queues: usize) -> i32 {
    if queues > 1 { libc::IFF_MULTI_QUEUE } else { 0 }
}

pub(super) fn open(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}
