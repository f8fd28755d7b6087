//! Network devices of the host.

use crate::{FactError, Root, sys};
use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// The most queues a tap device may have. **Source**: `MAX_TAP_QUEUES` of the kernel.
const QUEUE_LIMIT: usize = 256;

/// A tap device to make.
#[derive(Debug, Clone, Copy)]
pub struct Tap<'a> {
    /// Its name; `%d` in it becomes the first number that is free.
    pub name: &'a str,
    /// How many queues; 1 is usual.
    pub queues: usize,
    /// Whether it outlives its descriptors.
    pub lifetime: TapLifetime,
}

/// How long a tap device exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TapLifetime {
    /// Until its last descriptor is closed.
    Descriptors,
    /// Until it is deleted.
    Persistent,
}

impl Tap<'_> {
    /// Makes the device, or opens it if it exists, and gives its name and a descriptor per queue.
    ///
    /// **Errors**: the system's; `InvalidInput` for a name that cannot be one, or no or too many queues.
    pub fn open(&self) -> io::Result<(String, Vec<OwnedFd>)> {
        if self.queues == 0 || self.queues > QUEUE_LIMIT {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        let mut flags = libc::IFF_TAP | libc::IFF_NO_PI | libc::IFF_VNET_HDR;
        if self.queues > 1 {
            flags |= libc::IFF_MULTI_QUEUE;
        }
        let mut name = self.name.to_owned();
        let mut queues = Vec::with_capacity(self.queues);
        for _ in 0..self.queues {
            let open = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NONBLOCK;
            let tun = rustix::fs::open("/dev/net/tun", open, Mode::empty())?;
            name = sys::device::attach_tap(tun.as_fd(), &name, flags)?;
            if self.lifetime == TapLifetime::Persistent {
                sys::device::persist_tap(tun.as_fd())?;
            }
            queues.push(tun);
        }
        Ok((name, queues))
    }
}

/// Whether a device is to carry packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It carries packets.
    Up,
    /// It does not.
    Down,
}

/// Gives a device its hardware address.
///
/// **Errors**: the system's; `ENODEV` when there is no such device.
pub fn set_mac(name: &str, mac: [u8; 6]) -> io::Result<()> {
    sys::device::set_mac(control()?.as_fd(), name, mac)
}

/// Sets the longest packet of a device. **Units**: bytes.
///
/// **Errors**: as for [`set_mac`].
pub fn set_mtu(name: &str, mtu: u32) -> io::Result<()> {
    sys::device::set_mtu(control()?.as_fd(), name, mtu)
}

/// Switches a device on or off.
///
/// **Errors**: as for [`set_mac`].
pub fn set_link(name: &str, link: Link) -> io::Result<()> {
    let (set, clear) = match link {
        Link::Up => (libc::IFF_UP, 0),
        Link::Down => (0, libc::IFF_UP),
    };
    sys::device::change_flags(control()?.as_fd(), name, set, clear)
}

/// Whether there is a device of this name.
pub fn exists(root: &Root, name: &str) -> bool {
    !name.is_empty()
        && !name.contains('/')
        && root.path(Path::new("sys/class/net").join(name)).exists()
}

/// What went through a device, seen from the host. **Source**: `/proc/net/dev`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes received.
    pub rx_bytes: u64,
    /// Packets received.
    pub rx_packets: u64,
    /// Packets received wrongly.
    pub rx_errors: u64,
    /// Packets received and dropped.
    pub rx_dropped: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Packets that could not be sent.
    pub tx_errors: u64,
    /// Packets dropped instead of sent.
    pub tx_dropped: u64,
}

/// The traffic of every device, from one read.
///
/// **Errors**: `/proc/net/dev` cannot be read.
pub fn traffic(root: &Root) -> Result<Vec<(String, Traffic)>, FactError> {
    Ok(root.text("proc/net/dev")?.lines().filter_map(traffic_of_line).collect())
}

fn traffic_of_line(line: &str) -> Option<(String, Traffic)> {
    let (name, figures) = line.rsplit_once(':')?;
    let figures: Vec<u64> =
        figures.split_ascii_whitespace().map_while(|figure| figure.parse().ok()).collect();
    let &[
        rx_bytes,
        rx_packets,
        rx_errors,
        rx_dropped,
        _,
        _,
        _,
        _,
        tx_bytes,
        tx_packets,
        tx_errors,
        tx_dropped,
        ..,
    ] = figures.as_slice()
    else {
        return None;
    };
    let traffic = Traffic {
        rx_bytes,
        rx_packets,
        rx_errors,
        rx_dropped,
        tx_bytes,
        tx_packets,
        tx_errors,
        tx_dropped,
    };
    Some((name.trim().to_owned(), traffic))
}

/// A socket to name devices to; it never sends anything.
fn control() -> io::Result<OwnedFd> {
    Ok(rustix::net::socket_with(
        AddressFamily::INET,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        None,
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_exists_and_counts() {
        assert!(exists(&Root::default(), "lo"));
        assert!(!exists(&Root::default(), "../net/lo"));
        assert!(traffic(&Root::default()).unwrap().iter().any(|(name, _)| name == "lo"));
    }

    #[test]
    fn figures_are_in_the_kernels_order() {
        let line = " a:b: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";
        let (name, traffic) = traffic_of_line(line).unwrap();
        assert_eq!(
            (name.as_str(), traffic.rx_dropped, traffic.tx_bytes, traffic.tx_dropped),
            ("a:b", 4, 9, 12)
        );
        assert_eq!(traffic_of_line(" face |bytes    packets errs"), None);
    }

    #[test]
    fn a_tap_device_lives_as_long_as_its_descriptors() {
        let tap = Tap { name: "fvtest%d", queues: 2, lifetime: TapLifetime::Descriptors };
        let (name, queues) = match tap.open() {
            // Only root may, and not in every container.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound
                ) =>
            {
                return;
            }
            outcome => outcome.unwrap(),
        };
        let root = Root::default();
        assert_eq!(queues.len(), 2);
        assert!(name.starts_with("fvtest") && !name.contains('%') && exists(&root, &name));
        set_mac(&name, [0x52, 0x54, 0, 1, 2, 3]).unwrap();
        set_mtu(&name, 1400).unwrap();
        set_link(&name, Link::Up).unwrap();
        let fact = |file| root.text(format!("sys/class/net/{name}/{file}")).unwrap();
        assert_eq!(
            (fact("address").as_str(), fact("mtu").as_str()),
            ("52:54:00:01:02:03\n", "1400\n")
        );
        assert_eq!(fact("flags").trim_end().chars().last().unwrap().to_digit(16).unwrap() & 1, 1);
        drop(queues);
        assert!(!exists(&root, &name));
    }

    #[test]
    fn impossible_devices_are_refused() {
        let tap = |name, queues| {
            Tap { name, queues, lifetime: TapLifetime::Descriptors }.open().unwrap_err().kind()
        };
        assert_eq!(tap("x", 0), io::ErrorKind::InvalidInput);
        assert_eq!(tap("x", QUEUE_LIMIT + 1), io::ErrorKind::InvalidInput);
        assert_eq!(
            set_mtu("a-name-that-is-too-long", 1500).unwrap_err().kind(),
            io::ErrorKind::InvalidInput
        );
        assert!(set_link("nonexistent0", Link::Up).is_err());
    }
}
