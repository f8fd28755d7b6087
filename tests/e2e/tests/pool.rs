//! Storage pools as definitions: made, found, printed, marked, taken away, refused.
#![forbid(unsafe_code)]

use e2e::{Daemon, Listener, Outcome, eventually};

fn document(name: &str, uuid: &str, path: &str) -> String {
    format!(
        "<pool type='dir'><name>{name}</name><uuid>{uuid}</uuid>\
         <target><path>{path}</path></target></pool>"
    )
}

fn uuid(number: u8) -> String {
    format!("5d2f9a6e-0000-4000-8000-0000000002{number:02x}")
}

fn define(daemon: &Daemon, document: &str) -> Outcome {
    let file = daemon.write("pool.xml", document);
    daemon.virsh(["pool-define", &file])
}

#[test]
fn a_pool_is_defined_found_printed_marked_and_undefined() {
    let mut daemon = Daemon::start();
    let (name, uuid) = (daemon.name("pool"), uuid(1));
    let file = daemon.write("pool.xml", &document(&name, &uuid, "/nonexistent/one"));
    assert_eq!(
        daemon.virsh(["pool-define", &file]).word(),
        format!("Pool {name} defined from {file}")
    );
    daemon.virsh(["pool-autostart", &name]).ok();
    daemon.kill9();
    daemon.revive();
    assert_eq!(daemon.virsh(["pool-name", &uuid]).word(), name);
    assert_eq!(daemon.virsh(["pool-uuid", &name]).word(), uuid);
    let listed = daemon.virsh(["pool-list", "--all"]).lines();
    assert!(listed.contains(&format!("{name} inactive yes")), "{listed:?}");
    let details = daemon.virsh(["pool-list", "--all", "--details"]).lines();
    assert!(details.contains(&format!("{name} inactive yes yes - - -")), "{details:?}");
    let named = |filter: &str| daemon.virsh(["pool-list", "--all", "--name", "--type", filter]);
    assert!(named("dir").lines().contains(&name));
    assert!(!named("fs,logical").lines().contains(&name));
    let info = daemon.virsh(["pool-info", &name]).lines();
    let expected = [
        format!("Name: {name}"),
        format!("UUID: {uuid}"),
        "State: inactive".to_owned(),
        "Persistent: yes".to_owned(),
        "Autostart: yes".to_owned(),
    ];
    assert_eq!(info, expected);
    let printed = daemon.virsh(["pool-dumpxml", &name]).ok();
    assert!(printed.contains("<capacity unit='bytes'>0</capacity>"), "{printed}");
    define(&daemon, &printed).ok();
    assert_eq!(daemon.virsh(["pool-dumpxml", &name, "--inactive"]).ok(), printed);
    assert_eq!(
        daemon.virsh(["pool-undefine", &name]).word(),
        format!("Pool {name} has been undefined")
    );
    daemon
        .virsh(["pool-info", &name])
        .fails(&format!("Storage pool not found: no storage pool with matching name '{name}'"));
}

#[test]
fn what_libvirt_refuses_is_refused_in_its_words() {
    let daemon = Daemon::start();
    let (name, other) = (daemon.name("pool"), daemon.name("other"));
    let (one, two) = (uuid(2), uuid(3));
    define(&daemon, &document(&name, &one, "/nonexistent/two")).ok();
    define(&daemon, &document(&other, &one, "/nonexistent/other"))
        .fails(&format!("operation failed: pool '{name}' is already defined with uuid {one}"));
    define(&daemon, &document(&name, &two, "/nonexistent/two"))
        .fails(&format!("operation failed: pool '{name}' already exists with uuid {one}"));
    define(&daemon, &document(&other, &two, "/nonexistent/two"))
        .fails(&format!("operation failed: Storage source conflict with pool: '{name}'"));
    define(&daemon, "<pool><name>").fails("storage_pool_definition");
    define(&daemon, "<pool type='quark'/>").fails("'type'");
    define(&daemon, "<pool type='dir'/>").fails("XML error: missing pool source name element");
    let inactive = format!("Requested operation is not valid: storage pool '{name}' is not active");
    for command in ["vol-list", "pool-refresh", "pool-destroy"] {
        daemon.virsh([command, &name]).fails(&inactive);
    }
    daemon
        .virsh(["vol-path", "/nonexistent/volume"])
        .fails("Storage volume not found: no storage vol with matching path '/nonexistent/volume'");
    for command in ["pool-start", "pool-build"] {
        daemon.virsh([command, &name]).fails("storage pools are not started or built yet");
    }
    daemon.virsh(["pool-undefine", &name]).ok();
}

#[test]
fn who_listens_hears_of_pools() {
    let daemon = Daemon::start();
    let name = daemon.name("pool");
    let listen = ["pool-event", "--event", "lifecycle", "--timeout", "60"];
    let mut listener = Listener::spawn(&mut daemon.virsh_command(listen));
    // virsh does not say when it listens: until it has heard one, there is another.
    eventually("virsh to hear an event", || {
        define(&daemon, &document(&name, &uuid(4), "/nonexistent/three")).ok();
        daemon.virsh(["pool-undefine", &name]).ok();
        listener.has_ended().then_some(())
    });
    listener.hears(&format!("event 'lifecycle' for storage pool {name}: "));
    listener.hears("events received: 1");
}

#[test]
fn a_client_asks_what_pools_there_could_be() {
    let daemon = Daemon::start();
    let printed = daemon.virsh(["pool-capabilities"]).ok();
    assert!(printed.contains("<pool type='dir' supported='yes'>"), "{printed}");
    assert!(printed.contains("<value>qcow2</value>"), "{printed}");
    daemon
        .virsh(["find-storage-pool-sources", "dir"])
        .fails("pool type 'dir' does not support source discovery");
    daemon
        .virsh(["find-storage-pool-sources", "netfs"])
        .fails("hostname must be specified for netfs sources");
    daemon.virsh(["find-storage-pool-sources", "tape"]).fails("unknown storage pool type tape");
    if !daemon.is_reference() {
        daemon
            .virsh(["find-storage-pool-sources-as", "netfs", "localhost"])
            .fails("sources of netfs pools are not searched for yet");
    }
}
