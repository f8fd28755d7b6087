//! Devices that come, go and change: in a guest that runs, in its definition, or in both.
//!
//! ```text
//! attach   definition made and checked ─> plugged ─> definition kept
//! detach   definition made and checked ─> guest asked ─> DEVICE_DELETED: backends go ─> definition kept
//! update   definition made and checked ─> media, link, password ─> definition kept
//! ```
//!
//! A device gets its defaults, place and arguments where every other gets them: from completing the whole
//! document and from `argv`. The status file names a device before QEMU is told of it, and until QEMU has
//! let go of the last of it; so a daemon that comes after finds in the document whatever may be in QEMU, and
//! takes out what is not ([`reconcile`]).
//!
//! A guest need not let go of a device. After five seconds the call ends well, as libvirt's does; the
//! device goes when the guest does let go, and the event says so.

mod attach;
mod detach;
mod interface;
mod matching;
mod media;
mod plug;
mod reconcile;
mod refusals;
mod unplug;
mod update;

#[cfg(test)]
mod tests;

use api::Result;
use config::domain::ParseFlags;
use config::domain::chardev::CharSource;
use config::domain::plug::Device;

use crate::errors;

pub(crate) use unplug::UnplugOutcome;

/// Which document a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The running guest's.
    Live,
    /// The definition.
    Config,
}

/// Reads a device that is to be in a document.
fn read_new(xml: &str) -> Result<Device> {
    Device::parse(xml, ParseFlags::Inactive).map_err(|error| errors::document(&error))
}

/// Reads what a client says of a device that is in a document already.
fn read_known(xml: &str, side: Side) -> Result<Device> {
    let flags = match side {
        Side::Live => ParseFlags::Live,
        Side::Config => ParseFlags::Inactive,
    };
    let mut device = Device::parse(xml, flags).map_err(|error| errors::document(&error))?;
    match &mut device {
        // What the guest does with it may have changed since the client looked.
        Device::Channel(channel) => {
            channel.target.state = None;
            // A socket whose place is left to the daemon is in no definition.
            if let CharSource::Unix(unix) = &mut channel.source {
                unix.source.take_if(|source| source.path.is_none());
            }
        }
        Device::Console(console) => console.tty = None,
        _ => {}
    }
    Ok(device)
}
