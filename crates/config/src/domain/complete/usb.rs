//! Ports on USB buses, through hubs.

use crate::Error;
use crate::domain::Domain;
use crate::domain::address::{Address, UsbAddress, UsbPort};
use crate::domain::chardev::SerialType;
use crate::domain::controller::{Controller, ControllerModel, ControllerType};
use crate::domain::device::DeviceInfo;
use crate::domain::disk::DiskBus;
use crate::domain::graphics::SoundModel;
use crate::domain::hostdev::HostdevSource;
use crate::domain::peripheral::{Hub, HubType, InputBus};

/// Ports of a hub.
const HUB_PORTS: u8 = 8;

/// A hub, the root of a bus or one plugged in.
struct Node {
    bus: u32,
    /// Where it is plugged in; none for a root.
    at: Option<UsbPort>,
    ports: u8,
    taken: Vec<u8>,
}

impl Node {
    fn free(&self) -> Option<u8> {
        (1..=self.ports).find(|port| !self.taken.contains(port))
    }

    /// The address of one of its ports; `None` if it is too deep to have any.
    fn port(&self, port: u8) -> Option<UsbPort> {
        self.at.map_or_else(|| Some(UsbPort::root(port)), |at| at.below(port))
    }
}

/// The ports of all buses.
struct Tree(Vec<Node>);

/// Gives every USB device a port, adding hubs if the buses have too few.
///
/// # Errors
/// A port that is taken or not there; no bus at all.
pub(super) fn assign(domain: &mut Domain) -> Result<(), Error> {
    if domain.devices.controllers.iter().any(is_disabled) {
        let any = !domain.devices.hubs.is_empty() || !devices(domain).is_empty();
        return if any {
            Err(Error::unsupported(
                "USB is disabled for this domain, but USB devices are present in the domain XML",
            ))
        } else {
            Ok(())
        };
    }
    let mut tree = Tree(domain.devices.controllers.iter().filter_map(root).collect());
    tree.add_written_hubs(domain)?;
    tree.sort();
    let mut hubs = 0;
    for info in devices(domain) {
        if let Some(Address::Usb(UsbAddress { bus, port: Some(port) })) = info.address {
            tree.reserve(bus, port)?;
        } else {
            hubs += usize::from(wanted(info));
        }
    }
    let written_hubs = domain.devices.hubs.iter().filter(|hub| wanted(&hub.info)).count();
    let needed = hubs + written_hubs;
    let room: usize = tree.room() + written_hubs * usize::from(HUB_PORTS);
    for _ in 0..needed.saturating_sub(room).div_ceil(usize::from(HUB_PORTS - 1)) {
        domain.devices.hubs.push(Hub { kind: HubType::Usb, info: DeviceInfo::default() });
    }
    for hub in domain.devices.hubs.iter_mut().filter(|hub| wanted(&hub.info)) {
        let (bus, port) = tree.place(&mut hub.info)?;
        tree.0.push(Node { bus, at: Some(port), ports: HUB_PORTS, taken: Vec::new() });
        tree.sort();
    }
    for info in devices(domain).into_iter().filter(|info| wanted(info)) {
        tree.place(info)?;
    }
    Ok(())
}

/// Whether the guest is to have no USB.
pub(crate) fn is_disabled(controller: &Controller) -> bool {
    controller.kind == ControllerType::Usb && controller.model == Some(ControllerModel::None)
}

fn wanted(info: &DeviceInfo) -> bool {
    matches!(info.address, None | Some(Address::Usb(UsbAddress { port: None, .. })))
}

/// The root hub of a controller; a companion has none of its own.
fn root(controller: &Controller) -> Option<Node> {
    if controller.kind != ControllerType::Usb || controller.info.master.is_some() {
        return None;
    }
    let ports = match controller.model? {
        ControllerModel::Piix3Uhci
        | ControllerModel::Piix4Uhci
        | ControllerModel::Vt82c686bUhci
        | ControllerModel::Ich9Uhci1
        | ControllerModel::Ich9Uhci2
        | ControllerModel::Ich9Uhci3 => 2,
        ControllerModel::PciOhci => 3,
        ControllerModel::Ehci | ControllerModel::Ich9Ehci1 => 6,
        ControllerModel::NecXhci | ControllerModel::QemuXhci => {
            controller.ports.and_then(|ports| ports.try_into().ok()).unwrap_or(4)
        }
        ControllerModel::Qusb1 | ControllerModel::Qusb2 => {
            controller.ports.and_then(|ports| ports.try_into().ok()).unwrap_or(8)
        }
        _ => return None,
    };
    Some(Node { bus: controller.index.unwrap_or(0), at: None, ports, taken: Vec::new() })
}

/// The devices in the order in which they get ports, without the hubs.
fn devices(domain: &mut Domain) -> Vec<&mut DeviceInfo> {
    let devices = &mut domain.devices;
    let mut list: Vec<&mut DeviceInfo> = Vec::new();
    macro_rules! add {
        ($($list:ident $device:ident: $on_usb:expr;)*) => {$(
            list.extend(devices.$list.iter_mut().filter(|$device| $on_usb).map(|device| &mut device.info));
        )*};
    }
    add! {
        hostdevs hostdev: matches!(hostdev.source, HostdevSource::Usb(_));
        disks disk: disk.target.bus == Some(DiskBus::Usb);
        controllers controller: controller.kind == ControllerType::Ccid;
        inputs input: input.bus == Some(InputBus::Usb);
        serials serial: serial.target.kind == Some(SerialType::Usb);
        sounds sound: sound.model == SoundModel::Usb;
        redirdevs _any: true;
    }
    list.retain(|info| matches!(info.address, None | Some(Address::Usb(_))));
    list
}

impl Tree {
    /// Takes the ports of hubs that the user placed, from the root down.
    fn add_written_hubs(&mut self, domain: &Domain) -> Result<(), Error> {
        let mut hubs: Vec<(u32, UsbPort)> = domain
            .devices
            .hubs
            .iter()
            .filter_map(|hub| match hub.info.address {
                Some(Address::Usb(UsbAddress { bus, port: Some(port) })) => Some((bus, port)),
                _ => None,
            })
            .collect();
        hubs.sort_by_key(|(bus, port)| (*bus, port.path().count()));
        for (bus, port) in hubs {
            self.reserve(bus, port)?;
            self.0.push(Node { bus, at: Some(port), ports: HUB_PORTS, taken: Vec::new() });
        }
        Ok(())
    }

    fn room(&self) -> usize {
        self.0.iter().map(|node| usize::from(node.ports).saturating_sub(node.taken.len())).sum()
    }

    /// Bus by bus, each root before what is plugged into it: so ports are looked for.
    fn sort(&mut self) {
        self.0.sort_by_key(|node| node.bus);
    }

    /// Takes a port that the user chose.
    fn reserve(&mut self, bus: u32, port: UsbPort) -> Result<(), Error> {
        let Some(last) = port.path().last() else { return Ok(()) };
        if !self.0.iter().any(|node| node.bus == bus) {
            return Err(Error::xml(format!("Missing USB bus {bus}")));
        }
        let hub = self.0.iter_mut().find(|node| node.bus == bus && node.port(last) == Some(port));
        let Some(hub) = hub else {
            let depth = port.path().count();
            let above = port.path().take(depth.saturating_sub(1)).map(|port| port.to_string());
            return Err(Error::xml(format!(
                "there is no hub at port {} in USB address bus: {bus} port: {port}",
                above.collect::<Vec<_>>().join(".")
            )));
        };
        if last > hub.ports {
            return Err(Error::xml(format!(
                "requested USB port {port} not present on USB bus {bus}"
            )));
        }
        if hub.taken.contains(&last) {
            return Err(Error::xml(format!("Duplicate USB address bus {bus} port {port}")));
        }
        hub.taken.push(last);
        Ok(())
    }

    /// Gives a device the next free port, of the bus it names if it names one.
    fn place(&mut self, info: &mut DeviceInfo) -> Result<(u32, UsbPort), Error> {
        let only = match info.address {
            Some(Address::Usb(UsbAddress { bus, port: None })) => Some(bus),
            _ => None,
        };
        let found =
            self.0.iter_mut().filter(|node| only.is_none_or(|bus| bus == node.bus)).find_map(
                |node| {
                    let number = node.free()?;
                    let port = node.port(number)?;
                    node.taken.push(number);
                    Some((node.bus, port))
                },
            );
        let Some((bus, port)) = found else { return Err(Error::internal("No free USB ports")) };
        info.address = Some(Address::Usb(UsbAddress { bus, port: Some(port) }));
        Ok((bus, port))
    }
}
