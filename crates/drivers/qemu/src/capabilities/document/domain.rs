//! `<domainCapabilities>`: what guests of one emulator, architecture, machine type and way to run may
//! be made of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use xml::{View, Writer};

use super::request::Choice;
use super::{choices, supported};
use crate::capabilities::cpu::{Description, Model, Vendor};
use crate::capabilities::firmware::{Firmware, Firmwares, Interface, Mapping};
use crate::capabilities::{Accel, Emulator, SchemaPath, Swtpm};

/// What is around QEMU and decides with it.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Firmware images.
    pub firmwares: Firmwares,
    /// Images for when no description fits: those of these that exist.
    pub fallback_loaders: Vec<PathBuf>,
    /// Most virtual CPUs that KVM gives a guest.
    pub kvm_max_vcpus: Option<u32>,
    /// The programs that emulate TPMs.
    pub swtpm: Option<Arc<Swtpm>>,
    /// Whether devices of the host can be given to guests.
    pub has_vfio: bool,
}

/// The whole document.
pub fn domain_capabilities(choice: &Choice, around: &Surroundings) -> String {
    let emulator = &*choice.emulator;
    let mut out = Writer::new(View::PLAIN);
    out.nest("domainCapabilities", |out| {
        out.leaf("path", &emulator.path().to_string_lossy());
        out.leaf("domain", if choice.accel == Accel::Kvm { "kvm" } else { "qemu" });
        out.leaf("machine", &choice.machine.name);
        out.leaf("arch", choice.arch.name);
        if let Some(max) = max_vcpus(choice, around) {
            out.open("vcpu");
            out.attribute("max", &max.to_string());
            out.close("vcpu");
        }
        supported(out, "iothreads", emulator.has_object("iothread"), |_| ());
        write_os(out, choice, around);
        out.nest("cpu", |out| write_cpu(out, choice));
        supported(out, "memoryBacking", true, |out| {
            let memfd = emulator.has_object("memory-backend-memfd").then_some("memfd");
            choices(out, "sourceType", ["file", "anonymous"].into_iter().chain(memfd));
        });
        out.nest("devices", |out| write_devices(out, choice, around));
        out.nest("features", |out| write_features(out, choice));
    });
    out.finish()
}

fn max_vcpus(choice: &Choice, around: &Surroundings) -> Option<u32> {
    let kvm = around.kvm_max_vcpus.filter(|_| choice.accel == Accel::Kvm);
    let machine = Some(choice.machine.max_cpus).filter(|max| *max > 0);
    kvm.into_iter().chain(machine).min()
}

fn write_os(out: &mut Writer, choice: &Choice, around: &Surroundings) {
    let usable = |firmware: &&Firmware| {
        firmware.interfaces.iter().any(|kind| matches!(kind, Interface::Bios | Interface::Uefi))
    };
    let firmwares: Vec<&Firmware> =
        around.firmwares.for_machine(choice.arch, &choice.machine.name).filter(usable).collect();
    let offers = |kind| firmwares.iter().any(|firmware| firmware.interfaces.contains(&kind));
    let secure = firmwares.iter().any(|firmware| firmware.has("requires-smm"));
    let mut loaders: Vec<&Path> = Vec::new();
    let described = firmwares.iter().map(|firmware| firmware.mapping.image());
    for image in described.filter(|image| image.exists()) {
        if !loaders.contains(&image) {
            loaders.push(image);
        }
    }
    if firmwares.is_empty() {
        loaders.extend(
            around.fallback_loaders.iter().map(PathBuf::as_path).filter(|path| path.exists()),
        );
    }
    let flash = firmwares.is_empty()
        || firmwares.iter().any(|firmware| matches!(firmware.mapping, Mapping::Flash { .. }));
    supported(out, "os", true, |out| {
        let kinds = [(Interface::Bios, "bios"), (Interface::Uefi, "efi")];
        let offered = kinds.into_iter().filter(|(kind, _)| offers(*kind));
        choices(out, "firmware", offered.map(|(_, name)| name));
        supported(out, "loader", true, |out| {
            loaders.iter().for_each(|path| out.leaf("value", &path.to_string_lossy()));
            choices(out, "type", std::iter::once("rom").chain(flash.then_some("pflash")));
            choices(out, "readonly", ["yes", "no"]);
            choices(out, "secure", secure.then_some("yes").into_iter().chain(["no"]));
        });
    });
}

fn write_cpu(out: &mut Writer, choice: &Choice) {
    let emulator = &*choice.emulator;
    let mode = |out: &mut Writer, name: &str, is: bool, content: &dyn Fn(&mut Writer)| {
        out.open("mode");
        out.attribute("name", name);
        out.attribute("supported", if is { "yes" } else { "no" });
        if is {
            content(out);
        }
        out.close("mode");
    };
    let migratable = emulator.has_property("max-x86_64-cpu", "migratable").then_some("on");
    mode(out, "host-passthrough", choice.accel == Accel::Kvm, &|out| {
        choices(out, "hostPassthroughMigratable", migratable.into_iter().chain(["off"]));
    });
    mode(out, "maximum", true, &|out| choices(out, "maximumMigratable", ["on", "off"]));
    let Some(accel) = emulator.acceleration(choice.accel) else { return };
    let described = emulator.host_model(choice.accel);
    let vendor = accel.host_cpu.as_ref().and_then(|cpu| Vendor::by_signature(&cpu.vendor)?.name());
    mode(out, "host-model", described.is_some(), &|out| {
        if let Some(described) = &described {
            write_host_model(out, described, vendor);
        }
    });
    mode(out, "custom", !accel.cpu_models.is_empty(), &|out| {
        for model in &accel.cpu_models {
            let known = Model::by_name(&model.name);
            // Documents of x86 name none that hosts do not know.
            if choice.arch.is_x86() && known.is_none() {
                continue;
            }
            let vendor = known.and_then(|known| known.vendor.name());
            out.open("model");
            out.attribute("usable", if model.is_usable() { "yes" } else { "no" });
            if choice.arch.is_x86() {
                out.attribute("vendor", vendor.unwrap_or("unknown"));
            }
            if model.deprecated {
                out.attribute("deprecated", "yes");
            }
            out.text(&model.name);
            out.close("model");
        }
    });
}

fn write_host_model(out: &mut Writer, described: &Description, vendor: Option<&str>) {
    out.open("model");
    out.attribute("fallback", "forbid");
    out.text(described.model.name);
    out.close("model");
    if let Some(vendor) = vendor {
        out.leaf("vendor", vendor);
    }
    let require = described.required().map(|name| ("require", name));
    for (policy, name) in require.chain(described.disabled().map(|name| ("disable", name))) {
        out.open("feature");
        out.attribute("policy", policy);
        out.attribute("name", name);
        out.close("feature");
    }
}

/// Virtio devices, by the bus they are for.
const RNG: [&str; 3] = ["virtio-rng-pci", "virtio-rng-ccw", "virtio-rng-device"];
const BLK: [&str; 3] = ["virtio-blk-pci", "virtio-blk-ccw", "virtio-blk-device"];

/// Models of a virtio device: as the machine decides, and for old and for new guests.
fn virtio_models(emulator: &Emulator, device: &str) -> impl Iterator<Item = &'static str> {
    let split = emulator.has_device(&format!("{device}-pci-transitional"))
        || emulator.has_device(&format!("{device}-pci-non-transitional"));
    let split = if split { &["virtio-transitional", "virtio-non-transitional"][..] } else { &[] };
    std::iter::once("virtio").chain(split.iter().copied())
}

fn write_devices(out: &mut Writer, choice: &Choice, around: &Surroundings) {
    let emulator = &*choice.emulator;
    supported(out, "disk", true, |out| write_disk(out, choice));
    supported(out, "graphics", true, |out| choices(out, "type", graphics(emulator)));
    supported(out, "video", true, |out| choices(out, "modelType", video(emulator)));
    supported(out, "hostdev", true, |out| {
        choices(out, "mode", ["subsystem"]);
        choices(out, "startupPolicy", ["default", "mandatory", "requisite", "optional"]);
        choices(out, "subsysType", ["usb", "pci", "scsi"]);
        choices(out, "capsType", []);
        let vfio = around.has_vfio && emulator.has_device("vfio-pci");
        choices(
            out,
            "pciBackend",
            if vfio { &["default", "vfio"][..] } else { &[] }.iter().copied(),
        );
    });
    supported(out, "rng", RNG.iter().any(|name| emulator.has_device(name)), |out| {
        choices(out, "model", virtio_models(emulator, "virtio-rng"));
        let backends = [("rng-random", "random"), ("rng-egd", "egd"), ("rng-builtin", "builtin")];
        choices(out, "backendModel", known(emulator, &backends));
    });
    supported(out, "filesystem", true, |out| {
        let virtiofs = emulator.has_device("vhost-user-fs-device").then_some("virtiofs");
        choices(out, "driverType", ["path", "handle"].into_iter().chain(virtiofs));
    });
    let tpm = ["tpm-tis", "tpm-crb", "tpm-spapr"];
    let models: Vec<_> =
        tpm.into_iter().filter(|model| emulator.tpm_models().contains(model)).collect();
    supported(out, "tpm", !models.is_empty(), |out| {
        choices(out, "model", models);
        let passthrough = emulator.tpm_types().contains("passthrough").then_some("passthrough");
        let swtpm = around.swtpm.as_deref();
        let swtpm = swtpm.filter(|_| emulator.tpm_types().contains("emulator"));
        let emulated = swtpm.iter().flat_map(|_| ["emulator", "external"]);
        choices(out, "backendModel", passthrough.into_iter().chain(emulated));
        if let Some(swtpm) = swtpm {
            let versions = ["1.2", "2.0"].into_iter().filter(|version| swtpm.has_version(version));
            choices(out, "backendVersion", versions);
        }
    });
    supported(out, "redirdev", emulator.has_device("usb-redir"), |out| {
        choices(out, "bus", ["usb"])
    });
    supported(out, "channel", true, |out| {
        let spice = emulator.has_schema_path(SchemaPath::ChardevSpice).then_some("spicevmc");
        choices(out, "type", ["pty", "unix"].into_iter().chain(spice));
    });
}

fn write_disk(out: &mut Writer, choice: &Choice) {
    let emulator = &*choice.emulator;
    let machine = choice.machine.name.as_str();
    // A machine type without a floppy controller, and one with IDE on its board.
    let floppy = !(machine.starts_with("pseries") || machine.starts_with("s390-ccw"));
    let ide = machine.starts_with("pc-i440fx")
        || machine.starts_with("pc-0")
        || machine.starts_with("pc-1");
    let floppy_device = floppy.then_some("floppy");
    choices(out, "diskDevice", ["disk", "cdrom"].into_iter().chain(floppy_device).chain(["lun"]));
    let buses = [
        (ide, "ide"),
        (floppy, "fdc"),
        (true, "scsi"),
        (BLK.iter().any(|name| emulator.has_device(name)), "virtio"),
        (emulator.has_device("usb-storage"), "usb"),
        (emulator.has_device("ich9-ahci"), "sata"),
    ];
    choices(out, "bus", buses.into_iter().filter(|(has, _)| *has).map(|(_, bus)| bus));
    choices(out, "model", virtio_models(emulator, "virtio-blk"));
}

fn graphics(emulator: &Emulator) -> impl Iterator<Item = &'static str> {
    [
        (emulator.has_schema_path(SchemaPath::DisplaySdl), "sdl"),
        (emulator.has_command("query-vnc"), "vnc"),
        (emulator.has_command("query-spice"), "spice"),
        (emulator.has_schema_path(SchemaPath::DisplayEglHeadless), "egl-headless"),
        (emulator.has_schema_path(SchemaPath::DisplayDbus), "dbus"),
    ]
    .into_iter()
    .filter(|(has, _)| *has)
    .map(|(_, name)| name)
}

fn video(emulator: &Emulator) -> impl Iterator<Item = &'static str> {
    let virtio = ["virtio-gpu-pci", "virtio-gpu-device", "virtio-gpu-ccw"];
    [
        (emulator.has_device("VGA"), "vga"),
        (emulator.has_device("cirrus-vga"), "cirrus"),
        (emulator.has_device("vmware-svga"), "vmvga"),
        (emulator.has_device("qxl-vga"), "qxl"),
        (virtio.iter().any(|device| emulator.has_device(device)), "virtio"),
        (true, "none"),
        (emulator.has_device("bochs-display"), "bochs"),
        (emulator.has_device("ramfb"), "ramfb"),
    ]
    .into_iter()
    .filter(|(has, _)| *has)
    .map(|(_, name)| name)
}

/// Of pairs of QEMU's and libvirt's name for a thing, libvirt's where QEMU has it.
fn known<'a>(
    emulator: &'a Emulator,
    pairs: &'a [(&str, &'static str)],
) -> impl Iterator<Item = &'static str> + 'a {
    pairs.iter().filter(|(qemu, _)| emulator.has_object(qemu)).map(|(_, name)| *name)
}

fn write_features(out: &mut Writer, choice: &Choice) {
    let emulator = &*choice.emulator;
    let gic = emulator
        .gic()
        .iter()
        .filter(|gic| gic.emulated || choice.accel == Accel::Kvm && gic.kernel);
    let versions: Vec<String> = gic.map(|gic| gic.version.to_string()).collect();
    supported(out, "gic", !versions.is_empty(), |out| {
        choices(out, "version", versions.iter().map(String::as_str));
    });
    supported(out, "vmcoreinfo", emulator.has_device("vmcoreinfo"), |_| ());
    supported(out, "genid", emulator.has_device("vmgenid"), |_| ());
    supported(out, "backingStoreInput", true, |_| ());
    supported(out, "backup", emulator.has_command("blockdev-backup"), |_| ());
    let sev = emulator.sev().filter(|_| choice.accel == Accel::Kvm);
    supported(out, "sev", sev.is_some(), |out| {
        if let Some(sev) = sev {
            out.leaf("cbitpos", &sev.cbitpos.to_string());
            out.leaf("reducedPhysBits", &sev.reduced_phys_bits.to_string());
        }
    });
    let sgx = emulator.sgx().filter(|_| choice.accel == Accel::Kvm);
    supported(out, "sgx", sgx.is_some(), |out| {
        if let Some(sgx) = sgx {
            write_sgx(out, sgx);
        }
    });
    supported(out, "hyperv", choice.arch.is_x86(), |out| choices(out, "features", hyperv(choice)));
}

fn write_sgx(out: &mut Writer, sgx: &crate::capabilities::Sgx) {
    let yes = |is: bool| if is { "yes" } else { "no" };
    out.leaf("flc", yes(sgx.flc));
    out.leaf("sgx1", yes(sgx.sgx1));
    out.leaf("sgx2", yes(sgx.sgx2));
    let kib = |section: &crate::capabilities::SgxSection| section.size / 1024;
    let total: u64 = sgx.sections.iter().map(kib).fold(0, u64::saturating_add);
    out.open("section_size");
    out.attribute("unit", "KiB");
    out.text(&total.to_string());
    out.close("section_size");
    out.nest("sections", |out| {
        for section in &sgx.sections {
            out.open("section");
            out.attribute("node", &section.node.to_string());
            out.attribute("size", &kib(section).to_string());
            out.attribute("unit", "KiB");
            out.close("section");
        }
    });
}

/// What makes Windows feel at home, in the order of documents: QEMU's name where the host's help is
/// needed, libvirt's name.
const HYPERV: [(Option<&str>, &str); 14] = [
    (Some("hv-relaxed"), "relaxed"),
    (Some("hv-vapic"), "vapic"),
    (None, "spinlocks"),
    (Some("hv-vpindex"), "vpindex"),
    (Some("hv-runtime"), "runtime"),
    (Some("hv-synic"), "synic"),
    (Some("hv-stimer"), "stimer"),
    (Some("hv-reset"), "reset"),
    (None, "vendor_id"),
    (Some("hv-frequencies"), "frequencies"),
    (Some("hv-reenlightenment"), "reenlightenment"),
    (Some("hv-tlbflush"), "tlbflush"),
    (Some("hv-ipi"), "ipi"),
    (Some("hv-evmcs"), "evmcs"),
];

fn hyperv(choice: &Choice) -> impl Iterator<Item = &'static str> {
    let accel = choice.emulator.acceleration(choice.accel);
    let has = move |qemu: Option<&str>| {
        qemu.is_none_or(|qemu| accel.is_some_and(|accel| accel.hyperv.contains(qemu)))
    };
    HYPERV.iter().filter(move |(qemu, _)| has(*qemu)).map(|(_, name)| *name)
}
