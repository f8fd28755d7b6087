//! What a PCI controller is in QEMU and which numbers it shows to the guest.

use xml::{AnyBase, Hex};

use crate::domain::Domain;
use crate::domain::controller::{
    Controller, ControllerModel, ControllerType, PciModel, PciModelName,
};

/// The lowest bus number that an expander is given by itself, counted down from the highest.
const EXPANDER_TOP: u32 = 254;
/// Numbers left free for the buses below each expander.
const EXPANDER_ROOM: u32 = 2;

/// Completes every PCI controller; places must be known.
pub(super) fn complete(domain: &mut Domain) {
    let mut next_bus_nr = domain
        .devices
        .controllers
        .iter()
        .filter(|c| is_expander(c))
        .filter_map(|c| c.target.bus_nr.map(|number| number.0))
        .min()
        .map_or(EXPANDER_TOP, |lowest| lowest.saturating_sub(EXPANDER_ROOM));
    for controller in
        domain.devices.controllers.iter_mut().filter(|c| c.kind == ControllerType::Pci)
    {
        if controller.pci_model.is_none() {
            controller.pci_model = controller.model.and_then(device).map(|name| PciModel { name });
        }
        number(controller);
        if is_expander(controller) && controller.target.bus_nr.is_none() {
            controller.target.bus_nr = Some(AnyBase(next_bus_nr));
            next_bus_nr = next_bus_nr.saturating_sub(EXPANDER_ROOM);
        }
    }
}

fn is_expander(controller: &Controller) -> bool {
    matches!(
        controller.model,
        Some(ControllerModel::PciExpanderBus | ControllerModel::PcieExpanderBus)
    )
}

/// The device QEMU has for a model; `None` for a root, which is part of the machine.
const fn device(model: ControllerModel) -> Option<PciModelName> {
    match model {
        ControllerModel::PciBridge => Some(PciModelName::PciBridge),
        ControllerModel::DmiToPciBridge => Some(PciModelName::I82801b11Bridge),
        ControllerModel::PcieToPciBridge => Some(PciModelName::PciePciBridge),
        ControllerModel::PcieRootPort => Some(PciModelName::PcieRootPort),
        ControllerModel::PcieSwitchUpstreamPort => Some(PciModelName::X3130Upstream),
        ControllerModel::PcieSwitchDownstreamPort => Some(PciModelName::Xio3130Downstream),
        ControllerModel::PciExpanderBus => Some(PciModelName::Pxb),
        ControllerModel::PcieExpanderBus => Some(PciModelName::PxbPcie),
        _ => None,
    }
}

/// Chassis and port: the index, and the slot, of a root port with the function in the low three bits.
fn number(controller: &mut Controller) {
    let index = controller.index.map(AnyBase);
    let place = controller.info.pci().copied().unwrap_or_default();
    let target = &mut controller.target;
    match controller.model {
        Some(ControllerModel::PciBridge) => target.chassis_nr = target.chassis_nr.or(index),
        Some(ControllerModel::PcieRootPort) => {
            target.chassis = target.chassis.or(index);
            target.port =
                target.port.or(Some(Hex(u64::from(place.slot) << 3 | u64::from(place.function))));
        }
        Some(ControllerModel::PcieSwitchDownstreamPort) => {
            target.chassis = target.chassis.or(index);
            target.port = target.port.or(Some(Hex(u64::from(place.slot))));
        }
        _ => {}
    }
}
