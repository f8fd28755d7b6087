//! Disks and drives.

use std::borrow::Cow;
use std::num::NonZeroU64;

use xml::{Value, element, tagged};

use crate::list::{OneOfEach, Stranger, Typed};
use crate::{Code, Text};

tagged! {
    /// What can be done with a disk or drive.
    #[derive(Eq)]
    pub enum StorageCapability by "type" {
        /// Its medium can be changed.
        Removable(Removable) = "removable",
        /// It can be plugged and unplugged.
        Hotpluggable = "hotpluggable",
    }
}

impl Typed for StorageCapability {
    const NAMELESS: Stranger =
        Stranger::Refused(Code::InternalError, "missing storage capability type");
    const UNKNOWN: Stranger =
        Stranger::Refused(Code::InternalError, "unknown storage capability type");
}

element! {
    /// `<capability type='storage'>`
    #[derive(Eq)]
    pub struct Storage {
        /// Its device.
        leaf block: Text = "block",
        /// Bus that it is on.
        leaf bus: Option<Text> = "bus",
        /// What it is, such as `disk`.
        leaf drive_type: Option<Text> = "drive_type",
        /// Model.
        leaf model: Option<Text> = "model",
        /// Maker.
        leaf vendor: Option<Text> = "vendor",
        /// Serial number.
        leaf serial: Option<Text> = "serial",
        /// Its size, if its medium cannot be changed. **Units**: bytes.
        leaf size: Option<u64> = "size",
        /// Size of a block. **Units**: bytes.
        leaf logical_block_size: Option<NonZeroU64> = "logical_block_size",
        /// Blocks.
        leaf num_blocks: Option<NonZeroU64> = "num_blocks",
        /// What can be done with it.
        own capabilities: OneOfEach<StorageCapability> = "capability",
    }

    /// `<capability type='removable'>`
    #[derive(Eq)]
    pub struct Removable {
        /// Whether there is a medium.
        leaf media_available: Option<Available> = "media_available",
        /// Size of the medium. **Units**: bytes.
        leaf media_size: u64 = "media_size",
        /// Name of the medium.
        leaf media_label: Option<Text> = "media_label",
        /// Size of a block. **Units**: bytes.
        leaf logical_block_size: Option<NonZeroU64> = "logical_block_size",
        /// Blocks.
        leaf num_blocks: Option<NonZeroU64> = "num_blocks",
    }
}

/// Whether there is a medium; said with 1 and 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Available(pub bool);

impl Value for Available {
    fn parse(text: &str) -> Option<Self> {
        text.trim_ascii().parse().ok().map(|number: u64| Self(number == 1))
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Borrowed(if self.0 { "1" } else { "0" })
    }
}
