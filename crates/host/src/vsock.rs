//! Sockets between a guest and its host: the numbers of guests.

use crate::sys;
use rustix::fs::{Mode, OFlags};
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// What the kernel gives guests their numbers by.
const DEVICE: &str = "/dev/vhost-vsock";
/// The first number that is a guest's: those before it are the hypervisor's, nobody's and the host's.
const FIRST: u32 = 3;

/// Opens what a guest is reached through.
///
/// **Errors**: the system's; `NotFound` on a kernel without such sockets.
pub fn open() -> io::Result<OwnedFd> {
    Ok(rustix::fs::open(DEVICE, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?)
}

/// Gives a guest its number.
///
/// **Errors**: the system's; `EADDRINUSE` when another has it.
pub fn set(vsock: &OwnedFd, number: u32) -> io::Result<()> {
    sys::device::set_guest_cid(vsock.as_fd(), number.into())
}

/// Gives a guest the first number that is free.
///
/// **Errors**: the system's.
pub fn choose(vsock: &OwnedFd) -> io::Result<u32> {
    choose_by(|number| set(vsock, number))
}

fn choose_by(mut set: impl FnMut(u32) -> io::Result<()>) -> io::Result<u32> {
    for number in FIRST..u32::MAX {
        match set(number) {
            Ok(()) => return Ok(number),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_that_is_free_is_chosen() {
        let taken = |upto: u32| {
            move |number| match number {
                _ if number < upto => Err(io::Error::from(io::ErrorKind::AddrInUse)),
                _ => Ok(()),
            }
        };
        assert_eq!(choose_by(taken(0)).unwrap(), 3);
        assert_eq!(choose_by(taken(9)).unwrap(), 9);
        let refused = choose_by(|_| Err(io::Error::from(io::ErrorKind::PermissionDenied)));
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}
