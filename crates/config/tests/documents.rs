//! Documents through every phase: `documents/NAME.xml` becomes `NAME.out.xml`, or is refused as `NAME.error`
//! says (`code message`). What is expected is what libvirt 9.0 with QEMU 7.2 does.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use config::domain::complete::{Host, Qemu, aliases};
use config::domain::{FormatFlags, ParseFlags, VirtType};
use config::{Domain, Entropy};

/// A host with QEMU 7.2 for x86, as far as completion asks.
struct X86Host;

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
        !["sgx-epc", "sev-guest", "zpci"].contains(&device)
    }
}

/// No document may depend on what is drawn.
struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn documents() -> Vec<PathBuf> {
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

fn completed(text: &str) -> Result<Domain, config::Error> {
    let mut domain = Domain::parse(text, ParseFlags::Inactive)?;
    domain.complete(&X86Host, &mut NoEntropy)?;
    domain.validate(&X86Host)?;
    Ok(domain)
}

fn printed(domain: &Domain) -> String {
    domain.format(FormatFlags::INACTIVE.with(FormatFlags::SECURE))
}

/// The first line in which two texts differ.
fn difference(expected: &str, got: &str) -> Option<String> {
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

#[test]
fn documents_are_completed_or_refused_as_libvirt_does() {
    let mut failures = Vec::new();
    let documents = documents();
    assert!(documents.len() >= 40, "only {} documents found", documents.len());
    for path in documents {
        let result = completed(&fs::read_to_string(&path).unwrap());
        let failure = match (fs::read_to_string(path.with_extension("error")), result) {
            (Ok(expected), Err(error)) => {
                difference(expected.trim_end(), &format!("{} {error}", error.code.number()))
            }
            (Ok(expected), Ok(_)) => Some(format!("accepted, expected {expected}")),
            (Err(_), Ok(domain)) => {
                let expected = fs::read_to_string(path.with_extension("out.xml")).unwrap();
                difference(&expected, &printed(&domain))
            }
            (Err(_), Err(error)) => Some(format!("refused: {error}")),
        };
        failures.extend(failure.map(|failure| format!("{}: {failure}", path.display())));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_completed_document_reads_back_as_it_was_printed() {
    for path in documents().into_iter().filter(|path| !path.with_extension("error").exists()) {
        let expected = fs::read_to_string(path.with_extension("out.xml")).unwrap();
        let domain = Domain::parse(&expected, ParseFlags::Inactive).unwrap();
        assert_eq!(difference(&expected, &printed(&domain)), None, "{}", path.display());
    }
}

#[test]
fn a_live_document_reads_back_with_its_aliases() {
    for path in documents().into_iter().filter(|path| !path.with_extension("error").exists()) {
        let mut domain = completed(&fs::read_to_string(&path).unwrap()).unwrap();
        aliases::assign_aliases(&mut domain);
        domain.id = Some(7);
        let nameless =
            domain.devices.infos().iter().filter(|info| info.alias.name().is_none()).count();
        assert_eq!(nameless, 0, "{}", path.display());
        let flags = FormatFlags::LIVE.with(FormatFlags::SECURE);
        let live = domain.format(flags);
        let again = Domain::parse(&live, ParseFlags::Live).unwrap().format(flags);
        assert_eq!(difference(&live, &again), None, "{}", path.display());
    }
}
