//! Where a device sits in the guest.

use std::fmt;

use xml::{
    Base16, Element, Error, Field, Hex, Node, Shape, Value, ValueKind, Writer, element, tagged,
};

use crate::{Code, OnOff};

tagged! {
    /// A device's address, by the bus it is on.
    pub enum Address by "type" {
        Pci(PciAddress) = "pci",
        Drive(DriveAddress) = "drive",
        VirtioSerial(VirtioSerialAddress) = "virtio-serial",
        Ccid(CcidAddress) = "ccid",
        Usb(UsbAddress) = "usb",
        SpaprVio(SpaprVioAddress) = "spapr-vio",
        Ccw(CcwAddress) = "ccw",
        VirtioMmio = "virtio-mmio",
        Isa(IsaAddress) = "isa",
        Dimm(DimmAddress) = "dimm",
        /// Deliberately nowhere: the device is kept back from the guest.
        Unassigned = "unassigned",
    }
}

impl Address {
    /// The PCI address, if it is one.
    pub fn pci(&self) -> Option<&PciAddress> {
        match self {
            Self::Pci(pci) => Some(pci),
            _ => None,
        }
    }
}

/// A place on a PCI bus of the guest, or of the host for an assigned device.
///
/// All zero means "on PCI, somewhere": completion finds a free place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PciAddress {
    /// Segment, at most 0xffff.
    pub domain: u32,
    /// Bus.
    pub bus: u8,
    /// Slot, at most 0x1f.
    pub slot: u8,
    /// Function, at most 7.
    pub function: u8,
    /// Whether the slot has more functions than this.
    pub multifunction: Option<OnOff>,
    /// Identifiers on s390.
    pub zpci: Option<Zpci>,
}

element! {
    /// `<zpci>`: what an s390 guest calls a PCI device.
    #[derive(Copy, Eq, PartialOrd, Ord, Hash, Default)]
    pub struct Zpci {
        /// User-defined identifier.
        attr uid: Option<Hex<4>> = "uid",
        /// Function identifier.
        attr fid: Option<Hex<8>> = "fid",
    }
}

impl PciAddress {
    /// Function 0 of a slot.
    pub const fn slot(bus: u8, slot: u8) -> Self {
        Self { domain: 0, bus, slot, function: 0, multifunction: None, zpci: None }
    }

    /// The same place with another function.
    #[must_use]
    pub const fn with_function(self, function: u8) -> Self {
        Self { function, ..self }
    }

    /// Whether it names no place yet: a function alone is none.
    pub const fn is_unset(&self) -> bool {
        self.domain == 0 && self.bus == 0 && self.slot == 0
    }

    /// Whether both are the same place.
    pub const fn same_place(&self, other: &Self) -> bool {
        self.domain == other.domain
            && self.bus == other.bus
            && self.slot == other.slot
            && self.function == other.function
    }
}

/// As QEMU and the kernel write it: `0000:00:1f.2`.
impl fmt::Display for PciAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:02x}:{:02x}.{:x}", self.domain, self.bus, self.slot, self.function)
    }
}

impl Element for PciAddress {
    const NAMES: &'static [&'static str] =
        &["domain", "bus", "slot", "function", "multifunction", "zpci"];

    const SHAPE: &'static Shape = &Shape::of(
        "A place on a PCI bus.",
        &[
            Field::attribute("domain", "Domain, to 0xffff.", ValueKind::Text),
            Field::attribute("bus", "Bus, to 0xff.", ValueKind::Text),
            Field::attribute("slot", "Slot, to 0x1f.", ValueKind::Text),
            Field::attribute("function", "Function, to 7.", ValueKind::Text),
            Field::attribute("multifunction", "Whether the slot has more functions.", OnOff::KIND),
            Field::child("zpci", "Identifiers of s390.", Zpci::shape),
        ],
    );

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        let field = |name: &'static str, most: u64| {
            let Hex::<1>(value) = node.optional(name)?.unwrap_or_default();
            if value > most {
                let what =
                    format!("Invalid PCI address {name}='0x{value:x}', must be <= 0x{most:X}");
                return Err(node.rule(Code::XmlError.number(), what));
            }
            Ok(value)
        };
        Ok(Self {
            domain: field("domain", 0xffff)? as u32,
            bus: field("bus", 0xff)? as u8,
            slot: field("slot", 0x1f)? as u8,
            function: field("function", 7)? as u8,
            multifunction: node.optional("multifunction")?,
            zpci: node
                .child("zpci")
                .map(Zpci::read)
                .transpose()?
                .filter(|zpci| *zpci != Zpci::default()),
        })
    }

    fn write_attributes(&self, w: &mut Writer) {
        w.attribute("domain", &format!("0x{:04x}", self.domain));
        w.attribute("bus", &format!("0x{:02x}", self.bus));
        w.attribute("slot", &format!("0x{:02x}", self.slot));
        w.attribute("function", &format!("0x{:x}", self.function));
        if let Some(multifunction) = self.multifunction {
            w.attribute("multifunction", multifunction.word());
        }
    }

    fn write_children(&self, w: &mut Writer) {
        if let Some(zpci) = &self.zpci {
            w.element("zpci", zpci);
        }
    }
}

element! {
    /// A place on a disk controller.
    #[derive(Copy, Eq, Default, PartialOrd, Ord, Hash)]
    pub struct DriveAddress {
        /// Index of the controller.
        preset controller: u32 = "controller",
        /// Bus of the controller.
        preset bus: u32 = "bus",
        /// Target on the bus.
        preset target: u32 = "target",
        /// Unit of the target.
        preset unit: u32 = "unit",
    }

    /// A port of a virtio-serial controller.
    #[derive(Copy, Eq, Default)]
    pub struct VirtioSerialAddress {
        /// Index of the controller.
        preset controller: u32 = "controller",
        /// Bus of the controller, always 0.
        preset bus: u32 = "bus",
        /// Port; 0 is for consoles and means "any" in a document.
        preset port: u32 = "port",
    }

    /// A slot of a smartcard reader.
    #[derive(Copy, Eq, Default)]
    pub struct CcidAddress {
        /// Index of the controller.
        preset controller: u32 = "controller",
        /// Slot.
        preset slot: u32 = "slot",
    }

    /// A register of the pSeries virtual I/O bus.
    #[derive(Copy, Eq, Default)]
    pub struct SpaprVioAddress {
        /// Register.
        attr reg: Option<Base16<8>> = "reg",
    }

    /// A channel subsystem address of s390.
    #[derive(Copy, Eq, Default)]
    pub struct CcwAddress {
        /// Channel subsystem.
        attr cssid: Option<Hex<1>> = "cssid",
        /// Subchannel set.
        attr ssid: Option<Hex<1>> = "ssid",
        /// Device number.
        attr devno: Option<Hex<4>> = "devno",
    }

    /// Port and interrupt of an ISA device.
    #[derive(Copy, Eq, Default)]
    pub struct IsaAddress {
        /// First I/O port.
        attr iobase: Option<Base16<1>> = "iobase",
        /// Interrupt.
        attr irq: Option<Base16<1>> = "irq",
    }

    /// A memory slot.
    #[derive(Copy, Eq, Default)]
    pub struct DimmAddress {
        /// Slot.
        attr slot: u32 = "slot",
        /// Guest physical address.
        attr base: Option<Hex<1>> = "base",
    }
}

/// A port of a USB bus, through hubs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsbAddress {
    /// Index of the bus.
    pub bus: u32,
    /// Ports from the root on.
    pub port: Option<UsbPort>,
}

impl Element for UsbAddress {
    const NAMES: &'static [&'static str] = &["bus", "port"];
    const SHAPE: &'static Shape = &Shape::of(
        "A port of a USB bus.",
        &[
            Field::attribute("bus", "Index of the bus.", ValueKind::Number),
            Field::attribute("port", "Ports from the root on.", ValueKind::Text),
        ],
    );

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        let refuse = |name| {
            node.rule(
                Code::InternalError.number(),
                format!("Cannot parse <address> '{name}' attribute"),
            )
        };
        let port =
            node.attribute("port").map(|text| UsbPort::parse(text).ok_or_else(|| refuse("port")));
        Ok(Self { bus: node.optional("bus")?.unwrap_or(0), port: port.transpose()? })
    }

    fn write_attributes(&self, w: &mut Writer) {
        w.attribute("bus", &self.bus.to_string());
        if let Some(port) = self.port {
            w.attribute("port", &port.print());
        }
    }

    fn write_children(&self, _: &mut Writer) {}
}

/// Port numbers from the root hub on, like `1.2`; one to four of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsbPort([u8; 4]);

impl UsbPort {
    /// A port of the root hub.
    pub const fn root(port: u8) -> Self {
        Self([port, 0, 0, 0])
    }

    /// The ports from the root on.
    pub fn path(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.iter().copied().take_while(|port| *port != 0)
    }

    /// The port of the hub at this port; `None` if that is too deep.
    pub fn below(self, port: u8) -> Option<Self> {
        let mut path = self.0;
        *path.iter_mut().find(|p| **p == 0)? = port;
        Some(Self(path))
    }
}

impl fmt::Display for UsbPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, port) in self.path().enumerate() {
            write!(f, "{}{port}", if at == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

impl xml::Value for UsbPort {
    fn parse(text: &str) -> Option<Self> {
        let mut path = [0; 4];
        let mut parts = text.split('.');
        for (at, port) in path.iter_mut().enumerate() {
            match parts.next() {
                Some(part) => *port = part.parse().ok().filter(|p| *p != 0)?,
                None if at > 0 => break,
                None => return None,
            }
        }
        if parts.next().is_some() { None } else { Some(Self(path)) }
    }

    fn print(&self) -> std::borrow::Cow<'_, str> {
        std::borrow::Cow::Owned(self.to_string())
    }
}
