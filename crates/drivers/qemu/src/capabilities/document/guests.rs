//! `<capabilities>`: the machine, and a `<guest>` for each architecture that it can run.

use std::sync::Arc;

use xml::{View, Writer};

use super::host::{HostFacts, SecurityLabel};
use crate::capabilities::{Accel, Arch, Emulator, Machine, Names};

/// The whole document.
pub fn capabilities(
    facts: &HostFacts,
    labels: &[SecurityLabel],
    emulators: &[(Arch, Arc<Emulator>)],
) -> String {
    let native = emulators.iter().find(|(arch, _)| *arch == Arch::host());
    let native = native.or(emulators.first()).map(|(_, emulator)| emulator);
    let migration = Names::default();
    let migration = native.map_or(&migration, |emulator| emulator.migration_capabilities());
    let mut out = Writer::new(View::PLAIN);
    out.nest("capabilities", |out| {
        facts.write(out, migration, labels);
        emulators.iter().for_each(|(arch, emulator)| write_guest(out, *arch, emulator));
    });
    // libvirt sets its parts apart by empty lines.
    let text = out.finish();
    text.replace("\n  <host>\n", "\n\n  <host>\n")
        .replace("\n  <guest>\n", "\n\n  <guest>\n")
        .replace("\n</capabilities>\n", "\n\n</capabilities>\n")
}

fn write_guest(out: &mut Writer, arch: Arch, emulator: &Emulator) {
    out.nest("guest", |out| {
        out.leaf("os_type", "hvm");
        out.open("arch");
        out.attribute("name", arch.name);
        out.leaf("wordsize", &arch.word_size.to_string());
        out.leaf("emulator", &emulator.path().to_string_lossy());
        for machine in emulator.machines() {
            write_machine(out, &machine.name, None, machine);
            if let Some(alias) = &machine.alias {
                write_machine(out, alias, Some(&machine.name), machine);
            }
        }
        let ways = [(Accel::Tcg, "qemu"), (Accel::Kvm, "kvm")];
        for (_, name) in ways.into_iter().filter(|(accel, _)| emulator.runs(arch, *accel)) {
            out.open("domain");
            out.attribute("type", name);
            out.close("domain");
        }
        out.close("arch");
        write_features(out, arch);
    });
}

fn write_machine(out: &mut Writer, name: &str, canonical: Option<&str>, machine: &Machine) {
    out.open("machine");
    if let Some(canonical) = canonical {
        out.attribute("canonical", canonical);
    }
    if machine.max_cpus > 0 {
        out.attribute("maxCpus", &machine.max_cpus.to_string());
    }
    if machine.deprecated {
        out.attribute("deprecated", "yes");
    }
    out.text(name);
    out.close("machine");
}

fn write_features(out: &mut Writer, arch: Arch) {
    let toggled = |out: &mut Writer, name: &str, toggle: &str| {
        out.open(name);
        out.attribute("default", "on");
        out.attribute("toggle", toggle);
        out.close(name);
    };
    out.nest("features", |out| {
        if arch.name == "i686" {
            out.nest("pae", |_| ());
            out.nest("nonpae", |_| ());
        }
        if arch.is_x86() || arch.name == "aarch64" {
            toggled(out, "acpi", "yes");
        }
        if arch.is_x86() {
            toggled(out, "apic", "no");
        }
        out.nest("cpuselection", |_| ());
        out.nest("deviceboot", |_| ());
        toggled(out, "disksnapshot", "no");
    });
}
