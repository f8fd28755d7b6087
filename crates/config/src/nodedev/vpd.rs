//! What a PCI device tells of itself (VPD).

use std::borrow::Cow;

use xml::{Value, element, tagged};

use crate::list::{OneOfEach, Stranger, Typed, Whole};
use crate::{Code, EndTag, Text};

tagged! {
    /// Fields, by who may change them.
    #[derive(Eq)]
    pub enum VpdFields by "access" {
        /// Nobody.
        ReadOnly(ReadOnlyFields) = "readonly",
        /// Whoever runs the machine.
        ReadWrite(ReadWriteFields) = "readwrite",
    }
}

impl Typed for VpdFields {
    const UNKNOWN: Stranger =
        Stranger::Refused(Code::XmlError, "Unsupported VPD field access type specified");
}

element! {
    /// `<capability type='vpd'>`
    #[derive(Eq)]
    pub struct Vpd {
        /// What the device is called.
        leaf name: Text = "name",
        /// Its fields.
        own fields: OneOfEach<VpdFields> = "fields",
    }

    /// `<fields access='readonly'>`
    #[derive(Default, Eq)]
    pub struct ReadOnlyFields {
        /// An end tag.
        more end: EndTag,
        /// Level of engineering changes.
        leaf change_level: Option<Text> = "change_level",
        /// Maker, more precisely.
        leaf manufacture_id: Option<Text> = "manufacture_id",
        /// Part number.
        leaf part_number: Option<Text> = "part_number",
        /// Serial number.
        leaf serial_number: Option<Text> = "serial_number",
        /// The maker's own.
        own vendor_fields: Whole<VpdField> = "vendor_field",
    }

    /// `<fields access='readwrite'>`
    #[derive(Default, Eq)]
    pub struct ReadWriteFields {
        /// An end tag.
        more end: EndTag,
        /// Inventory number.
        leaf asset_tag: Option<Text> = "asset_tag",
        /// The maker's own.
        own vendor_fields: Whole<VpdField> = "vendor_field",
        /// The system's own.
        own system_fields: Whole<VpdField> = "system_field",
    }

    /// `<vendor_field>`, `<system_field>`
    #[derive(Eq)]
    pub struct VpdField {
        /// Which one.
        attr index: FieldIndex = "index",
        /// What it says.
        text value: Text,
    }
}

/// Second letter of a field's keyword: a digit or a capital.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldIndex(char);

impl FieldIndex {
    /// That of a keyword whose second letter this is.
    pub fn new(letter: char) -> Option<Self> {
        (letter.is_ascii_digit() || letter.is_ascii_uppercase()).then_some(Self(letter))
    }
}

impl Value for FieldIndex {
    fn says_nothing(text: &str) -> bool {
        Self::parse(text).is_none()
    }

    fn parse(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        let index = letters.next().and_then(Self::new);
        index.filter(|_| letters.next().is_none())
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }
}
