//! The guest agent of a guest that has booted.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, eventually};
use serde_json::Value;

#[test]
fn the_agent_answers_and_errs_as_itself() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::booting(&daemon.name("guest"), "<serial type='pty'/>"));
    daemon.virsh(["start", &name]).ok();
    let ping = r#"{"execute":"guest-ping"}"#;
    eventually("the agent", || {
        (daemon.virsh(["qemu-agent-command", &name, ping]).status == 0).then_some(())
    });
    assert_eq!(daemon.virsh(["qemu-agent-command", &name, ping]).word(), r#"{"return":{}}"#);
    let info = daemon.virsh(["qemu-agent-command", &name, r#"{"execute":"guest-info"}"#]).ok();
    let info: Value = serde_json::from_str(&info).unwrap();
    assert!(info["return"]["version"].is_string(), "{info}");
    let unknown = daemon.virsh(["qemu-agent-command", &name, r#"{"execute":"nosuch"}"#]);
    unknown.fails(
        "unable to execute QEMU agent command 'nosuch': The command nosuch has not been found",
    );
    daemon.virsh(["qemu-agent-command", &name, "{not json"]).fails("cannot parse json");
    let messages = daemon.virsh(["dominfo", &name]).ok();
    assert!(messages.contains("tainted: custom guest agent control commands issued"), "{messages}");

    ssh_keys(&daemon, &name);

    // The agent shuts its guest down when asked to.
    daemon.virsh(["shutdown", &name, "--mode", "agent"]).ok();
    daemon.reaches(&name, "shut off (shutdown)");
}

#[test]
fn a_guest_whose_agent_is_not_there_says_which_of_the_reasons() {
    let daemon = Daemon::start();
    let ping = r#"{"execute":"guest-ping"}"#;
    // An agent cannot answer while its guest's CPUs stand still, whatever else may be missing.
    let paused = daemon.paused("paused");
    daemon.virsh(["qemu-agent-command", &paused, ping]).fails("domain is not running");
    daemon.virsh(["resume", &paused]).ok();
    daemon.virsh(["qemu-agent-command", &paused, ping]).fails("QEMU guest agent is not configured");
    let channel =
        "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>";
    let silent = daemon.define(&Document::new(&daemon.name("silent")).device(channel));
    daemon.virsh(["qemu-agent-command", &silent, ping]).fails("domain is not running");
    daemon.virsh(["start", &silent]).ok();
    daemon.virsh(["qemu-agent-command", &silent, ping]).fails("QEMU guest agent is not connected");
    daemon
        .virsh(["qemu-agent-command", "no-such-guest", ping])
        .fails("failed to get domain 'no-such-guest'");
}

/// Keys of the guest's users: added, shown, taken away, replaced.
fn ssh_keys(daemon: &Daemon, name: &str) {
    // virsh 9.0 prints all on one line, and the agent puts new ones in front.
    let shown = || daemon.fv(["get-user-sshkeys", name, "root"]).lines();
    let (first, second) = ("ssh-ed25519 AAAA first", "ssh-ed25519 BBBB second");
    let file = |keys: &[&str]| daemon.write("keys", &format!("{}\n", keys.join("\n")));
    daemon.virsh(["set-user-sshkeys", name, "root", "--file", &file(&[first])]).ok();
    assert_eq!(daemon.virsh(["get-user-sshkeys", name, "root"]).ok().trim(), first);
    daemon.fv(["set-user-sshkeys", name, "root", "--file", &file(&[second])]).ok();
    assert_eq!(shown(), [second, first]);
    daemon.virsh(["set-user-sshkeys", name, "root", "--remove", "--file", &file(&[first])]).ok();
    assert_eq!(shown(), [second]);
    daemon.virsh(["set-user-sshkeys", name, "root", "--reset", "--file", &file(&[first])]).ok();
    assert_eq!(shown(), [first]);
    daemon.fv(["set-user-sshkeys", name, "root", "--remove", "--file", &file(&[first])]).ok();
    daemon.fv(["set-user-sshkeys", name, "root", "--reset", "--file", &file(&[second])]).ok();
    assert_eq!(shown(), [second]);
    for program in [Daemon::virsh, Daemon::fv] {
        program(daemon, ["set-user-sshkeys", name, "root"]).fails("Option --file is required");
        program(daemon, ["get-user-sshkeys", name, "nobody"])
            .fails("unable to execute QEMU agent command 'guest-ssh-get-authorized-keys'");
    }
    let both = format!(
        "
try:
    conn.lookupByName('{name}').authorizedSSHKeysSet('root', ['a'], 3)
except libvirt.libvirtError as error:
    print(error.get_error_code() == libvirt.VIR_ERR_INVALID_ARG)
"
    );
    assert_eq!(daemon.python(&both).word(), "True");
}
