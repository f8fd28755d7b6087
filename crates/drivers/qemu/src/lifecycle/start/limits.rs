//! Refuses limits that nobody would hold a guest to.
//!
//! What a tap interface may carry, and what it lets through, is not set up yet; a guest that relies on it must
//! not run without.

use api::{Error, Result};
use config::domain::interface::{Interface, InterfaceSource};

use crate::errors::QEMU;

/// Checks that `document` asks for no limit that would not hold.
///
/// # Errors
/// `CONFIG_UNSUPPORTED` naming the first element that does.
pub(super) fn refuse(document: &config::Domain) -> Result<()> {
    let mut asked = document.devices.interfaces.iter().flat_map(of_interface);
    match asked.find(|(_, asked)| *asked) {
        None => Ok(()),
        Some((element, _)) => {
            let detail = format!("a guest with <{element}> cannot be started yet");
            Err(Error::config_unsupported(QEMU, detail))
        }
    }
}

/// What would have to be done to an interface's device on the host. One without such a device has
/// no use for it, in libvirt neither.
fn of_interface(interface: &Interface) -> [(&'static str, bool); 6] {
    let on_host = matches!(interface.source.source, InterfaceSource::Ethernet(_));
    [
        ("interface/bandwidth", on_host && interface.bandwidth.is_some()),
        ("interface/filterref", on_host && interface.filterref.is_some()),
        ("interface/vlan", on_host && interface.vlan.is_some()),
        ("interface/coalesce", on_host && interface.coalesce.is_some()),
        ("interface/script", on_host && interface.script.is_some()),
        ("interface/downscript", on_host && interface.downscript.is_some()),
    ]
}

#[cfg(test)]
mod tests {
    use config::domain::ParseFlags;

    use super::*;

    fn outcome(tuning: &str) -> Result<()> {
        let xml =
            format!("<domain type='qemu'><name>a</name>{tuning}<os><type>hvm</type></os></domain>");
        refuse(&config::Domain::parse(&xml, ParseFlags::Inactive).unwrap())
    }

    #[test]
    fn what_a_tap_device_would_need_is_named() {
        let interface = |kind: &str| {
            format!(
                "<devices><interface type='{kind}'><bandwidth><inbound average='1'/></bandwidth></interface></devices>"
            )
        };
        let error = outcome(&interface("ethernet")).unwrap_err();
        assert!(error.message.contains("<interface/bandwidth>"), "{}", error.message);
        outcome(&interface("user")).unwrap();
    }
}
