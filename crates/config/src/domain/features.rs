//! `<features>`: parts of the machine that can be switched.

use xml::{Element, Error, Node, Writer, element, words};

use crate::{EndTag, Kib, OnOff};

words! {
    /// Who emulates the I/O APIC.
    pub enum IoapicDriver { Kvm = "kvm", Qemu = "qemu" }
    /// Version of the ARM interrupt controller.
    pub enum GicVersion { V2 = "2", V3 = "3", Host = "host" }
    /// What a container may do if nothing is said.
    pub enum CapabilityPolicy { Default = "default", Allow = "allow", Deny = "deny" }
    /// Whether a hash page table may change its size.
    pub enum HptResizing { Enabled = "enabled", Disabled = "disabled", Required = "required" }
    /// What a guest of pSeries is told of a mitigation.
    pub enum MitigationValue { Broken = "broken", Workaround = "workaround", Fixed = "fixed", FixedIbs = "fixed-ibs", FixedCcd = "fixed-ccd", FixedNa = "fixed-na" }
    /// How Xen's PCI passthrough uses page tables.
    pub enum XenPassthroughMode { SyncPt = "sync_pt", SharePt = "share_pt" }
    /// How the Hyper-V enlightenments are chosen.
    pub enum HypervMode { Custom = "custom", Passthrough = "passthrough" }
}

element! {
    /// `<features>`
    #[derive(Eq, Default)]
    pub struct Features {
        /// ACPI.
        flag acpi: bool = "acpi",
        /// Local APIC.
        child apic: Option<Apic> = "apic",
        /// Physical address extension.
        flag pae: bool = "pae",
        /// Nested paging.
        child hap: Option<Switchable> = "hap",
        /// VIRIDIAN.
        flag viridian: bool = "viridian",
        /// Private network of a container.
        flag privnet: bool = "privnet",
        /// Enlightenments.
        child hyperv: Option<Box<Hyperv>> = "hyperv",
        /// KVM's own.
        child kvm: Option<Box<KvmFeatures>> = "kvm",
        /// Paravirtual spin locks.
        child pvspinlock: Option<Switchable> = "pvspinlock",
        /// Capabilities of a container.
        child capabilities: Option<Box<ContainerCapabilities>> = "capabilities",
        /// Performance monitoring.
        child pmu: Option<Switchable> = "pmu",
        /// VMware port.
        child vmport: Option<Switchable> = "vmport",
        /// ARM interrupt controller.
        child gic: Option<Gic> = "gic",
        /// System management mode.
        child smm: Option<Smm> = "smm",
        /// I/O APIC.
        loose_child ioapic: Option<Ioapic> = "ioapic",
        /// Hash page table of pSeries.
        loose_child hpt: Option<Hpt> = "hpt",
        /// Core dump information.
        child vmcoreinfo: Option<Switchable> = "vmcoreinfo",
        /// Transactional memory of pSeries.
        child htm: Option<Switch> = "htm",
        /// Nested KVM of pSeries.
        child nested_hv: Option<Switch> = "nested-hv",
        /// Unknown MSRs.
        child msrs: Option<Msrs> = "msrs",
        /// Count cache flush assistance of pSeries.
        child ccf_assist: Option<Switch> = "ccf-assist",
        /// Xen's own.
        child xen: Option<Box<XenFeatures>> = "xen",
        /// Cache flush of pSeries.
        loose_child cfpc: Option<Mitigation> = "cfpc",
        /// Speculation barrier of pSeries.
        loose_child sbbc: Option<Mitigation> = "sbbc",
        /// Indirect branch speculation of pSeries.
        loose_child ibs: Option<Mitigation> = "ibs",
        /// The emulator's own.
        group tcg: TcgFeatures = "tcg",
    }

    /// `<capabilities>` of a container; of a machine only the policy is of any use
    #[derive(Eq)]
    pub struct ContainerCapabilities {
        /// What it has if nothing is said.
        attr policy: Option<CapabilityPolicy> = "policy",
        /// Making device nodes.
        child mknod: Option<Switch> = "mknod",
    }

    /// `<hpt resizing='…'>`
    #[derive(Copy, Eq)]
    pub struct Hpt {
        /// Whether it may change its size.
        attr resizing: HptResizing = "resizing",
    }

    /// `<cfpc value='…'/>`, `<sbbc value='…'/>`, `<ibs value='…'/>`
    #[derive(Eq)]
    pub struct Mitigation {
        /// What the guest is told.
        attr value: MitigationValue = "value",
    }

    /// `<xen>`
    #[derive(Copy, Eq)]
    pub struct XenFeatures {
        /// The host's memory map.
        child e820_host: Option<Switch> = "e820_host",
        /// PCI passthrough.
        child passthrough: Option<XenPassthrough> = "passthrough",
        /// It has an end tag.
        more end: EndTag,
    }

    /// `<passthrough>` of Xen
    #[derive(Copy, Eq)]
    pub struct XenPassthrough {
        /// On or off.
        attr state: OnOff = "state",
        /// How page tables are used, if it is on.
        attr mode: Option<XenPassthroughMode> = "mode",
    }

    /// `<tcg>`
    #[derive(Copy, Eq, Default)]
    pub struct TcgFeatures {
        /// Size of the cache of translated blocks.
        child tb_cache: Option<Kib> = "tb-cache",
    }

    /// `<apic>`
    #[derive(Copy, Eq)]
    pub struct Apic {
        /// Paravirtual end of interrupt.
        attr eoi: Option<OnOff> = "eoi",
    }

    /// A feature with a state.
    #[derive(Copy, Eq)]
    pub struct Switch {
        /// On or off.
        attr state: OnOff = "state",
    }

    /// `<hyperv>`
    #[derive(Eq)]
    pub struct Hyperv {
        /// How they are chosen; complete after completion.
        attr mode: Option<HypervMode> = "mode",
        /// Relaxed timers.
        child relaxed: Option<Switch> = "relaxed",
        /// APIC.
        child vapic: Option<Switch> = "vapic",
        /// Spin locks.
        child spinlocks: Option<Spinlocks> = "spinlocks",
        /// CPU index.
        child vpindex: Option<Switch> = "vpindex",
        /// CPU run time.
        child runtime: Option<Switch> = "runtime",
        /// Interrupt controller.
        child synic: Option<Switch> = "synic",
        /// Timers.
        child stimer: Option<Stimer> = "stimer",
        /// Reset.
        child reset: Option<Switch> = "reset",
        /// Vendor.
        child vendor_id: Option<VendorId> = "vendor_id",
        /// Frequencies.
        child frequencies: Option<Switch> = "frequencies",
        /// Re-enlightenment.
        child reenlightenment: Option<Switch> = "reenlightenment",
        /// TLB flush.
        child tlbflush: Option<Switch> = "tlbflush",
        /// Interprocessor interrupts.
        child ipi: Option<Switch> = "ipi",
        /// VMCS.
        child evmcs: Option<Switch> = "evmcs",
        /// APIC virtualisation.
        child avic: Option<Switch> = "avic",
        /// It has an end tag.
        more end: EndTag,
    }

    /// `<spinlocks>`
    #[derive(Copy, Eq)]
    pub struct Spinlocks {
        /// On or off.
        attr state: OnOff = "state",
        /// Tries before the host is told; at least 4095.
        attr retries: Option<u32> = "retries",
    }

    /// `<stimer>`
    #[derive(Copy, Eq)]
    pub struct Stimer {
        /// On or off.
        attr state: OnOff = "state",
        /// Direct mode.
        child direct: Option<Switch> = "direct",
    }

    /// `<vendor_id>`
    #[derive(Eq)]
    pub struct VendorId {
        /// On or off.
        attr state: OnOff = "state",
        /// The vendor: at most twelve characters.
        attr value: Option<Box<str>> = "value",
    }

    /// `<kvm>`
    #[derive(Copy, Eq)]
    pub struct KvmFeatures {
        /// KVM is hidden from the guest.
        child hidden: Option<Switch> = "hidden",
        /// The CPUs are never preempted.
        child hint_dedicated: Option<Switch> = "hint-dedicated",
        /// Halt polling is left to the guest.
        child poll_control: Option<Switch> = "poll-control",
        /// Paravirtual interprocessor interrupts.
        child pv_ipi: Option<Switch> = "pv-ipi",
        /// Ring of dirty pages.
        child dirty_ring: Option<DirtyRing> = "dirty-ring",
        /// It has an end tag.
        more end: EndTag,
    }

    /// `<dirty-ring>`
    #[derive(Copy, Eq)]
    pub struct DirtyRing {
        /// On or off.
        attr state: OnOff = "state",
        /// Entries: a power of two from 1024 to 65536.
        attr size: Option<u32> = "size",
    }

    /// `<gic>`
    #[derive(Copy, Eq)]
    pub struct Gic {
        /// Version.
        attr version: Option<GicVersion> = "version",
    }

    /// `<smm>`
    #[derive(Eq)]
    pub struct Smm {
        /// On or off; complete after completion.
        attr state: Option<OnOff> = "state",
        /// Memory for it.
        child tseg: Option<Tseg> = "tseg",
    }

    /// `<tseg>`
    #[derive(Eq)]
    pub struct Tseg {
        /// Unit; complete after completion.
        attr unit: Option<Box<str>> = "unit",
        /// Size.
        text size: u64,
    }

    /// `<ioapic>`
    #[derive(Copy, Eq)]
    pub struct Ioapic {
        /// Who emulates it.
        attr driver: IoapicDriver = "driver",
    }

    /// `<msrs>`
    #[derive(Eq)]
    pub struct Msrs {
        /// `ignore` or `fault`.
        attr unknown: Box<str> = "unknown",
    }
}

/// A feature whose state may be left out, which means on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switchable(pub OnOff);

impl Element for Switchable {
    const NAMES: &'static [&'static str] = &["state"];
    const SHAPE: &'static xml::Shape = &xml::Shape::of(
        "A feature whose state may be left out, which means on.",
        &[xml::Field::attribute("state", "Whether it is on.", <OnOff as xml::Value>::KIND)],
    );

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        Ok(Self(node.optional("state")?.unwrap_or(OnOff::On)))
    }

    fn write_attributes(&self, w: &mut Writer) {
        w.attribute("state", self.0.word());
    }

    fn write_children(&self, _: &mut Writer) {}
}
