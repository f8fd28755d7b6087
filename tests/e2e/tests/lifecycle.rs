//! A guest's life: started, stopped for a while, reset, ended, by us and by itself.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, Qemu};

#[test]
fn start_and_destroy() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    assert_eq!(daemon.state(&name), "shut off (unknown)");
    assert_eq!(daemon.virsh(["start", &name]).word(), format!("Domain '{name}' started"));
    assert_eq!(daemon.state(&name), "running (booted)");
    let qemu = daemon.qemu(&name);
    daemon.virsh(["start", &name]).fails("Domain is already active");
    assert_eq!(daemon.virsh(["destroy", &name]).word(), format!("Domain '{name}' destroyed"));
    qemu.ends();
    assert_eq!(daemon.state(&name), "shut off (destroyed)");
    daemon
        .virsh(["destroy", &name])
        .fails("Requested operation is not valid: domain is not running");
    daemon.virsh(["start", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn a_guest_that_starts_paused_runs_when_resumed() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    assert_eq!(daemon.state(&name), "paused (user)");
    assert_eq!(daemon.virsh(["resume", &name]).word(), format!("Domain '{name}' resumed"));
    assert_eq!(daemon.state(&name), "running (unpaused)");
    daemon
        .virsh(["resume", &name])
        .fails("Requested operation is not valid: domain is already running");
    assert_eq!(daemon.virsh(["suspend", &name]).word(), format!("Domain '{name}' suspended"));
    assert_eq!(daemon.state(&name), "paused (user)");
    // A second suspend changes nothing and is no error.
    daemon.virsh(["suspend", &name]).ok();
    assert_eq!(daemon.state(&name), "paused (user)");
}

#[test]
fn reset_and_reboot_leave_the_same_process_running() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    daemon.virsh(["start", &name]).ok();
    let qemu = daemon.qemu(&name);
    assert_eq!(daemon.virsh(["reset", &name]).word(), format!("Domain '{name}' was reset"));
    assert_eq!(
        daemon.virsh(["reboot", &name]).word(),
        format!("Domain '{name}' is being rebooted")
    );
    assert_eq!(daemon.qemu(&name), qemu);
}

#[test]
fn what_needs_a_running_guest_says_so() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    for words in ["suspend", "resume", "reset", "reboot", "shutdown", "destroy"] {
        daemon
            .virsh([words, &name])
            .fails("Requested operation is not valid: domain is not running");
    }
}

#[test]
fn destroy_can_be_graceful() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let qemu = daemon.qemu(&name);
    daemon.virsh(["destroy", &name, "--graceful"]).ok();
    qemu.ends();
    daemon.virsh(["destroy", &name, "--graceful"]).fails("domain is not running");
}

#[test]
fn a_created_guest_vanishes_when_it_ends() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"));
    let file = daemon.write("guest.xml", &document.xml());
    let name = document.name();
    assert_eq!(
        daemon.virsh(["create", &file, "--paused"]).word(),
        format!("Domain '{name}' created from {file}")
    );
    assert!(daemon.virsh(["dominfo", name]).lines().contains(&"Persistent: no".to_owned()));
    assert!(daemon.virsh(["list", "--transient", "--name"]).lines().contains(&name.to_owned()));
    daemon.virsh(["create", &file]).fails(&format!("domain '{name}' already exists with uuid"));
    daemon.virsh(["destroy", name]).ok();
    daemon.virsh(["domstate", name]).fails(&format!("failed to get domain '{name}'"));
}

#[test]
fn a_guest_undefined_while_it_runs_goes_on_without_a_definition() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    daemon.virsh(["undefine", &name]).ok();
    assert_eq!(daemon.state(&name), "paused (user)");
    assert!(daemon.virsh(["dominfo", &name]).lines().contains(&"Persistent: no".to_owned()));
    daemon.virsh(["destroy", &name]).ok();
    daemon.virsh(["domstate", &name]).fails("failed to get domain");
}

#[test]
fn a_failed_create_leaves_nothing() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest")).disk("vda", "raw", "/nonexistent/disk.img");
    let file = daemon.write("guest.xml", &document.xml());
    let refusal = daemon.virsh(["create", &file]);
    assert!(refusal.stderr.contains("Failed to create domain from"), "{refusal}");
    refusal.fails("Cannot access storage file '/nonexistent/disk.img'");
    daemon.virsh(["domstate", document.name()]).fails("failed to get domain");
    assert!(e2e::process::all_with(&format!("guest={},", document.name())).is_empty());
}

#[test]
fn a_guest_obeys_the_power_button() {
    let daemon = Daemon::start();
    let log = daemon.directory().join("console.log");
    let serial = format!("<serial type='file'><source path='{}'/></serial>", log.display());
    let name = daemon.define(&Document::booting(&daemon.name("guest"), &serial));
    daemon.virsh(["start", &name]).ok();
    e2e::eventually("the guest to be up", || {
        std::fs::read_to_string(&log).ok()?.contains("ferrovirt guest is up").then_some(())
    });
    let qemu = daemon.qemu(&name);
    assert_eq!(
        daemon.virsh(["shutdown", &name]).word(),
        format!("Domain '{name}' is being shutdown")
    );
    daemon.reaches(&name, "shut off (shutdown)");
    qemu.ends();
}

#[test]
fn a_guest_that_is_rebooted_boots_again() {
    let daemon = Daemon::start();
    let log = daemon.directory().join("console.log");
    let serial = format!("<serial type='file'><source path='{}'/></serial>", log.display());
    let name = daemon.define(&Document::booting(&daemon.name("guest"), &serial));
    daemon.virsh(["start", &name]).ok();
    let boots = |count: usize| {
        e2e::eventually("a boot", || {
            let text = std::fs::read_to_string(&log).ok()?;
            (text.matches("ferrovirt guest is up").count() == count).then_some(())
        });
    };
    boots(1);
    let uuid = daemon.uuid(&name);
    let before = Qemu::of(&uuid);
    daemon.virsh(["reboot", &name, "--mode", "acpi"]).ok();
    boots(2);
    assert_eq!(Qemu::of(&uuid), before, "a reboot is no new process");
    assert!(daemon.state(&name).starts_with("running"));
}
