//! The host as a device.

use xml::element;

use crate::{EndTag, Text, Uuid};

element! {
    /// `<capability type='system'>`
    #[derive(Eq)]
    pub struct System {
        /// Its maker's name for it.
        leaf product: Option<Text> = "product",
        /// The machine.
        child hardware: Hardware = "hardware",
        /// What starts it.
        group firmware: Firmware = "firmware",
    }

    /// `<hardware>`
    #[derive(Eq)]
    pub struct Hardware {
        /// Maker.
        leaf vendor: Option<Text> = "vendor",
        /// Version.
        leaf version: Option<Text> = "version",
        /// Serial number.
        leaf serial: Option<Text> = "serial",
        /// Identity.
        leaf uuid: Uuid = "uuid",
    }

    /// `<firmware>`
    #[derive(Default, Eq)]
    pub struct Firmware {
        /// An end tag.
        more end: EndTag,
        /// Maker.
        leaf vendor: Option<Text> = "vendor",
        /// Version.
        leaf version: Option<Text> = "version",
        /// When it was made.
        leaf release_date: Option<Text> = "release_date",
    }
}
