//! Rules between the parts of a document, checked before completion builds on them.

use std::collections::HashSet;
use std::net::IpAddr;

use super::{chardevs, displays, hostdevs, interfaces, namespace, places, storage};
use crate::domain::Domain;
use crate::domain::chardev::{
    ChannelType, CharSource, Endpoint, Reconnect, SocketMode, UnixSource,
};
use crate::domain::clock::{Catchup, ClockOffset, TickPolicy, TimerName};
use crate::domain::complete::usb::is_disabled;
use crate::domain::controller::ControllerType;
use crate::domain::cpu::CpuMode;
use crate::domain::disk::DiskDevice;
use crate::domain::graphics::VideoModelType;
use crate::domain::peripheral::{FilterId, InputBus, RedirRule};
use crate::domain::storage::{Encryption, StorageSource};
use crate::domain::tuning::{NumaMode, Placement};
use crate::domain::{IdRange, Vcpu, address::Address};
use crate::{Code, Error, OnOff, RangeSet, YesNo};

/// For how long a boot menu can be shown, in milliseconds.
const LONGEST_MENU: u32 = 65535;
/// Fewest tries of a Hyper-V spin lock.
const LEAST_RETRIES: u32 = 4095;

impl Domain {
    /// Refuses a document whose parts contradict each other.
    pub(in crate::domain) fn check_written(&self) -> Result<(), Error> {
        self.check_texts()?;
        self.check_vcpus()?;
        self.check_placement()?;
        self.check_schedulers()?;
        self.check_sysinfo()?;
        self.check_controllers()?;
        self.check_numbers()?;
        self.check_sources()?;
        self.check_devices()?;
        self.check_boot()
    }

    /// What s390's firmware is told; it is looked at whatever the machine.
    pub(in crate::domain) fn check_loadparms(&self) -> Result<(), Error> {
        let infos = self.devices.infos();
        let mut boots = infos.iter().filter_map(|info| info.boot.as_ref());
        boots.try_for_each(|boot| boot.loadparm.as_deref().map_or(Ok(()), check_loadparm))
    }

    fn check_texts(&self) -> Result<(), Error> {
        if &*self.os.machine.kind == "exe" && self.os.init.is_none() {
            return Err(Error::xml("init binary must be specified"));
        }
        if let Some(map) = &self.idmap {
            if map.uids.is_empty() != map.gids.is_empty() {
                return Err(Error::unsupported("uid and gid should be mapped both"));
            }
            let rootless = |ids: &[IdRange]| ids.iter().map(|id| id.start).min() > Some(0);
            if rootless(&map.uids) || rootless(&map.gids) {
                return Err(Error::unsupported("You must map the root user of container"));
            }
        }
        let mut ciphers = HashSet::new();
        let twice = self.keywrap.ciphers.iter().find(|cipher| !ciphers.insert(cipher.name));
        if let Some(twice) = twice {
            return Err(Error::internal(format!(
                "A domain definition can have no more than one cipher node with name {}",
                twice.name
            )));
        }
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
        self.check_clock_written()?;
        let mut paths = HashSet::new();
        if let Some(twice) = self.blkiotune.devices.iter().find(|it| !paths.insert(&it.path)) {
            return Err(Error::unsupported(format!(
                "duplicate blkio device path '{}'",
                twice.path
            )));
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
        let menu = self.os.bootmenu.and_then(|menu| menu.timeout);
        if menu.is_some_and(|timeout| timeout > LONGEST_MENU) {
            return Err(Error::unsupported(format!(
                "invalid value for boot menu timeout, must be in range [0,{LONGEST_MENU}]"
            )));
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
            let cells = cpu.numa.as_ref().map_or(&[][..], |numa| &numa.cells);
            let siblings = cells.iter().filter_map(|cell| cell.distances.as_ref());
            if siblings.clone().any(|distances| distances.siblings.is_empty()) {
                return Err(Error::xml("NUMA distances defined without siblings"));
            }
            let mut siblings = siblings.flat_map(|distances| &distances.siblings);
            if let Some(sibling) = siblings.find(|sibling| sibling.id as usize >= cells.len()) {
                return Err(Error::xml(format!(
                    "'sibling_id {}' does not refer to a valid cell within NUMA 'cell id'",
                    sibling.id
                )));
            }
            let mut ids = HashSet::new();
            let cells = cpu.numa.iter().flat_map(|numa| &numa.cells);
            if let Some(id) = cells.filter_map(|cell| cell.id).find(|id| !ids.insert(*id)) {
                return Err(Error::xml(format!("Duplicate NUMA cell info for cell id '{id}'")));
            }
        }
        Ok(())
    }

    fn check_clock_written(&self) -> Result<(), Error> {
        let Some(clock) = &self.clock else { return Ok(()) };
        let number = |text: &str| text == "reset" || text.parse::<i64>().is_ok();
        let counted = matches!(clock.offset, Some(ClockOffset::Utc | ClockOffset::Localtime));
        if let Some(text) = clock.adjustment.as_deref().filter(|text| counted && !number(text)) {
            return Err(Error::xml(format!("unknown clock adjustment '{text}'")));
        }
        for timer in &clock.timers {
            let catchup = timer.catchup != Catchup::default();
            if catchup && timer.tickpolicy != Some(TickPolicy::Catchup) {
                return Err(Error::xml(
                    "setting of timer catchup policies is only supported with tickpolicy='catchup'",
                ));
            }
            let tracks = matches!(timer.name, TimerName::Platform | TimerName::Rtc);
            if timer.track.is_some() && !tracks {
                return Err(Error::unsupported(format!(
                    "timer {} doesn't support setting of timer track",
                    timer.name
                )));
            }
            let tsc = timer.name == TimerName::Tsc;
            if !tsc && (timer.frequency.is_some() || timer.mode.is_some()) {
                return Err(Error::unsupported(format!(
                    "timer {} doesn't support setting of timer frequency",
                    timer.name
                )));
            }
        }
        Ok(())
    }

    fn check_vcpus(&self) -> Result<(), Error> {
        let Some(Vcpu { count, current, .. }) = self.vcpu else { return Ok(()) };
        if count == 0 {
            return Err(Error::internal("CPU IDs in <numa> exceed the <vcpu> count"));
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
            let silent = memory.placement.is_none() && memory.nodeset.is_none();
            let automatic =
                self.vcpu.as_ref().is_some_and(|v| v.placement == Some(Placement::Auto));
            if silent && memory.mode.is_some() && !automatic {
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
        let mut nodes = HashSet::new();
        if let Some(twice) = numatune.nodes.iter().find(|node| !nodes.insert(node.cellid)) {
            return Err(Error::xml(format!(
                "Multiple memnode elements with cellid {}",
                twice.cellid
            )));
        }
        let restrictive = Some(NumaMode::Restrictive);
        let whole = numatune.memory.as_ref().is_some_and(|memory| memory.mode == restrictive);
        if whole && numatune.nodes.iter().any(|node| node.mode != restrictive) {
            return Err(Error::xml(
                "'restrictive' mode is required in memnode element when mode is 'restrictive' in memory element",
            ));
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
        let count = self.vcpu.as_ref().map_or(1, |vcpu| vcpu.count);
        let last = tune.vcpuscheds.iter().filter_map(|sched| sched.vcpus.last()).max();
        if let Some(vcpu) = last.filter(|vcpu| *vcpu >= count) {
            return Err(Error::unsupported(format!(
                "vCPU '{vcpu}' is not present in domain definition"
            )));
        }
        let mut pins = HashSet::new();
        for pin in &tune.iothreadpins {
            if pin.iothread == 0 {
                return Err(Error::xml(
                    "Invalid value for attribute 'iothread' in element 'iothreadpin': Zero is not permitted",
                ));
            }
            if !pins.insert(pin.iothread) {
                return Err(Error::internal(format!(
                    "duplicate iothreadpin for same iothread '{}'",
                    pin.iothread
                )));
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
        for controller in controllers {
            if let Some(model) = controller.model.filter(|model| !model.suits(controller.kind)) {
                return Err(Error::unsupported(format!("Unknown model type '{model}'")));
            }
            if let Some(index) = controller.index.filter(|index| i32::try_from(*index).is_err()) {
                return Err(Error::xml(format!(
                    "Invalid value for attribute 'index' in element 'controller': '{index}'. Expected integer value"
                )));
            }
            if controller.kind != ControllerType::Scsi && controller.driver.iothread.is_some() {
                return Err(Error::xml(
                    "'iothread' attribute only supported for virtio scsi controllers",
                ));
            }
        }
        let usb = self.devices.inputs.iter().any(|input| input.bus == Some(InputBus::Usb));
        if usb && controllers.iter().any(is_disabled) {
            return Err(Error::unsupported("Can't add USB input device. USB bus is disabled"));
        }
        Ok(())
    }

    /// Each kind counts its controllers; those of USB may have companions.
    fn check_numbers(&self) -> Result<(), Error> {
        let controllers = &self.devices.controllers;
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
            storage::check_written(disk)?;
            let whole = matches!(
                disk.source,
                StorageSource::File(_) | StorageSource::Dir(_) | StorageSource::VhostUser(_)
            );
            if disk.device == DiskDevice::Lun && whole {
                return Err(Error::unsupported(
                    "disk device='lun' is only valid for block type disk source",
                ));
            }
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
        if self.devices.disks.iter().any(|disk| disk.driver.iothread == Some(0)) {
            return Err(Error::xml(
                "Invalid value for attribute 'iothread' in element 'driver': Zero is not permitted",
            ));
        }
        for target in self.devices.channels.iter().map(|channel| &channel.target) {
            if target.kind == ChannelType::Guestfwd {
                check_forwarded(target.address.as_deref())?;
            }
        }
        for source in self.devices.char_sources() {
            if let CharSource::Tcp(tcp) = source {
                check_end(&tcp.source)?;
                check_reconnect(tcp.source.reconnect)?;
            }
            if let CharSource::Unix(UnixSource { source: Some(socket), .. }) = source
                && socket.reconnect.is_some()
                && socket.mode == Some(SocketMode::Bind)
            {
                return Err(Error::internal("chardev reconnect is possible only for connect mode"));
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
        namespace::check_written(&self.qemu)?;
        chardevs::check_written(&self.devices.consoles)?;
        interfaces::check_written(&self.devices.interfaces)?;
        hostdevs::check_written(&self.devices)?;
        displays::check_written(&self.devices.graphics)?;
        if self.devices.audios.iter().any(|audio| audio.id.is_none()) {
            return Err(Error::xml("Missing required attribute 'id' in element 'audio'"));
        }
        places::check_written(self)?;
        if let Some(filter) = &self.devices.redirfilter {
            filter.devices.iter().try_for_each(check_rule)?;
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

/// The guest's own network speaks IPv4.
fn check_forwarded(address: Option<&str>) -> Result<(), Error> {
    let Some(address) = address else {
        return Err(Error::xml("guestfwd channel does not define a target address"));
    };
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => Ok(()),
        Ok(IpAddr::V6(_)) => {
            Err(Error::unsupported("guestfwd channel only supports IPv4 addresses"))
        }
        Err(_) => Err(Error::new(
            Code::SystemError,
            format!("Cannot parse socket address '{address}': Name or service not known"),
        )),
    }
}

/// A class has eight bits; a version is two numbers of two digits at most.
fn check_rule(rule: &RedirRule) -> Result<(), Error> {
    if let Some(class) = rule.class.filter(|class| *class != FilterId::ANY && class.0 > 0xff) {
        return Err(Error::internal(format!("Invalid USB Class code 0x{:x}", class.0)));
    }
    let short = |digits: &str| {
        (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let is_version = |text: &str| {
        text == "-1" || text.split_once('.').is_some_and(|(one, two)| short(one) && short(two))
    };
    match rule.version.as_deref().filter(|version| !is_version(version)) {
        Some(version) => Err(Error::xml(format!("Cannot parse USB device version {version}"))),
        None => Ok(()),
    }
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
    if end.host.is_none() {
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
