//! The names of devices in QEMU: libvirt's, since clients and status documents of guests know them.

use crate::domain::Domain;
use crate::domain::address::{Address, DriveAddress};
use crate::domain::chardev::ConsoleType;
use crate::domain::controller::{Controller, ControllerModel, ControllerType};
use crate::domain::device::Alias;
use crate::domain::disk::{Disk, DiskBus};
use crate::domain::memory::{BalloonModel, MemoryModel};
use crate::domain::plug::Device;

/// Names every device of a completed domain that has no name yet; a user's own are kept.
pub fn assign_aliases(domain: &mut Domain) {
    name_disks(domain);
    name_controllers(domain);
    let devices = &mut domain.devices;
    macro_rules! number {
        ($($list:ident: $prefix:literal)*) => {$(
            for (index, device) in devices.$list.iter_mut().enumerate() {
                set(&mut device.info.alias, || format!("{}{index}", $prefix));
            }
        )*};
    }
    number! {
        filesystems: "fs" interfaces: "net" sounds: "sound" hostdevs: "hostdev" redirdevs: "redir" videos: "video"
        serials: "serial" parallels: "parallel" channels: "channel" hubs: "hub" shmems: "shmem" smartcards: "smartcard"
        inputs: "input" rngs: "rng" tpms: "tpm"
    }
    for at in 0..devices.consoles.len() {
        let of_serial = devices.serials.first().map(|serial| serial.info.alias.clone());
        let console = &mut devices.consoles[at];
        match of_serial.filter(|_| at == 0 && console.target.kind == Some(ConsoleType::Serial)) {
            Some(alias) => console.info.alias = alias,
            None => set(&mut console.info.alias, || format!("console{at}")),
        }
    }
    name_memories(domain);
    let devices = &mut domain.devices;
    if let Some(watchdog) = &mut devices.watchdog {
        set(&mut watchdog.info.alias, || "watchdog0".to_owned());
    }
    let balloon = devices.memballoon.as_mut();
    if let Some(balloon) = balloon.filter(|balloon| balloon.model != BalloonModel::None) {
        set(&mut balloon.info.alias, || "balloon0".to_owned());
    }
    if let Some(nvram) = &mut devices.nvram {
        set(&mut nvram.info.alias, || "nvram".to_owned());
    }
    if let Some(iommu) = &mut devices.iommu {
        set(&mut iommu.info.alias, || "iommu0".to_owned());
    }
    if let Some(vsock) = &mut devices.vsock {
        set(&mut vsock.info.alias, || "vsock0".to_owned());
    }
}

/// Names a device that comes while its domain runs: by its place, or else with the number after the
/// highest that its kind has. A user's own name is kept.
pub fn name_device(domain: &Domain, device: &mut Device) {
    if device.alias().is_some() {
        return;
    }
    let mut alone = domain.clone();
    let kind = device.kind();
    alone.devices.put(device.clone());
    let name = match device {
        Device::Disk(disk) => Some(disk_name(disk, &domain.devices.controllers)),
        _ => match prefix(device) {
            Some(prefix) => Some(format!("{prefix}{}", next(domain, device, prefix))),
            None => {
                assign_aliases(&mut alone);
                let mut names = (0..alone.devices.count(kind)).filter_map(|number| {
                    alone.devices.device(kind, number)?.alias().map(str::to_owned)
                });
                names.find(|name| domain.devices.find_alias(name).is_none())
            }
        },
    };
    if let (Some(info), Some(name)) = (device.info_mut(), name) {
        info.alias = Alias::new(name);
    }
}

/// What the names of a kind begin with, where they are only numbered.
const fn prefix(device: &Device) -> Option<&'static str> {
    Some(match device {
        Device::Filesystem(_) => "fs",
        Device::Interface(_) => "net",
        Device::Sound(_) => "sound",
        Device::Hostdev(_) => "hostdev",
        Device::Redirdev(_) => "redir",
        Device::Video(_) => "video",
        Device::Serial(_) => "serial",
        Device::Parallel(_) => "parallel",
        Device::Channel(_) => "channel",
        Device::Console(_) => "console",
        Device::Hub(_) => "hub",
        Device::Shmem(_) => "shmem",
        Device::Smartcard(_) => "smartcard",
        Device::Input(_) => "input",
        Device::Panic(_) => "panic",
        Device::Rng(_) => "rng",
        Device::Tpm(_) => "tpm",
        _ => return None,
    })
}

/// The number after the highest one.
fn next(domain: &Domain, device: &Device, prefix: &str) -> usize {
    let infos = domain.devices.infos();
    let numbers = infos
        .iter()
        .filter_map(|info| info.alias.name()?.strip_prefix(prefix)?.parse::<usize>().ok());
    let next = numbers.max().map_or(0, |highest| highest.saturating_add(1));
    match device {
        // The first may go by the name of the serial port that it shows.
        Device::Console(_) => next.max(domain.devices.consoles.len().min(1)),
        _ => next,
    }
}

fn set(alias: &mut Alias, name: impl FnOnce() -> String) {
    if alias.name().is_none() {
        *alias = Alias::new(name());
    }
}

fn name_disks(domain: &mut Domain) {
    let controllers = &domain.devices.controllers;
    for disk in &mut domain.devices.disks {
        let name = disk_name(disk, controllers);
        set(&mut disk.info.alias, || name);
    }
}

/// A disk on a drive bus is named by its place, every other by its rank.
fn disk_name(disk: &Disk, controllers: &[Controller]) -> String {
    let bus = disk.target.bus.map_or("ide", DiskBus::word);
    match disk.info.address {
        Some(Address::Drive(place)) => {
            let DriveAddress { controller, bus: channel, target, unit } = place;
            let has_targets = controllers.iter().any(|c| {
                c.kind == ControllerType::Scsi
                    && c.index == Some(controller)
                    && c.model == Some(ControllerModel::Lsilogic)
            });
            match disk.target.bus {
                Some(DiskBus::Scsi) if !has_targets => {
                    format!("scsi{controller}-{channel}-{target}-{unit}")
                }
                _ => format!("{bus}{controller}-{channel}-{unit}"),
            }
        }
        _ => {
            let rank = super::drive::index_of(&disk.target.dev).unwrap_or(0);
            let prefix = if disk.target.bus == Some(DiskBus::Sd) { "sd" } else { bus };
            format!("{prefix}-disk{rank}")
        }
    }
}

fn name_controllers(domain: &mut Domain) {
    let q35 = super::Chipset::of(domain) == super::Chipset::Q35;
    let has_root =
        domain.devices.controllers.iter().any(|c| c.model == Some(ControllerModel::PciRoot));
    for controller in &mut domain.devices.controllers {
        let index = controller.index.unwrap_or(0);
        let name = match (controller.kind, controller.model) {
            (ControllerType::Pci, Some(ControllerModel::PcieRoot)) => format!("pcie.{index}"),
            (ControllerType::Pci, _) => format!("pci.{index}"),
            (ControllerType::Ide, _) if index == 0 && has_root => "ide".to_owned(),
            (ControllerType::Sata, _) if index == 0 && q35 => "ide".to_owned(),
            (ControllerType::Usb, _) if index == 0 => "usb".to_owned(),
            (kind, _) => format!("{kind}{index}"),
        };
        set(&mut controller.info.alias, || name);
    }
}

/// A DIMM is named by its slot, every other memory device by its rank among its kind.
fn name_memories(domain: &mut Domain) {
    let mut others: Vec<MemoryModel> = Vec::new();
    for memory in &mut domain.devices.memories {
        let rank = others.iter().filter(|model| **model == memory.model).count();
        let slot = match memory.info.address {
            Some(Address::Dimm(place)) => place.slot as usize,
            _ => rank,
        };
        let name = match memory.model {
            MemoryModel::Dimm => format!("dimm{slot}"),
            MemoryModel::Nvdimm => format!("nvdimm{slot}"),
            MemoryModel::VirtioPmem => format!("virtiopmem{rank}"),
            MemoryModel::VirtioMem => format!("virtiomem{rank}"),
            MemoryModel::SgxEpc => format!("epc{rank}"),
        };
        others.push(memory.model);
        set(&mut memory.info.alias, || name);
    }
}
