//! What single devices do not say, and the devices that every machine has.

use super::{Chipset, Qemu, disks};
use crate::domain::Domain;
use crate::domain::address::Address;
use crate::domain::device::DeviceInfo;
use crate::domain::hostdev::{Hostdev, HostdevModel, HostdevSource};
use crate::domain::interface::{
    Interface, InterfaceSource, IpFamily, MacElement, MacvtapMode, NetModel, VirtualPort,
    VirtualPortParameters, VirtualPortType,
};
use crate::domain::memory::{Balloon, BalloonDriver, BalloonModel};
use crate::domain::peripheral::{
    AccessMode, Input, InputBus, InputType, PanicModel, PcrBanks, RedirBus, RngBackend, RngPath,
    Shmem, ShmemModel, ShmemModelElement, ShmemMsi, ShmemSize, TpmBackend, TpmDevice, TpmModel,
    TpmVersion, VirtioDeviceModel, VirtioDriver, VsockCid, WatchdogAction,
};
use crate::{Entropy, Mac, OnOff, Uuid, YesNo, scale};

/// Adds the balloon, unless the user wants none or another.
pub(super) fn add_balloon(domain: &mut Domain) {
    domain.devices.memballoon.get_or_insert_with(|| {
        Box::new(Balloon {
            model: BalloonModel::Virtio,
            autodeflate: None,
            free_page_reporting: None,
            stats: None,
            info: DeviceInfo::default(),
            driver: BalloonDriver::default(),
        })
    });
}

/// Adds the mouse and the keyboard of a PC.
pub(super) fn add_inputs(domain: &mut Domain, chipset: Chipset) {
    if chipset == Chipset::Other && !domain.is_x86() {
        return;
    }
    for kind in [InputType::Mouse, InputType::Keyboard] {
        let inputs = &mut domain.devices.inputs;
        if !inputs.iter().any(|input| input.kind == kind && input.bus == Some(InputBus::Ps2)) {
            inputs.push(Input {
                kind,
                bus: Some(InputBus::Ps2),
                model: None,
                driver: VirtioDriver::default(),
                source: None,
                info: DeviceInfo::default(),
            });
        }
    }
}

/// Completes each device.
pub(super) fn complete(domain: &mut Domain, entropy: &mut dyn Entropy) {
    let devices = &mut domain.devices;
    for loadparm in
        devices.infos_mut().into_iter().filter_map(|info| info.boot.as_mut()?.loadparm.as_mut())
    {
        loadparm.make_ascii_uppercase();
    }
    devices.disks.iter_mut().for_each(disks::complete);
    devices.interfaces.iter_mut().for_each(|interface| complete_interface(interface, entropy));
    for input in &mut devices.inputs {
        input.bus = input.bus.or(match input.kind {
            InputType::Mouse | InputType::Keyboard => Some(InputBus::Ps2),
            InputType::Tablet => Some(InputBus::Usb),
            InputType::Passthrough => Some(InputBus::Virtio),
            InputType::Evdev => None,
        });
    }
    for hub in &mut devices.hubs {
        // It is nowhere but on USB.
        hub.info.address = hub.info.address.take().filter(|it| matches!(it, Address::Usb(_)));
    }
    for filesystem in &mut devices.filesystems {
        // Someone else's daemon has its own mind about access.
        if filesystem.source.as_ref().is_none_or(|source| source.socket.is_none()) {
            filesystem.accessmode.get_or_insert(AccessMode::Passthrough);
        }
    }
    for rng in &mut devices.rngs {
        if let RngBackend::Random(RngPath { path }) = &mut rng.backend
            && path.is_empty()
        {
            *path = "/dev/random".into();
        }
    }
    if let Some(watchdog) = &mut devices.watchdog {
        watchdog.action.get_or_insert(WatchdogAction::Reset);
    }
    for panic in &mut devices.panics {
        panic.model.get_or_insert(PanicModel::Isa);
    }
    devices.shmems.iter_mut().for_each(complete_shmem);
    for hostdev in &mut devices.hostdevs {
        hostdev.managed.get_or_insert(YesNo::No);
        complete_hostdev(hostdev);
        if hostdev.model == Some(HostdevModel::VfioPci) {
            hostdev.display.get_or_insert(OnOff::Off);
        }
    }
    for redirdev in &mut devices.redirdevs {
        redirdev.bus.get_or_insert(RedirBus::Usb);
    }
    if let Some(vsock) = &mut devices.vsock {
        vsock.model.get_or_insert(VirtioDeviceModel::Virtio);
        let cid = vsock.cid.get_or_insert(VsockCid { auto: Some(YesNo::Yes), address: None });
        if cid.address.is_some() {
            cid.auto.get_or_insert(YesNo::No);
        } else {
            cid.auto.get_or_insert(YesNo::Yes);
        }
    }
    for tpm in &mut devices.tpms {
        complete_tpm(&mut tpm.model, &mut tpm.backend);
    }
}

/// A device of the host says only what its kind can; a unit of iSCSI is the first unless it is said.
fn complete_hostdev(hostdev: &mut Hostdev) {
    if !matches!(hostdev.source, HostdevSource::Mdev(_)) {
        (hostdev.display, hostdev.ramfb) = (None, None);
    }
    match &mut hostdev.source {
        HostdevSource::Scsi(scsi) => {
            disks::add_unit(&mut scsi.source.name);
            scsi.source.hosts.iter_mut().for_each(|host| disks::complete_host(host, None));
        }
        _ => (hostdev.readonly, hostdev.shareable) = (false, false),
    }
    hostdev.driver = hostdev.driver.filter(|driver| driver.name.is_some());
}

const MIB: u64 = 1 << 20;
/// Default size of shared memory in MiB.
const SHMEM_MIB: u64 = 4;

fn complete_shmem(shmem: &mut Shmem) {
    let model = shmem.model.get_or_insert(ShmemModelElement { kind: ShmemModel::Ivshmem }).kind;
    if model == ShmemModel::Doorbell {
        let msi = shmem.msi.get_or_insert(ShmemMsi { vectors: None, ioeventfd: None });
        msi.ioeventfd.get_or_insert(OnOff::On);
    } else {
        shmem.size.get_or_insert(ShmemSize { unit: Some("M".into()), size: SHMEM_MIB });
    }
    // Whole MiB are all that is said.
    if let Some(size) = &mut shmem.size {
        let factor = scale(size.unit.as_deref().unwrap_or("B")).unwrap_or(1);
        size.size = size.size.saturating_mul(factor) / MIB;
        size.unit = Some("M".into());
    }
}

fn complete_tpm(model: &mut Option<TpmModel>, backend: &mut TpmBackend) {
    let model = *model.get_or_insert(TpmModel::Tis);
    if let TpmBackend::Passthrough(passthrough) = backend {
        passthrough.device.get_or_insert_with(|| TpmDevice { path: "/dev/tpm0".into() });
    }
    if let TpmBackend::Emulator(emulator) = backend {
        let version = if model == TpmModel::Tis { TpmVersion::V1_2 } else { TpmVersion::V2_0 };
        emulator.version.get_or_insert(version);
        let is_empty = |banks: &PcrBanks| *banks == PcrBanks::default();
        emulator.active_pcr_banks.take_if(|banks| is_empty(banks));
        emulator.encryption.take_if(|encryption| encryption.secret.is_none());
    }
}

/// Models that libvirt knows by name, whatever their case.
const NET_MODELS: [&str; 21] = [
    "netfront",
    "rtl8139",
    "virtio",
    "virtio-transitional",
    "virtio-non-transitional",
    "e1000",
    "e1000e",
    "usb-net",
    "spapr-vlan",
    "smc91c111",
    "lan9118",
    "vlance",
    "vmxnet",
    "vmxnet2",
    "vmxnet3",
    "Am79C970A",
    "82540EM",
    "82545EM",
    "82543GC",
    "igb",
    "stmmac",
];

/// Draws the addresses of network cards that have none.
pub(super) fn identify(domain: &mut Domain, entropy: &mut dyn Entropy) {
    for interface in &mut domain.devices.interfaces {
        let mac = || MacElement { address: Mac::random(entropy), kind: None, check: None };
        interface.source.mac.get_or_insert_with(mac);
    }
}

/// Names the model of each network card that has none.
pub(super) fn name_cards(domain: &mut Domain, qemu: &dyn Qemu) {
    for interface in &mut domain.devices.interfaces {
        interface.model = interface.model.take().filter(|model| !model.kind.is_empty());
        interface.model = interface.model.take().or_else(|| card(&interface.source.source, qemu));
    }
}

/// The model of a card that nobody names.
fn card(source: &InterfaceSource, qemu: &dyn Qemu) -> Option<NetModel> {
    let models = [("rtl8139", "rtl8139"), ("e1000", "e1000"), ("virtio-net-pci", "virtio")];
    let kind = match source {
        InterfaceSource::Vdpa(_) => Some("virtio"),
        InterfaceSource::Hostdev(_) => None,
        _ => models.into_iter().find(|(device, _)| qemu.has_device(device)).map(|(_, kind)| kind),
    };
    kind.map(|kind| NetModel { kind: kind.into() })
}

/// Whether libvirt knows a model of interfaces by name.
pub(super) fn is_known_model(name: &str) -> bool {
    NET_MODELS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn complete_interface(interface: &mut Interface, entropy: &mut dyn Entropy) {
    let source = &interface.source.source;
    if let Some(model) = &mut interface.model
        && let Some(known) = NET_MODELS.iter().find(|known| known.eq_ignore_ascii_case(&model.kind))
    {
        model.kind = (*known).into();
    }
    if !matches!(source, InterfaceSource::Hostdev(_)) {
        interface.source.managed = None;
    }
    if let InterfaceSource::User(ends) | InterfaceSource::Ethernet(ends) =
        &mut interface.source.source
    {
        ends.source.ips.iter_mut().for_each(|ip| {
            ip.family.get_or_insert(IpFamily::Ipv4);
        });
    }
    for ip in &mut interface.ips {
        ip.family.get_or_insert(if ip.address.contains(':') {
            IpFamily::Ipv6
        } else {
            IpFamily::Ipv4
        });
        ip.prefix = ip.prefix.filter(|prefix| *prefix > 0);
    }
    if let Some(vlan) = interface.vlan.as_deref_mut() {
        vlan.trunk = if vlan.tags.len() > 1 {
            Some(YesNo::Yes)
        } else {
            vlan.trunk.filter(|trunk| *trunk == YesNo::Yes)
        };
    }
    if let InterfaceSource::Direct(direct) = &mut interface.source.source {
        direct.source.mode.get_or_insert(MacvtapMode::Vepa);
    }
    if let Some(port) = interface.virtualport.as_deref_mut() {
        let said = port.kind.is_some() || port.parameters.is_some();
        if said || matches!(interface.source.source, InterfaceSource::Network(_)) {
            complete_virtualport(port, entropy);
        }
    }
    if let Some(filter) = interface.filterref.as_deref_mut() {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_:.-".contains(&b);
        filter.parameters.retain(|parameter| parameter.name.bytes().all(plain));
        filter.parameters.sort_by(|one, other| one.name.cmp(&other.name));
    }
    drop_inapplicable(interface);
}

/// A port of Open vSwitch is known by an identity.
fn complete_virtualport(port: &mut VirtualPort, entropy: &mut dyn Entropy) {
    if port.kind == Some(VirtualPortType::Vepa) {
        let parameters = port.parameters.get_or_insert_with(VirtualPortParameters::new);
        parameters.instanceid.get_or_insert_with(|| Uuid::random(entropy));
        return;
    }
    let open = port.kind == Some(VirtualPortType::OpenVSwitch);
    if !open && port.kind.is_some() {
        return;
    }
    let parameters = port.parameters.get_or_insert_with(VirtualPortParameters::new);
    parameters.interfaceid.get_or_insert_with(|| Uuid::random(entropy));
    if !open {
        parameters.instanceid.get_or_insert_with(|| Uuid::random(entropy));
    }
}

/// Drops what means nothing for the kind of interface: libvirt, too, does not keep it.
fn drop_inapplicable(interface: &mut Interface) {
    let source = &interface.source.source;
    let hostdev = matches!(source, InterfaceSource::Hostdev(_));
    let virtio = interface.model.as_ref().is_some_and(|model| model.kind.starts_with("virtio"));
    if !virtio || hostdev {
        *interface.driver = Default::default();
        interface.backend.vhost = None;
    }
    interface.driver.queues = interface.driver.queues.filter(|queues| *queues > 1);
    // A name that a daemon made up is made up anew for every start.
    let made_up: &[&str] = match source {
        InterfaceSource::Direct(_) => &["macvtap", "macvlan"],
        _ => &["vnet"],
    };
    let target = &mut interface.target;
    if target.managed != Some(YesNo::No) {
        target.dev =
            target.dev.take().filter(|dev| !made_up.iter().any(|prefix| dev.starts_with(prefix)));
    }
    let filtered = matches!(
        source,
        InterfaceSource::Ethernet(_) | InterfaceSource::Network(_) | InterfaceSource::Bridge(_)
    );
    if !filtered {
        interface.filterref = None;
    }
}
