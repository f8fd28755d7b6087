//! Rules of the other devices.

use std::collections::HashSet;

use super::refuse;
use crate::domain::complete::Chipset;
use crate::domain::controller::{Controller, ControllerModel, ControllerType};
use crate::domain::features::IoapicDriver;
use crate::domain::peripheral::{
    FilesystemDriverType, InputBus, InputType, IommuDriver, IommuModel,
};
use crate::domain::security::{LaunchSecurity, LaunchSecurityType};
use crate::domain::{Domain, VirtType};
use crate::{Error, OnOff};

/// Refuses devices that cannot be, or that this QEMU does not have.
pub(super) fn check(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    check_aliases(domain)?;
    check_panics(domain)?;
    check_queues(domain)?;
    check_security(domain, has)?;
    let zpci = domain
        .devices
        .infos()
        .iter()
        .any(|info| info.pci().is_some_and(|place| place.zpci.is_some()));
    if zpci && !has("zpci") {
        return Err(Error::unsupported("This QEMU binary doesn't support zPCI"));
    }
    check_iommu(domain)?;
    let arch = domain.os.machine.arch.as_deref().unwrap_or_default();
    if domain.devices.nvram.is_some() && !arch.starts_with("ppc64") {
        return Err(Error::unsupported("nvram device is only supported for PPC64"));
    }
    for filesystem in &domain.devices.filesystems {
        if filesystem.driver.kind == Some(FilesystemDriverType::Virtiofs) && filesystem.readonly {
            return Err(Error::unsupported("virtiofs does not yet support read-only mode"));
        }
    }
    for input in &domain.devices.inputs {
        let fixed = input.kind != InputType::Evdev;
        let other = input
            .model
            .is_some_and(|model| model != crate::domain::peripheral::VirtioDeviceModel::Virtio);
        if input.bus == Some(InputBus::Virtio) && fixed && other {
            return Err(Error::unsupported(format!(
                "virtio (non-)transitional models are not supported for input type={}",
                input.kind
            )));
        }
    }
    Ok(())
}

/// A name that the user chose is one device's only.
fn check_aliases(domain: &Domain) -> Result<(), Error> {
    let mut seen = HashSet::new();
    // The first console may be the first serial port seen again.
    let infos = domain.devices.infos();
    let shown_twice = domain.devices.consoles.first().map(|console| &console.info);
    let aliases = infos
        .into_iter()
        .filter(|info| !shown_twice.is_some_and(|shown| std::ptr::eq(shown, *info)));
    match aliases.filter_map(|info| info.alias.name()).find(|name| !seen.insert(*name)) {
        Some(twice) => Err(Error::unsupported(format!("non unique alias detected: {twice}"))),
        None => Ok(()),
    }
}

fn check_iommu(domain: &Domain) -> Result<(), Error> {
    let Some(iommu) = &domain.devices.iommu else { return Ok(()) };
    let (model, driver) = (iommu.model, &iommu.driver);
    refuse(model == IommuModel::Virtio && *driver != IommuDriver::default(), || {
        Error::xml("iommu model 'virtio' doesn't support additional attributes")
    })?;
    refuse(model == IommuModel::Smmuv3, || {
        Error::unsupported("IOMMU device: 'smmuv3' is only supported with ARM Virt machines")
    })?;
    refuse(Chipset::of(domain) != Chipset::Q35, || {
        Error::unsupported(format!("IOMMU device: '{model}' is only supported with Q35 machines"))
    })?;
    let remaps = driver.intremap == Some(OnOff::On);
    let split = domain.features.ioapic.is_some_and(|ioapic| ioapic.driver == IoapicDriver::Qemu);
    refuse(remaps && !split, || {
        Error::unsupported(
            "IOMMU interrupt remapping requires split I/O APIC (ioapic driver='qemu')",
        )
    })?;
    refuse(driver.eim == Some(OnOff::On) && !remaps, || {
        Error::unsupported("IOMMU eim requires interrupt remapping to be enabled")
    })
}

fn check_panics(domain: &Domain) -> Result<(), Error> {
    let mut seen = HashSet::new();
    match domain
        .devices
        .panics
        .iter()
        .filter_map(|panic| panic.model)
        .find(|model| !seen.insert(*model))
    {
        Some(twice) => Err(Error::xml(format!("Multiple panic devices with model '{twice}'"))),
        None => Ok(()),
    }
}

fn check_queues(domain: &Domain) -> Result<(), Error> {
    let virtio_scsi = |controller: &Controller| {
        controller.kind == ControllerType::Scsi
            && matches!(
                controller.model,
                Some(
                    ControllerModel::VirtioScsi
                        | ControllerModel::VirtioTransitional
                        | ControllerModel::VirtioNonTransitional
                )
            )
    };
    for controller in
        domain.devices.controllers.iter().filter(|controller| !virtio_scsi(controller))
    {
        let driver = &controller.driver;
        for (set, what) in [
            (driver.queues.is_some(), "queues"),
            (driver.cmd_per_lun.is_some(), "cmd_per_lun"),
            (driver.max_sectors.is_some(), "max_sectors"),
            (driver.ioeventfd.is_some(), "ioeventfd"),
            (driver.iothread.is_some(), "iothread"),
        ] {
            if set {
                return Err(Error::unsupported(format!(
                    "'{what}' is only supported by virtio-scsi controller"
                )));
            }
        }
    }
    Ok(())
}

fn check_security(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    let security = domain.launch_security.as_ref();
    let lax = |sev: &LaunchSecurity| sev.kind == LaunchSecurityType::Sev && sev.policy.is_none();
    refuse(security.is_some_and(|security| lax(security)), || {
        Error::xml("failed to get launch security policy")
    })?;
    match security.map(|security| security.kind) {
        // Only what KVM runs can be encrypted.
        Some(LaunchSecurityType::Sev) if !has("sev-guest") || domain.virt_type != VirtType::Kvm => {
            Err(Error::unsupported("SEV launch security is not supported with this QEMU binary"))
        }
        Some(LaunchSecurityType::S390Pv) if Chipset::of(domain) != Chipset::Other => Err(
            Error::unsupported("S390 PV launch security is not supported with this QEMU binary"),
        ),
        _ => Ok(()),
    }
}
