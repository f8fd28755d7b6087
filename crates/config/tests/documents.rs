//! Documents through every phase: `documents/NAME.xml` becomes `NAME.out.xml`, or is refused as `NAME.error`
//! says (`code message`). What is expected is what libvirt 9.0 with QEMU 7.2 does.

mod machine;

use std::fs;

use config::domain::complete::{GenericHost, aliases};
use config::domain::memory::BalloonModel;
use config::domain::report::{Decider, Report};
use config::domain::{FormatFlags, ParseFlags};
use config::{Domain, NothingDrawn};

use machine::{X86Host, difference, documents};

fn completed(text: &str) -> Result<Domain, config::Error> {
    let mut domain = Domain::parse(text, ParseFlags::Inactive)?;
    domain.complete(&X86Host, &mut NothingDrawn)?;
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
        // A balloon that is not there and a panic notifier have no name in libvirt either.
        let balloon = domain.devices.memballoon.as_deref();
        let absent = balloon.is_some_and(|balloon| balloon.model == BalloonModel::None);
        let unnamed = domain.devices.panics.len() + usize::from(absent);
        assert_eq!(nameless, unnamed, "{}", path.display());
        let flags = FormatFlags::LIVE.with(FormatFlags::SECURE);
        let live = domain.format(flags);
        let again = Domain::parse(&live, ParseFlags::Live).unwrap().format(flags);
        assert_eq!(difference(&live, &again), None, "{}", path.display());
    }
}

/// A report of a document that is completed here, of one that another daemon has completed, and the text.
fn reports(text: &str) -> Result<(Report, Report), config::Error> {
    let (domain, decisions) = Domain::explained(text, &X86Host, &mut NothingDrawn)?;
    assert_eq!(printed(&domain), printed(&completed(text)?));
    let told = Report::decided(text, &printed(&domain), decisions)?;
    Ok((told, Report::between(text, &printed(&domain))?))
}

#[test]
fn everything_that_became_of_a_document_was_decided_by_somebody_for_a_reason() {
    for path in documents().into_iter().filter(|path| !path.with_extension("error").exists()) {
        let text = fs::read_to_string(&path).unwrap();
        let (told, found_out) = reports(&text).unwrap();
        let defaulted = told.defaulted.iter().map(|row| (&row.path, row.decision));
        let rewritten = told.rewritten.iter().map(|row| (&row.path, row.decision));
        let ignored = told.ignored.iter().filter(|row| !row.unknown);
        let ignored = ignored.map(|row| (&row.path, row.decision));
        let nobodys: Vec<_> = defaulted
            .chain(rewritten)
            .chain(ignored)
            .filter(|(_, decision)| decision.by == Decider::User || decision.why.is_empty())
            .collect();
        assert!(nobodys.is_empty(), "{}: {nobodys:#?}", path.display());
        assert_eq!(told, found_out, "{}", path.display());
    }
}

#[test]
fn each_decision_is_that_of_whom_it_is() {
    let text = "<domain type='qemu'><name>a</name>\
                <uuid>11111111-2222-4333-8444-555555555555</uuid><memory>1024</memory>\
                <vcpu current='1'>1</vcpu><os><type machine='q35'>hvm</type></os><devices>\
                <disk type='file'><source file='/a'/><target dev='sda' bus='sata'/></disk>\
                <disk type='file' device='cdrom'><target dev='sdb' bus='sata'/></disk>\
                <interface type='user'/><graphics type='vnc'/><serial type='pty'/>\
                <controller type='scsi'/></devices></domain>";
    let (report, _) = reports(text).unwrap();
    let sata = "/domain/devices/controller[@type='sata'][@index='0']";
    let bridge = "/domain/devices/controller[@type='pci'][@index='1']";
    for (path, by) in [
        ("/domain/name", Decider::User),
        ("/domain/os/type/@arch", Decider::Host),
        ("/domain/os/type/@machine", Decider::Emulator),
        ("/domain/devices/emulator", Decider::Host),
        ("/domain/cpu/model", Decider::Machine),
        ("/domain/currentMemory", Decider::Daemon),
        ("/domain/devices/disk[target/@dev='sda']/@device", Decider::Daemon),
        ("/domain/devices/disk[target/@dev='sdb']/@device", Decider::User),
        ("/domain/devices/disk[target/@dev='sdb']/readonly", Decider::Daemon),
        ("/domain/devices/disk[target/@dev='sda']/address", Decider::Daemon),
        (sata, Decider::Machine),
        (&format!("{sata}/address"), Decider::Machine),
        (bridge, Decider::Daemon),
        (&format!("{bridge}/address"), Decider::Daemon),
        ("/domain/devices/controller[@type='scsi'][@index='0']/@index", Decider::Daemon),
        ("/domain/devices/controller[@type='scsi'][@index='0']/@model", Decider::Emulator),
        ("/domain/devices/interface/mac", Decider::Daemon),
        ("/domain/devices/interface/model", Decider::Emulator),
        ("/domain/devices/serial/target/@type", Decider::Machine),
        ("/domain/devices/serial/target/@port", Decider::Daemon),
        ("/domain/devices/video/model", Decider::Emulator),
        ("/domain/devices/video/model/@heads", Decider::Daemon),
        ("/domain/devices/video/address", Decider::Machine),
        ("/domain/devices/memballoon", Decider::Daemon),
        ("/domain/devices/input[1]", Decider::Machine),
    ] {
        assert_eq!(report.by(path), by, "{path} in {report:#?}");
    }
    let dropped = report.ignored.iter().find(|row| row.path == "/domain/vcpu/@current");
    let why = dropped.map(|row| (row.unknown, row.decision.by, row.decision.why));
    assert_eq!(why, Some((false, Decider::Daemon, "libvirt's rule for every domain")));
}

#[test]
fn documents_are_completed_where_there_is_no_machine_to_ask() {
    // The names of machine types are the only difference.
    let shown =
        |text: String| text.replace("'pc-i440fx-7.2'", "'pc'").replace("'pc-q35-7.2'", "'q35'");
    let mut compared = 0;
    for path in documents().into_iter().filter(|path| !path.with_extension("error").exists()) {
        let text = fs::read_to_string(&path).unwrap();
        if text.contains("i686") || text.contains("-7.2") {
            continue;
        }
        let host = GenericHost::new("x86_64");
        let mut domain = Domain::parse(&text, ParseFlags::Inactive).unwrap();
        domain.complete(&host, &mut NothingDrawn).unwrap();
        domain.validate(&host).unwrap();
        let expected = shown(printed(&completed(&text).unwrap()));
        assert_eq!(difference(&expected, &printed(&domain)), None, "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 40, "only {compared} documents were compared");
}
