//! A secret: what identifies it and what it is for. Its value is no part of its document.
//!
//! `parse` → `complete` (draws the identity) → `format`.

use xml::{Node, View, element, tagged};

use crate::kind::{Declarations, Kind, json, rule};
use crate::text::{Answer, Text};
use crate::{Code, Entropy, Error, Uuid};

tagged! {
    /// What a secret is for.
    #[derive(Eq)]
    pub enum Usage by "type" {
        /// Nothing in particular; never there after reading.
        None = "none",
        /// An encrypted volume.
        Volume(VolumeUsage) = "volume",
        /// A user of Ceph.
        Ceph(NamedUsage) = "ceph",
        /// An iSCSI target's user.
        Iscsi(TargetUsage) = "iscsi",
        /// A private key.
        Tls(NamedUsage) = "tls",
        /// State of a virtual TPM.
        Vtpm(NamedUsage) = "vtpm",
    }
}

element! {
    /// `<secret>`
    #[derive(Eq)]
    pub struct Secret {
        /// Whether its value is kept in memory only.
        preset ephemeral: Answer = "ephemeral",
        /// Whether its value is told to nobody.
        preset private: Answer = "private",
        /// Identity for good; complete after completion.
        leaf uuid: Option<Uuid> = "uuid",
        /// Description.
        leaf description: Option<Text> = "description",
        /// What it is for.
        child usage: Option<Usage> = "usage",
    }

    /// `<usage type='volume'>`
    #[derive(Eq)]
    pub struct VolumeUsage {
        /// Path of the volume.
        leaf volume: Text = "volume",
    }

    /// `<usage>` of a kind that is named
    #[derive(Eq)]
    pub struct NamedUsage {
        /// Name.
        leaf name: Text = "name",
    }

    /// `<usage type='iscsi'>`
    #[derive(Eq)]
    pub struct TargetUsage {
        /// Name of the target.
        leaf target: Text = "target",
    }
}

const KIND: Kind = Kind {
    root: "secret",
    text: "definition_of_secret",
    namespaces: &[],
    declarations: Declarations::Last,
    wrong: &[
        ("secret", "ephemeral", Code::XmlError, "invalid value of 'ephemeral'"),
        ("secret", "private", Code::XmlError, "invalid value of 'private'"),
        ("uuid", "", Code::InternalError, "malformed uuid element"),
        ("usage", "type", Code::ConfigUnsupported, "unknown secret usage type {}"),
    ],
    missing: &[("usage", "type", Code::XmlError, "unknown secret usage type")],
};

/// Usage, the child that it must have, what libvirt says without it.
const TARGETS: &[(&str, &str, &str)] = &[
    ("volume", "volume", "volume usage specified, but volume path is missing"),
    ("ceph", "name", "Ceph usage specified, but name is missing"),
    ("iscsi", "target", "iSCSI usage specified, but target is missing"),
    ("tls", "name", "TLS usage specified, but name is missing"),
    ("vtpm", "name", "vTPM usage specified, but name is missing"),
];

impl Secret {
    /// `VIR_FROM_SECRET`, which the errors of these documents are of.
    pub const ERROR_DOMAIN: u32 = 30;

    /// Reads a document as it is written.
    ///
    /// # Errors
    /// What libvirt says of the value, with the position.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut secret: Self = KIND.read(text, View::PLAIN, has_target)?;
        secret.usage = secret.usage.filter(|usage| *usage != Usage::None);
        Ok(secret)
    }

    /// Draws the identity if it has none.
    pub fn complete(&mut self, entropy: &mut dyn Entropy) {
        self.uuid.get_or_insert_with(|| Uuid::random(entropy));
    }

    /// Prints the document.
    pub fn format(&self) -> String {
        KIND.print(self, View::PLAIN, |_| false)
    }

    /// What it is found by besides its identity; empty for one without a usage.
    pub fn usage_id(&self) -> &str {
        match &self.usage {
            None | Some(Usage::None) => "",
            Some(Usage::Volume(usage)) => &usage.volume,
            Some(Usage::Iscsi(usage)) => &usage.target,
            Some(Usage::Ceph(usage) | Usage::Tls(usage) | Usage::Vtpm(usage)) => &usage.name,
        }
    }

    /// libvirt's number for what it is for (`virSecretUsageType`).
    pub fn usage_type(&self) -> i32 {
        match &self.usage {
            None | Some(Usage::None) => 0,
            Some(Usage::Volume(_)) => 1,
            Some(Usage::Ceph(_)) => 2,
            Some(Usage::Iscsi(_)) => 3,
            Some(Usage::Tls(_)) => 4,
            Some(Usage::Vtpm(_)) => 5,
        }
    }
}

json! { Secret, KIND, View::PLAIN }

fn has_target(secret: Node<'_, '_>) -> Result<(), xml::Error> {
    let Some(usage) = secret.child("usage") else { return Ok(()) };
    let kind = usage.attribute("type").unwrap_or_default();
    match TARGETS.iter().find(|(word, ..)| *word == kind) {
        Some((_, child, words))
            if usage.child(child).is_none_or(|child| child.text().is_empty()) =>
        {
            Err(rule(usage, Code::InternalError, *words))
        }
        _ => Ok(()),
    }
}
