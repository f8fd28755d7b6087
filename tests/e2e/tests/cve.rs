//! Inputs that brought libvirtd down or let someone in, named after the reports about them. Those
//! that need no daemon are tests of the crates that they are about.
#![forbid(unsafe_code)]

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

use e2e::wire::{HOSTNAME, Wire, call};
use e2e::{Daemon, Document};
use rustix::fs::Mode;
use rustix::process::umask;

const DEFINE_XML: u32 = 11;
const LIST_DEFINED_DOMAINS: u32 = 21;
const LIST_DOMAINS: u32 = 37;
const CELLS_FREE_MEMORY: u32 = 101;
const BASELINE_CPU: u32 = 162;
const CPU_STATS: u32 = 227;
const MEMORY_STATS: u32 = 228;
const LIST_ALL_INTERFACES: u32 = 284;
const MEMORY_PARAMETERS: u32 = 289;
const FREE_PAGES: u32 = 340;

/// `VIR_ERR_OPERATION_DENIED`.
const OPERATION_DENIED: u32 = 29;

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A counted text, padded to whole words.
fn text(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a test sends small documents");
    let padding = vec![0; text.len().wrapping_neg() % 4];
    [&length.to_be_bytes()[..], text.as_bytes(), &padding].concat()
}

/// The socket that anybody on the machine may use.
fn anybody(daemon: &Daemon) -> Wire {
    Wire::opened(&format!("{}-ro", daemon.socket()))
}

#[track_caller]
fn serves(wire: &mut Wire) {
    wire.send(&call(HOSTNAME, 99, &[]));
    assert!(!wire.reply().is_error());
}

/// Page sizes times cells wrapped to 1019, below the limit of the answer.
#[test]
fn cve_2026_18917() {
    let daemon = Daemon::start();
    let mut wire = anybody(&daemon);
    let sizes = [&[1023][..], &[4; 1023]].concat();
    wire.send(&call(FREE_PAGES, 5, &words(&[&sizes[..], &[0, 4_198_405, 0]].concat())));
    assert!(wire.reply().is_error());
    serves(&mut wire);
}

/// The position of a mistake behind hundreds of empty lines; for everybody by way of a CPU model.
#[test]
fn cve_2026_61478() {
    let daemon = Daemon::start();
    let document = format!("<cpu>{}<model>x</mdel></cpu>", "\n".repeat(800));
    let mut wire = anybody(&daemon);
    let arguments = [words(&[1]), text(&document), words(&[0])].concat();
    wire.send(&call(BASELINE_CPU, 5, &arguments));
    assert!(wire.reply().is_error());
    serves(&mut wire);
    let document = format!("<domain type='qemu'>{}<name>x</nme></domain>", "\n".repeat(800));
    let file = daemon.write("lines.xml", &document);
    daemon.virsh(["define", &file]).fails("(domain_definition):801:");
    serves(&mut wire);
}

/// Counts below zero.
#[test]
fn cve_2024_2494() {
    const MINUS: u32 = u32::MAX;
    let daemon = Daemon::start();
    let mut wire = anybody(&daemon);
    let calls: [(u32, &[u32]); 9] = [
        (FREE_PAGES, &[MINUS]),
        (FREE_PAGES, &[1, 4, 0, MINUS, 0]),
        (LIST_DOMAINS, &[MINUS]),
        (LIST_DEFINED_DOMAINS, &[MINUS]),
        (CELLS_FREE_MEMORY, &[0, MINUS]),
        (CPU_STATS, &[MINUS, MINUS, 0]),
        (MEMORY_STATS, &[MINUS, MINUS, 0]),
        (MEMORY_PARAMETERS, &[MINUS, 0]),
        (BASELINE_CPU, &[MINUS, 0]),
    ];
    for (procedure, arguments) in calls {
        wire.send(&call(procedure, 5, &words(arguments)));
        let reply = wire.reply();
        assert!(reply.is_error(), "call {procedure}: {reply:?}");
        serves(&mut wire);
    }
}

/// Only the number of interfaces is wanted, not the interfaces.
#[test]
fn cve_2024_8235() {
    let daemon = Daemon::start();
    let mut wire = anybody(&daemon);
    wire.send(&call(LIST_ALL_INTERFACES, 5, &words(&[0, 0])));
    // Served or not, it is answered.
    assert_eq!(wire.reply().header[2], LIST_ALL_INTERFACES);
    serves(&mut wire);
}

/// Documents are not looked at for those who may not send them.
#[test]
fn cve_2025_12748() {
    let daemon = Daemon::start();
    let mut wire = anybody(&daemon);
    let deep = "<a>".repeat(1 << 20);
    // A document that takes effort, and arguments that are none at all.
    for arguments in [text(&deep), words(&[u32::MAX])] {
        wire.send(&call(DEFINE_XML, 5, &arguments));
        assert_eq!(wire.reply().code(), OPERATION_DENIED);
    }
    serves(&mut wire);
}

/// For those who may send documents, effort is limited all the same.
#[test]
fn documents_that_grow_are_refused() {
    let daemon = Daemon::start();
    let mut wire = Wire::opened(daemon.socket());
    let entities: String = ('b'..='z')
        .zip('a'..)
        .map(|(name, inner)| format!("<!ENTITY {name} \"{}\">", format!("&{inner};").repeat(16)))
        .collect();
    let bomb = format!("<!DOCTYPE domain [<!ENTITY a \"ha\">{entities}]><domain>&z;</domain>");
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=''")).collect();
    for document in ["<a>".repeat(1 << 20), bomb, format!("<domain{attributes}/>")] {
        wire.send(&call(DEFINE_XML, 5, &text(&document)));
        assert!(wire.reply().is_error());
        serves(&mut wire);
    }
}

/// Ends of lines in values, where whatever reads the value next begins a new directive.
#[test]
fn cve_2026_61477() {
    let daemon = Daemon::start();
    let name = daemon.name("lines");
    let plain = Document::new(&name).xml();
    let named = plain.replace(&format!("<name>{name}</name>"), "<name>a&#10;b</name>");
    assert_ne!(plain, named, "the document has a name");
    let file = daemon.write("name.xml", &named);
    daemon.virsh(["define", &file]).fails("cannot contain '\\n'");
    let titled = plain.replace("</name>", "</name><title>one&#10;two</title>");
    let file = daemon.write("title.xml", &titled);
    daemon.virsh(["define", &file]).fails("can't contain newlines");
}

/// Nothing that the daemon makes is for others, whatever mask it was started with.
#[test]
fn cve_2025_13193_and_2026_63623() {
    for mask in [0o000, 0o077] {
        let before = umask(Mode::from_raw_mode(mask));
        let daemon = Daemon::start();
        umask(before);
        let name = daemon.define(&Document::new(&daemon.name("modes")));
        daemon.virsh(["autostart", &name]).ok();
        daemon.virsh(["start", &name, "--paused"]).ok();
        let mut seen = 0;
        // What the test itself made is not the daemon's.
        for made in ["run/ferrovirt", "run/libvirt", "var"] {
            walk(&daemon.directory().join(made), &mut seen);
        }
        assert!(seen > 10, "only {seen} files and directories");
        daemon.virsh(["destroy", &name]).ok();
    }
}

fn walk(path: &Path, seen: &mut u32) {
    let Ok(about) = fs::symlink_metadata(path) else { return };
    let mode = about.permissions().mode() & 0o7777;
    *seen += 1;
    if about.is_symlink() {
        return;
    }
    if about.is_dir() {
        // Others may pass through to what is theirs, and list nothing.
        let made_by_test = path.ends_with("var") || path.ends_with("run/libvirt");
        assert!(made_by_test || mode & !0o711 == 0, "{} is {mode:o}", path.display());
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            walk(&entry.path(), seen);
        }
    } else if about.file_type().is_socket() {
        let for_anybody = path.ends_with("libvirt-sock-ro");
        // To connect takes the right to write.
        assert!(for_anybody || mode & 0o022 == 0, "{} is {mode:o}", path.display());
        assert!(!for_anybody || mode == 0o777, "{} is {mode:o}", path.display());
    } else {
        assert!(mode & 0o177 == 0, "{} is {mode:o}", path.display());
    }
}
