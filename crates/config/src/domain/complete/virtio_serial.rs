//! Ports of virtio-serial controllers, and slots of smartcard readers.

use super::controllers;
use crate::Error;
use crate::domain::Domain;
use crate::domain::address::{Address, CcidAddress, VirtioSerialAddress};
use crate::domain::chardev::{ChannelType, ConsoleType};
use crate::domain::controller::ControllerType;
use crate::domain::device::DeviceInfo;

/// Ports of a controller that does not say.
const PORTS: u32 = 31;

/// Gives every channel a port, on a new controller if the others are full. A console keeps the one it names, and is left to QEMU if it names none.
///
/// # Errors
/// A port that is taken or not there.
pub(super) fn assign(domain: &mut Domain) -> Result<(), Error> {
    let mut controllers: Vec<(u32, u32)> = domain
        .devices
        .controllers
        .iter()
        .filter(|controller| controller.kind == ControllerType::VirtioSerial)
        .map(|controller| (controller.index.unwrap_or(0), controller.ports.unwrap_or(PORTS)))
        .collect();
    controllers.sort_unstable();
    let mut taken: Vec<(u32, u32)> = Vec::new();
    let mut added: Vec<u32> = Vec::new();
    for (info, first) in devices(domain) {
        if let Some(place) = written(info, first) {
            reserve(place, &controllers, &mut taken)?;
        }
    }
    for (info, first) in devices(domain) {
        if written(info, first).is_some() {
            continue;
        }
        let only = match info.address {
            Some(Address::VirtioSerial(place)) => Some(place.controller),
            _ => None,
        };
        let free = controllers
            .iter()
            .filter(|(index, _)| only.is_none_or(|only| only == *index))
            .flat_map(|&(index, ports)| (first..ports).map(move |port| (index, port)))
            .find(|place| !taken.contains(place));
        let place = match (free, only) {
            (Some(place), _) => place,
            (None, Some(_)) => return Err(Error::xml("Unable to find a free virtio-serial port")),
            (None, None) => {
                let next = controllers.last().map_or(0, |(index, _)| index.saturating_add(1));
                controllers.push((next, PORTS));
                added.push(next);
                (next, first.max(1))
            }
        };
        taken.push(place);
        let (controller, port) = place;
        info.address =
            Some(Address::VirtioSerial(VirtioSerialAddress { controller, bus: 0, port }));
    }
    added
        .into_iter()
        .for_each(|index| controllers::ensure(domain, ControllerType::VirtioSerial, index, None));
    Ok(())
}

/// What is on virtio-serial, and the first port it may have by itself.
fn devices(domain: &mut Domain) -> Vec<(&mut DeviceInfo, u32)> {
    let consoles = domain
        .devices
        .consoles
        .iter_mut()
        .filter(|console| {
            console.target.kind == Some(ConsoleType::Virtio) && console.info.address.is_some()
        })
        .map(|console| (&mut console.info, 0));
    let channels = domain
        .devices
        .channels
        .iter_mut()
        .filter(|channel| channel.target.kind == ChannelType::Virtio)
        .map(|channel| (&mut channel.info, 1));
    consoles
        .chain(channels)
        .filter(|(info, _)| matches!(info.address, None | Some(Address::VirtioSerial(_))))
        .collect()
}

/// The port that the user chose: 0 means none but for a console.
fn written(info: &DeviceInfo, first: u32) -> Option<VirtioSerialAddress> {
    match info.address {
        Some(Address::VirtioSerial(place))
            if place.port >= first && (place.port > 0 || first == 0) =>
        {
            Some(place)
        }
        _ => None,
    }
}

fn reserve(
    place: VirtioSerialAddress,
    controllers: &[(u32, u32)],
    taken: &mut Vec<(u32, u32)>,
) -> Result<(), Error> {
    let VirtioSerialAddress { controller, port, .. } = place;
    let Some((_, ports)) = controllers.iter().find(|(index, _)| *index == controller) else {
        return Err(Error::xml(format!("virtio serial controller {controller} is missing")));
    };
    if port >= *ports {
        return Err(Error::xml(format!(
            "virtio serial controller {controller} does not have port {port}"
        )));
    }
    if taken.contains(&(controller, port)) {
        return Err(Error::xml(format!(
            "virtio serial port {port} on controller {controller} is already occupied"
        )));
    }
    taken.push((controller, port));
    Ok(())
}

/// Gives every smartcard a reader.
pub(super) fn assign_smartcards(domain: &mut Domain) {
    let mut taken: Vec<CcidAddress> = domain
        .devices
        .smartcards
        .iter()
        .filter_map(|card| match card.info.address {
            Some(Address::Ccid(place)) => Some(place),
            _ => None,
        })
        .collect();
    for card in domain.devices.smartcards.iter_mut().filter(|card| card.info.address.is_none()) {
        // A reader has one slot.
        let mut places = (0..).map(|controller| CcidAddress { controller, slot: 0 });
        let place = places.find(|place| !taken.contains(place)).unwrap_or_default();
        taken.push(place);
        card.info.address = Some(Address::Ccid(place));
    }
}
