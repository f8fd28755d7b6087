//! Reports of documents whose completion is known.

use super::{Decider, Decision, Report};

const WRITTEN: &str = "<domain type='qemu'>
  <name>a</name>
  <memory unit='MiB'>64</memory>
  <os><type machine='pc'>hvm</type></os>
  <colour>red</colour>
  <devices>
    <disk type='file' speed='9'>
      <source file='/b'/>
      <target dev='vdb' bus='virtio'/>
    </disk>
    <disk type='file'>
      <source file='/a'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' model='ehci'/>
  </devices>
</domain>";

const COMPLETED: &str = "<domain type='qemu'>
  <name>a</name>
  <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
  <memory unit='KiB'>65536</memory>
  <os>
    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/a'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/b'/>
      <target dev='vdb' bus='virtio'/>
    </disk>
    <controller type='usb' index='0' model='ehci'/>
    <controller type='pci' index='0' model='pci-root'/>
  </devices>
</domain>";

#[test]
fn each_difference_is_told_with_its_path() {
    let report = Report::between(WRITTEN, COMPLETED).unwrap();
    let by = |decision: Decision| decision.by;
    let defaulted: Vec<_> =
        report.defaulted.iter().map(|d| (&*d.path, &*d.value, by(d.decision))).collect();
    let disk = |dev: &str, what: &str| format!("/domain/devices/disk[target/@dev='{dev}']/{what}");
    let usb = "/domain/devices/controller[@type='usb'][@index='0']/@index";
    let pci = "/domain/devices/controller[@type='pci'][@index='0']";
    for expected in [
        ("/domain/uuid", "c7a5fdbd-edaf-9455-926a-d65c16db1809", Decider::Daemon),
        ("/domain/os/type/@arch", "x86_64", Decider::Host),
        (&disk("vda", "@device"), "disk", Decider::Daemon),
        (&disk("vdb", "driver"), "name='qemu' type='raw'", Decider::Daemon),
        (usb, "0", Decider::Daemon),
        (pci, "type='pci' index='0' model='pci-root'", Decider::Machine),
    ] {
        assert!(defaulted.contains(&expected), "{expected:?} is not among {defaulted:#?}");
    }
    assert_eq!(defaulted.len(), 8, "{defaulted:#?}");
    let rewritten: Vec<_> =
        report.rewritten.iter().map(|r| (&*r.path, &*r.from, &*r.to, by(r.decision))).collect();
    let expected = [
        ("/domain/memory", "64 MiB", "65536 KiB", Decider::Daemon),
        ("/domain/os/type/@machine", "pc", "pc-i440fx-7.2", Decider::Emulator),
    ];
    assert_eq!(rewritten, expected);
    let ignored: Vec<_> =
        report.ignored.iter().map(|i| (&*i.path, &*i.value, i.position.line, i.unknown)).collect();
    let speed = disk("vdb", "@speed");
    assert_eq!(ignored, [("/domain/colour", "red", 5, true), (&*speed, "9", 7, true)]);
}

#[test]
fn what_is_not_in_the_report_is_the_users() {
    let report = Report::between(WRITTEN, COMPLETED).unwrap();
    assert_eq!(report.by("/domain/name"), Decider::User);
    assert_eq!(report.by("/domain/uuid"), Decider::Daemon);
    assert_eq!(report.by("/domain/devices/disk[target/@dev='vda']/driver/@type"), Decider::Daemon);
}

#[test]
fn a_completed_document_has_nothing_to_report() {
    assert!(Report::between(COMPLETED, COMPLETED).unwrap().is_empty());
}

#[test]
fn what_is_known_and_dropped_is_not_unknown() {
    let written = "<domain type='qemu'><name>a</name><os><type>hvm</type></os><id>7</id>\
                   <vcpu current='1'>1</vcpu></domain>";
    let completed =
        "<domain type='qemu'><name>a</name><os><type>hvm</type></os><vcpu>1</vcpu></domain>";
    let report = Report::between(written, completed).unwrap();
    let ignored: Vec<_> = report.ignored.iter().map(|i| (&*i.path, i.unknown)).collect();
    assert!(ignored.contains(&("/domain/vcpu/@current", false)), "{ignored:?}");
    assert!(ignored.contains(&("/domain/id", true)), "{ignored:?}");
}

#[test]
fn what_is_no_domain_is_refused() {
    assert!(Report::between("<network/>", COMPLETED).is_err());
    assert!(Report::between("<domain>", COMPLETED).is_err());
}
