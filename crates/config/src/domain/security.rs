//! `<seclabel>`: confinement of a guest and labels of what it uses.

use xml::{Base16, element, words};

use super::part;
use crate::YesNo;

words! {
    /// Who chooses a label.
    pub enum LabelType { None = "none", Dynamic = "dynamic", Static = "static" }
    /// How a guest is protected from its host.
    pub enum LaunchSecurityType { Sev = "sev", S390Pv = "s390-pv" }
}

element! {
    /// `<seclabel>` of a domain
    #[derive(Eq, Default)]
    pub struct SecurityLabel {
        /// Who chooses it.
        attr kind: Option<LabelType> = "type",
        /// Security model.
        attr model: Option<Box<str>> = "model",
        /// Whether resources are relabelled.
        attr relabel: Option<YesNo> = "relabel",
        /// The process's label.
        leaf label: Option<Box<str>> = "label",
        /// The resources' label.
        leaf imagelabel: Option<Box<str>> = "imagelabel" when part::LIVE,
        /// What a dynamic label is made from.
        leaf baselabel: Option<Box<str>> = "baselabel",
    }

    /// `<seclabel>` of a device's source
    #[derive(Eq, Default)]
    pub struct DeviceLabel {
        /// Security model; all if not said.
        attr model: Option<Box<str>> = "model",
        /// Whether there is none on purpose.
        attr labelskip: Option<YesNo> = "labelskip",
        /// Whether it is relabelled.
        attr relabel: Option<YesNo> = "relabel",
        /// Its label.
        leaf label: Option<Box<str>> = "label",
    }

    /// `<launchSecurity>`
    #[derive(Eq)]
    pub struct LaunchSecurity {
        /// How.
        attr kind: LaunchSecurityType = "type",
        /// Whether kernel, initrd and command line are measured.
        attr kernel_hashes: Option<YesNo> = "kernelHashes",
        /// Place of the bit that marks encrypted pages.
        leaf cbitpos: Option<u32> = "cbitpos",
        /// Address bits lost to encryption.
        leaf reduced_phys_bits: Option<u32> = "reducedPhysBits",
        /// What the firmware of the host must refuse.
        leaf policy: Option<Base16<4>> = "policy",
        /// Key of the guest's owner.
        leaf dh_cert: Option<Box<str>> = "dhCert",
        /// Session of the guest's owner.
        leaf session: Option<Box<str>> = "session",
    }
}
