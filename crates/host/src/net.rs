//! Network devices of the host: what they are, and what is made of them.
//!
//! All is done to the devices of the network namespace that the process is in; none of it looks below `/sys`,
//! which may show another one's.

pub mod address;
pub mod bridge;
pub mod macvtap;
mod netlink;
pub mod shaping;
pub mod tap;

use crate::{FactError, Root, sys};
use rustix::net::{AddressFamily, SocketFlags, SocketType, netdevice};
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// The longest name of a device. **Units**: bytes. **Source**: `IFNAMSIZ` without the end.
pub const NAME_LIMIT: usize = libc::IFNAMSIZ - 1;

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

/// Whether a device is switched on.
///
/// **Errors**: as for [`set_mac`].
pub fn link(name: &str) -> io::Result<Link> {
    let flags = sys::device::flags(control()?.as_fd(), name)?;
    Ok(if flags & libc::IFF_UP == 0 { Link::Down } else { Link::Up })
}

/// The number of a device.
///
/// **Errors**: `ENODEV` when there is none of this name; `InvalidInput` for what can be no name.
pub fn index(name: &str) -> io::Result<u32> {
    if name.is_empty() || name.len() > NAME_LIMIT || name.bytes().any(|b| matches!(b, 0 | b'/')) {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    Ok(netdevice::name_to_index(control()?, name)?)
}

/// Whether there is a device of this name.
pub fn exists(name: &str) -> bool {
    index(name).is_ok()
}

/// A device's hardware address.
///
/// **Errors**: as for [`set_mac`].
pub fn mac(name: &str) -> io::Result<[u8; 6]> {
    sys::device::mac(control()?.as_fd(), name)
}

/// The longest packet of a device. **Units**: bytes.
///
/// **Errors**: as for [`set_mac`].
pub fn mtu(name: &str) -> io::Result<u32> {
    sys::device::mtu(control()?.as_fd(), name)
}

/// Has a device gather this many packets before it tells of them; 0 is as many as it likes.
///
/// **Errors**: the system's; `EOPNOTSUPP` for a device that does not gather.
pub fn set_gathered_packets(name: &str, packets: u32) -> io::Result<()> {
    sys::device::set_coalesced_frames(control()?.as_fd(), name, packets)
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
    use super::address::HostAddress;
    use super::tap::{Header, Tap, TapError, TapLifetime};
    use super::*;
    use std::path::Path;

    #[test]
    fn loopback_exists_and_counts() {
        assert!(exists("lo") && !exists("../net/lo") && !exists(""));
        assert_eq!(mac("lo").unwrap(), [0; 6]);
        assert!(mtu("lo").unwrap() > 0);
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
        let tap = Tap {
            name: "fvtest%d",
            queues: 2,
            header: Header::Virtio,
            lifetime: TapLifetime::Descriptors,
            maker: Path::new(tap::TUN),
        };
        let (name, queues) = match tap.open() {
            // Only root may, and not in every container.
            Err(TapError::Open { .. }) => return,
            Err(TapError::Make(error)) if error.kind() == io::ErrorKind::PermissionDenied => return,
            outcome => outcome.unwrap(),
        };
        assert_eq!(queues.len(), 2);
        assert!(name.starts_with("fvtest") && !name.contains('%') && exists(&name));
        set_mac(&name, [0x52, 0x54, 0, 1, 2, 3]).unwrap();
        set_mtu(&name, 1400).unwrap();
        assert_eq!(link(&name).unwrap(), Link::Down);
        set_link(&name, Link::Up).unwrap();
        assert_eq!(link(&name).unwrap(), Link::Up);
        assert_eq!(mac(&name).unwrap(), [0x52, 0x54, 0, 1, 2, 3]);
        assert_eq!(mtu(&name).unwrap(), 1400);
        set_gathered_packets(&name, 7).unwrap();
        let address = HostAddress { address: "fd00::5".parse().unwrap(), prefix: 64, peer: None };
        address.add_to(&name).unwrap();
        let twice = address.add_to(&name).unwrap_err();
        assert_eq!(twice.raw_os_error(), Some(libc::EEXIST));
        // Not a bridge.
        let attached = bridge::attach(&name, &name).unwrap_err();
        assert_eq!(attached.raw_os_error(), Some(libc::EOPNOTSUPP));
        drop(queues);
        assert!(!exists(&name));
    }

    #[test]
    fn impossible_devices_are_refused() {
        let tap = |name, queues, maker: &str| {
            let (header, lifetime) = (Header::None, TapLifetime::Descriptors);
            let maker = Path::new(maker);
            Tap { name, queues, header, lifetime, maker }.open().unwrap_err()
        };
        assert!(matches!(tap("x", 0, tap::TUN), TapError::Make(_)));
        assert!(matches!(tap("x", 1, "/no/such/tun"), TapError::Open { .. }));
        assert_eq!(
            set_mtu("a-name-that-is-too-long", 1500).unwrap_err().kind(),
            io::ErrorKind::InvalidInput
        );
        assert!(set_link("nonexistent0", Link::Up).is_err());
        assert_eq!(index("nonexistent0").unwrap_err().raw_os_error(), Some(libc::ENODEV));
    }
}
