//! Rules between the parts of a document, checked before completion builds on them.

use std::collections::HashSet;

use crate::domain::Domain;
use crate::domain::chardev::{CharSource, Endpoint, Reconnect, SocketMode};
use crate::domain::clock::ClockOffset;
use crate::domain::complete::usb::is_disabled;
use crate::domain::controller::ControllerType;
use crate::domain::cpu::CpuMode;
use crate::domain::graphics::VideoModelType;
use crate::domain::hostdev::{HostScsiSource, HostdevSource};
use crate::domain::peripheral::InputBus;
use crate::domain::storage::{Encryption, StorageSource};
use crate::domain::tuning::Placement;
use crate::domain::{Vcpu, address::Address};
use crate::{Code, Error, OnOff, RangeSet, YesNo};

/// Fewest tries of a Hyper-V spin lock.
const LEAST_RETRIES: u32 = 4095;

impl Domain {
    /// Refuses a document whose parts contradict each other.
    pub(in crate::domain) fn check_written(&self) -> Result<(), Error> {
        self.check_texts()?;
        self.check_vcpus()?;
        self.check_placement()?;
        self.check_schedulers()?;
        self.check_boot()?;
        self.check_controllers()?;
        self.check_sources()?;
        self.check_devices()?;
        self.check_sysinfo()
    }

    /// What s390's firmware is told; it is looked at whatever the machine.
    pub(in crate::domain) fn check_loadparms(&self) -> Result<(), Error> {
        let infos = self.devices.infos();
        let mut boots = infos.iter().filter_map(|info| info.boot.as_ref());
        boots.try_for_each(|boot| boot.loadparm.as_deref().map_or(Ok(()), check_loadparm))
    }

    fn check_texts(&self) -> Result<(), Error> {
        if self.title.as_deref().is_some_and(|title| title.contains('\n')) {
            return Err(Error::xml("Domain title can't contain newlines"));
        }
        if let Some(clock) = &self.clock
            && clock.offset == Some(ClockOffset::Timezone)
            && clock.timezone.is_none()
        {
            return Err(Error::internal(
                "missing 'timezone' attribute for clock with offset='timezone'",
            ));
        }
        if let Some(clock) = &self.clock
            && clock.offset == Some(ClockOffset::Absolute)
            && clock.start.is_none()
        {
            return Err(Error::internal(
                "missing 'start' attribute for clock with offset='absolute'",
            ));
        }
        let spinlocks = self.features.hyperv.as_ref().and_then(|hyperv| hyperv.spinlocks);
        if spinlocks
            .is_some_and(|s| s.state == OnOff::On && s.retries.is_some_and(|n| n < LEAST_RETRIES))
        {
            return Err(Error::xml(format!(
                "HyperV spinlock retry count must be at least {LEAST_RETRIES}"
            )));
        }
        let timeout = self.os.bios.and_then(|bios| bios.reboot_timeout);
        if timeout.is_some_and(|timeout| !(-1..=65535).contains(&timeout)) {
            return Err(Error::unsupported(
                "invalid value for rebootTimeout, must be in range [-1,65535]",
            ));
        }
        if let Some(cpu) = &self.cpu {
            let topology = cpu.topology.map(|t| {
                [
                    ("sockets", t.sockets),
                    ("dies", t.dies.unwrap_or(1)),
                    ("cores", t.cores),
                    ("threads", t.threads),
                ]
            });
            if let Some((what, _)) = topology.into_iter().flatten().find(|(_, count)| *count == 0) {
                return Err(Error::xml(format!(
                    "Invalid value for attribute '{what}' in element 'topology': Zero is not permitted"
                )));
            }
            if cpu.vendor.is_some() && cpu.model.is_none() {
                return Err(Error::xml("CPU vendor specified without CPU model"));
            }
            let custom = matches!(cpu.mode, None | Some(CpuMode::Custom));
            if custom && cpu.model.is_none() && !cpu.features.is_empty() {
                return Err(Error::xml("Non-empty feature list specified without CPU model"));
            }
            let mut ids = HashSet::new();
            let cells = cpu.numa.iter().flat_map(|numa| &numa.cells);
            if let Some(id) = cells.filter_map(|cell| cell.id).find(|id| !ids.insert(*id)) {
                return Err(Error::xml(format!("Duplicate NUMA cell info for cell id '{id}'")));
            }
        }
        Ok(())
    }

    fn check_vcpus(&self) -> Result<(), Error> {
        let Some(Vcpu { count, current, .. }) = self.vcpu else { return Ok(()) };
        if count == 0 {
            return Err(Error::xml("invalid maxvcpus value '0'"));
        }
        if current.is_some_and(|current| current > count) {
            return Err(Error::unsupported(
                "maximum vCPU count must not be less than current vCPU count",
            ));
        }
        Ok(())
    }

    fn check_placement(&self) -> Result<(), Error> {
        let numatune = &self.numatune;
        if let Some(memory) = &numatune.memory {
            if memory.placement == Some(Placement::Static) && memory.nodeset.is_none() {
                return Err(Error::unsupported(
                    "nodeset for NUMA memory tuning must be set if 'placement' is 'static'",
                ));
            }
            if memory.placement == Some(Placement::Auto) && !numatune.nodes.is_empty() {
                return Err(Error::unsupported(
                    "Per-node binding is not compatible with automatic NUMA placement.",
                ));
            }
        }
        let cells =
            self.cpu.as_ref().and_then(|cpu| cpu.numa.as_ref()).map_or(0, |numa| numa.cells.len());
        match numatune.nodes.first() {
            Some(_) if cells == 0 => {
                Err(Error::xml("Element 'memnode' is invalid without any guest NUMA cells"))
            }
            _ => Ok(()),
        }
    }

    fn check_schedulers(&self) -> Result<(), Error> {
        let tune = &self.cputune;
        for (at, sched) in tune.vcpuscheds.iter().enumerate() {
            if tune.vcpuscheds[..at].iter().any(|other| other.vcpus.overlaps(&sched.vcpus)) {
                return Err(Error::detail("'vcpusched' attributes 'vcpus' must not overlap"));
            }
        }
        let written = self.iothread_ids.as_ref().map_or(&[][..], |ids| &ids.iothreads);
        let count = self.iothreads.unwrap_or(0);
        let named =
            |id: u32| written.iter().any(|thread| thread.id == id) || (1..=count).contains(&id);
        let scheduled =
            tune.iothreadscheds.iter().flat_map(|sched| RangeSet::iter(&sched.iothreads));
        let pinned = tune.iothreadpins.iter().map(|pin| pin.iothread);
        for id in scheduled.chain(pinned).take(1 << 16) {
            if !named(id) {
                return Err(Error::unsupported(format!("Cannot find 'iothread' : {id}")));
            }
        }
        Ok(())
    }

    fn check_boot(&self) -> Result<(), Error> {
        let mut orders = HashSet::new();
        for boot in self.devices.infos().iter().filter_map(|info| info.boot.as_ref()) {
            if boot.order == 0 {
                return Err(Error::xml(
                    "Invalid value for attribute 'order' in element 'boot': '0'. Expected positive integer value",
                ));
            }
            if !orders.insert(boot.order) {
                return Err(Error::unsupported(format!(
                    "boot order '{}' used for more than one device",
                    boot.order
                )));
            }
        }
        if !orders.is_empty() && !self.os.boot.is_empty() {
            return Err(Error::unsupported(
                "per-device boot elements cannot be used together with os/boot elements",
            ));
        }
        Ok(())
    }

    fn check_controllers(&self) -> Result<(), Error> {
        let controllers = &self.devices.controllers;
        if controllers.iter().any(is_disabled) {
            if controllers.iter().filter(|c| c.kind == ControllerType::Usb).count() > 1 {
                return Err(Error::detail(
                    "Can't add another USB controller: USB is disabled for this domain",
                ));
            }
            if self.devices.inputs.iter().any(|input| input.bus == Some(InputBus::Usb)) {
                return Err(Error::unsupported("Can't add USB input device. USB bus is disabled"));
            }
        }
        let mut seen = HashSet::new();
        for controller in controllers.iter().filter(|c| c.kind != ControllerType::Usb) {
            if let Some(index) = controller.index
                && !seen.insert((controller.kind, index))
            {
                return Err(Error::xml(format!(
                    "Multiple '{}' controllers with index '{index}'",
                    controller.kind
                )));
            }
        }
        Ok(())
    }

    /// What a storage or a character device may not say.
    fn check_sources(&self) -> Result<(), Error> {
        for disk in &self.devices.disks {
            let options = disk.source.options();
            if options.auth.is_some() && disk.auth.is_some() {
                return Err(Error::unsupported(
                    "an <auth> definition already found for disk source",
                ));
            }
            if options.encryption.is_some() && disk.encryption.is_some() {
                return Err(Error::unsupported(
                    "an <encryption> definition already found for disk source",
                ));
            }
            let ciphered = |encryption: &Option<Box<Encryption>>| {
                encryption.as_ref().is_some_and(|encryption| encryption.cipher.is_some())
            };
            if ciphered(&options.encryption) || ciphered(&disk.encryption) {
                return Err(Error::unsupported(
                    "supplying <cipher> for domain disk definition is unnecessary",
                ));
            }
        }
        for source in self.devices.char_sources() {
            if let CharSource::Tcp(tcp) = source {
                check_end(&tcp.source)?;
                check_reconnect(tcp.source.reconnect)?;
            }
            if let CharSource::Unix(unix) = source {
                check_reconnect(unix.source.as_ref().and_then(|socket| socket.reconnect))?;
            }
        }
        for disk in &self.devices.disks {
            if let StorageSource::VhostUser(server) = &disk.source {
                check_reconnect(server.source.reconnect)?;
            }
        }
        Ok(())
    }

    fn check_devices(&self) -> Result<(), Error> {
        for interface in &self.devices.interfaces {
            if let Some(mac) =
                interface.source.mac.as_ref().filter(|mac| mac.address.is_multicast())
            {
                return Err(Error::xml(format!(
                    "expected unicast mac address, found multicast '{}'",
                    mac.address
                )));
            }
        }
        for model in self.devices.interfaces.iter().filter_map(|interface| interface.model.as_ref())
        {
            if !model.kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
                return Err(Error::new(Code::InvalidArg, "Model name contains invalid characters"));
            }
        }
        for video in &self.devices.videos {
            let kind = video.model.as_ref().and_then(|model| model.kind);
            if kind == Some(VideoModelType::Ramfb) && video.info.address.is_some() {
                return Err(Error::unsupported("address not supported for video type ramfb"));
            }
        }
        for shmem in &self.devices.shmems {
            if shmem.msi.is_some() && shmem.server.is_none() {
                return Err(Error::xml("msi option is only supported with a server"));
            }
        }
        for iommu in self
            .devices
            .iommu
            .iter()
            .filter(|i| i.model == crate::domain::peripheral::IommuModel::Virtio)
        {
            if iommu
                .info
                .address
                .as_ref()
                .is_some_and(|address| !matches!(address, Address::Pci(_)))
            {
                return Err(Error::unsupported("IOMMU device: 'virtio' needs a PCI address"));
            }
            if !self.features.acpi {
                return Err(Error::unsupported("IOMMU device: 'virtio' requires ACPI"));
            }
        }
        let mut scsi: Vec<&HostScsiSource> = Vec::new();
        for hostdev in &self.devices.hostdevs {
            if let HostdevSource::Usb(usb) = &hostdev.source {
                match (usb.source.vendor, usb.source.product) {
                    (Some(_), None) => return Err(Error::internal("missing product")),
                    (None, Some(_)) => return Err(Error::internal("missing vendor")),
                    _ => {}
                }
            }
            if let HostdevSource::Scsi(device) = &hostdev.source {
                if device.source.adapter.is_some() && device.source.address.is_none() {
                    return Err(Error::xml("'address' must be specified for scsi hostdev source"));
                }
                if scsi.contains(&&*device.source) {
                    return Err(Error::xml("Hostdev already exists in the domain configuration"));
                }
                scsi.push(&device.source);
            }
            if matches!(hostdev.source, HostdevSource::Mdev(_)) && hostdev.model.is_none() {
                return Err(Error::xml("Missing required attribute 'model' in element 'hostdev'"));
            }
            if let (HostdevSource::Mdev(_), Some(model), Some(address)) =
                (&hostdev.source, hostdev.model, &hostdev.info.address)
                && !matches!(address, Address::Pci(_) | Address::Ccw(_) | Address::Unassigned)
            {
                return Err(Error::xml(format!(
                    "Unsupported address type '{}' with mediated device model '{model}'",
                    address.word()
                )));
            }
        }
        Ok(())
    }

    fn check_sysinfo(&self) -> Result<(), Error> {
        for table in self.sysinfo.iter().filter_map(|sysinfo| sysinfo.bios.as_ref()) {
            if let Some(date) = table.entries.iter().find(|entry| &*entry.name == "date")
                && !is_smbios_date(&date.value)
            {
                return Err(Error::detail("Invalid BIOS 'date' format"));
            }
        }
        Ok(())
    }
}

/// `mm/dd/yyyy` or `mm/dd/yy`.
fn is_smbios_date(text: &str) -> bool {
    let mut parts = text.split('/').map(|part| part.parse::<u32>().ok());
    let (Some(Some(month)), Some(Some(day)), Some(Some(year)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (year <= 99 || (1900..=9999).contains(&year))
}

/// Longest boot parameter of s390.
const LOADPARM: usize = 8;

fn check_loadparm(text: &str) -> Result<(), Error> {
    let text = text.to_ascii_uppercase();
    if !(1..=LOADPARM).contains(&text.len()) {
        return Err(Error::internal(format!(
            "loadparm value '{text}' must be between 1 and {LOADPARM} characters"
        )));
    }
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b' ') {
        return Err(Error::internal(format!(
            "invalid loadparm value '{text}', expecting chars in set of [a-zA-Z0-9.] and blank spaces"
        )));
    }
    Ok(())
}

fn check_end(end: &Endpoint) -> Result<(), Error> {
    if end.host.is_none() && end.mode != Some(SocketMode::Bind) {
        return Err(Error::internal("Missing source host attribute for char device"));
    }
    if end.reconnect.is_some() && end.mode == Some(SocketMode::Bind) {
        return Err(Error::internal("chardev reconnect is possible only for connect mode"));
    }
    Ok(())
}

fn check_reconnect(reconnect: Option<Reconnect>) -> Result<(), Error> {
    match reconnect {
        Some(Reconnect { enabled: YesNo::Yes, timeout: Some(0) }) => {
            Err(Error::new(Code::InvalidArg, "chardev reconnect source timeout cannot be '0'"))
        }
        Some(Reconnect { enabled: YesNo::Yes, timeout: None }) => {
            Err(Error::xml("Missing required attribute 'timeout' in element 'reconnect'"))
        }
        _ => Ok(()),
    }
}
