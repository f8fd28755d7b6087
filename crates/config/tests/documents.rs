//! Documents through every phase: `documents/NAME.xml` becomes `NAME.out.xml`, or is refused as `NAME.error`
//! says (`code message`). What is expected is what libvirt 9.0 with QEMU 7.2 does.

mod machine;

use std::fs;

use config::Domain;
use config::domain::complete::aliases;
use config::domain::report::{Decider, Report};
use config::domain::{FormatFlags, ParseFlags};

use machine::{NoEntropy, X86Host, difference, documents};

fn completed(text: &str) -> Result<Domain, config::Error> {
    let mut domain = Domain::parse(text, ParseFlags::Inactive)?;
    domain.complete(&X86Host, &mut NoEntropy)?;
    domain.validate(&X86Host)?;
    Ok(domain)
}

fn printed(domain: &Domain) -> String {
    domain.format(FormatFlags::INACTIVE.with(FormatFlags::SECURE))
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

#[test]
fn completion_says_who_decided() {
    let text = "<domain type='qemu'><name>a</name>\
                <uuid>11111111-2222-4333-8444-555555555555</uuid><memory>1024</memory><os><type>hvm</type></os>\
                <devices><disk type='file'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices></domain>";
    let mut domain = Domain::parse(text, ParseFlags::Inactive).unwrap();
    let decisions = domain.complete_explained(&X86Host, &mut NoEntropy).unwrap();
    assert_eq!(printed(&domain), printed(&completed(text).unwrap()));
    let report = Report::decided(text, &printed(&domain), &decisions).unwrap();
    assert_eq!(report.by("/domain/name"), Decider::User);
    assert_eq!(report.by("/domain/os/type/@machine"), Decider::Machine);
    assert_eq!(report.by("/domain/currentMemory"), Decider::Daemon);
    assert_eq!(report.by("/domain/devices/disk/address"), Decider::Daemon);
}
