//! macvtap devices: a second address of a device of the host, of which a program holds the other end.
//!
//! Unlike a TAP device, one stays until it is deleted. Its queues are opened at `/dev/tapN`, N being the
//! number of the device.

use super::netlink::{Request, link};
use super::tap::{Header, open, queue_flag};
use super::{index, mac};
use crate::sys;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

/// **Source**: `IFLA_MACVLAN_MODE` of `linux/if_link.h`.
const MACVLAN_MODE: u16 = 1;
const INFO_KIND: u16 = 1;
const INFO_DATA: u16 = 2;

/// How long the file of a new device may take to appear.
const APPEARS: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Who hears whom of those that share a device. **Source**: `enum macvlan_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Nobody hears another.
    Private = 1,
    /// The switch outside decides.
    Vepa = 2,
    /// Each hears the others.
    Bridge = 4,
    /// There is only one.
    Passthrough = 8,
}

/// A macvtap device to make.
#[derive(Debug, Clone, Copy)]
pub struct Macvtap<'a> {
    /// Its name.
    pub name: &'a str,
    /// The device below it.
    pub lower: &'a str,
    /// Its hardware address, which the guest has as well.
    pub mac: [u8; 6],
    /// Who hears it.
    pub sharing: Sharing,
}

impl Macvtap<'_> {
    /// Makes the device, switched off.
    ///
    /// **Errors**: the system's; `ENODEV` when there is nothing below it, `EEXIST` for a name that is taken.
    pub fn make(&self) -> io::Result<()> {
        let lower = index(self.lower)?;
        self.request(lower).carry_out()
    }

    fn request(&self, lower: u32) -> Request {
        let flags = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        Request::new(libc::RTM_NEWLINK, flags, &link(0, 0))
            .with(libc::IFLA_LINK, &lower.to_ne_bytes())
            .with(libc::IFLA_ADDRESS, &self.mac)
            .with_text(libc::IFLA_IFNAME, self.name)
            .with_nested(libc::IFLA_LINKINFO, |info| {
                info.with(INFO_KIND, b"macvtap").with_nested(INFO_DATA, |data| {
                    data.with(MACVLAN_MODE, &(self.sharing as u32).to_ne_bytes())
                })
            })
    }
}

/// The file at which the queues of a macvtap device are opened.
///
/// **Errors**: the system's.
pub fn file_of(name: &str) -> io::Result<String> {
    Ok(format!("/dev/tap{}", index(name)?))
}

/// Opens the queues of a macvtap device.
///
/// **Errors**: the system's; `EBUSY` for more queues than there can be.
pub fn open_queues(file: &str, queues: usize, header: Header) -> io::Result<Vec<OwnedFd>> {
    let deadline = Instant::now() + APPEARS;
    let flags = libc::IFF_TAP | header.flag() | queue_flag(queues);
    let mut opened = Vec::with_capacity(queues.min(256));
    while opened.len() < queues {
        match open(Path::new(file)) {
            Ok(queue) => {
                // The name says nothing to it.
                sys::device::attach_tap(queue.as_fd(), "macvtap", flags)?;
                opened.push(queue);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && Instant::now() < deadline => {
                std::thread::sleep(LOOK_AGAIN);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(opened)
}

/// Deletes a device that has this address; one that is gone, or that is another by now, is left.
///
/// **Errors**: the system's.
pub fn delete(name: &str, address: [u8; 6]) -> io::Result<()> {
    let absent = |error: &io::Error| error.raw_os_error() == Some(libc::ENODEV);
    let found = index(name).and_then(|number| Ok((number, mac(name)?)));
    match found {
        Ok((number, found)) if found == address => {
            let deleted = Request::new(libc::RTM_DELLINK, 0, &link(0, number)).carry_out();
            deleted.or_else(|error| if absent(&error) { Ok(()) } else { Err(error) })
        }
        Ok(_) => Ok(()),
        Err(error) if absent(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_below_that_is_not_there_is_said() {
        let mac = [0x52, 0x54, 0, 0, 0, 1];
        let sharing = Sharing::Bridge;
        let made = Macvtap { name: "fvmv0", lower: "fv-nonexistent", mac, sharing }.make();
        assert_eq!(made.unwrap_err().raw_os_error(), Some(libc::ENODEV));
        delete("fv-nonexistent", mac).unwrap();
    }

    #[test]
    fn a_device_of_another_address_is_not_deleted() {
        delete("lo", [1; 6]).unwrap();
        assert!(index("lo").is_ok());
    }
}
