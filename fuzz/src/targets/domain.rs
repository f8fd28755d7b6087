//! Domain documents through every phase: read, completed, validated, printed, read again, and reported on.
//!
//! Its seeds are the documents that the tests of `config` compare with libvirt.

use std::fs;
use std::path::Path;

use config::domain::complete::GenericHost;
use config::domain::report::Report;
use config::domain::{FormatFlags, ParseFlags};
use config::{Domain, NothingDrawn};

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
    let host = GenericHost::new("x86_64");
    if domain.complete(&host, &mut NothingDrawn).is_err() || domain.validate(&host).is_err() {
        return;
    }
    let printed = domain.format(flags);
    let again = Domain::parse(&printed, ParseFlags::Inactive);
    let again = again.unwrap_or_else(|error| panic!("what was printed is refused: {error}"));
    assert_eq!(again.format(flags), printed, "it does not read back as it was printed");
    let (same, decisions) = Domain::explained(text, &host, &mut NothingDrawn)
        .unwrap_or_else(|error| panic!("what was completed is refused: {error}"));
    assert_eq!(same.format(flags), printed, "explaining changes it");
    Report::decided(text, &printed, decisions)
        .unwrap_or_else(|error| panic!("what was completed has no report: {error}"));
}

fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/config/tests/documents");
    let entries = fs::read_dir(folder).expect("the documents are in the repository");
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "xml"));
    files.sort();
    files.iter().map(|file| fs::read(file).expect("a document can be read")).collect()
}
