//! USB devices and their interfaces.

use xml::{Base16, Element, Error, Field, Node, Shape, Value, ValueKind, Writer, element};

use crate::Text;

element! {
    /// `<capability type='usb_device'>`
    #[derive(Eq)]
    pub struct UsbDevice {
        /// Bus.
        leaf bus: u32 = "bus",
        /// Number on the bus.
        leaf device: u32 = "device",
        /// What it is.
        child product: UsbId = "product",
        /// Who made it.
        child vendor: UsbId = "vendor",
    }

    /// `<capability type='usb'>`
    #[derive(Eq)]
    pub struct UsbInterface {
        /// Number in the device.
        leaf number: u32 = "number",
        /// Class.
        leaf class: u32 = "class",
        /// Subclass.
        leaf subclass: u32 = "subclass",
        /// Protocol.
        leaf protocol: u32 = "protocol",
        /// What it is.
        leaf description: Option<Text> = "description",
    }
}

/// `<product>`, `<vendor>` of a USB device: printed with a blank before the end of the tag if it is unnamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbId {
    /// Number.
    pub id: Base16<4>,
    /// Name; may be empty.
    pub name: Box<str>,
}

impl Element for UsbId {
    const NAMES: &'static [&'static str] = &["id"];
    const SHAPE: &'static Shape = &Shape::of(
        "What a USB device is, or who made it.",
        &[
            Field::attribute("id", "Number.", ValueKind::Text),
            Field::text("Name.", ValueKind::Text),
        ],
    );

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        Ok(Self { id: node.required("id")?, name: node.content()? })
    }

    fn write_attributes(&self, w: &mut Writer) {
        w.attribute("id", &self.id.print());
        if self.name.is_empty() {
            w.blank();
        }
    }

    fn write_children(&self, w: &mut Writer) {
        w.text(&self.name);
    }
}
