//! One device by itself: its text, its place in a domain's document, and what the domain lacks to hold it.
//!
//! [`Domain::with_device`] completes the whole document with the device in it, so that a device gets the
//! same defaults, controllers and place whether it came with the document or later.

use xml::{Document, Element, Node, Writer};

use super::chardev::{Channel, Console, Parallel, Serial};
use super::complete::{Host, order};
use super::controller::{Controller, ControllerType};
use super::device::{Alias, DeviceInfo};
use super::disk::Disk;
use super::graphics::{Audio, Graphics, Sound, Video};
use super::hostdev::Hostdev;
use super::interface::{Interface, MacElement};
use super::memory::{Balloon, MemoryDevice};
use super::namespace::NAMESPACES;
use super::peripheral::{
    Filesystem, Hub, Input, Iommu, Lease, NvramDevice, Panic, Redirdev, Rng, Shmem, Smartcard, Tpm,
    Vsock, Watchdog,
};
use super::{Devices, Domain, ParseFlags, part, wording};
use crate::{Entropy, Error, Kib, Mac};

/// Stands for the alias of a device while its domain is completed; no user can write it.
const MARK: &str = "\u{1}";

/// Declares the kinds of devices: element, list in [`Devices`], whether there are many, libvirt's word.
macro_rules! kinds {
    ($($Kind:ident: $element:literal, $list:ident $many:ident $info:ident, $word:literal;)*) => {
        /// Kind of a device.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DeviceKind { $(
            #[doc = concat!("`<", $element, ">`")]
            $Kind,
        )* }

        /// A device of any kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Device { $(
            #[doc = concat!("`<", $element, ">`")]
            $Kind(Box<$Kind>),
        )* }

        impl DeviceKind {
            /// What libvirt calls it in its messages: all character devices are `chr`.
            pub const fn word(self) -> &'static str {
                match self { $( Self::$Kind => $word, )* }
            }
        }

        impl Device {
            /// Its kind.
            pub const fn kind(&self) -> DeviceKind {
                match self { $( Self::$Kind(_) => DeviceKind::$Kind, )* }
            }

            fn read(node: Node<'_, '_>) -> Result<Option<Self>, xml::Error> {
                Ok(Some(match node.name() {
                    $( $element => Self::$Kind(Box::new($Kind::read(node)?)), )*
                    _ => return Ok(None),
                }))
            }

            /// Name of its element.
            pub const fn element(&self) -> &'static str {
                match self { $( Self::$Kind(_) => $element, )* }
            }

            fn write(&self, w: &mut Writer) {
                match self { $( Self::$Kind(device) => w.element($element, &**device), )* }
            }

            /// Identity and place; `None` for what has neither: a lease, a display, a sound system.
            pub fn info(&self) -> Option<&DeviceInfo> {
                match self { $( Self::$Kind(device) => kinds!(@info $info, & device), )* }
            }

            /// The same, to be changed.
            pub fn info_mut(&mut self) -> Option<&mut DeviceInfo> {
                match self { $( Self::$Kind(device) => kinds!(@info $info, &mut device), )* }
            }
        }

        impl Devices {
            /// How many of a kind there are.
            pub fn count(&self, kind: DeviceKind) -> usize {
                match kind { $( DeviceKind::$Kind => kinds!(@count $many, self.$list), )* }
            }

            /// The device with this number among its kind.
            pub fn device(&self, kind: DeviceKind, number: usize) -> Option<Device> {
                match kind { $( DeviceKind::$Kind => {
                    let device = kinds!(@get $many, self.$list, number)?;
                    Some(Device::$Kind(Box::new(device.clone())))
                } )* }
            }

            /// Takes the device with this number among its kind out.
            pub fn take(&mut self, kind: DeviceKind, number: usize) -> Option<Device> {
                match kind { $( DeviceKind::$Kind => {
                    let device = kinds!(@take $many, self.$list, number)?;
                    Some(Device::$Kind(device))
                } )* }
            }

            /// Where the device with this alias is.
            pub fn find_alias(&self, alias: &str) -> Option<(DeviceKind, usize)> {
                $( if let Some(number) = kinds!(@find $many $info, self.$list, alias) {
                    return Some((DeviceKind::$Kind, number));
                } )*
                None
            }

            /// Adds a device where libvirt would: disks by name, controllers by index, others at the end.
            /// Of what a domain has one of, it replaces the one that is there.
            pub fn put(&mut self, device: Device) {
                let device = match device {
                    Device::Disk(disk) => return order::insert_disk(&mut self.disks, *disk),
                    Device::Controller(controller) => {
                        return order::insert_controller(&mut self.controllers, *controller);
                    }
                    device => device,
                };
                match device {
                    $( Device::$Kind(device) => kinds!(@put $many, self.$list, device), )*
                }
            }

            /// Puts another device in the place of one of its kind.
            pub fn replace(&mut self, number: usize, device: Device) {
                match device { $(
                    Device::$Kind(device) => kinds!(@replace $many, self.$list, number, device),
                )* }
            }
        }
    };
    (@info info, & $device:ident) => { Some(&$device.info) };
    (@info info, &mut $device:ident) => { Some(&mut $device.info) };
    (@info bare, & $device:ident) => {{ let _ = $device; None }};
    (@info bare, &mut $device:ident) => {{ let _ = $device; None }};
    (@count many, $list:expr) => { $list.len() };
    (@count one, $list:expr) => { usize::from($list.is_some()) };
    (@get many, $list:expr, $number:ident) => { $list.get($number) };
    (@get one, $list:expr, $number:ident) => { $list.as_deref().filter(|_| $number == 0) };
    (@take many, $list:expr, $number:ident) => {
        ($number < $list.len()).then(|| Box::new($list.remove($number)))
    };
    (@take one, $list:expr, $number:ident) => { $list.take_if(|_| $number == 0) };
    (@find many info, $list:expr, $alias:ident) => {
        $list.iter().position(|device| device.info.alias.name() == Some($alias))
    };
    (@find one info, $list:expr, $alias:ident) => {
        $list.iter().position(|device| device.info.alias.name() == Some($alias))
    };
    (@find many bare, $list:expr, $alias:ident) => { None::<usize> };
    (@put many, $list:expr, $device:ident) => { $list.push(*$device) };
    (@put one, $list:expr, $device:ident) => { $list = Some($device) };
    (@replace many, $list:expr, $number:ident, $device:ident) => {
        if let Some(place) = $list.get_mut($number) { *place = *$device; }
    };
    (@replace one, $list:expr, $number:ident, $device:ident) => {
        if $number == 0 { $list = Some($device); }
    };
}

type Memballoon = Balloon;
type Nvram = NvramDevice;
type Memory = MemoryDevice;

kinds! {
    Disk: "disk", disks many info, "disk";
    Lease: "lease", leases many bare, "lease";
    Filesystem: "filesystem", filesystems many info, "filesystem";
    Interface: "interface", interfaces many info, "interface";
    Input: "input", inputs many info, "input";
    Sound: "sound", sounds many info, "sound";
    Video: "video", videos many info, "video";
    Hostdev: "hostdev", hostdevs many info, "hostdev";
    Watchdog: "watchdog", watchdog one info, "watchdog";
    Controller: "controller", controllers many info, "controller";
    Graphics: "graphics", graphics many bare, "graphics";
    Hub: "hub", hubs many info, "hub";
    Redirdev: "redirdev", redirdevs many info, "redirdev";
    Smartcard: "smartcard", smartcards many info, "smartcard";
    Serial: "serial", serials many info, "chr";
    Parallel: "parallel", parallels many info, "chr";
    Channel: "channel", channels many info, "chr";
    Console: "console", consoles many info, "chr";
    Memballoon: "memballoon", memballoon one info, "memballoon";
    Nvram: "nvram", nvram one info, "nvram";
    Rng: "rng", rngs many info, "rng";
    Shmem: "shmem", shmems many info, "shmem";
    Tpm: "tpm", tpms many info, "tpm";
    Panic: "panic", panics many info, "panic";
    Memory: "memory", memories many info, "memory";
    Iommu: "iommu", iommu one info, "iommu";
    Vsock: "vsock", vsock one info, "vsock";
    Audio: "audio", audios many bare, "audio";
}

impl Device {
    /// Reads a device as it is written.
    ///
    /// # Errors
    /// [`Code::XmlDetail`](crate::Code::XmlDetail) for malformed XML, `CONFIG_UNSUPPORTED` for an element that
    /// is no device, otherwise what libvirt says of the value; with the position.
    pub fn parse(text: &str, flags: ParseFlags) -> Result<Self, Error> {
        let read = |text| {
            let document = Document::parse(text)?.with_namespaces(NAMESPACES);
            let root = document.any_root(flags.view());
            Ok((root.name().to_owned(), Self::read(root)?))
        };
        let (name, device) = read(text).map_err(|error: xml::Error| {
            wording::of(&error).unwrap_or_else(|| Error::reading("device_definition", error))
        })?;
        device.ok_or_else(|| Error::unsupported(format!("unknown device type '{name}'")))
    }

    /// Its name in QEMU, or the one its user chose.
    pub fn alias(&self) -> Option<&str> {
        self.info()?.alias.name()
    }

    /// Whether everything that is written of this device is so of `other`.
    pub fn describes(&self, other: &Self) -> bool {
        let print = |device: &Self| {
            let mut writer = Writer::new(part::SECURE.with(part::LIVE));
            device.write(&mut writer);
            writer.finish()
        };
        let (wanted, found) = (print(self), print(other));
        match (Document::parse(&wanted), Document::parse(&found)) {
            (Ok(wanted), Ok(found)) => {
                let view = part::SECURE.with(part::LIVE);
                covers(wanted.any_root(view), found.any_root(view))
            }
            _ => false,
        }
    }

    /// Draws what is drawn at random, so that two documents get the same.
    pub fn draw(&mut self, entropy: &mut dyn Entropy) {
        if let Self::Interface(interface) = self {
            let mac = || MacElement { address: Mac::random(entropy), kind: None, check: None };
            interface.source.mac.get_or_insert_with(mac);
        }
    }
}

/// Whether `found` has every attribute, text and element of `wanted`.
fn covers(wanted: Node<'_, '_>, found: Node<'_, '_>) -> bool {
    let same_text = || wanted.text().trim() == found.text().trim();
    let has_children = wanted.elements().next().is_some();
    wanted.name() == found.name()
        && wanted
            .raw()
            .attributes()
            .all(|written| found.attribute(written.name()) == Some(written.value()))
        && (has_children || wanted.text().trim().is_empty() || same_text())
        && wanted.elements().all(|child| found.elements().any(|other| covers(child, other)))
}

/// A domain with one more device.
#[derive(Clone, Debug)]
pub struct Plugged {
    /// The whole of it, complete.
    pub domain: Domain,
    /// The device as it became: complete, with its place.
    pub device: Device,
    /// Controllers that came with it.
    pub controllers: Vec<Controller>,
}

impl Plugged {
    /// Whether the device found no room on the PCI buses that were there.
    pub fn needs_pci_bus(&self) -> bool {
        self.controllers.iter().any(|controller| controller.kind == ControllerType::Pci)
    }
}

impl Domain {
    /// This domain, which is complete, with one more device.
    ///
    /// # Errors
    /// What libvirt says of a document that has such a device.
    pub fn with_device(
        &self,
        device: Device,
        host: &dyn Host,
        entropy: &mut dyn Entropy,
    ) -> Result<Plugged, Error> {
        self.placed(None, device, host, entropy)
    }

    /// This domain, which is complete, with another device in the place of the one with this number
    /// among its kind.
    ///
    /// # Errors
    /// As [`Self::with_device`].
    pub fn with_device_instead(
        &self,
        number: usize,
        device: Device,
        host: &dyn Host,
        entropy: &mut dyn Entropy,
    ) -> Result<Plugged, Error> {
        self.placed(Some(number), device, host, entropy)
    }

    fn placed(
        &self,
        instead: Option<usize>,
        mut device: Device,
        host: &dyn Host,
        entropy: &mut dyn Entropy,
    ) -> Result<Plugged, Error> {
        let kind = device.kind();
        if let Some(users) = device.info().filter(|info| info.alias.is_users()).and(device.alias())
            && self
                .devices
                .find_alias(users)
                .is_some_and(|at| Some(at) != instead.map(|n| (kind, n)))
        {
            return Err(Error::xml(format!("non unique alias detected: {users}")));
        }
        let alias =
            device.info_mut().map(|info| std::mem::replace(&mut info.alias, Alias::new(MARK)));
        let mut domain = self.clone();
        if let (None, Device::Memory(memory)) = (instead, &device) {
            grow(&mut domain, memory.target.size);
        }
        match instead {
            None => domain.devices.put(device),
            Some(number) => domain.devices.replace(number, device),
        }
        domain.complete(host, entropy)?;
        domain.validate(host)?;
        let lost = || Error::internal("device lost while its domain was completed");
        let number = match (&alias, instead) {
            (Some(_), _) => domain.devices.find_alias(MARK).ok_or_else(lost)?.1,
            (None, Some(number)) => number,
            (None, None) => domain.devices.count(kind).checked_sub(1).ok_or_else(lost)?,
        };
        let mut device = domain.devices.device(kind, number).ok_or_else(lost)?;
        if let (Some(info), Some(alias)) = (device.info_mut(), alias) {
            info.alias = alias;
        }
        domain.devices.replace(number, device.clone());
        // A console that shows a serial port has its alias, too.
        for info in domain.devices.infos_mut() {
            if info.alias.name() == Some(MARK) {
                info.alias = Alias::default();
            }
        }
        let controllers = self.new_controllers(&domain, &device);
        Ok(Plugged { domain, device, controllers })
    }

    fn new_controllers(&self, grown: &Self, device: &Device) -> Vec<Controller> {
        let itself = |controller: &Controller| match device {
            Device::Controller(new) => new.kind == controller.kind && new.index == controller.index,
            _ => false,
        };
        let before = &self.devices.controllers;
        let known = |controller: &&Controller| {
            before.iter().any(|old| old.kind == controller.kind && old.index == controller.index)
        };
        let new = grown.devices.controllers.iter().filter(|controller| !known(controller));
        new.filter(|controller| !itself(controller)).cloned().collect()
    }
}

/// Makes room for a memory device: what the balloon leaves grows with what there is.
pub fn grow(domain: &mut Domain, size: Kib) {
    resize(domain, |kib| kib.saturating_add(size.0));
}

/// Gives back the room of a memory device.
pub fn shrink(domain: &mut Domain, size: Kib) {
    resize(domain, |kib| kib.saturating_sub(size.0));
}

fn resize(domain: &mut Domain, change: impl Fn(u64) -> u64) {
    if let Some(memory) = &mut domain.memory {
        memory.size = Kib(change(memory.size.0));
    }
    if let Some(current) = &mut domain.current_memory {
        *current = Kib(change(current.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    fn read(text: &str) -> Result<Device, Error> {
        Device::parse(text, ParseFlags::Inactive)
    }

    #[test]
    fn an_element_is_read_as_its_kind() {
        let device = read(
            "<?xml version='1.0'?>\n<disk type='file'><source file='/a'/><target dev='vdb'/></disk>",
        );
        let Ok(Device::Disk(disk)) = device else { panic!("{device:?}") };
        assert_eq!(&*disk.target.dev, "vdb");
        assert_eq!(read("<hub type='usb'/>").map(|device| device.kind().word()), Ok("hub"));
        assert_eq!(read("<serial type='pty'/>").map(|device| device.kind().word()), Ok("chr"));
    }

    #[test]
    fn what_is_no_device_is_named() {
        let error = read("<domain/>").unwrap_err();
        assert_eq!(error.code, Code::ConfigUnsupported);
        assert_eq!(error.message, "unsupported configuration: unknown device type 'domain'");
        let error = read("<disk").unwrap_err();
        assert_eq!(error.code, Code::XmlDetail);
        assert!(error.message.starts_with("(device_definition):1"), "{error}");
        let error = read("<disk/>").unwrap_err();
        assert_eq!(error.code, Code::NoTarget, "{error}");
    }

    #[test]
    fn a_device_is_described_by_what_is_written_of_it() {
        let rng = read(
            "<rng model='virtio'><rate bytes='5'/><backend model='random'>/dev/urandom</backend>\
             <address type='pci' slot='5'/></rng>",
        );
        let rng = rng.unwrap();
        let describes = |text: &str| read(text).unwrap().describes(&rng);
        assert!(describes(
            "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
        ));
        assert!(!describes(
            "<rng model='virtio'><backend model='random'>/dev/random</backend></rng>"
        ));
        assert!(!describes(
            "<rng model='virtio'><rate bytes='6'/><backend model='random'>/dev/urandom</backend></rng>"
        ));
        assert!(!describes("<input type='mouse' bus='usb'/>"));
    }

    #[test]
    fn a_device_is_put_taken_and_replaced() {
        let mut devices = Devices::default();
        let disk = |name: &str, serial: &str| {
            let text = format!(
                "<disk type='file'><source file='/a'/><target dev='{name}' bus='virtio'/><serial>{serial}</serial></disk>"
            );
            read(&text).unwrap()
        };
        devices.put(disk("vdc", "c"));
        devices.put(disk("vda", "a"));
        devices.put(read("<watchdog model='i6300esb'><alias name='ua-w'/></watchdog>").unwrap());
        assert_eq!(devices.disks[0].target.dev.as_ref(), "vda");
        assert_eq!(devices.find_alias("ua-w"), Some((DeviceKind::Watchdog, 0)));
        devices.replace(1, disk("vdc", "other"));
        assert_eq!(devices.disks[1].serial.as_deref(), Some("other"));
        assert_eq!(devices.take(DeviceKind::Disk, 0), Some(disk("vda", "a")));
        assert_eq!(devices.take(DeviceKind::Disk, 1), None);
        assert!(devices.take(DeviceKind::Watchdog, 0).is_some());
        assert_eq!(devices.count(DeviceKind::Watchdog), 0);
    }
}
