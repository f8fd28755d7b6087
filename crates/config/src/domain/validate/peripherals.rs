//! Rules of what a guest has besides disks and displays.

use std::collections::HashSet;

use super::disk_options::has_shared_memory;
use super::refuse;
use crate::domain::Domain;
use crate::domain::complete::Chipset;
use crate::domain::controller::{Controller, ControllerModel, ControllerType, PciModelName};
use crate::domain::memory::MemoryModel;
use crate::domain::peripheral::{
    AccessMode, Filesystem, FilesystemDriverType, FilesystemType, Input, InputBus, InputType,
    PanicModel, Shmem, ShmemModel, SmartcardSource, TpmBackend, TpmModel, TpmVersion,
    VirtioDeviceModel, WatchdogModel,
};
use crate::{Code, Error, YesNo};

/// The first address of a guest's socket that is not taken.
const FIRST_CID: u32 = 3;

/// Refuses what no guest of ours can have.
pub(super) fn check(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    let devices = &domain.devices;
    devices.controllers.iter().try_for_each(|controller| check_controller(domain, controller))?;
    devices.filesystems.iter().try_for_each(|filesystem| check_filesystem(domain, filesystem))?;
    devices.shmems.iter().try_for_each(|shmem| check_shmem(shmem, has))?;
    check_inputs(domain)?;
    check_machines(domain)?;
    check_memories(domain)
}

/// Each bus of USB has one controller, besides its companions.
pub(super) fn check_usb(domain: &Domain) -> Result<(), Error> {
    let mut usb = HashSet::new();
    let masters = domain.devices.controllers.iter();
    let mut masters = masters.filter(|c| c.kind == ControllerType::Usb && c.info.master.is_none());
    match masters.find(|controller| !usb.insert(controller.index)) {
        Some(Controller { index, .. }) => {
            let index = index.unwrap_or(0);
            Err(Error::xml(format!("Duplicate USB controllers with index {index}")))
        }
        None => Ok(()),
    }
}

fn check_controller(domain: &Domain, controller: &Controller) -> Result<(), Error> {
    let index = controller.index.unwrap_or(0);
    let target = &controller.target;
    if controller.kind == ControllerType::Scsi
        && let Some(model @ ControllerModel::Buslogic) = controller.model
    {
        return Err(Error::unsupported(format!("Unsupported controller model: {model}")));
    }
    let x86 = Chipset::of(domain) != Chipset::Other;
    refuse(x86 && controller.model == Some(ControllerModel::Ncr53c90), || {
        Error::unsupported("ncr53c90 SCSI controller is not a built-in for this machine")
    })?;
    if let Some(id) = controller.driver.iothread {
        let named = domain.iothread_ids.iter().flat_map(|ids| &ids.iothreads).any(|t| t.id == id);
        refuse(!named && !(1..=domain.iothreads.unwrap_or(0)).contains(&id), || {
            Error::unsupported(format!("controller iothread '{id}' not defined in iothreadid"))
        })?;
    }
    if controller.kind != ControllerType::Pci {
        return Ok(());
    }
    for (value, least, name) in [
        (target.chassis_nr.map(|number| u64::from(number.0)), 1, "chassisNr"),
        (target.chassis.map(|number| u64::from(number.0)), 0, "chassis"),
        (target.port.map(|port| port.0), 0, "port"),
    ] {
        if let Some(value) = value.filter(|value| !(least..=255).contains(value)) {
            return Err(Error::unsupported(format!(
                "PCI controller {name} '{value}' out of range - must be {least}-255"
            )));
        }
    }
    refuse(target.bus_nr.is_some_and(|number| !(1..=254).contains(&number.0)), || {
        let number = target.bus_nr.unwrap_or_default().0;
        Error::unsupported(format!("PCI controller busNr '{number}' out of range - must be 1-254"))
    })?;
    refuse(target.index.is_some_and(|own| own.0 > 30), || {
        let own = target.index.unwrap_or_default().0;
        Error::unsupported(format!(
            "PCI controller target index '{own}' out of range - must be 0-30"
        ))
    })?;
    refuse(target.index.is_some() && Chipset::of(domain) != Chipset::Other, || {
        Error::unsupported("Option 'targetIndex' is not valid for a PCI controller of a PC")
    })?;
    refuse(target.index.is_some_and(|own| (own.0 == 0) != (index == 0)), || {
        Error::unsupported(
            "Only the PCI controller with index 0 can have target index 0, and vice versa",
        )
    })?;
    let bus = controller.info.pci().map_or(0, |place| u32::from(place.bus));
    let bridge = controller.model == Some(ControllerModel::PciBridge);
    refuse(bridge && bus > 0 && bus >= index, || {
        Error::unsupported(format!(
            "PCI controller at index {index} (0x{index:02x}) has bus='0x{bus:02x}', but index must be larger than bus"
        ))
    })?;
    let Some(model) = controller.model else {
        return Err(Error::internal("PCI controller model was not set correctly"));
    };
    let root = matches!(model, ControllerModel::PciRoot | ControllerModel::PcieRoot);
    refuse(root && controller.info.address.is_some(), || {
        Error::unsupported("pci-root and pcie-root controllers should not have an address")
    })?;
    refuse(root && index > 0 && Chipset::of(domain) != Chipset::Other, || {
        Error::xml("pci-root and pcie-root controllers should have index 0")
    })?;
    if let Some(node) = target.node {
        let cells: usize =
            domain.cpu.iter().flat_map(|cpu| &cpu.numa).map(|numa| numa.cells.len()).sum();
        refuse(node as usize >= cells, || {
            Error::xml(format!(
                "{model} with index {index} is configured for a NUMA node ({node}) not present in the domain's <cpu><numa> array ({cells})"
            ))
        })?;
    }
    let name = controller.pci_model.as_ref().map(|model| model.name);
    let own = name.map_or("", PciModelName::word);
    let fixed = matches!(model, ControllerModel::PciBridge | ControllerModel::PcieRoot);
    refuse(fixed && target.hotplug.is_some(), || {
        Error::unsupported(format!(
            "Option 'hotplug' is not valid for PCI controller with index '{index}', model '{model}' and modelName '{own}'"
        ))
    })?;
    let own_names: &[PciModelName] = match model {
        ControllerModel::PciBridge => &[PciModelName::PciBridge],
        ControllerModel::PcieRootPort => &[PciModelName::PcieRootPort, PciModelName::Ioh3420],
        ControllerModel::DmiToPciBridge => &[PciModelName::I82801b11Bridge],
        ControllerModel::PcieToPciBridge => &[PciModelName::PciePciBridge],
        ControllerModel::PcieSwitchUpstreamPort => &[PciModelName::X3130Upstream],
        ControllerModel::PcieSwitchDownstreamPort => &[PciModelName::Xio3130Downstream],
        ControllerModel::PciExpanderBus => &[PciModelName::Pxb],
        ControllerModel::PcieExpanderBus => &[PciModelName::PxbPcie],
        _ => &[],
    };
    refuse(name.is_some_and(|name| !own_names.contains(&name)), || {
        Error::unsupported(format!(
            "Option 'modelName' has invalid value for PCI controller with index '{index}', model '{model}' and modelName '{own}'"
        ))
    })
}

fn check_filesystem(domain: &Domain, filesystem: &Filesystem) -> Result<(), Error> {
    let virtiofs = filesystem.driver.kind == Some(FilesystemDriverType::Virtiofs);
    let nowhere = filesystem.source.as_ref().is_none_or(|source| {
        filesystem.kind == FilesystemType::Mount && source.dir.is_none() && source.socket.is_none()
    });
    refuse(nowhere, || {
        let device = &filesystem.target.dir;
        Error::new(Code::NoSource, format!("missing source information for device {device}"))
    })?;
    refuse(filesystem.kind != FilesystemType::Mount, || {
        Error::unsupported("only supports mount filesystem type")
    })?;
    let squashed = filesystem.accessmode.is_some_and(|mode| mode != AccessMode::Passthrough);
    refuse(filesystem.driver.kind == Some(FilesystemDriverType::Mtp), || {
        Error::xml("Invalid value for attribute 'type' in element 'driver': 'mtp'.")
    })?;
    let elsewhere = filesystem.source.as_ref().is_some_and(|source| source.socket.is_some());
    let moded = filesystem.fmode.is_some() || filesystem.dmode.is_some();
    refuse(moded && filesystem.accessmode != Some(AccessMode::Mapped), || {
        Error::unsupported("fmode and dmode must be used with accessmode=mapped")
    })?;
    for (said, what) in [
        // Whoever listens at a socket decides for itself.
        (squashed && !elsewhere, "only supports passthrough accessmode"),
        (filesystem.driver.wrpolicy.is_some(), "does not support wrpolicy"),
        (filesystem.multidevs.is_some(), "does not support multidevs"),
        (
            filesystem.model.is_some_and(|m| m != VirtioDeviceModel::Virtio),
            "does not support the model",
        ),
    ] {
        refuse(virtiofs && said, || Error::unsupported(format!("virtiofs {what}")))?;
    }
    let handle = filesystem.driver.kind == Some(FilesystemDriverType::Handle);
    refuse(handle && squashed, || Error::unsupported("only supports passthrough accessmode"))?;
    refuse(virtiofs && !has_shared_memory(domain), || {
        Error::unsupported("'virtiofs' requires shared memory")
    })
}

fn check_shmem(shmem: &Shmem, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    refuse(shmem.name.contains('/'), || {
        Error::unsupported("shmem name cannot include '/' character")
    })?;
    match shmem.model.as_ref().map(|model| model.kind) {
        Some(ShmemModel::Ivshmem) if !has("ivshmem") => {
            Err(Error::unsupported("ivshmem device is not supported with this QEMU binary"))
        }
        Some(ShmemModel::Plain) if shmem.server.is_some() => Err(Error::unsupported(
            "shmem model 'ivshmem-plain' is supported only with server option disabled",
        )),
        Some(ShmemModel::Doorbell) if shmem.size.is_some() => {
            Err(Error::unsupported("shmem model 'ivshmem-doorbell' does not support size setting"))
        }
        Some(ShmemModel::Doorbell) if shmem.server.is_none() => Err(Error::unsupported(
            "shmem model 'ivshmem-doorbell' is supported only with server option enabled",
        )),
        _ => Ok(()),
    }
}

fn check_inputs(domain: &Domain) -> Result<(), Error> {
    for input in &domain.devices.inputs {
        refuse(input.bus == Some(InputBus::Xen), || Error::internal("unsupported input bus xen"))?;
        let tablet = input.kind == InputType::Tablet && input.bus == Some(InputBus::Ps2);
        refuse(tablet, || Error::internal("ps2 bus does not support tablet input device"))?;
        check_evdev(input)?;
        if let Some(model) = input.model.filter(|_| input.bus != Some(InputBus::Virtio)) {
            return Err(Error::unsupported(format!(
                "only bus 'virtio' is supported for input model '{model}'"
            )));
        }
    }
    Ok(())
}

/// Rules of devices of the host that are shown as they are.
fn check_evdev(input: &Input) -> Result<(), Error> {
    let kind = input.kind;
    if !matches!(kind, InputType::Passthrough | InputType::Evdev) {
        return Ok(());
    }
    refuse(input.bus == Some(InputBus::Ps2), || {
        Error::internal(format!("ps2 bus does not support {kind} input device"))
    })?;
    let nameless = input.source.as_deref().is_some_and(|s| s.dev.is_none() && s.evdev.is_none());
    refuse(nameless, || Error::xml("Missing evdev path for input device"))?;
    match (kind, input.bus) {
        (InputType::Passthrough, Some(InputBus::Virtio)) | (InputType::Evdev, None) => Ok(()),
        (InputType::Passthrough, _) => Err(Error::unsupported(
            "only bus 'virtio' is supported for 'passthrough' input devices",
        )),
        _ => Err(Error::unsupported("input evdev doesn't support bus element")),
    }
}

fn check_machines(domain: &Domain) -> Result<(), Error> {
    let devices = &domain.devices;
    let x86 = Chipset::of(domain) != Chipset::Other;
    let diag = devices.watchdog.as_ref().is_some_and(|w| w.model == WatchdogModel::Diag288);
    refuse(x86 && diag, || {
        Error::unsupported("diag288 model of watchdog is allowed for s390 and s390x only")
    })?;
    for panic in devices.panics.iter().filter(|_| x86) {
        match panic.model {
            Some(PanicModel::S390) => {
                return Err(Error::unsupported(
                    "only S390 guests support panic device of model 's390'",
                ));
            }
            Some(PanicModel::Pseries) => {
                return Err(Error::unsupported(
                    "only pSeries guests support panic device of model 'pseries'",
                ));
            }
            Some(PanicModel::Pvpanic) => {
                return Err(Error::unsupported("unknown panic model 'pvpanic'"));
            }
            _ => {}
        }
    }
    refuse(x86 && devices.nvram.is_some(), || {
        Error::unsupported("nvram device is only supported for PPC64")
    })?;
    let low = |cid: u32| cid < FIRST_CID;
    let cid = devices.vsock.as_ref().and_then(|vsock| vsock.cid.as_ref());
    let automatic = cid.is_some_and(|cid| cid.auto == Some(YesNo::Yes));
    refuse(!automatic && cid.and_then(|cid| cid.address).is_some_and(low), || {
        Error::unsupported("guest CIDs must be >= 3")
    })?;
    for card in &devices.smartcards {
        let SmartcardSource::Certificates(certificates) = &card.source else { continue };
        refuse(certificates.certificates.len() != 3, || {
            Error::xml("host-certificates mode needs exactly three certificates")
        })?;
        if let Some(path) = certificates.database.as_deref().filter(|path| !path.starts_with('/')) {
            return Err(Error::xml(format!("expecting absolute path: {path}")));
        }
    }
    check_tpms(domain)
}

fn check_tpms(domain: &Domain) -> Result<(), Error> {
    let x86 = Chipset::of(domain) != Chipset::Other;
    for tpm in &domain.devices.tpms {
        let spapr = matches!(tpm.model, Some(TpmModel::Spapr | TpmModel::SpaprProxy));
        if let Some(model) = tpm.model.filter(|_| x86 && spapr) {
            let qemu = domain.devices.emulator.as_deref().unwrap_or_default();
            return Err(Error::unsupported(format!(
                "The QEMU executable {qemu} does not support TPM model {model}"
            )));
        }
        if let TpmBackend::Emulator(emulator) = &tpm.backend {
            let old = emulator.version == Some(TpmVersion::V1_2);
            refuse(old && emulator.active_pcr_banks.is_some(), || {
                Error::xml("<active_pcr_banks/> requires TPM version '2.0'")
            })?;
            refuse(old && tpm.model == Some(TpmModel::Crb), || {
                Error::unsupported("Unsupported interface 'tpm-crb' for TPM 1.2")
            })?;
        }
    }
    Ok(())
}

fn check_memories(domain: &Domain) -> Result<(), Error> {
    for memory in &domain.devices.memories {
        let model = memory.model;
        let nvdimm = model == MemoryModel::Nvdimm;
        let x86 = Chipset::of(domain) != Chipset::Other;
        refuse(nvdimm && memory.uuid.is_some() && x86, || {
            Error::unsupported("UUID is not supported for NVDIMM device")
        })?;
        let file = matches!(model, MemoryModel::Nvdimm | MemoryModel::VirtioPmem);
        refuse(file && memory.source.path.is_none(), || {
            Error::detail(format!("path is required for model '{model}'"))
        })?;
        let node =
            matches!(model, MemoryModel::Dimm | MemoryModel::Nvdimm | MemoryModel::VirtioMem);
        refuse(node && memory.target.node.is_none(), || {
            Error::unsupported("target NUMA node needs to be specified for memory device")
        })?;
        let whole = memory.target.block.is_some_and(|block| block.0.is_power_of_two());
        refuse(model == MemoryModel::VirtioMem && !whole, || {
            Error::detail("block size must be a power of two")
        })?;
    }
    Ok(())
}
