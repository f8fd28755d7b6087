//! ioctls of network devices and of sockets between a guest and its host.

use libc::{c_int, c_short, ifreq};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// **Source**: `linux/sockios.h`.
const SIOCBRADDIF: libc::c_ulong = 0x89a2;
const SIOCBRDELIF: libc::c_ulong = 0x89a3;

/// An interface name too long, or not a name at all.
fn invalid() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidInput)
}

fn request(name: &str) -> io::Result<ifreq> {
    // SAFETY: all-zero bytes are a valid ifreq: it holds only numbers, and a union of them.
    let mut request: ifreq = unsafe { std::mem::zeroed() };
    let terminated = name.len() < request.ifr_name.len();
    if name.is_empty() || !terminated || name.bytes().any(|byte| matches!(byte, 0 | b'/')) {
        return Err(invalid());
    }
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    Ok(request)
}

fn name_of(request: &ifreq) -> String {
    let bytes: Vec<u8> =
        request.ifr_name.iter().map(|byte| *byte as u8).take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn control(socket: BorrowedFd<'_>, code: libc::Ioctl, request: &mut ifreq) -> io::Result<()> {
    // SAFETY: every code used here reads or writes one ifreq, which lives for the call.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), code, std::ptr::from_mut(request)) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Makes an open `/dev/net/tun` one queue of the tap device `name`; gives the name the kernel chose for `%d`.
pub(crate) fn attach_tap(tun: BorrowedFd<'_>, name: &str, flags: c_int) -> io::Result<String> {
    let mut request = request(name)?;
    request.ifr_ifru.ifru_flags = flags as c_short;
    control(tun, libc::TUNSETIFF as libc::Ioctl, &mut request)?;
    Ok(name_of(&request))
}

/// Makes a tap device stay when its last descriptor closes.
pub(crate) fn persist_tap(tun: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: TUNSETPERSIST takes a number, no memory.
    let result = unsafe {
        libc::ioctl(tun.as_raw_fd(), libc::TUNSETPERSIST as libc::Ioctl, 1 as libc::c_ulong)
    };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Gives a device its hardware address.
pub(crate) fn set_mac(socket: BorrowedFd<'_>, name: &str, mac: [u8; 6]) -> io::Result<()> {
    let mut request = request(name)?;
    let mut address = libc::sockaddr { sa_family: libc::ARPHRD_ETHER, sa_data: [0; 14] };
    for (to, from) in address.sa_data.iter_mut().zip(mac) {
        *to = from as libc::c_char;
    }
    request.ifr_ifru.ifru_hwaddr = address;
    control(socket, libc::SIOCSIFHWADDR as libc::Ioctl, &mut request)
}

/// Sets the longest packet of a device. **Units**: bytes.
pub(crate) fn set_mtu(socket: BorrowedFd<'_>, name: &str, mtu: u32) -> io::Result<()> {
    let mut request = request(name)?;
    request.ifr_ifru.ifru_mtu = c_int::try_from(mtu).map_err(|_| invalid())?;
    control(socket, libc::SIOCSIFMTU as libc::Ioctl, &mut request)
}

/// The longest packet of a device. **Units**: bytes.
pub(crate) fn mtu(socket: BorrowedFd<'_>, name: &str) -> io::Result<u32> {
    let mut request = request(name)?;
    control(socket, libc::SIOCGIFMTU as libc::Ioctl, &mut request)?;
    // SAFETY: SIOCGIFMTU has just written this member of the union.
    let mtu = unsafe { request.ifr_ifru.ifru_mtu };
    u32::try_from(mtu).map_err(|_| invalid())
}

/// A device's hardware address.
pub(crate) fn mac(socket: BorrowedFd<'_>, name: &str) -> io::Result<[u8; 6]> {
    let mut request = request(name)?;
    control(socket, libc::SIOCGIFHWADDR as libc::Ioctl, &mut request)?;
    // SAFETY: SIOCGIFHWADDR has just written this member of the union.
    let address = unsafe { request.ifr_ifru.ifru_hwaddr };
    let mut mac = [0; 6];
    for (to, from) in mac.iter_mut().zip(address.sa_data) {
        *to = from as u8;
    }
    Ok(mac)
}

/// The flags of a device.
pub(crate) fn flags(socket: BorrowedFd<'_>, name: &str) -> io::Result<c_int> {
    let mut request = request(name)?;
    control(socket, libc::SIOCGIFFLAGS as libc::Ioctl, &mut request)?;
    // SAFETY: SIOCGIFFLAGS has just written this member of the union.
    Ok(c_int::from(unsafe { request.ifr_ifru.ifru_flags }))
}

/// Attaches the device of this number to a bridge.
pub(crate) fn add_port(socket: BorrowedFd<'_>, bridge: &str, port: u32) -> io::Result<()> {
    change_port(socket, SIOCBRADDIF, bridge, port)
}

/// Takes the device of this number off a bridge.
pub(crate) fn remove_port(socket: BorrowedFd<'_>, bridge: &str, port: u32) -> io::Result<()> {
    change_port(socket, SIOCBRDELIF, bridge, port)
}

fn change_port(
    socket: BorrowedFd<'_>,
    code: libc::c_ulong,
    bridge: &str,
    port: u32,
) -> io::Result<()> {
    let mut request = request(bridge)?;
    request.ifr_ifru.ifru_ifindex = c_int::try_from(port).map_err(|_| invalid())?;
    control(socket, code as libc::Ioctl, &mut request)
}

/// When a device tells of packets. **Source**: `struct ethtool_coalesce`: the command, then 22 numbers.
#[repr(C)]
struct Coalesce {
    command: u32,
    rx_microseconds: u32,
    rx_frames: u32,
    others: [u32; 20],
}

/// Has a device gather packets before it tells of them.
pub(crate) fn set_coalesced_frames(
    socket: BorrowedFd<'_>,
    name: &str,
    frames: u32,
) -> io::Result<()> {
    const ETHTOOL_SCOALESCE: u32 = 0xf;
    let mut coalesce = Coalesce {
        command: ETHTOOL_SCOALESCE,
        rx_microseconds: 0,
        rx_frames: frames,
        others: [0; 20],
    };
    let mut request = request(name)?;
    request.ifr_ifru.ifru_data = std::ptr::from_mut(&mut coalesce).cast();
    control(socket, libc::SIOCETHTOOL as libc::Ioctl, &mut request)
}

/// Gives an open `/dev/vhost-vsock` its guest's address.
pub(crate) fn set_guest_cid(vsock: BorrowedFd<'_>, cid: u64) -> io::Result<()> {
    // **Source**: `_IOW(VHOST_VIRTIO, 0x60, __u64)`.
    const VHOST_VSOCK_SET_GUEST_CID: u32 = 0x4008_af60;
    // SAFETY: it reads one u64, which lives for the call.
    let result = unsafe {
        libc::ioctl(
            vsock.as_raw_fd(),
            VHOST_VSOCK_SET_GUEST_CID as libc::Ioctl,
            std::ptr::from_ref(&cid),
        )
    };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Sets and clears flags of a device.
pub(crate) fn change_flags(
    socket: BorrowedFd<'_>,
    name: &str,
    set: c_int,
    clear: c_int,
) -> io::Result<()> {
    let flags = flags(socket, name)?;
    let mut request = request(name)?;
    request.ifr_ifru.ifru_flags = ((flags | set) & !clear) as c_short;
    control(socket, libc::SIOCSIFFLAGS as libc::Ioctl, &mut request)
}
