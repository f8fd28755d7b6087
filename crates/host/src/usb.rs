//! USB devices of the host.

use crate::{FactError, Root};
use std::path::Path;

const DEVICES: &str = "sys/bus/usb/devices";

/// A device that is plugged into the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsbDevice {
    /// Number of its bus.
    pub bus: u32,
    /// Its number on the bus, another one each time it is plugged in.
    pub device: u32,
    /// Who made it.
    pub vendor: u16,
    /// What it is.
    pub product: u16,
}

/// All devices, hubs among them.
///
/// **Errors**: the kernel has no USB.
pub fn devices(root: &Root) -> Result<Vec<UsbDevice>, FactError> {
    let directory = root.path(DEVICES);
    let listed = std::fs::read_dir(&directory);
    let listed = listed.map_err(|error| FactError::Read { path: directory, error })?;
    let names = listed.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<_> = names.filter_map(|name| device(root, &name)).collect();
    found.sort_by_key(|device| (device.bus, device.device));
    Ok(found)
}

/// What is listed under a name; what has a colon in it is a part of a device.
fn device(root: &Root, name: &str) -> Option<UsbDevice> {
    if name.contains(':') {
        return None;
    }
    let fact = |file: &str| root.text(Path::new(DEVICES).join(name).join(file)).ok();
    let number = |file: &str| fact(file)?.trim().parse().ok();
    let identity = |file: &str| u16::from_str_radix(fact(file)?.trim(), 16).ok();
    Some(UsbDevice {
        bus: number("busnum")?,
        device: number("devnum")?,
        vendor: identity("idVendor")?,
        product: identity("idProduct")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_and_their_parts_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let root = Root::at(directory.path());
        assert!(devices(&root).unwrap_err().is_missing());
        for (name, bus, device, vendor, product) in [
            ("1-1.4", "1", "9", "1d6b", "0104"),
            ("usb1", "1", "1", "1d6b", "0002"),
            ("1-1:1.0", "1", "9", "1d6b", "0104"),
            ("2-1", "2", "x", "1d6b", "0104"),
        ] {
            let place = directory.path().join(DEVICES).join(name);
            std::fs::create_dir_all(&place).unwrap();
            let facts =
                [("busnum", bus), ("devnum", device), ("idVendor", vendor), ("idProduct", product)];
            for (file, text) in facts {
                std::fs::write(place.join(file), format!("{text}\n")).unwrap();
            }
        }
        let hub = UsbDevice { bus: 1, device: 1, vendor: 0x1d6b, product: 2 };
        let gadget = UsbDevice { bus: 1, device: 9, vendor: 0x1d6b, product: 0x104 };
        assert_eq!(devices(&root).unwrap(), [hub, gadget]);
    }
}
