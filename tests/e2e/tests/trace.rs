//! `fv trace`: the daemon's own feed, of real clients and real guests.
#![forbid(unsafe_code)]

use std::process::Command;

use e2e::{Daemon, Document, Listener, Qemu, disk};
use rustix::process::Signal;
use serde_json::Value;

/// `fv trace` with these options, once the feed is ready.
#[track_caller]
fn watch(daemon: &Daemon, words: &[&str]) -> Listener {
    let mut watch = Listener::spawn(&mut daemon.fv_command([&["trace"], words].concat()));
    watch.hears("ready");
    watch
}

/// A guest with a disk, that stands still.
fn guest(daemon: &Daemon) -> String {
    let image = disk::create(daemon.directory(), "a.qcow2", "qcow2", "1M");
    let name = daemon.define(&Document::new(&daemon.name("guest")).disk("vda", "qcow2", &image));
    daemon.virsh(["start", &name, "--paused"]).ok();
    name
}

/// The number behind `label` in a line.
#[track_caller]
fn number(line: &str, label: &str) -> u64 {
    let digits = line.split_whitespace().find_map(|word| word.strip_prefix(label));
    let digits = digits.unwrap_or_else(|| panic!("no '{label}' in {line}"));
    digits.trim_end_matches("us").parse().unwrap_or_else(|_| panic!("'{digits}' in {line}"))
}

#[test]
fn a_call_of_virsh_with_its_arguments_and_where_its_time_went() {
    let daemon = Daemon::start();
    let name = guest(&daemon);
    let mut calls = watch(&daemon, &["rpc", "-v", "--procedure", "domain_get_block_info"]);
    let virsh = daemon.virsh_command(["domblkinfo", &name, "vda"]).spawn();
    let mut virsh = virsh.expect("virsh starts");
    let pid = virsh.id();
    assert!(virsh.wait().is_ok_and(|status| status.success()));
    let call = calls.hears(".domain_get_block_info(call, ok, ");
    for part in [
        " server rx client=",
        &format!(" {} ", daemon.socket()),
        &format!(" pid={pid} "),
        &format!("<- dom=\"{name}\" path=\"vda\" flags=0"),
    ] {
        assert!(call.contains(part), "no '{part}' in {call}");
    }
    let reply = calls.hears(".domain_get_block_info(reply, ok, ");
    let [queued, job, monitor, total] =
        ["queued=", "job=", "monitor=", "total="].map(|label| number(&reply, label));
    assert!(monitor > 0 && queued + job + monitor <= total, "{reply}");
    assert!(reply.contains("-> allocation=") && reply.contains(" capacity=1048576 "), "{reply}");
}

#[test]
fn a_call_that_waits_for_another_says_so() {
    let daemon = Daemon::configured("monitor_timeout = 60\n");
    let name = guest(&daemon);
    let mut calls = watch(&daemon, &["rpc", &name]);
    let qemu: Qemu = daemon.qemu(&name);
    qemu.signal(Signal::STOP);
    let _changes = Listener::spawn(&mut daemon.virsh_command(["resume", &name]));
    calls.hears(".domain_resume(call, ");
    let _looks = Listener::spawn(&mut daemon.virsh_command(["domblkinfo", &name, "vda"]));
    calls.hears(".domain_get_block_info(call, ");
    qemu.signal(Signal::CONT);
    let changed = calls.hears(".domain_resume(reply, ok, ");
    assert!(number(&changed, "monitor=") > 0, "{changed}");
    let looked = calls.hears(".domain_get_block_info(reply, ok, ");
    assert!(number(&looked, "job=") > 0, "{looked}");
}

#[test]
fn what_fails_and_nothing_else() {
    let daemon = Daemon::start();
    let mut errors = watch(&daemon, &["rpc", "--errors", "--json"]);
    daemon.virsh(["list", "--all"]).ok();
    daemon.virsh(["dominfo", "no-such-guest"]).fails("no-such-guest");
    let line = errors.hears("{");
    let line: Value = serde_json::from_str(&line).expect("a line is JSON");
    assert_eq!(line["error"]["name"], "NO_DOMAIN", "{line}");
    assert_eq!(line["procedure"], "domain_lookup_by_name", "{line}");
}

#[test]
fn what_a_guests_monitor_says_without_its_secrets() {
    let daemon = Daemon::start();
    let name = guest(&daemon);
    let other = daemon.paused("other");
    let mut monitor = watch(&daemon, &["qmp", &name, "-v"]);
    daemon.virsh(["dommemstat", &other]).ok();
    daemon.virsh(["domblkinfo", &name, "vda"]).ok();
    let sent = monitor.hears(" command query-");
    assert!(sent.contains(&format!(" qemu tx domain=\"{name}\" ")), "{sent}");
    let command = sent.split_whitespace().nth(5).expect("the line names its command");
    let reply = monitor.hears(&format!(" reply {command} took="));
    assert!(reply.contains("{\"return\":"), "{reply}");
    let object =
        r#"{"execute":"object-add","arguments":{"qom-type":"secret","id":"s","data":"geheim"}}"#;
    daemon.virsh(["qemu-monitor-command", &name, object]).ok();
    let sent = monitor.hears(" command object-add ");
    assert!(sent.contains("\"data\":\"<masked>\"") && !sent.contains("geheim"), "{sent}");
    daemon.virsh(["resume", &name]).ok();
    monitor.hears(" event RESUME ");
    let others = monitor.passed_over().iter().find(|line| line.contains(&other));
    assert_eq!(others, None, "only one guest was asked for");
}

#[test]
fn an_event_and_whom_it_was_told() {
    let daemon = Daemon::start();
    let mut events = watch(&daemon, &["events"]);
    let mut client =
        Listener::spawn(&mut daemon.fv_command(["event", "--all", "--loop", "--timeout", "60"]));
    let name = daemon.define(&Document::new(&daemon.name("first")));
    // Until the client has registered, events go past it.
    let mut told = events.hears(&format!("event lifecycle domain=\"{name}\""));
    while number(&told, "told=") == 0 {
        daemon.virsh(["desc", &name, "--title", "--new-desc", "x"]).ok();
        told = events.hears(&format!(" domain=\"{name}\""));
    }
    assert!(number(&told, "queued=") > 28, "{told}");
    client.hears(&name);
}

#[test]
fn a_watcher_that_stands_still_loses_lines_and_holds_up_nobody() {
    let daemon = Daemon::start();
    let mut calls = watch(&daemon, &["rpc", "-v"]);
    let stopped = Qemu { pid: calls.pid() };
    stopped.signal(Signal::STOP);
    // Several times what may wait for a watcher: a reply has some kilobytes.
    let script = "
size = 0
while size < 32 << 20:
    size += len(conn.getCapabilities()) + 1000
print('served')
";
    assert_eq!(daemon.python(script).word(), "served");
    stopped.signal(Signal::CONT);
    let lost = calls.hears(" lost ");
    assert!(lost.ends_with(" lines"), "{lost}");
    daemon.virsh(["hostname"]).ok();
    calls.hears(".connect_get_hostname(call, ok, ");
}

#[test]
fn it_ends_well_when_interrupted_and_says_so_when_the_daemon_ends() {
    let mut daemon = Daemon::start();
    let mut calls = watch(&daemon, &["rpc"]);
    Qemu { pid: calls.pid() }.signal(Signal::INT);
    assert_eq!(calls.ends(), 0);
    let fv = daemon.fv_command(["trace", "rpc"]);
    let mut both = Command::new("sh");
    both.args(["-c", "exec \"$@\" 2>&1", "sh"]).arg(fv.get_program()).args(fv.get_args());
    let mut calls = Listener::spawn(&mut both);
    calls.hears("ready");
    daemon.kill9();
    calls.hears("error: ");
    assert_eq!(calls.ends(), 1);
    daemon.fv(["trace", "rpc"]).fails("failed to connect to the admin socket");
    daemon.fv(["trace", "nonsense"]).fails("unknown feed 'nonsense'");
}
