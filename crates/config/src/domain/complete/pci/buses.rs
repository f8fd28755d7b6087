//! Which places on the guest's PCI buses are taken.

use super::connect::Connect;
use crate::domain::address::PciAddress;
use crate::domain::controller::ControllerModel;
use crate::{Code, Error};

/// Most buses a guest can have.
pub(super) const MOST: usize = 256;

/// What may be done when no bus has room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// Buses are added, with these bridges from PCI Express to conventional PCI.
    Adds(Bridging),
    /// The buses are what they are.
    Fixed,
}

/// How conventional devices reach a machine that is all PCI Express.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bridging {
    /// Through one `pcie-to-pci-bridge` in a root port.
    Pcie,
    /// Through a `dmi-to-pci-bridge` and a `pci-bridge` on it.
    Dmi,
}

/// The buses by number.
#[derive(Debug)]
pub(super) struct Buses {
    buses: Vec<Bus>,
    growth: Growth,
}

#[derive(Clone, Debug)]
struct Bus {
    model: ControllerModel,
    slots: [Slot; 32],
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// A bit a function.
    functions: u8,
    /// Whether the devices in it share it on purpose.
    aggregate: bool,
}

impl Bus {
    fn new(model: ControllerModel) -> Self {
        Self { model, slots: [Slot::default(); 32] }
    }

    fn offers(&self) -> Connect {
        Connect::offered_by(self.model)
    }

    fn first(&self) -> u8 {
        match self.model {
            ControllerModel::PciRoot
            | ControllerModel::PcieRoot
            | ControllerModel::PciBridge
            | ControllerModel::PcieToPciBridge => 1,
            _ => 0,
        }
    }

    fn last(&self) -> u8 {
        match self.model {
            ControllerModel::PcieRootPort | ControllerModel::PcieSwitchDownstreamPort => 0,
            _ => 31,
        }
    }

    fn is_full(&self) -> bool {
        (self.first()..=self.last()).all(|slot| self.slots[usize::from(slot)].functions != 0)
    }

    /// Slot and function of a free place.
    fn free(&self, connect: Connect) -> Option<(u8, u8)> {
        (self.first()..=self.last()).find_map(|number| {
            let slot = self.slots[usize::from(number)];
            let shared = slot.aggregate && connect.has(Connect::AGGREGATE);
            if slot.functions == 0 {
                return Some((number, 0));
            }
            (0..8)
                .find(|function| shared && slot.functions & 1 << function == 0)
                .map(|function| (number, function))
        })
    }
}

impl Buses {
    /// Empty buses with these models.
    pub(super) fn new(models: Vec<ControllerModel>, growth: Growth) -> Self {
        Self { buses: models.into_iter().map(Bus::new).collect(), growth }
    }

    /// The models by number.
    pub(super) fn models(&self) -> impl Iterator<Item = ControllerModel> + '_ {
        self.buses.iter().map(|bus| bus.model)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.buses.len()
    }

    /// Whether no slot is left anywhere.
    pub(super) fn are_full(&self) -> bool {
        self.buses.iter().all(Bus::is_full)
    }

    /// Whether a slot has any device.
    pub(super) fn in_use(&self, at: &PciAddress) -> bool {
        self.buses
            .get(usize::from(at.bus))
            .is_some_and(|bus| bus.slots[usize::from(at.slot & 31)].functions != 0)
    }

    /// Takes a place that the user chose; the number of the bus, which is one more if the bridge to it had to be
    /// added as well.
    ///
    /// # Errors
    /// As libvirt: no such place, a bus that does not suit, or a place already taken.
    pub(super) fn reserve(&mut self, at: &PciAddress, connect: Connect) -> Result<u8, Error> {
        let mut at = *at;
        if let Growth::Adds(_) = self.growth {
            at.bus = self.grow_to(usize::from(at.bus), connect)? as u8;
        }
        let at = &at;
        self.check(at, connect)?;
        let slot = &mut self.buses[usize::from(at.bus)].slots[usize::from(at.slot)];
        let bit = 1 << at.function;
        if slot.functions & bit != 0 {
            return Err(Error::xml(format!("Attempted double use of PCI Address {at}")));
        }
        slot.aggregate = (slot.functions == 0 || slot.aggregate) && connect.has(Connect::AGGREGATE);
        slot.functions |= bit;
        Ok(at.bus)
    }

    /// Takes the next free place that suits.
    ///
    /// # Errors
    /// No bus has room, and none can be added.
    pub(super) fn reserve_next(&mut self, connect: Connect) -> Result<PciAddress, Error> {
        let place = self.next(connect)?;
        self.take(&place, connect);
        Ok(place)
    }

    /// The next free place that suits; adds a bus if there is none.
    ///
    /// # Errors
    /// As [`Self::reserve_next`].
    pub(super) fn next(&mut self, connect: Connect) -> Result<PciAddress, Error> {
        if self.buses.is_empty() {
            return Err(Error::xml("No PCI buses available"));
        }
        let integrated = |bus: usize| bus == 0 || !connect.has(Connect::INTEGRATED);
        let free = self.buses.iter().enumerate().find_map(|(number, bus)| {
            let suits = connect.suits(bus.offers()) && integrated(number);
            let (slot, function) = suits.then(|| bus.free(connect)).flatten()?;
            Some(PciAddress::slot(number as u8, slot).with_function(function))
        });
        match free {
            Some(place) => Ok(place),
            None if self.growth == Growth::Fixed => {
                Err(Error::internal("No more available PCI slots"))
            }
            None => {
                let bus = self.grow_to(self.buses.len(), connect)?;
                let slot = self.buses.get(bus).map_or(0, Bus::first);
                Ok(PciAddress::slot(bus as u8, slot))
            }
        }
    }

    fn take(&mut self, at: &PciAddress, connect: Connect) {
        if let Some(bus) = self.buses.get_mut(usize::from(at.bus)) {
            let slot = &mut bus.slots[usize::from(at.slot)];
            slot.functions |= 1 << at.function;
            slot.aggregate = connect.has(Connect::AGGREGATE);
        }
    }

    fn check(&self, at: &PciAddress, connect: Connect) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::xml(format!("Invalid PCI address {at}. {what}")));
        if self.buses.is_empty() {
            return Err(Error::xml("No PCI buses available"));
        }
        if at.domain != 0 {
            return wrong("Only PCI domain 0 is available".to_owned());
        }
        let Some(bus) = self.buses.get(usize::from(at.bus)) else {
            return wrong(format!("Only PCI buses up to {} are available", self.buses.len() - 1));
        };
        if at.slot < bus.first() {
            return wrong(format!("slot must be >= {}", bus.first()));
        }
        if at.slot > bus.last() {
            return wrong(format!("slot must be <= {}", bus.last()));
        }
        if connect.has(Connect::INTEGRATED) && at.bus != 0 {
            return Err(Error::xml(format!(
                "The device at PCI address {at} needs to be an integrated device (bus=0)"
            )));
        }
        if !connect.may(bus.offers()) {
            return Err(Error::xml(format!(
                "The device at PCI address {at} cannot be plugged into the PCI controller with index='{}'. It requires a controller that accepts a {}.",
                at.bus,
                connect.name()
            )));
        }
        Ok(())
    }

    /// Adds buses until `bus` is there for a device that needs `connect`; its number, which the bridge that a
    /// bridge needs can make greater.
    fn grow_to(&mut self, bus: usize, connect: Connect) -> Result<usize, Error> {
        let Some(mut add) = (bus + 1).checked_sub(self.buses.len()).filter(|add| *add > 0) else {
            return Ok(bus);
        };
        let Growth::Adds(bridging) = self.growth else { return Ok(bus) };
        let mut bus = bus;
        let mut first: &[ControllerModel] = &[];
        let model = if connect.has(Connect::PCI) {
            let homeless = !self.buses.iter().any(|bus| bus.offers().has(Connect::PCI_BRIDGE));
            if homeless {
                first = match bridging {
                    Bridging::Pcie => {
                        &[ControllerModel::PcieRootPort, ControllerModel::PcieToPciBridge]
                    }
                    Bridging::Dmi => &[ControllerModel::DmiToPciBridge],
                };
                if add == 1 {
                    (add, bus) = (2, bus + 1);
                }
            }
            ControllerModel::PciBridge
        } else if connect.has(Connect::PCIE | Connect::UPSTREAM) {
            ControllerModel::PcieRootPort
        } else if connect.has(Connect::NOWHERE | Connect::PCIE_BRIDGE) {
            return Err(Error::internal(
                "Cannot automatically add a new PCI bus for a device that no added bus would take",
            ));
        } else {
            return Err(Error::new(
                Code::InternalError,
                format!(
                    "a PCI slot is needed to connect a PCI controller model='{}', but none is available, and it cannot be automatically added",
                    connect.name()
                ),
            ));
        };
        if self.buses.len() + add > MOST {
            return Err(Error::internal("No more available PCI slots"));
        }
        for number in 0..add {
            let mut added = Bus::new(first.get(number).copied().unwrap_or(model));
            // The first of several carries the second.
            if number == 0 && !first.is_empty() {
                let slot = usize::from(added.first());
                added.slots[slot].functions = 1;
            }
            self.buses.push(added);
        }
        Ok(bus)
    }
}
