//! A machine that never changes, the documents of the tests, and how two of them differ.
#![allow(dead_code, reason = "no test uses all of it")]

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use config::domain::VirtType;
use config::domain::complete::{Host, Qemu};

/// A host with QEMU 7.2 for x86, as far as completion asks.
pub(crate) struct X86Host;

/// One of its QEMU binaries.
struct X86Qemu {
    arch: &'static str,
    cpu: &'static str,
}

const X86_64: X86Qemu = X86Qemu { arch: "x86_64", cpu: "qemu64" };
const I386: X86Qemu = X86Qemu { arch: "i686", cpu: "qemu32" };

impl Host for X86Host {
    fn arch(&self) -> &str {
        X86_64.arch
    }

    fn emulator(&self, arch: &str) -> Option<Cow<'_, str>> {
        match arch {
            "x86_64" => Some("/usr/bin/qemu-system-x86_64".into()),
            "i686" => Some("/usr/bin/qemu-system-i386".into()),
            _ => None,
        }
    }

    fn qemu(&self, emulator: &str) -> Option<&dyn Qemu> {
        match emulator {
            "/usr/bin/qemu-system-x86_64" => Some(&X86_64),
            "/usr/bin/qemu-system-i386" => Some(&I386),
            _ => None,
        }
    }
}

impl Qemu for X86Qemu {
    fn arch(&self) -> &str {
        self.arch
    }

    fn supports(&self, virt: VirtType) -> bool {
        matches!(virt, VirtType::Qemu | VirtType::Kvm)
    }

    fn has_machine(&self, _: VirtType, machine: &str) -> bool {
        ["isapc", "pc-i440fx-7.2", "pc-q35-7.2", "pc-i440fx-2.5", "pc-q35-2.10"].contains(&machine)
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
        Some(self.cpu.into())
    }

    fn max_vcpus(&self, _: VirtType, machine: &str) -> Option<u32> {
        Some(if machine.contains("q35") { 288 } else { 255 })
    }

    fn has_device(&self, device: &str) -> bool {
        !["sgx-epc", "sev-guest", "zpci", "ivshmem"].contains(&device)
    }
}

pub(crate) fn documents() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    let entries = fs::read_dir(folder).expect("the documents are beside this file");
    let entries = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_input = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with(".xml") && !name.ends_with(".out.xml")
    };
    let mut documents: Vec<_> = entries.filter(is_input).collect();
    documents.sort();
    documents
}

/// The first line in which two texts differ.
pub(crate) fn difference(expected: &str, got: &str) -> Option<String> {
    let mut lines = expected.lines().zip(got.lines()).enumerate();
    let line = lines.find(|(_, (expected, got))| expected != got);
    match line {
        Some((number, (expected, got))) => {
            Some(format!("line {}: expected {expected:?}, got {got:?}", number + 1))
        }
        None if expected.len() != got.len() => Some("one is longer".to_owned()),
        None => None,
    }
}
