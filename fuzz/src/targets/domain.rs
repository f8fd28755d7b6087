//! Domain documents through every phase: read, completed, validated, printed, and read again.
//!
//! Its seeds are the documents that the tests of `config` compare with libvirt.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use config::domain::complete::{Host, Qemu};
use config::domain::{FormatFlags, ParseFlags, VirtType};
use config::{Domain, Entropy};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "domain",
    run,
    seeds,
    words: &[
        "<disk type='file'>",
        "</disk>",
        "<address type='pci' slot='0x1f'/>",
        "<controller type='pci' index='31' model='pcie-root-port'/>",
        "<source file='/a'/>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>",
        "&#10;",
        "&a;",
        "\n\n\n\n\n\n\n\n",
        "18446744073709551616",
        "-1",
        "unit='YiB'",
    ],
};

fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let flags = FormatFlags::INACTIVE.with(FormatFlags::SECURE);
    let Ok(mut domain) = Domain::parse(text, ParseFlags::Inactive) else { return };
    // What is as written must print as well, complete or not.
    domain.format(flags);
    if domain.complete(&SomeHost, &mut NoEntropy).is_err() || domain.validate(&SomeHost).is_err() {
        return;
    }
    let printed = domain.format(flags);
    let again = Domain::parse(&printed, ParseFlags::Inactive);
    let again = again.unwrap_or_else(|error| panic!("what was printed is refused: {error}"));
    assert_eq!(again.format(flags), printed, "it does not read back as it was printed");
}

fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/config/tests/documents");
    let entries = fs::read_dir(folder).expect("the documents are in the repository");
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "xml"));
    files.sort();
    files.iter().map(|file| fs::read(file).expect("a document can be read")).collect()
}

/// A host with one QEMU, which has everything.
struct SomeHost;

struct SomeQemu;

impl Host for SomeHost {
    fn arch(&self) -> &str {
        "x86_64"
    }

    fn emulator(&self, arch: &str) -> Option<Cow<'_, str>> {
        (arch == "x86_64").then_some("/usr/bin/qemu-system-x86_64".into())
    }

    fn qemu(&self, emulator: &str) -> Option<&dyn Qemu> {
        (emulator == "/usr/bin/qemu-system-x86_64").then_some(&SomeQemu)
    }
}

impl Qemu for SomeQemu {
    fn arch(&self) -> &str {
        "x86_64"
    }

    fn supports(&self, virt: VirtType) -> bool {
        matches!(virt, VirtType::Qemu | VirtType::Kvm)
    }

    fn has_machine(&self, _: VirtType, machine: &str) -> bool {
        ["pc-i440fx-7.2", "pc-q35-7.2"].contains(&machine)
    }

    fn canonical_machine(&self, machine: &str) -> Option<Cow<'_, str>> {
        match machine {
            "pc" => Some("pc-i440fx-7.2".into()),
            "q35" => Some("pc-q35-7.2".into()),
            _ => None,
        }
    }

    fn default_machine(&self, _: VirtType) -> Option<Cow<'_, str>> {
        Some("pc-i440fx-7.2".into())
    }

    fn default_cpu(&self, _: VirtType, _: &str) -> Option<Cow<'_, str>> {
        Some("qemu64".into())
    }

    fn max_vcpus(&self, _: VirtType, _: &str) -> Option<u32> {
        Some(288)
    }

    fn has_device(&self, _: &str) -> bool {
        true
    }
}

/// What is drawn must not matter.
struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}
