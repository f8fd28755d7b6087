//! The examples do what they say.

use std::process::{Command, Output};

use config::DocumentKind;

fn run(example: &str) -> Output {
    let tests = std::env::current_exe().expect("a test knows where it is");
    let built = tests.parent().and_then(|deps| deps.parent()).expect("tests are built in deps/");
    let program = built.join("examples").join(example);
    let output = Command::new(&program).output();
    output.unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

fn printed(example: &str) -> String {
    let output = run(example);
    assert!(output.status.success(), "{example}: {output:?}");
    String::from_utf8(output.stdout).expect("examples print text")
}

#[test]
fn a_domain_is_built() {
    let document = printed("build_domain");
    let domain = config::Domain::parse(&document, config::domain::ParseFlags::Inactive).unwrap();
    assert_eq!(domain.name.as_str(), "demo");
    assert!(document.contains("<target dev='vda' bus='virtio'/>"), "{document}");
}

#[test]
fn a_domain_is_edited() {
    let document = printed("edit_domain");
    assert!(document.contains("<memory dumpCore='off' unit='KiB'>2097152</memory>"), "{document}");
    assert!(!document.contains("graphics"), "{document}");
}

#[test]
fn a_domain_becomes_json() {
    let json: serde_json::Value = serde_json::from_str(&printed("json")).unwrap();
    assert_eq!(json["devices"]["disk"][0]["target"]["dev"], "vda");
}

#[test]
fn what_became_of_a_document_is_listed() {
    let report = printed("report");
    let disk = "/domain/devices/disk/address is type='pci' domain='0x0000' bus='0x02' slot='0x00' \
                function='0x0' because the daemon says: the first place that is free";
    for expected in [
        disk,
        "/domain/memory is 1048576 KiB now, not 1 GiB",
        "/domain/colour in line 5 is not known",
    ] {
        assert!(report.lines().any(|line| line == expected), "no line {expected:?} in\n{report}");
    }
}

#[test]
fn the_names_are_documented() {
    let docs = printed("docs");
    let row = "| `/domain/devices/disk/target/@dev` |  | attribute, required | text | Name: `vda`; unique in the domain. |";
    assert!(docs.lines().any(|line| line == row), "{docs:.2000}");
    for entry in DocumentKind::ALL.iter().flat_map(|kind| kind.reference()) {
        assert!(!entry.doc.is_empty(), "{} has no documentation", entry.path);
    }
}
