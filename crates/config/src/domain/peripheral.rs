//! The smaller devices: input, random numbers, watchdog, panic, shared memory and their like.

use std::borrow::Cow;

use xml::{Octal, Value, element, tagged, unsigned, words};

use super::chardev::CharSource;
use super::device::{DeviceInfo, VirtioOptions};
use crate::{EndTag, OnOff, YesNo};

words! {
    /// Model of a virtio device.
    pub enum VirtioDeviceModel { Virtio = "virtio", Transitional = "virtio-transitional", NonTransitional = "virtio-non-transitional" }
    /// Kind of an input device.
    pub enum InputType { Mouse = "mouse", Tablet = "tablet", Keyboard = "keyboard", Passthrough = "passthrough", Evdev = "evdev" }
    /// What it is attached to.
    pub enum InputBus { Ps2 = "ps2", Usb = "usb", Xen = "xen", Parallels = "parallels", Virtio = "virtio", None = "none" }
    /// What a grab takes.
    pub enum InputGrab { All = "all" }
    /// Keys that switch a grab.
    pub enum GrabToggle {
        CtrlCtrl = "ctrl-ctrl", AltAlt = "alt-alt", ShiftShift = "shift-shift", MetaMeta = "meta-meta",
        ScrollLock = "scrolllock", CtrlScrollLock = "ctrl-scrolllock",
    }
    /// Model of a watchdog.
    pub enum WatchdogModel { I6300esb = "i6300esb", Ib700 = "ib700", Diag288 = "diag288" }
    /// What it does.
    pub enum WatchdogAction {
        Reset = "reset", Shutdown = "shutdown", Poweroff = "poweroff", Pause = "pause", Dump = "dump", None = "none", InjectNmi = "inject-nmi",
    }
    /// Model of a panic device.
    pub enum PanicModel { Isa = "isa", Pseries = "pseries", Hyperv = "hyperv", S390 = "s390", Pvpanic = "pvpanic" }
    /// Model of shared memory.
    pub enum ShmemModel { Ivshmem = "ivshmem", Plain = "ivshmem-plain", Doorbell = "ivshmem-doorbell" }
    /// Whether shared memory migrates.
    pub enum ShmemRole { Master = "master", Peer = "peer" }
    /// Model of a TPM.
    pub enum TpmModel { Tis = "tpm-tis", Crb = "tpm-crb", Spapr = "tpm-spapr", SpaprProxy = "spapr-tpm-proxy" }
    /// Version of a TPM.
    pub enum TpmVersion { V1_2 = "1.2", V2_0 = "2.0" }
    /// Kind of a hub.
    pub enum HubType { Usb = "usb" }
    /// Model of an IOMMU.
    pub enum IommuModel { Intel = "intel", Smmuv3 = "smmuv3", Virtio = "virtio" }
    /// Where a shared directory comes from.
    #[derive(Default)]
    pub enum FilesystemType {
        #[default] Mount = "mount", Block = "block", File = "file", Template = "template", Ram = "ram", Bind = "bind", Volume = "volume",
    }
    /// Who may do what in a shared directory.
    pub enum AccessMode { Passthrough = "passthrough", Mapped = "mapped", Squash = "squash" }
    /// What happens to files of several devices.
    pub enum Multidevs { Remap = "remap", Forbid = "forbid", Warn = "warn" }
    /// Driver of a shared directory.
    pub enum FilesystemDriverType { Path = "path", Handle = "handle", Loop = "loop", Nbd = "nbd", Ploop = "ploop", Virtiofs = "virtiofs", Mtp = "mtp" }
    /// When what was written is.
    pub enum WritePolicy { Immediate = "immediate" }
    /// What a virtiofs daemon caches.
    pub enum FilesystemCache { None = "none", Always = "always" }
    /// Sandbox of a virtiofs daemon.
    pub enum FilesystemSandbox { Namespace = "namespace", Chroot = "chroot" }
    /// Bus of a redirected device.
    pub enum RedirBus { Usb = "usb" }
}

tagged! {
    /// `<smartcard>`
    pub enum SmartcardSource by "mode" {
        Host = "host",
        Certificates(Certificates) = "host-certificates",
        Passthrough(CharSource) = "passthrough",
    }
}

tagged! {
    /// `<backend>` of a random number generator
    pub enum RngBackend by "model" {
        Random(RngPath) = "random",
        Egd(EgdSource) = "egd",
        Builtin = "builtin",
    }
}

tagged! {
    /// `<backend>` of a TPM
    pub enum TpmBackend by "type" {
        Passthrough(TpmPassthrough) = "passthrough",
        Emulator(TpmEmulator) = "emulator",
        External(TpmExternal) = "external",
    }
}

element! {
    /// `<input>`
    pub struct Input {
        /// Kind.
        attr kind: InputType = "type",
        /// What it is attached to; complete after completion.
        attr bus: Option<InputBus> = "bus",
        /// Model of a virtio device.
        attr model: Option<VirtioDeviceModel> = "model",
        /// Driver in the host.
        group driver: VirtioDriver = "driver",
        /// Device of the host.
        child source: Option<Box<InputSource>> = "source",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<driver>` of a virtio device without more
    #[derive(Copy, Eq, Default)]
    pub struct VirtioDriver {
        /// virtio.
        more virtio: VirtioOptions,
    }

    /// `<source>` of an input device
    #[derive(Eq)]
    pub struct InputSource {
        /// Device, for `evdev`.
        attr dev: Option<Box<str>> = "dev",
        /// What a grab takes.
        attr grab: Option<InputGrab> = "grab",
        /// Keys that switch a grab.
        attr grab_toggle: Option<GrabToggle> = "grabToggle",
        /// Key repeat.
        attr repeat: Option<OnOff> = "repeat",
        /// Device, for `passthrough`.
        attr evdev: Option<Box<str>> = "evdev",
    }

    /// `<hub>`
    pub struct Hub {
        /// Kind.
        attr kind: HubType = "type",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<watchdog>`
    pub struct Watchdog {
        /// Model.
        attr model: WatchdogModel = "model",
        /// What it does; complete after completion.
        attr action: Option<WatchdogAction> = "action",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<rng>`
    pub struct Rng {
        /// Model.
        attr model: VirtioDeviceModel = "model",
        /// Limit.
        loose_child rate: Option<RngRate> = "rate",
        /// Where the numbers come from.
        child backend: RngBackend = "backend",
        /// Driver in the host.
        group driver: VirtioDriver = "driver",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<rate>`
    #[derive(Copy, Eq)]
    pub struct RngRate {
        /// Bytes.
        attr bytes: u32 = "bytes",
        /// Within so many ms.
        attr period: Option<u32> = "period",
    }

    /// `<backend model='random'>/dev/urandom</backend>`
    #[derive(Eq)]
    pub struct RngPath {
        /// Device of the host; complete after completion.
        text path: Box<str>,
    }

    /// `<backend model='egd'>`: a daemon that gathers entropy.
    pub struct EgdSource {
        /// How it is reached.
        part source: CharSource,
        /// It has an end tag.
        more end: EndTag,
    }

    /// `<panic>`
    pub struct Panic {
        /// Model; complete after completion.
        attr model: Option<PanicModel> = "model",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<shmem>`
    pub struct Shmem {
        /// Name on the host.
        attr name: Box<str> = "name",
        /// Whether it migrates.
        attr role: Option<ShmemRole> = "role",
        /// Model.
        loose_child model: Option<ShmemModelElement> = "model",
        /// Size.
        child size: Option<ShmemSize> = "size",
        /// Server.
        child server: Option<ShmemServer> = "server",
        /// Interrupts.
        child msi: Option<ShmemMsi> = "msi",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<model type='ivshmem-plain'/>`
    #[derive(Copy, Eq)]
    pub struct ShmemModelElement {
        /// The model.
        attr kind: ShmemModel = "type",
    }

    /// `<size unit='M'>`
    #[derive(Eq)]
    pub struct ShmemSize {
        /// Unit; `M` after completion.
        attr unit: Option<Box<str>> = "unit",
        /// Size.
        text size: u64,
    }

    /// `<server>`
    #[derive(Eq)]
    pub struct ShmemServer {
        /// Socket.
        attr path: Option<Box<str>> = "path",
    }

    /// `<msi>`
    #[derive(Copy, Eq)]
    pub struct ShmemMsi {
        /// Vectors.
        attr vectors: Option<u32> = "vectors",
        /// Notifications through ioeventfd.
        attr ioeventfd: Option<OnOff> = "ioeventfd",
    }

    /// `<vsock>`
    pub struct Vsock {
        /// Model.
        attr model: Option<VirtioDeviceModel> = "model",
        /// The guest's number.
        child cid: Option<VsockCid> = "cid",
        /// Identity and place.
        more info: DeviceInfo,
        /// Driver in the host.
        group driver: VirtioDriver = "driver",
    }

    /// `<cid>`
    #[derive(Copy, Eq)]
    pub struct VsockCid {
        /// Whether the daemon chooses it.
        attr auto: Option<YesNo> = "auto",
        /// The number.
        attr address: Option<u32> = "address",
    }

    /// `<iommu>`
    pub struct Iommu {
        /// Model.
        attr model: IommuModel = "model",
        /// Options.
        group driver: IommuDriver = "driver",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<driver>` of an IOMMU
    #[derive(Copy, Eq, Default)]
    pub struct IommuDriver {
        /// Interrupt remapping.
        attr intremap: Option<OnOff> = "intremap",
        /// Caching mode.
        attr caching_mode: Option<OnOff> = "caching_mode",
        /// Extended interrupt mode.
        attr eim: Option<OnOff> = "eim",
        /// Device IOTLB.
        attr iotlb: Option<OnOff> = "iotlb",
        /// Address bits.
        attr aw_bits: Option<u32> = "aw_bits",
    }

    /// `<lease>`
    #[derive(Eq)]
    pub struct Lease {
        /// Lock space.
        leaf lockspace: Option<Box<str>> = "lockspace",
        /// Key.
        leaf key: Box<str> = "key",
        /// File.
        child target: LeaseTarget = "target",
    }

    /// `<target>` of a lease
    #[derive(Eq)]
    pub struct LeaseTarget {
        /// Path.
        attr path: Box<str> = "path",
        /// Offset.
        attr offset: Option<u64> = "offset",
    }

    /// `<filesystem>`
    pub struct Filesystem {
        /// Where it comes from.
        preset kind: FilesystemType = "type",
        /// Who may do what.
        attr accessmode: Option<AccessMode> = "accessmode",
        /// What happens to files of several devices.
        attr multidevs: Option<Multidevs> = "multidevs",
        /// Mode of new files.
        attr fmode: Option<Octal<3>> = "fmode",
        /// Mode of new directories.
        attr dmode: Option<Octal<3>> = "dmode",
        /// Model of a virtio device.
        attr model: Option<VirtioDeviceModel> = "model",
        /// Driver in the host.
        group driver: FilesystemDriver = "driver",
        /// The daemon of virtiofs.
        child binary: Option<Box<FilesystemBinary>> = "binary",
        /// Host end.
        child source: Option<FilesystemSource> = "source",
        /// Guest end.
        child target: FilesystemTarget = "target",
        /// Read-only.
        flag readonly: bool = "readonly",
        /// Identity and place.
        more info: DeviceInfo,
        /// Most space.
        child space_hard_limit: Option<crate::Bytes> = "space_hard_limit",
        /// Space that is warned of.
        child space_soft_limit: Option<crate::Bytes> = "space_soft_limit",
    }

    /// `<driver>` of a shared directory
    #[derive(Eq, Default)]
    pub struct FilesystemDriver {
        /// Which.
        attr kind: Option<FilesystemDriverType> = "type",
        /// Format of an image.
        attr format: Option<Box<str>> = "format",
        /// When what was written is.
        attr wrpolicy: Option<WritePolicy> = "wrpolicy",
        /// Length of the queue.
        attr queue: Option<u64> = "queue",
        /// virtio.
        more virtio: VirtioOptions,
    }

    /// `<binary>`
    #[derive(Eq)]
    pub struct FilesystemBinary {
        /// Program.
        attr path: Option<Box<str>> = "path",
        /// Extended attributes.
        attr xattr: Option<OnOff> = "xattr",
        /// Cache.
        child cache: Option<FilesystemCacheMode> = "cache",
        /// Sandbox.
        child sandbox: Option<FilesystemSandboxMode> = "sandbox",
        /// Locks.
        child lock: Option<FilesystemLock> = "lock",
        /// Threads.
        child thread_pool: Option<ThreadPool> = "thread_pool",
    }

    /// `<cache mode='…'/>`
    #[derive(Copy, Eq)]
    pub struct FilesystemCacheMode {
        /// What is cached.
        attr mode: Option<FilesystemCache> = "mode",
    }

    /// `<sandbox mode='…'/>`
    #[derive(Copy, Eq)]
    pub struct FilesystemSandboxMode {
        /// How.
        attr mode: Option<FilesystemSandbox> = "mode",
    }

    /// `<lock>`
    #[derive(Copy, Eq)]
    pub struct FilesystemLock {
        /// POSIX locks.
        attr posix: Option<OnOff> = "posix",
        /// BSD locks.
        attr flock: Option<OnOff> = "flock",
    }

    /// `<thread_pool size='…'/>`
    #[derive(Copy, Eq)]
    pub struct ThreadPool {
        /// Threads.
        attr size: i32 = "size",
    }

    /// `<source>` of a shared directory
    #[derive(Eq)]
    pub struct FilesystemSource {
        /// Directory.
        attr dir: Option<Box<str>> = "dir",
        /// Block device.
        attr dev: Option<Box<str>> = "dev",
        /// Image.
        attr file: Option<Box<str>> = "file",
        /// Template.
        attr name: Option<Box<str>> = "name",
        /// Pool.
        attr pool: Option<Box<str>> = "pool",
        /// Volume.
        attr volume: Option<Box<str>> = "volume",
        /// Size of a RAM disk.
        attr usage: Option<u64> = "usage",
        /// Its unit.
        attr units: Option<Box<str>> = "units",
        /// Socket of a daemon that someone else runs.
        attr socket: Option<Box<str>> = "socket",
    }

    /// `<target>` of a shared directory
    #[derive(Eq)]
    pub struct FilesystemTarget {
        /// Tag or mount point.
        attr dir: Box<str> = "dir",
    }

    /// `<smartcard>`
    pub struct Smartcard {
        /// Host end.
        part source: SmartcardSource,
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `mode='host-certificates'`
    #[derive(Eq)]
    pub struct Certificates {
        /// Three of them.
        leaf certificates: Vec<Box<str>> = "certificate",
        /// Directory of the database.
        leaf database: Option<Box<str>> = "database",
    }

    /// `<redirdev>`
    pub struct Redirdev {
        /// Bus.
        attr bus: Option<RedirBus> = "bus",
        /// Host end.
        part source: CharSource,
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `<redirfilter>`
    #[derive(Eq)]
    pub struct RedirFilter {
        /// Rules, the first match counts.
        child devices: Vec<RedirRule> = "usbdev",
    }

    /// `<usbdev>`
    #[derive(Eq)]
    pub struct RedirRule {
        /// Class.
        attr class: Option<FilterId<2>> = "class",
        /// Vendor.
        attr vendor: Option<FilterId<4>> = "vendor",
        /// Product.
        attr product: Option<FilterId<4>> = "product",
        /// Version.
        attr version: Option<Box<str>> = "version",
        /// Whether it may be redirected.
        attr allow: YesNo = "allow",
    }

    /// `<tpm>`
    pub struct Tpm {
        /// Model; complete after completion.
        attr model: Option<TpmModel> = "model",
        /// Host end.
        child backend: TpmBackend = "backend",
        /// Identity and place.
        more info: DeviceInfo,
    }

    /// `type='passthrough'` of a TPM
    #[derive(Eq)]
    pub struct TpmPassthrough {
        /// Device of the host.
        loose_child device: Option<TpmDevice> = "device",
    }

    /// `<device path='…'/>`
    #[derive(Eq)]
    pub struct TpmDevice {
        /// Path.
        attr path: Box<str> = "path",
    }

    /// `type='emulator'` of a TPM
    #[derive(Eq)]
    pub struct TpmEmulator {
        /// Version; complete after completion.
        attr version: Option<TpmVersion> = "version",
        /// Whether its state outlives a transient domain.
        attr persistent_state: Option<YesNo> = "persistent_state",
        /// Encryption of its state.
        child encryption: Option<TpmEncryption> = "encryption",
        /// PCR banks in use.
        child active_pcr_banks: Option<PcrBanks> = "active_pcr_banks",
    }

    /// `<encryption secret='…'/>`
    #[derive(Copy, Eq)]
    pub struct TpmEncryption {
        /// Secret; an encryption without one is none.
        attr secret: Option<crate::Uuid> = "secret",
    }

    /// `<active_pcr_banks>`
    #[derive(Copy, Default, Eq)]
    pub struct PcrBanks {
        /// SHA-1.
        flag sha1: bool = "sha1",
        /// SHA-256.
        flag sha256: bool = "sha256",
        /// SHA-384.
        flag sha384: bool = "sha384",
        /// SHA-512.
        flag sha512: bool = "sha512",
    }

    /// `type='external'` of a TPM
    #[derive(Eq)]
    pub struct TpmExternal {
        /// Socket of an emulator that someone else runs.
        child source: TpmSocket = "source",
    }

    /// `<source type='unix' mode='connect' path='…'/>`
    #[derive(Eq)]
    pub struct TpmSocket {
        /// Always `unix`.
        attr kind: Box<str> = "type",
        /// Always `connect`.
        attr mode: Option<Box<str>> = "mode",
        /// The socket.
        attr path: Box<str> = "path",
    }

    /// `<nvram>` below `<devices>`, of pSeries
    pub struct NvramDevice {
        /// Identity and place.
        more info: DeviceInfo,
    }
}

/// What a rule compares: 32 bits in hexadecimal, of which all set is anything and not printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterId<const WIDTH: usize>(pub u32);

impl<const WIDTH: usize> FilterId<WIDTH> {
    /// Anything.
    pub const ANY: Self = Self(u32::MAX);
}

impl<const WIDTH: usize> Value for FilterId<WIDTH> {
    const EXPECTED: &'static str = "integer value";

    fn parse(text: &str) -> Option<Self> {
        let negative = || text.trim_ascii().parse::<i32>().ok().map(i32::cast_unsigned);
        unsigned(text).and_then(|id| u32::try_from(id).ok()).or_else(negative).map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(format!("0x{:0WIDTH$X}", self.0))
    }
}
