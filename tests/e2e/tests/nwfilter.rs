//! Network filters as definitions: made, found, printed, taken away, refused.
#![forbid(unsafe_code)]

use e2e::{Daemon, Outcome};

fn document(name: &str, uuid: &str, rest: &str) -> String {
    format!("<filter name='{name}' chain='root'><uuid>{uuid}</uuid>{rest}</filter>")
}

fn uuid(number: u8) -> String {
    format!("5d2f9a6e-0000-4000-8000-0000000003{number:02x}")
}

fn define(daemon: &Daemon, document: &str) -> Outcome {
    let file = daemon.write("filter.xml", document);
    daemon.virsh(["nwfilter-define", &file])
}

#[test]
fn a_filter_is_defined_found_printed_and_undefined() {
    let mut daemon = Daemon::start();
    let (name, uuid) = (daemon.name("filter"), uuid(1));
    let rule = "<rule action='drop' direction='in' priority='500'><tcp dstportstart='25'/></rule>";
    let file = daemon.write("filter.xml", &document(&name, &uuid, rule));
    assert_eq!(
        daemon.virsh(["nwfilter-define", &file]).word(),
        format!("Network filter {name} defined from {file}")
    );
    daemon.kill9();
    daemon.revive();
    let listed = daemon.virsh(["nwfilter-list"]).lines();
    assert!(listed.contains(&format!("{uuid} {name}")), "{listed:?}");
    let printed = daemon.virsh(["nwfilter-dumpxml", &name]).ok();
    assert!(printed.contains(&format!("<uuid>{uuid}</uuid>")), "{printed}");
    define(&daemon, &printed).ok();
    assert_eq!(daemon.virsh(["nwfilter-dumpxml", &uuid]).ok(), printed);
    assert_eq!(daemon.virsh(["nwfilter-binding-list"]).lines().len(), 2);
    assert_eq!(
        daemon.virsh(["nwfilter-undefine", &name]).word(),
        format!("Network filter {name} undefined")
    );
    daemon
        .virsh(["nwfilter-dumpxml", &name])
        .fails(&format!("Network filter not found: no nwfilter with matching name '{name}'"));
}

#[test]
fn what_libvirt_refuses_is_refused_in_its_words() {
    let daemon = Daemon::start();
    let (name, other) = (daemon.name("filter"), daemon.name("other"));
    let (one, two) = (uuid(2), uuid(3));
    define(&daemon, &document(&name, &one, "")).ok();
    define(&daemon, &document(&other, &one, "")).fails(&format!(
        "operation failed: filter with same UUID but different name ('{name}') already exists"
    ));
    define(&daemon, &document(&name, &two, ""))
        .fails(&format!("operation failed: filter '{name}' already exists with uuid {one}"));
    let naming = |other: &str| format!("<filterref filter='{other}'/>");
    define(&daemon, &document(&other, &two, &naming(&name))).ok();
    define(&daemon, &document(&name, &one, &naming(&other)))
        .fails("operation failed: filter would introduce a loop");
    define(&daemon, "<filter/>").fails("internal error: filter has no name");
    define(&daemon, "<filter").fails("nwfilter_definition");
    daemon
        .virsh(["nwfilter-binding-dumpxml", "no-such-card"])
        .fails("no nwfilter binding for port dev 'no-such-card'");
    for name in [&name, &other] {
        daemon.virsh(["nwfilter-undefine", name]).ok();
    }
}
