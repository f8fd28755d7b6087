//! What guests need of other drivers' objects: values of secrets reach QEMU and nobody else, what is missing is
//! named before anything starts.
#![forbid(unsafe_code)]

use std::process::Command;

use e2e::{Daemon, Document, Outcome, Qemu, eventually};

const SECRET: &str = "5d2f9a6e-0000-4000-8000-000000000601";

/// A LUKS image that the passphrase `geheim` opens.
fn image(daemon: &Daemon, name: &str, format: &str, prefix: &str) -> String {
    let path = daemon.directory().join(name).to_string_lossy().into_owned();
    // As few rounds as there can be: nobody attacks it.
    let options = format!("{prefix}key-secret=s,{prefix}iter-time=10");
    let mut create = Command::new("qemu-img");
    create.args(["create", "-q", "-f", format, "--object", "secret,id=s,data=geheim", "-o"]);
    Outcome::of(create.args([&options, &path, "16M"])).ok();
    path
}

fn disk(path: &str, format: &str, target: &str) -> String {
    format!(
        "<disk type='file' device='disk'><driver name='qemu' type='{format}'/><source file='{path}'>\
         <encryption format='luks'><secret type='passphrase' uuid='{SECRET}'/></encryption></source>\
         <target dev='{target}' bus='virtio'/></disk>"
    )
}

fn define_secret(daemon: &Daemon) {
    let text = format!(
        "<secret private='yes'><uuid>{SECRET}</uuid><usage type='volume'><volume>/a</volume></usage></secret>"
    );
    daemon.virsh(["secret-define", &daemon.write("secret.xml", &text)]).ok();
}

fn set_secret(daemon: &Daemon, base64: &str) {
    let file = daemon.write("value", base64);
    daemon.virsh(["secret-set-value", SECRET, "--file", &file]).ok();
}

#[test]
fn an_encrypted_image_is_opened_with_a_secret_that_nobody_sees() {
    let daemon = Daemon::start();
    let raw = image(&daemon, "a.luks", "luks", "");
    let name = daemon.name("guest");
    daemon.define(&Document::new(&name).device(&disk(&raw, "raw", "vda")));
    let start = || daemon.virsh(["start", &name, "--paused"]);
    start().fails(&format!("no secret with matching uuid '{SECRET}'"));
    define_secret(&daemon);
    start().fails(&format!("secret '{SECRET}' does not have a value"));
    set_secret(&daemon, "YW5kZXJlcw==");
    start().fails("Invalid password, cannot unlock any keyslot");
    set_secret(&daemon, "Z2VoZWlt");
    start().ok();
    let told = daemon.qemu(&name).command_line().join(" ");
    assert!(told.contains("libvirt-1-format-encryption-secret0"), "{told}");
    for shown in [told, daemon.guest_log(&name), daemon.log()] {
        assert!(!shown.contains("geheim") && !shown.contains("Z2VoZWlt"), "{shown}");
    }
    let nodes = r#"{"execute":"query-named-block-nodes"}"#;
    let nodes = daemon.virsh(["qemu-monitor-command", &name, nodes]).ok();
    assert!(nodes.contains(r#""drv":"luks""#), "{nodes}");
}

#[test]
fn an_encrypted_disk_comes_and_goes() {
    let daemon = Daemon::start();
    let document = Document::booting(&daemon.name("guest"), "<serial type='pty'/>");
    let name = daemon.define(&document);
    daemon.virsh(["start", &name]).ok();
    let raw = image(&daemon, "a.luks", "luks", "");
    let file = daemon.write("disk.xml", &disk(&raw, "raw", "vda"));
    let attach = || daemon.virsh(["attach-device", &name, &file, "--live"]);
    attach().fails(&format!("no secret with matching uuid '{SECRET}'"));
    define_secret(&daemon);
    set_secret(&daemon, "Z2VoZWlt");
    attach().ok();
    let objects = || {
        let list = r#"{"execute":"qom-list","arguments":{"path":"/objects"}}"#;
        daemon.virsh(["qemu-monitor-command", &name, list]).ok()
    };
    assert!(objects().contains("encryption-secret0"), "{}", objects());
    let live = daemon.virsh(["dumpxml", &name]).ok();
    assert!(live.contains(&format!("uuid='{SECRET}'")), "{live}");
    // It goes without the secret that it came with.
    daemon.virsh(["secret-undefine", SECRET]).ok();
    eventually("the agent", || {
        let ping = r#"{"execute":"guest-ping"}"#;
        let answer = daemon.virsh(["qemu-agent-command", "--timeout", "2", &name, ping]);
        (answer.status == 0).then_some(())
    });
    daemon.virsh(["detach-device", &name, &file, "--live"]).ok();
    assert!(!objects().contains("encryption-secret0"), "{}", objects());
}

#[test]
fn what_other_drivers_do_not_have_is_named() {
    let daemon = Daemon::start();
    let pool = "<pool type='dir'><name>off</name><target><path>/tmp</path></target></pool>";
    daemon.virsh(["pool-define", &daemon.write("pool.xml", pool)]).ok();
    let network = "<network><name>off</name><bridge name='virbr-off'/></network>";
    daemon.virsh(["net-define", &daemon.write("network.xml", network)]).ok();
    let volume = |pool: &str, more: &str| {
        format!(
            "<disk type='volume' device='cdrom'><source pool='{pool}' volume='v' {more}/>\
             <target dev='hda' bus='ide'/></disk>"
        )
    };
    let interface = |network: &str| {
        format!("<interface type='network'><source network='{network}'/></interface>")
    };
    let display = |network: &str| {
        format!("<graphics type='vnc'><listen type='network' network='{network}'/></graphics>")
    };
    for (device, reason) in [
        (volume("none", ""), "Storage pool not found: no storage pool with matching name 'none'"),
        (volume("off", ""), "storage pool 'off' containing volume 'v' is not active"),
        (interface("none"), "Network not found: no network with matching name 'none'"),
        (interface("off"), "Requested operation is not valid: network 'off' is not active"),
        (display("none"), "Network not found: no network with matching name 'none'"),
        (display("off"), "network 'off' doesn't have an IP address"),
        (interface("none") + &volume("none", ""), "Storage pool not found"),
    ] {
        let document = Document::new(&daemon.name("guest")).device(&device);
        let name = daemon.define(&document);
        daemon.virsh(["start", &name]).fails(reason);
        assert!(Qemu::of(&daemon.uuid(&name)).is_none(), "{reason}");
    }
    let document = Document::new(&daemon.name("guest"));
    let name = daemon.define(&document.device(&volume("none", "startupPolicy='optional'")));
    daemon.virsh(["start", &name, "--paused"]).ok();
    let live = daemon.virsh(["dumpxml", &name]).ok();
    assert!(
        live.contains("<disk type='file' device='cdrom'>") && !live.contains("pool="),
        "{live}"
    );
}
