//! Rules of what a guest has besides disks and displays.

use std::collections::HashSet;

use super::disk_options::has_shared_memory;
use super::refuse;
use crate::domain::Domain;
use crate::domain::complete::Chipset;
use crate::domain::controller::{Controller, ControllerModel, ControllerType, PciModelName};
use crate::domain::graphics::{Graphics, VideoModelType};
use crate::domain::interface::Interface;
use crate::domain::memory::MemoryModel;
use crate::domain::peripheral::{
    AccessMode, Filesystem, FilesystemDriverType, FilesystemType, InputBus, InputType, PanicModel,
    Shmem, ShmemModel, SmartcardSource, WatchdogModel,
};
use crate::{Code, Error, YesNo};

/// Longest password of VNC.
const VNC_PASSWORD: usize = 8;
/// Least video memory, in KiB.
const LEAST_VRAM: u32 = 1024;
/// The first address of a guest's socket that is not taken.
const FIRST_CID: u32 = 3;

/// Refuses what no guest of ours can have.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    let devices = &domain.devices;
    let mut usb = HashSet::new();
    for controller in &devices.controllers {
        check_controller(domain, controller)?;
        let master = controller.kind == ControllerType::Usb && controller.info.master.is_none();
        let index = controller.index.unwrap_or(0);
        refuse(master && !usb.insert(index), || {
            Error::xml(format!("Duplicate USB controllers with index {index}"))
        })?;
    }
    devices.filesystems.iter().try_for_each(|filesystem| check_filesystem(domain, filesystem))?;
    devices.shmems.iter().try_for_each(check_shmem)?;
    devices.interfaces.iter().try_for_each(check_interface)?;
    check_inputs(domain)?;
    check_shown(domain)?;
    check_heard(domain)?;
    check_machines(domain)?;
    check_memories(domain)
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
        (target.chassis_nr.map(u64::from), 1, "chassisNr"),
        (target.chassis.map(u64::from), 0, "chassis"),
        (target.port.map(|port| port.0), 0, "port"),
    ] {
        if let Some(value) = value.filter(|value| !(least..=255).contains(value)) {
            return Err(Error::unsupported(format!(
                "PCI controller {name} '{value}' out of range - must be {least}-255"
            )));
        }
    }
    let Some(model) = controller.model else {
        return Err(Error::internal("PCI controller model was not set correctly"));
    };
    let root = matches!(model, ControllerModel::PciRoot | ControllerModel::PcieRoot);
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
    refuse(model == ControllerModel::PciBridge && target.hotplug.is_some(), || {
        Error::unsupported(format!(
            "Option 'hotplug' is not valid for PCI controller with index '{index}', model '{model}' and modelName '{own}'"
        ))
    })?;
    let other = name.is_some_and(|name| name != PciModelName::PciBridge);
    refuse(model == ControllerModel::PciBridge && other, || {
        Error::unsupported(format!(
            "Option 'modelName' has invalid value for PCI controller with index '{index}', model '{model}' and modelName '{own}'"
        ))
    })
}

fn check_filesystem(domain: &Domain, filesystem: &Filesystem) -> Result<(), Error> {
    let virtiofs = filesystem.driver.kind == Some(FilesystemDriverType::Virtiofs);
    refuse(filesystem.source.is_none(), || {
        let device = &filesystem.target.dir;
        Error::new(Code::NoSource, format!("missing source information for device {device}"))
    })?;
    refuse(filesystem.kind != FilesystemType::Mount, || {
        Error::unsupported("only supports mount filesystem type")
    })?;
    let squashed = filesystem.accessmode.is_some_and(|mode| mode != AccessMode::Passthrough);
    let handle = filesystem.driver.kind == Some(FilesystemDriverType::Handle);
    refuse(handle && squashed, || Error::unsupported("only supports passthrough accessmode"))?;
    refuse(virtiofs && !has_shared_memory(domain), || {
        Error::unsupported("'virtiofs' requires shared memory")
    })
}

fn check_shmem(shmem: &Shmem) -> Result<(), Error> {
    refuse(shmem.name.contains('/'), || {
        Error::unsupported("shmem name cannot include '/' character")
    })?;
    match shmem.model.as_ref().map(|model| model.kind) {
        Some(ShmemModel::Ivshmem) => {
            Err(Error::unsupported("ivshmem device is not supported with this QEMU binary"))
        }
        Some(ShmemModel::Doorbell) if shmem.server.is_none() => Err(Error::unsupported(
            "shmem model 'ivshmem-doorbell' is supported only with server option enabled",
        )),
        _ => Ok(()),
    }
}

fn check_interface(interface: &Interface) -> Result<(), Error> {
    refuse(interface.info.acpi.is_some_and(|acpi| acpi.index == 0), || {
        Error::xml("Invalid value for attribute 'index' in element 'acpi': Zero is not permitted")
    })?;
    let rom = interface.info.rom.as_deref();
    let tuned = rom.is_some_and(|rom| {
        rom.enabled == Some(YesNo::No) && (rom.bar.is_some() || rom.file.is_some())
    });
    refuse(tuned, || Error::unsupported("ROM tuning is not supported when ROM is disabled"))
}

fn check_inputs(domain: &Domain) -> Result<(), Error> {
    for input in &domain.devices.inputs {
        refuse(input.bus == Some(InputBus::Xen), || Error::internal("unsupported input bus xen"))?;
        let tablet = input.kind == InputType::Tablet && input.bus == Some(InputBus::Ps2);
        refuse(tablet, || Error::internal("ps2 bus does not support tablet input device"))?;
        if let Some(model) = input.model.filter(|_| input.bus != Some(InputBus::Virtio)) {
            return Err(Error::unsupported(format!(
                "only bus 'virtio' is supported for input model '{model}'"
            )));
        }
    }
    Ok(())
}

fn check_shown(domain: &Domain) -> Result<(), Error> {
    for display in &domain.devices.graphics {
        match display {
            Graphics::Vnc(vnc) => {
                let length = vnc.password.passwd.as_deref().map_or(0, str::len);
                refuse(length > VNC_PASSWORD, || {
                    Error::unsupported(format!(
                        "VNC password is {length} characters long, only {VNC_PASSWORD} permitted"
                    ))
                })?;
            }
            Graphics::Rdp(_) | Graphics::Desktop(_) => {
                let what = format!("{} graphics are not supported with this QEMU", display.word());
                return Err(Error::unsupported(what));
            }
            _ => {}
        }
    }
    let mut primaries = 0;
    for model in domain.devices.videos.iter().filter_map(|video| video.model.as_ref()) {
        primaries += u32::from(model.primary == Some(YesNo::Yes));
        refuse(primaries > 1, || Error::unsupported("Only one primary video device is supported"))?;
        let Some(kind) = model.kind else { continue };
        let foreign =
            matches!(kind, VideoModelType::Gop | VideoModelType::Xen | VideoModelType::Vbox);
        refuse(foreign, || {
            Error::unsupported(format!(
                "domain configuration does not support video model '{kind}'"
            ))
        })?;
        let several = matches!(kind, VideoModelType::Qxl | VideoModelType::Virtio);
        refuse(!several && model.heads.is_some_and(|heads| heads > 1), || {
            Error::unsupported(format!("video type '{kind}' doesn't support multiple 'heads'"))
        })?;
        let small = kind == VideoModelType::Vga && model.vram.is_some_and(|vram| vram < LEAST_VRAM);
        refuse(small, || Error::unsupported("value for 'vram' must be at least 1 MiB (1024 KiB)"))?;
        refuse(kind == VideoModelType::Cirrus && model.resolution.is_some(), || {
            Error::xml("model resolution is not supported")
        })?;
    }
    Ok(())
}

fn check_heard(domain: &Domain) -> Result<(), Error> {
    let mut ids = HashSet::new();
    for audio in &domain.devices.audios {
        let Some(id) = audio.id else {
            return Err(Error::xml("Missing required attribute 'id' in element 'audio'"));
        };
        refuse(id == 0, || {
            Error::xml("Invalid value for attribute 'id' in element 'audio': Zero is not permitted")
        })?;
        refuse(!ids.insert(id), || Error::xml(format!("audio ID {id} is used multiple times")))?;
    }
    for audio in domain.devices.sounds.iter().filter_map(|sound| sound.audio.as_ref()) {
        refuse(!ids.contains(&audio.id), || {
            Error::xml(format!("no audio device with ID {}", audio.id))
        })?;
    }
    Ok(())
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
    }
    refuse(devices.smartcards.len() > 1, || {
        Error::unsupported("this QEMU binary lacks multiple smartcard support")
    })
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
