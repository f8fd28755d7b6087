//! `<os>` and what stands beside it: how the guest boots.

use xml::{element, words};

use super::storage::StorageSource;
use crate::YesNo;

words! {
    /// Firmware chosen by kind.
    pub enum Firmware { Bios = "bios", Efi = "efi" }
    /// How a loader is mapped.
    pub enum LoaderType { Rom = "rom", Pflash = "pflash" }
    /// What a guest boots from.
    pub enum BootDevice { Fd = "fd", Cdrom = "cdrom", Hd = "hd", Network = "network" }
    /// A property of an EFI firmware.
    pub enum FirmwareFeatureName { EnrolledKeys = "enrolled-keys", SecureBoot = "secure-boot" }
    /// Where SMBIOS tables come from.
    pub enum SmbiosMode { Emulate = "emulate", Host = "host", Sysinfo = "sysinfo" }
    /// What an ACPI table is.
    pub enum AcpiTableType { Slic = "slic" }
}

element! {
    /// `<os>`
    pub struct Os {
        /// Firmware to choose automatically.
        attr firmware: Option<Firmware> = "firmware",
        /// What is emulated.
        child machine: Machine = "type",
        /// Properties that the chosen firmware must have.
        child firmware_features: Option<Box<FirmwareFeatures>> = "firmware",
        /// Init program of a container.
        leaf init: Option<Box<str>> = "init",
        /// Firmware image.
        child loader: Option<Box<Loader>> = "loader",
        /// Its variables.
        child nvram: Option<Box<Nvram>> = "nvram",
        /// Kernel for direct boot.
        leaf kernel: Option<Box<str>> = "kernel",
        /// Initial RAM disk.
        leaf initrd: Option<Box<str>> = "initrd",
        /// The kernel's command line.
        leaf cmdline: Option<Box<str>> = "cmdline",
        /// Device tree.
        leaf dtb: Option<Box<str>> = "dtb",
        /// Root of a container's init.
        leaf root: Option<Box<str>> = "root",
        /// ACPI tables.
        child acpi: Option<Box<OsAcpi>> = "acpi",
        /// What to boot from, in order.
        child boot: Vec<Boot> = "boot",
        /// Menu of the firmware.
        loose_child bootmenu: Option<BootMenu> = "bootmenu",
        /// Firmware's text output and reboot policy.
        child bios: Option<Bios> = "bios",
        /// SMBIOS tables.
        loose_child smbios: Option<Smbios> = "smbios",
    }

    /// `<type arch='…' machine='…'>hvm</type>`
    #[derive(Eq)]
    pub struct Machine {
        /// Architecture; complete after completion.
        attr arch: Option<Box<str>> = "arch",
        /// Machine type; complete and canonical after completion.
        attr machine: Option<Box<str>> = "machine",
        /// Kind of virtualisation: `hvm`.
        text kind: Box<str>,
    }

    /// `<firmware>`
    #[derive(Eq)]
    pub struct FirmwareFeatures {
        /// The properties.
        child features: Vec<FirmwareFeature> = "feature",
    }

    /// `<feature enabled='yes' name='secure-boot'/>`
    #[derive(Eq)]
    pub struct FirmwareFeature {
        /// Must have it, or must not.
        attr enabled: YesNo = "enabled",
        /// The property.
        attr name: FirmwareFeatureName = "name",
    }

    /// `<loader>`
    #[derive(Eq, Default)]
    pub struct Loader {
        /// Whether the image is read-only.
        attr readonly: Option<YesNo> = "readonly",
        /// Whether it needs SMM.
        attr secure: Option<YesNo> = "secure",
        /// How it is mapped.
        attr kind: Option<LoaderType> = "type",
        /// Whether it goes without variables.
        attr stateless: Option<YesNo> = "stateless",
        /// The image; may be empty.
        text path: Box<str>,
    }

    /// `<acpi>` below `<os>`
    #[derive(Eq)]
    pub struct OsAcpi {
        /// Tables.
        child tables: Vec<AcpiTable> = "table",
    }

    /// `<table type='slic'>`
    #[derive(Eq)]
    pub struct AcpiTable {
        /// What it is.
        attr kind: AcpiTableType = "type",
        /// File with the table.
        text path: Box<str>,
    }

    /// `<boot dev='hd'/>`
    #[derive(Copy, Eq)]
    pub struct Boot {
        /// The device.
        attr dev: BootDevice = "dev",
    }

    /// `<bootmenu>`
    #[derive(Copy, Eq)]
    pub struct BootMenu {
        /// Whether it is offered.
        attr enable: YesNo = "enable",
        /// For how long, in ms.
        attr timeout: Option<u32> = "timeout",
    }

    /// `<smbios>`
    #[derive(Copy, Eq)]
    pub struct Smbios {
        /// Where the tables come from.
        attr mode: SmbiosMode = "mode",
    }

    /// `<bios>`
    #[derive(Copy, Eq)]
    pub struct Bios {
        /// Serial console of the firmware.
        attr useserial: Option<YesNo> = "useserial",
        /// Delay before a reboot after a failed boot, in ms; -1 for none.
        attr reboot_timeout: Option<i32> = "rebootTimeout",
    }
}

/// `<nvram>`: a path as text, or a `<source>` by type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nvram {
    /// File that a new one is copied from.
    pub template: Option<Box<str>>,
    /// Where the variables are.
    pub place: NvramPlace,
}

/// Where a firmware's variables are.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum NvramPlace {
    /// Wherever the daemon puts them.
    #[default]
    Default,
    /// In a file, written the short way.
    Path(Box<str>),
    /// In some storage.
    Source(Box<StorageSource>),
}

impl xml::Element for Nvram {
    const NAMES: &'static [&'static str] = &["template", "type", "source"];
    const SHAPE: &'static xml::Shape = &xml::Shape::of(
        "Where firmware variables are: a path as text, or a source by type.",
        &[
            xml::Field::attribute(
                "template",
                "File that a new one is copied from.",
                xml::ValueKind::Text,
            ),
            xml::Field::text("Path of the file.", xml::ValueKind::Text),
            xml::Field::part(<StorageSource as xml::Element>::shape),
        ],
    );

    fn read(node: xml::Node<'_, '_>) -> Result<Self, xml::Error> {
        let place = if node.attribute("type").is_some() {
            NvramPlace::Source(xml::Element::read(node)?)
        } else {
            match node.text().trim() {
                "" => NvramPlace::Default,
                _ => NvramPlace::Path(node.content()?),
            }
        };
        Ok(Self { template: node.optional("template")?, place })
    }

    fn write_attributes(&self, w: &mut xml::Writer) {
        if let Some(template) = &self.template {
            w.attribute("template", template);
        }
        if let NvramPlace::Source(source) = &self.place {
            source.write_attributes(w);
        }
    }

    fn write_children(&self, w: &mut xml::Writer) {
        match &self.place {
            NvramPlace::Default => {}
            NvramPlace::Path(path) => w.text(path),
            NvramPlace::Source(source) => source.write_children(w),
        }
    }
}
