//! Rules of the other devices.

use std::collections::HashSet;

use crate::Error;
use crate::OnOff;
use crate::domain::chardev::CharSource;
use crate::domain::complete::Chipset;
use crate::domain::controller::{Controller, ControllerModel, ControllerType};
use crate::domain::graphics::{Graphics, Video, VideoModelType};
use crate::domain::hostdev::{Hostdev, HostdevSource};
use crate::domain::peripheral::{FilesystemDriverType, InputBus, InputType, IommuModel};
use crate::domain::security::LaunchSecurityType;
use crate::domain::{Domain, VirtType};

/// Refuses devices that cannot be, or that this QEMU does not have.
pub(super) fn check(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    check_aliases(domain)?;
    check_displays(domain)?;
    check_cards(domain)?;
    check_panics(domain)?;
    check_queues(domain)?;
    domain.devices.hostdevs.iter().try_for_each(|hostdev| check_hostdev(domain, hostdev))?;
    check_security(domain, has)?;
    let zpci = domain
        .devices
        .infos()
        .iter()
        .any(|info| info.pci().is_some_and(|place| place.zpci.is_some()));
    if zpci && !has("zpci") {
        return Err(Error::unsupported("This QEMU binary doesn't support zPCI"));
    }
    if let Some(iommu) = &domain.devices.iommu
        && iommu.model == IommuModel::Intel
        && Chipset::of(domain) != Chipset::Q35
    {
        return Err(Error::unsupported(
            "IOMMU device: 'intel' is only supported with Q35 machines",
        ));
    }
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
        let fixed =
            matches!(input.kind, InputType::Mouse | InputType::Keyboard | InputType::Tablet);
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

/// Most cards can only be the first one.
fn check_cards(domain: &Domain) -> Result<(), Error> {
    let videos = &domain.devices.videos;
    let kind = |video: &Video| video.model.as_ref().and_then(|model| model.kind);
    if videos.len() > 1 && videos.iter().any(|video| kind(video) == Some(VideoModelType::None)) {
        return Err(Error::unsupported(
            "a 'none' video type must be the only video device defined for the domain",
        ));
    }
    for (at, video) in videos.iter().enumerate() {
        let Some(model) = &video.model else { continue };
        let Some(kind) = model.kind else { continue };
        if at > 0 && !matches!(kind, VideoModelType::Qxl | VideoModelType::Virtio) {
            return Err(Error::unsupported(format!(
                "video type '{kind}' is only valid as primary video device"
            )));
        }
        if let Some(vgamem) = model.vgamem {
            if kind != VideoModelType::Qxl {
                return Err(Error::unsupported(
                    "vgamem attribute only supported for video type qxl",
                ));
            }
            if !vgamem.is_power_of_two() {
                return Err(Error::unsupported("value for 'vgamem' must be power of two"));
            }
        }
    }
    Ok(())
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

fn check_displays(domain: &Domain) -> Result<(), Error> {
    let displays = &domain.devices.graphics;
    let has = |wanted: fn(&Graphics) -> bool| displays.iter().any(wanted);
    let headless = has(|display| matches!(display, Graphics::EglHeadless(_)));
    let others = displays.len() > 1;
    if headless
        && others
        && !has(|display| matches!(display, Graphics::Vnc(_) | Graphics::Spice(_)))
    {
        return Err(Error::unsupported(
            "graphics type 'egl-headless' is only supported with one of: 'vnc', 'spice' graphics types",
        ));
    }
    let needs_spice = domain.devices.char_sources().into_iter().find_map(|source| match source {
        CharSource::SpiceVmc => Some("spicevmc"),
        CharSource::SpicePort(_) => Some("spiceport"),
        _ => None,
    });
    if let Some(kind) =
        needs_spice.filter(|_| !has(|display| matches!(display, Graphics::Spice(_))))
    {
        return Err(Error::unsupported(format!(
            "chardev '{kind}' not supported without spice graphics"
        )));
    }
    for display in displays {
        if let Graphics::Spice(spice) = display
            && spice.tls_port.is_some_and(|port| port > 0)
        {
            return Err(Error::unsupported(
                "spice TLS port set in XML configuration, but TLS is disabled in qemu.conf",
            ));
        }
    }
    Ok(())
}

fn check_hostdev(domain: &Domain, hostdev: &Hostdev) -> Result<(), Error> {
    match &hostdev.source {
        HostdevSource::ScsiHost(_) if hostdev.info.boot.is_some() => Err(Error::unsupported(
            "booting from assigned devices is not supported by vhost SCSI devices",
        )),
        HostdevSource::Mdev(_)
            if hostdev.display == Some(OnOff::On) && domain.devices.graphics.is_empty() =>
        {
            Err(Error::unsupported(
                "graphics device is needed for attribute value 'display=on' in <hostdev>",
            ))
        }
        _ => Ok(()),
    }
}

fn check_security(domain: &Domain, has: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    match domain.launch_security.as_ref().map(|security| security.kind) {
        // Only what KVM runs can be encrypted.
        Some(LaunchSecurityType::Sev) if !has("sev-guest") || domain.virt_type != VirtType::Kvm => {
            Err(Error::unsupported("SEV launch security is not supported with this QEMU binary"))
        }
        Some(LaunchSecurityType::S390Pv) if !has("s390-pv-guest") => Err(Error::unsupported(
            "S390 PV launch security is not supported with this QEMU binary",
        )),
        _ => Ok(()),
    }
}
