//! Slots of memory devices.

use crate::domain::Domain;
use crate::domain::address::{Address, DimmAddress};
use crate::domain::memory::{MemoryDevice, MemoryModel};

/// Gives every DIMM the lowest free slot.
pub(super) fn assign(domain: &mut Domain) {
    let slot_of = |memory: &MemoryDevice| match memory.info.address {
        Some(Address::Dimm(place)) => Some(place.slot),
        _ => None,
    };
    let mut taken: Vec<u32> = domain.devices.memories.iter().filter_map(slot_of).collect();
    let needs = |memory: &&mut MemoryDevice| {
        matches!(memory.model, MemoryModel::Dimm | MemoryModel::Nvdimm)
            && memory.info.address.is_none()
    };
    for memory in domain.devices.memories.iter_mut().filter(needs) {
        let slot = (0..).find(|slot| !taken.contains(slot)).unwrap_or(0);
        taken.push(slot);
        memory.info.address = Some(Address::Dimm(DimmAddress { slot, base: None }));
    }
}
