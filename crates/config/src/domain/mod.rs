//! A domain: the document that defines a guest.
//!
//! One file a subject. A field that completion fills in says so; before completion it is as the user wrote
//! it, after it the rest of the daemon may rely on it.

pub mod address;
pub mod chardev;
pub mod clock;
pub mod complete;
pub mod controller;
pub mod cpu;
pub mod device;
pub mod disk;
pub mod features;
mod format;
pub mod graphics;
pub mod hostdev;
pub mod interface;
mod json;
mod lost;
pub mod memory;
pub mod metadata;
pub mod namespace;
pub mod os;
mod parse;
pub mod part;
pub mod peripheral;
pub mod plug;
pub mod report;
pub mod security;
pub mod storage;
pub mod sysinfo;
pub mod tuning;
mod unknown;
mod validate;
mod visit;
mod wording;

use xml::{element, words};

pub use self::unknown::refuse_unprinted;
pub use format::FormatFlags;
pub use parse::ParseFlags;

use self::chardev::{Channel, Console, Parallel, Serial};
use self::clock::Clock;
use self::controller::Controller;
use self::cpu::Cpu;
use self::disk::Disk;
use self::features::Features;
use self::graphics::{Audio, Graphics, Sound, Video};
use self::hostdev::Hostdev;
use self::interface::Interface;
use self::memory::{Balloon, MemoryBacking, MemoryDevice};
use self::metadata::Metadata;
use self::namespace::QemuNamespace;
use self::os::Os;
use self::peripheral::{
    Filesystem, Hub, Input, Iommu, Lease, NvramDevice, Panic, RedirFilter, Redirdev, Rng, Shmem,
    Smartcard, Tpm, Vsock, Watchdog,
};
use self::security::{LaunchSecurity, SecurityLabel};
use self::sysinfo::Sysinfo;
use self::tuning::{BlkioTune, CpuTune, MemTune, NumaTune, Placement, Resource};
use crate::{DomainName, Kib, OnOff, RangeSet, Uuid, YesNo};

words! {
    /// How a guest is run.
    pub enum VirtType {
        Qemu = "qemu", Kqemu = "kqemu", Kvm = "kvm", Xen = "xen", Lxc = "lxc", Uml = "uml", Openvz = "openvz", Test = "test",
        Vmware = "vmware", Hyperv = "hyperv", Vbox = "vbox", Phyp = "phyp", Parallels = "parallels", Bhyve = "bhyve",
        Vz = "vz", Hvf = "hvf",
    }
    /// What happens after a guest has stopped.
    pub enum LifecycleAction {
        Destroy = "destroy", Restart = "restart", RenameRestart = "rename-restart", Preserve = "preserve",
        CoredumpDestroy = "coredump-destroy", CoredumpRestart = "coredump-restart",
    }
    /// Kind of a key that s390's firmware wraps.
    pub enum CipherName { Aes = "aes", Dea = "dea" }
    /// What the host can count of a guest.
    pub enum PerfEventName {
        Cmt = "cmt", Mbmt = "mbmt", Mbml = "mbml", CpuCycles = "cpu_cycles", Instructions = "instructions",
        CacheReferences = "cache_references", CacheMisses = "cache_misses", BranchInstructions = "branch_instructions",
        BranchMisses = "branch_misses", BusCycles = "bus_cycles", StalledCyclesFrontend = "stalled_cycles_frontend",
        StalledCyclesBackend = "stalled_cycles_backend", RefCpuCycles = "ref_cpu_cycles", CpuClock = "cpu_clock",
        TaskClock = "task_clock", PageFaults = "page_faults", ContextSwitches = "context_switches",
        CpuMigrations = "cpu_migrations", PageFaultsMin = "page_faults_min", PageFaultsMaj = "page_faults_maj",
        AlignmentFaults = "alignment_faults", EmulationFaults = "emulation_faults",
    }
    /// What happens when a lock is lost.
    pub enum LockFailureAction { Poweroff = "poweroff", Restart = "restart", Pause = "pause", Ignore = "ignore" }
}

element! {
    /// `<domain>`
    pub struct Domain {
        /// How it is run.
        attr virt_type: VirtType = "type",
        /// Number while it runs.
        attr id: Option<u32> = "id" when part::LIVE,
        /// Name.
        leaf name: DomainName = "name",
        /// Identity for good; complete after completion.
        leaf uuid: Option<Uuid> = "uuid",
        /// Generation: changes when a guest's time is turned back.
        leaf genid: Option<GenerationId> = "genid",
        /// Title: one line.
        leaf title: Option<Box<str>> = "title",
        /// Description.
        leaf description: Option<Box<str>> = "description",
        /// What applications keep with it.
        own metadata: Metadata = "metadata",
        /// Room for memory devices.
        child max_memory: Option<MaxMemory> = "maxMemory",
        /// Memory at start.
        child memory: Option<Memory> = "memory",
        /// What the balloon leaves; complete after completion.
        child current_memory: Option<Kib> = "currentMemory",
        /// Block I/O.
        group blkiotune: Box<BlkioTune> = "blkiotune",
        /// Memory limits.
        group memtune: MemTune = "memtune",
        /// Where memory comes from.
        child memory_backing: Option<Box<MemoryBacking>> = "memoryBacking",
        /// Virtual CPUs; complete after completion.
        child vcpu: Option<Vcpu> = "vcpu",
        /// Each of them.
        child vcpus: Option<Box<Vcpus>> = "vcpus",
        /// I/O threads.
        leaf iothreads: Option<u32> = "iothreads",
        /// Each of them.
        child iothread_ids: Option<Box<IoThreadIds>> = "iothreadids",
        /// Workers of the thread that all share.
        child default_iothread: Option<DefaultIoThread> = "defaultiothread",
        /// CPU time and placement.
        group cputune: Box<CpuTune> = "cputune",
        /// Memory placement.
        group numatune: Box<NumaTune> = "numatune",
        /// Control groups.
        child resource: Option<Box<Resource>> = "resource",
        /// Strings in firmware tables.
        child sysinfo: Vec<Sysinfo> = "sysinfo",
        /// Bootloader of Xen.
        leaf bootloader: Option<Box<str>> = "bootloader",
        /// Its arguments.
        leaf bootloader_args: Option<Box<str>> = "bootloader_args",
        /// How it boots.
        child os: Os = "os",
        /// Users of a container.
        child idmap: Option<Box<IdMap>> = "idmap",
        /// Parts of the machine that can be switched.
        group features: Box<Features> = "features",
        /// Processors; complete after completion.
        child cpu: Option<Cpu> = "cpu",
        /// Time; complete after completion.
        child clock: Option<Clock> = "clock",
        /// After it has powered off; complete after completion.
        leaf on_poweroff: Option<LifecycleAction> = "on_poweroff",
        /// After it has rebooted; complete after completion.
        leaf on_reboot: Option<LifecycleAction> = "on_reboot",
        /// After it has crashed; complete after completion.
        leaf on_crash: Option<LifecycleAction> = "on_crash",
        /// When a lock is lost.
        leaf on_lockfailure: Option<LockFailureAction> = "on_lockfailure",
        /// Sleep states.
        child pm: Option<Pm> = "pm",
        /// Performance events.
        child perf: Option<Perf> = "perf",
        /// Its devices.
        group devices: Devices = "devices",
        /// Confinement.
        child seclabels: Vec<SecurityLabel> = "seclabel",
        /// Keys that firmware wraps, of s390.
        group keywrap: KeyWrap = "keywrap",
        /// Protection from the host.
        child launch_security: Option<Box<LaunchSecurity>> = "launchSecurity",
        /// What is handed to QEMU as it is.
        more qemu: Box<QemuNamespace>,
    }

    /// `<maxMemory slots='16' unit='KiB'>`
    #[derive(Copy, Eq)]
    pub struct MaxMemory {
        /// Slots for memory devices.
        attr slots: u32 = "slots",
        /// Size.
        part size: Kib,
    }

    /// `<memory dumpCore='off' unit='KiB'>`
    #[derive(Copy, Eq)]
    pub struct Memory {
        /// Whether a core dump has it.
        attr dump_core: Option<OnOff> = "dumpCore",
        /// Size.
        part size: Kib,
    }

    /// `<vcpu>`
    #[derive(Eq)]
    pub struct Vcpu {
        /// Who places; complete after completion.
        attr placement: Option<Placement> = "placement",
        /// CPUs they may use.
        attr cpuset: Option<RangeSet> = "cpuset",
        /// How many are there at start; all if not said.
        attr current: Option<u32> = "current",
        /// How many there can be.
        text count: u32,
    }

    /// `<vcpus>`
    #[derive(Eq)]
    pub struct Vcpus {
        /// Each.
        child vcpus: Vec<VcpuState> = "vcpu",
    }

    /// `<vcpu>` of `<vcpus>`
    #[derive(Copy, Eq)]
    pub struct VcpuState {
        /// Number.
        attr id: u32 = "id",
        /// Whether it is there at start.
        attr enabled: YesNo = "enabled",
        /// Whether it may come and go.
        attr hotpluggable: Option<YesNo> = "hotpluggable",
        /// When it is added.
        attr order: Option<u32> = "order",
    }

    /// `<iothreadids>`
    #[derive(Eq)]
    pub struct IoThreadIds {
        /// Each.
        child iothreads: Vec<IoThread> = "iothread",
    }

    /// `<iothread>`
    #[derive(Copy, Eq)]
    pub struct IoThread {
        /// Number.
        attr id: u32 = "id",
        /// Fewest workers.
        attr thread_pool_min: Option<u32> = "thread_pool_min",
        /// Most workers.
        attr thread_pool_max: Option<u32> = "thread_pool_max",
    }

    /// `<defaultiothread>`
    #[derive(Copy, Eq)]
    pub struct DefaultIoThread {
        /// Fewest workers.
        attr thread_pool_min: Option<u32> = "thread_pool_min",
        /// Most workers.
        attr thread_pool_max: Option<u32> = "thread_pool_max",
    }

    /// `<idmap>`
    #[derive(Eq)]
    pub struct IdMap {
        /// Users.
        child uids: Vec<IdRange> = "uid",
        /// Groups.
        child gids: Vec<IdRange> = "gid",
    }

    /// `<uid>`, `<gid>`
    #[derive(Copy, Eq)]
    pub struct IdRange {
        /// First in the guest.
        attr start: u32 = "start",
        /// First on the host.
        attr target: u32 = "target",
        /// How many.
        attr count: u32 = "count",
    }

    /// `<pm>`
    #[derive(Copy, Eq)]
    pub struct Pm {
        /// Sleep.
        child suspend_to_mem: Option<PmState> = "suspend-to-mem",
        /// Hibernate.
        child suspend_to_disk: Option<PmState> = "suspend-to-disk",
    }

    /// `<suspend-to-mem>`, `<suspend-to-disk>`
    #[derive(Copy, Eq)]
    pub struct PmState {
        /// Whether the guest is offered it.
        attr enabled: Option<YesNo> = "enabled",
    }

    /// `<keywrap>`
    #[derive(Eq, Default)]
    pub struct KeyWrap {
        /// One a kind of key.
        child ciphers: Vec<Cipher> = "cipher",
    }

    /// `<cipher>` of `<keywrap>`
    #[derive(Copy, Eq)]
    pub struct Cipher {
        /// The kind of key.
        attr name: CipherName = "name",
        /// Wrapped or not.
        attr state: OnOff = "state",
    }

    /// `<perf>`
    #[derive(Eq)]
    pub struct Perf {
        /// Events.
        child events: Vec<PerfEvent> = "event",
    }

    /// `<event>` of `<perf>`
    #[derive(Copy, Eq)]
    pub struct PerfEvent {
        /// Which.
        attr name: PerfEventName = "name",
        /// Counted or not.
        attr enabled: YesNo = "enabled",
    }

    /// `<devices>`
    #[derive(Default)]
    pub struct Devices {
        /// QEMU binary; complete after completion.
        leaf emulator: Option<Box<str>> = "emulator",
        /// Disks.
        child disks: Vec<Disk> = "disk",
        /// Controllers.
        child controllers: Vec<Controller> = "controller",
        /// Leases.
        child leases: Vec<Lease> = "lease",
        /// Shared directories.
        child filesystems: Vec<Filesystem> = "filesystem",
        /// Network interfaces.
        child interfaces: Vec<Interface> = "interface",
        /// Smartcards.
        child smartcards: Vec<Smartcard> = "smartcard",
        /// Serial ports.
        child serials: Vec<Serial> = "serial",
        /// Parallel ports.
        child parallels: Vec<Parallel> = "parallel",
        /// Consoles.
        child consoles: Vec<Console> = "console",
        /// Channels.
        child channels: Vec<Channel> = "channel",
        /// Input devices.
        child inputs: Vec<Input> = "input",
        /// TPMs.
        child tpms: Vec<Tpm> = "tpm",
        /// Displays.
        child graphics: Vec<Graphics> = "graphics",
        /// Sound cards.
        child sounds: Vec<Sound> = "sound",
        /// Sound systems of the host.
        child audios: Vec<Audio> = "audio",
        /// Graphics cards.
        child videos: Vec<Video> = "video",
        /// Devices of the host.
        child hostdevs: Vec<Hostdev> = "hostdev",
        /// Redirected USB devices.
        child redirdevs: Vec<Redirdev> = "redirdev",
        /// Which may be redirected.
        child redirfilter: Option<RedirFilter> = "redirfilter",
        /// Hubs.
        child hubs: Vec<Hub> = "hub",
        /// Watchdog.
        child watchdog: Option<Box<Watchdog>> = "watchdog",
        /// Balloon; complete after completion.
        child memballoon: Option<Box<Balloon>> = "memballoon",
        /// Random number generators.
        child rngs: Vec<Rng> = "rng",
        /// NVRAM.
        child nvram: Option<Box<NvramDevice>> = "nvram",
        /// Panic devices.
        child panics: Vec<Panic> = "panic",
        /// Shared memory.
        child shmems: Vec<Shmem> = "shmem",
        /// Memory devices.
        child memories: Vec<MemoryDevice> = "memory",
        /// IOMMU.
        child iommu: Option<Box<Iommu>> = "iommu",
        /// Socket to the host.
        child vsock: Option<Box<Vsock>> = "vsock",
    }
}

/// `<genid>`: an identity, or empty for one that the daemon draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenerationId(pub Option<Uuid>);

impl xml::Value for GenerationId {
    fn parse(text: &str) -> Option<Self> {
        if text.trim_ascii().is_empty() {
            Some(Self(None))
        } else {
            text.parse().ok().map(|id| Self(Some(id)))
        }
    }

    fn print(&self) -> std::borrow::Cow<'_, str> {
        std::borrow::Cow::Owned(self.0.map(|id| id.to_string()).unwrap_or_default())
    }
}
