//! Definitions: made, changed, listed, renamed, removed, and refused.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document};

#[test]
fn a_defined_guest_is_listed_and_an_undefined_one_is_gone() {
    let daemon = Daemon::start();
    let name = daemon.name("guest");
    let file = daemon.write("guest.xml", &Document::new(&name).xml());
    assert_eq!(
        daemon.virsh(["define", &file]).word(),
        format!("Domain '{name}' defined from {file}")
    );
    let listed = daemon.virsh(["list", "--all"]).lines();
    assert!(listed.contains(&format!("- {name} shut off")), "{listed:?}");
    assert!(
        !daemon.virsh(["list", "--name"]).lines().contains(&name),
        "list without --all shows running guests only"
    );

    assert_eq!(
        daemon.virsh(["undefine", &name]).word(),
        format!("Domain '{name}' has been undefined")
    );
    assert!(!daemon.virsh(["list", "--all", "--name"]).lines().contains(&name));
    daemon.virsh(["undefine", &name]).fails(&format!("failed to get domain '{name}'"));
}

#[test]
fn a_guest_is_found_by_name_uuid_and_id() {
    let daemon = Daemon::start();
    let uuid = "5d2f9a6e-0000-4000-8000-00000000000a";
    let name = daemon.define(&Document::new(&daemon.name("guest")).uuid(uuid));
    assert_eq!(daemon.virsh(["domuuid", &name]).word(), uuid);
    assert_eq!(daemon.virsh(["domname", uuid]).word(), name);
    assert_eq!(daemon.virsh(["domid", &name]).word(), "-");
    daemon.virsh(["start", &name, "--paused"]).ok();
    let id = daemon.virsh(["domid", &name]).word();
    assert!(id.parse::<u32>().is_ok_and(|id| id > 0), "'{id}' is no id");
    assert_eq!(daemon.virsh(["domname", &id]).word(), name);
    daemon.virsh(["domuuid", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
    daemon.virsh(["domname", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
    daemon.virsh(["domid", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn what_dumpxml_prints_defines_the_same_guest() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"))
        .machine("q35")
        .element("<title>A title</title><description>Two words</description>")
        .element("<clock offset='utc'><timer name='rtc' tickpolicy='catchup'/></clock>")
        .device("<interface type='user'><model type='e1000'/></interface>")
        .device("<graphics type='vnc' autoport='yes'/><video><model type='vga'/></video>")
        .device("<watchdog model='i6300esb' action='reset'/>");
    let name = daemon.define(&document);
    let first = daemon.virsh(["dumpxml", &name]).ok();
    let file = daemon.write("again.xml", &first);
    daemon.virsh(["define", &file]).ok();
    assert_eq!(daemon.virsh(["dumpxml", &name]).ok(), first);
    daemon.virsh(["dumpxml", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn dumpxml_shows_what_was_completed() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let xml = daemon.virsh(["dumpxml", &name]).ok();
    for line in [
        &format!("<domain type='qemu'>\n  <name>{name}</name>\n  <uuid>"),
        "  <memory unit='KiB'>65536</memory>\n  <currentMemory unit='KiB'>65536</currentMemory>\n",
        "  <vcpu placement='static'>1</vcpu>\n",
        "  <clock offset='utc'/>\n",
        "  <on_poweroff>destroy</on_poweroff>\n  <on_reboot>restart</on_reboot>\n  <on_crash>destroy</on_crash>\n",
        "    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n",
        "    <controller type='usb' index='0' model='piix3-uhci'>\n",
        "    <controller type='pci' index='0' model='pci-root'/>\n",
        "    <input type='mouse' bus='ps2'/>\n    <input type='keyboard' bus='ps2'/>\n",
        "    <memballoon model='virtio'>\n",
    ] {
        assert!(xml.contains(line), "no {line:?} in\n{xml}");
    }
    assert!(!xml.contains("machine='pc'"), "the alias is resolved:\n{xml}");
}

#[test]
fn a_second_definition_replaces_the_first() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"));
    let name = daemon.define(&document);
    let uuid = daemon.uuid(&name);
    let changed = document.uuid(&uuid).element("<description>changed</description>");
    daemon.define(&changed);
    assert_eq!(daemon.uuid(&name), uuid);
    assert_eq!(daemon.virsh(["desc", &name]).word(), "changed");
}

#[test]
fn a_name_and_a_uuid_belong_to_one_guest() {
    let daemon = Daemon::start();
    let first = Document::new(&daemon.name("first"));
    let name = daemon.define(&first);
    let uuid = daemon.uuid(&name);
    let other_uuid = first.clone().uuid("5d2f9a6e-0000-4000-8000-00000000000b");
    let file = daemon.write("other-uuid.xml", &other_uuid.xml());
    daemon
        .virsh(["define", &file])
        .fails(&format!("domain '{name}' already exists with uuid {uuid}"));
    let other_name = daemon.name("second");
    let file = daemon.write("other-name.xml", &first.named(&other_name).uuid(&uuid).xml());
    daemon
        .virsh(["define", &file])
        .fails(&format!("domain '{name}' is already defined with uuid {uuid}"));
    assert!(!daemon.virsh(["list", "--all", "--name"]).lines().contains(&other_name));
}

#[test]
fn a_document_that_is_no_xml_is_refused_with_its_line() {
    let daemon = Daemon::start();
    let file =
        daemon.write("bad.xml", "<domain type='qemu'>\n  <name>x</name>\n  <memory>64</domain>\n");
    let refusal = daemon.virsh(["define", &file]);
    assert_ne!(refusal.status, 0);
    assert!(refusal.stderr.contains(":3:"), "no line 3 in {refusal}");
    if !daemon.is_reference() {
        assert!(refusal.stderr.contains("at column 13"), "no column in {refusal}");
    }
    assert!(refusal.stderr.contains("Failed to define domain from"), "{refusal}");
}

#[test]
fn a_document_that_lacks_or_misstates_something_is_refused_with_the_reason() {
    let daemon = Daemon::start();
    let name = daemon.name("guest");
    let good = Document::new(&name).xml();
    for (what, from, to, reason) in [
        ("name", format!("<name>{name}</name>"), String::new(), "missing name information"),
        (
            "root",
            "domain".into(),
            "network".into(),
            "expecting root element of 'domain', not 'network'",
        ),
        ("type", "type='qemu'".into(), "type='nosuch'".into(), "nosuch"),
        ("arch", "x86_64".into(), "nosuch".into(), "nosuch"),
        ("unit", "unit='MiB'".into(), "unit='nosuch'".into(), "unknown suffix 'nosuch'"),
        ("memory", ">64<".into(), ">lots<".into(), "lots"),
        ("uuid", "<memory".into(), "<uuid>not-one</uuid><memory".into(), "malformed uuid element"),
        ("os", "hvm".into(), "nosuch".into(), "nosuch"),
        (
            "vcpu",
            "<vcpu>1<".into(),
            "<vcpu current='2'>1<".into(),
            "maximum vCPU count must not be less than current vCPU count",
        ),
        (
            "emulator",
            "<devices>".into(),
            "<devices><emulator>/no/such</emulator>".into(),
            "/no/such",
        ),
    ] {
        let document = good.replace(&from, &to);
        assert_ne!(document, good, "the case '{what}' changes nothing");
        let file = daemon.write("bad.xml", &document);
        daemon.virsh(["define", &file]).fails(reason);
    }
    assert!(!daemon.virsh(["list", "--all", "--name"]).lines().contains(&name));
}

#[test]
fn two_devices_cannot_share_an_address_or_a_target() {
    let daemon = Daemon::start();
    let name = daemon.name("guest");
    let at_3 = "<address type='pci' domain='0' bus='0' slot='3' function='0'/>";
    let busy = Document::new(&name)
        .device(&format!("<interface type='user'><model type='virtio'/>{at_3}</interface>"))
        .device(&format!("<interface type='user'><model type='e1000'/>{at_3}</interface>"));
    let file = daemon.write("busy.xml", &busy.xml());
    daemon.virsh(["define", &file]).fails("0000:00:03.0");
    let twice = Document::new(&name).disk("vda", "raw", "/nonexistent/a").disk(
        "vda",
        "raw",
        "/nonexistent/b",
    );
    let file = daemon.write("twice.xml", &twice.xml());
    daemon.virsh(["define", &file]).fails("target 'vda' duplicated");
}

#[test]
fn a_guest_can_be_renamed_while_it_is_off() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("old")));
    let uuid = daemon.uuid(&name);
    let new = daemon.name("new");
    assert_eq!(daemon.virsh(["domrename", &name, &new]).word(), "Domain successfully renamed");
    assert_eq!(daemon.uuid(&new), uuid);
    daemon.virsh(["domuuid", &name]).fails("failed to get domain");
    daemon.virsh(["domrename", &new, &new]).fails("Can't rename domain to itself");
    let other = daemon.define(&Document::new(&daemon.name("other")));
    daemon
        .virsh(["domrename", &new, &other])
        .fails(&format!("domain with name '{other}' already exists"));
    daemon.virsh(["start", &new, "--paused"]).ok();
    daemon.virsh(["domrename", &new, &name]).fails("cannot rename active domain");
}

#[test]
fn autostart_is_kept_and_needs_a_persistent_guest() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let shown = || daemon.virsh(["dominfo", &name]).lines();
    assert_eq!(
        daemon.virsh(["autostart", &name]).word(),
        format!("Domain '{name}' marked as autostarted")
    );
    assert!(shown().contains(&"Autostart: enable".to_owned()));
    assert!(daemon.virsh(["list", "--all", "--autostart", "--name"]).lines().contains(&name));
    assert_eq!(
        daemon.virsh(["autostart", &name, "--disable"]).word(),
        format!("Domain '{name}' unmarked as autostarted")
    );
    assert!(shown().contains(&"Autostart: disable".to_owned()));

    let transient = Document::new(&daemon.name("transient"));
    let file = daemon.write("transient.xml", &transient.xml());
    daemon.virsh(["create", &file, "--paused"]).ok();
    daemon
        .virsh(["autostart", transient.name()])
        .fails("cannot set autostart for transient domain");
}

#[test]
fn a_running_guest_shows_its_old_self_and_keeps_the_new_definition() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"));
    let name = daemon.define(&document);
    daemon.virsh(["start", &name, "--paused"]).ok();
    let uuid = daemon.uuid(&name);
    daemon.define(&document.uuid(&uuid).element("<description>next time</description>"));
    assert!(!daemon.virsh(["dumpxml", &name]).ok().contains("next time"));
    assert!(daemon.virsh(["dumpxml", &name, "--inactive"]).ok().contains("next time"));
    daemon.virsh(["destroy", &name]).ok();
    assert!(daemon.virsh(["dumpxml", &name]).ok().contains("next time"));
}

#[test]
fn a_vnc_password_is_shown_only_when_asked_for() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"))
        .device("<graphics type='vnc' autoport='yes' passwd='secret1'/>");
    let name = daemon.define(&document);
    assert!(!daemon.virsh(["dumpxml", &name]).ok().contains("secret1"));
    assert!(daemon.virsh(["dumpxml", &name, "--security-info"]).ok().contains("passwd='secret1'"));
}
