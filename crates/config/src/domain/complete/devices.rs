//! What single devices do not say, and the devices that every machine has.

use super::{Chipset, Qemu};
use crate::domain::Domain;
use crate::domain::device::DeviceInfo;
use crate::domain::disk::{BackingStore, Disk, DiskDevice, DiskSnapshot, Tray};
use crate::domain::hostdev::HostdevModel;
use crate::domain::interface::{
    Interface, InterfaceSource, IpFamily, MacElement, MacvtapMode, NetModel, VirtualPort,
    VirtualPortParameters, VirtualPortType,
};
use crate::domain::memory::{Balloon, BalloonDriver, BalloonModel};
use crate::domain::peripheral::{
    AccessMode, Input, InputBus, InputType, PanicModel, RedirBus, RngBackend, RngPath, Shmem,
    ShmemModel, ShmemModelElement, ShmemMsi, ShmemSize, TpmBackend, TpmDevice, TpmModel,
    TpmVersion, VirtioDeviceModel, VirtioDriver, VsockCid, WatchdogAction,
};
use crate::domain::storage::{
    EncryptionEngine, FileStorage, StorageFormat, StorageProtocol, StorageSource, StorageTransport,
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
    if chipset == Chipset::Other && domain.os.machine.machine.as_deref() != Some("isapc") {
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
pub(super) fn complete(domain: &mut Domain, qemu: &dyn Qemu, entropy: &mut dyn Entropy) {
    let devices = &mut domain.devices;
    for loadparm in
        devices.infos_mut().into_iter().filter_map(|info| info.boot.as_mut()?.loadparm.as_mut())
    {
        loadparm.make_ascii_uppercase();
    }
    devices.disks.iter_mut().for_each(complete_disk);
    devices
        .interfaces
        .iter_mut()
        .for_each(|interface| complete_interface(interface, qemu, entropy));
    for input in &mut devices.inputs {
        input.bus = input.bus.or(match input.kind {
            InputType::Mouse | InputType::Keyboard => Some(InputBus::Ps2),
            InputType::Tablet => Some(InputBus::Usb),
            InputType::Passthrough => Some(InputBus::Virtio),
            InputType::Evdev => None,
        });
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
        if hostdev.model == Some(HostdevModel::VfioPci) {
            hostdev.display.get_or_insert(OnOff::Off);
        }
    }
    for redirdev in &mut devices.redirdevs {
        redirdev.bus.get_or_insert(RedirBus::Usb);
    }
    if let Some(vsock) = &mut devices.vsock {
        vsock.model.get_or_insert(VirtioDeviceModel::Virtio);
        vsock.cid.get_or_insert(VsockCid { auto: Some(YesNo::Yes), address: None });
    }
    for tpm in &mut devices.tpms {
        complete_tpm(&mut tpm.model, &mut tpm.backend);
    }
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
    // Whole MiB is what the device can have.
    if let Some(size) = &mut shmem.size {
        let factor = scale(size.unit.as_deref().unwrap_or("B")).unwrap_or(1);
        size.size = size.size.saturating_mul(factor).div_ceil(MIB);
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
    }
}

fn complete_disk(disk: &mut Disk) {
    if disk.device == DiskDevice::Cdrom {
        disk.readonly = true;
    }
    // What goes without saying is not said.
    disk.snapshot =
        disk.snapshot.filter(|snapshot| !(disk.readonly && *snapshot == DiskSnapshot::No));
    disk.target.tray = disk.target.tray.filter(|tray| *tray == Tray::Open);
    if !matches!(disk.source, StorageSource::VhostUser(_)) {
        disk.driver.name.get_or_insert_with(|| "qemu".into());
    }
    if !matches!(disk.source, StorageSource::Volume(_)) {
        disk.driver.format.get_or_insert(StorageFormat::Raw);
    }
    if matches!(&disk.source, StorageSource::Block(block) if block.source.dev.is_none()) {
        disk.source = StorageSource::File(FileStorage::default()); // an empty drive has no kind
    }
    if let Some(encryption) = &mut disk.encryption {
        encryption.engine.get_or_insert(EncryptionEngine::Qemu);
    }
    complete_storage(&mut disk.source);
    let mut below = disk.backing.as_mut();
    while let Some(BackingStore::Layer(layer)) = below {
        complete_storage(&mut layer.source);
        below = layer.backing.as_mut();
    }
}

fn complete_storage(source: &mut StorageSource) {
    if let StorageSource::Network(network) = source {
        let port = default_port(network.source.protocol);
        for host in network.source.hosts.iter_mut().filter(|host| {
            matches!(host.transport, None | Some(StorageTransport::Tcp)) && host.port.is_none()
        }) {
            host.port = port.map(|port| port.to_string().into());
        }
    }
    let options = source.options_mut();
    options.seclabels.retain(|label| label.labelskip != Some(YesNo::Yes));
    if let Some(encryption) = &mut options.encryption {
        encryption.engine.get_or_insert(EncryptionEngine::Qemu);
    }
}

/// The port of a protocol that has one of its own.
const fn default_port(protocol: StorageProtocol) -> Option<u16> {
    match protocol {
        StorageProtocol::Nbd => Some(10809),
        StorageProtocol::Sheepdog => Some(7000),
        StorageProtocol::Gluster => Some(24007),
        StorageProtocol::Iscsi => Some(3260),
        StorageProtocol::Http => Some(80),
        StorageProtocol::Https => Some(443),
        StorageProtocol::Ftp => Some(21),
        StorageProtocol::Ftps => Some(990),
        StorageProtocol::Tftp => Some(69),
        StorageProtocol::Ssh => Some(22),
        StorageProtocol::Vxhs => Some(9999),
        StorageProtocol::Nfs | StorageProtocol::Rbd => None,
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

fn complete_interface(interface: &mut Interface, qemu: &dyn Qemu, entropy: &mut dyn Entropy) {
    let mac = || MacElement { address: Mac::random(entropy), kind: None, check: None };
    interface.source.mac.get_or_insert_with(mac);
    interface.model = interface.model.take().filter(|model| !model.kind.is_empty());
    let source = &interface.source.source;
    if let Some(model) = &mut interface.model {
        if let Some(known) = NET_MODELS.iter().find(|known| known.eq_ignore_ascii_case(&model.kind))
        {
            model.kind = (*known).into();
        }
    } else if matches!(source, InterfaceSource::Vdpa(_)) {
        interface.model = Some(NetModel { kind: "virtio".into() });
    } else if !matches!(source, InterfaceSource::Hostdev(_)) {
        let models = [("rtl8139", "rtl8139"), ("e1000", "e1000"), ("virtio-net-pci", "virtio")];
        let found = models.into_iter().find(|(device, _)| qemu.has_device(device));
        interface.model = found.map(|(_, kind)| NetModel { kind: kind.into() });
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
    if let InterfaceSource::Direct(direct) = &mut interface.source.source {
        direct.source.mode.get_or_insert(MacvtapMode::Vepa);
    }
    if let Some(port) = interface.virtualport.as_deref_mut() {
        complete_virtualport(port, entropy);
    }
    if let Some(filter) = interface.filterref.as_deref_mut() {
        filter.parameters.sort_by(|one, other| one.name.cmp(&other.name));
    }
    drop_inapplicable(interface);
}

/// A port of Open vSwitch is known by an identity.
fn complete_virtualport(port: &mut VirtualPort, entropy: &mut dyn Entropy) {
    let open = port.kind == Some(VirtualPortType::OpenVSwitch);
    if !open && (port.kind.is_some() || port.parameters.is_none()) {
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
