//! Administrators: unmodified `virt-admin`, and `fv admin`, which shows the same.
#![forbid(unsafe_code)]

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use e2e::wire::{AUTH_LIST, Wire, call};
use e2e::{Daemon, Listener, Outcome, eventually, outcome, process};
use rustix::process::Signal;

/// The numbers of the clients that `virt-admin client-list` shows, and the rest of their lines.
fn clients(daemon: &Daemon, server: &str) -> Vec<(String, String)> {
    let lines = daemon.virt_admin(["client-list", server]).lines();
    let client = |line: &String| {
        let (id, rest) = line.split_once(' ')?;
        id.parse::<u64>().is_ok().then(|| (id.to_owned(), rest.to_owned()))
    };
    lines.iter().filter_map(client).collect()
}

/// The value of a fact in a list of `name : value`.
fn fact(lines: &[String], name: &str) -> String {
    let value = lines.iter().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        (known.trim() == name).then(|| value.trim().to_owned())
    });
    value.unwrap_or_else(|| panic!("no {name} in {lines:#?}"))
}

fn names(lines: &[String]) -> Vec<&str> {
    lines.iter().filter_map(|line| Some(line.split_once(':')?.0.trim())).collect()
}

#[test]
fn the_daemon_has_two_servers_and_says_which_version_it_is() {
    let daemon = Daemon::start();
    let list = daemon.virt_admin(["server-list"]).lines();
    assert_eq!(list[0], "Id Name");
    assert_eq!(list[2..], ["0 admin", "1 libvirtd"]);
    assert!(daemon.virt_admin(["version"]).ok().contains("Running against daemon: "));
    daemon
        .virt_admin(["server-threadpool-info", "nosuch"])
        .fails("error: Server not found: No server named 'nosuch'");
}

#[test]
fn the_number_of_calls_at_a_time_is_seen_and_changed() {
    let daemon = Daemon::start();
    for server in ["libvirtd", "admin"] {
        let info = daemon.virt_admin(["server-threadpool-info", server]).lines();
        let expected =
            ["minWorkers", "maxWorkers", "nWorkers", "freeWorkers", "prioWorkers", "jobQueueDepth"];
        assert_eq!(names(&info), expected);
    }
    let set = |words: &[&str]| {
        let words = ["server-threadpool-set", "libvirtd"].iter().chain(words);
        daemon.virt_admin(words.copied())
    };
    set(&["--min-workers", "6", "--max-workers", "30", "--priority-workers", "7"]).ok();
    let info = daemon.virt_admin(["server-threadpool-info", "libvirtd"]).lines();
    for (name, value) in [("minWorkers", "6"), ("maxWorkers", "30"), ("prioWorkers", "7")] {
        assert_eq!(fact(&info, name), value);
    }
    set(&["--min-workers", "50"])
        .fails("error: invalid argument: minWorkers cannot be larger than maxWorkers");
    set(&["--min-workers", "5", "--max-workers", "20", "--priority-workers", "5"]).ok();
}

#[test]
fn clients_are_listed_described_and_sent_away() {
    let daemon = Daemon::start();
    let mut client = Wire::opened(daemon.socket());
    let mut reader = Wire::opened(&format!("{}-ro", daemon.socket()));
    let listed = clients(&daemon, "libvirtd");
    let [.., (id, facts), (reader_id, _)] = &listed[..] else { panic!("{listed:?}") };
    assert!(facts.starts_with("unix 20") && facts.ends_with("+0000"), "{facts}");
    let info = daemon.virt_admin(["client-info", "libvirtd", id]).lines();
    let expected = [
        "id",
        "connection_time",
        "transport",
        "readonly",
        "unix_user_id",
        "unix_user_name",
        "unix_group_id",
        "unix_group_name",
        "unix_process_id",
    ];
    assert_eq!(names(&info), expected);
    assert_eq!(fact(&info, "readonly"), "no");
    let uid = rustix::process::geteuid().as_raw().to_string();
    assert_eq!(fact(&info, "unix_user_id"), uid);
    let info = daemon.virt_admin(["client-info", "libvirtd", reader_id]).lines();
    assert_eq!(fact(&info, "readonly"), "yes");

    let gone = daemon.virt_admin(["client-disconnect", "libvirtd", id]).ok();
    assert_eq!(gone.trim(), format!("Client '{id}' disconnected"));
    client.is_hung_up();
    eventually("the client to be forgotten", || {
        clients(&daemon, "libvirtd").iter().all(|(listed, _)| listed != id).then_some(())
    });
    reader.send(&call(AUTH_LIST, 7, &[]));
    reader.reply();
    daemon
        .virt_admin(["client-disconnect", "libvirtd", id])
        .fails(&format!("error: Client not found: No client with matching ID '{id}'"));
    daemon.virt_admin(["client-info", "nosuch", id]).fails("No server named 'nosuch'");
    assert_eq!(clients(&daemon, "admin").len(), 1, "virt-admin sees itself");
}

#[test]
fn a_call_goes_on_when_its_client_is_sent_away() {
    let daemon = Daemon::configured("monitor_timeout = 60\n");
    let name = daemon.paused("guest");
    let qemu = daemon.qemu(&name);
    qemu.signal(Signal::STOP);
    let before = clients(&daemon, "libvirtd");
    let mut waiting = Listener::spawn(&mut daemon.virsh_command(["resume", &name]));
    let id = eventually("the client", || {
        let now = clients(&daemon, "libvirtd");
        now.into_iter().map(|(id, _)| id).find(|id| before.iter().all(|(old, _)| old != id))
    });
    eventually("the call", || {
        let info = daemon.virt_admin(["server-threadpool-info", "libvirtd"]).lines();
        (fact(&info, "freeWorkers") != fact(&info, "nWorkers")).then_some(())
    });
    daemon.virt_admin(["client-disconnect", "libvirtd", &id]).ok();
    eventually("virsh to give up", || waiting.has_ended().then_some(()));
    assert_eq!(daemon.state(&name), "paused (user)");
    qemu.signal(Signal::CONT);
    daemon.reaches(&name, "running (unpaused)");
}

#[test]
fn limits_of_clients_hold_at_once() {
    let daemon = Daemon::start();
    let info = || daemon.virt_admin(["server-clients-info", "libvirtd"]).lines();
    let expected = ["nclients_max", "nclients", "nclients_unauth_max", "nclients_unauth"];
    assert_eq!(names(&info()), expected);
    let set = |words: &[&str]| {
        let words = ["server-clients-set", "libvirtd"].iter().chain(words);
        daemon.virt_admin(words.copied())
    };
    let _first = Wire::opened(daemon.socket());
    set(&["--max-clients", "1", "--max-unauth-clients", "1"]).ok();
    assert_eq!(
        (fact(&info(), "nclients_max"), fact(&info(), "nclients")),
        ("1".into(), "1".into())
    );
    let mut second = Wire::connect(daemon.socket());
    second.send(&call(AUTH_LIST, 0, &[]));
    set(&["--max-unauth-clients", "2"]).fails("error: invalid argument: The overall maximum");
    assert_eq!(fact(&info(), "nclients"), "1", "the second waits");
    set(&["--max-clients", "5000", "--max-unauth-clients", "20"]).ok();
    second.reply();
    assert_eq!(fact(&info(), "nclients"), "2");
}

#[test]
fn silent_clients_hold_up_nobody_for_longer_than_their_time() {
    let daemon = Daemon::configured("max_anonymous_clients = 2\nauth_timeout = 1\n");
    if daemon.is_reference() {
        return; // Its time is a minute.
    }
    let mut silent: Vec<Wire> = (0..2).map(|_| Wire::connect(daemon.socket())).collect();
    eventually("both to be counted", || {
        let info = daemon.virt_admin(["server-clients-info", "libvirtd"]).lines();
        (fact(&info, "nclients_unauth") == "2").then_some(())
    });
    daemon.virsh(["-r", "list"]).ok();
    daemon.virsh(["list"]).ok();
    silent.iter_mut().for_each(Wire::is_hung_up);
}

#[test]
fn log_filters_are_shown_and_changed_and_bad_ones_change_nothing() {
    let daemon = Daemon::start();
    let shown = || {
        let text = daemon.virt_admin(["daemon-log-filters"]).word();
        text.strip_prefix("Logging filters:").expect("a label").trim().to_owned()
    };
    let set = |text: &str| daemon.virt_admin(["daemon-log-filters", "--filters", text]);
    set("").ok();
    assert_eq!(shown(), "");
    set("1:qemu 3:rpc").ok();
    assert_eq!(shown(), "1:*qemu* 3:*rpc*");
    for (text, reason) in [
        ("x", "Malformed format for filter 'x'"),
        ("5:qemu", "Invalid priority '5' for filter '5:qemu'"),
        ("1:", "Invalid match string ''"),
        ("1:qemu 9:rpc", "Invalid priority '9' for filter '9:rpc'"),
    ] {
        set(text).fails(&format!("error: invalid argument: {reason}"));
        assert_eq!(shown(), "1:*qemu* 3:*rpc*");
    }
    set("").ok();
    assert_eq!(shown(), "");
}

#[test]
fn log_outputs_are_shown_and_changed_and_bad_ones_change_nothing() {
    let daemon = Daemon::start();
    let shown = || {
        let text = daemon.virt_admin(["daemon-log-outputs"]).word();
        text.strip_prefix("Logging outputs:").expect("a label").trim().to_owned()
    };
    let set = |text: &str| daemon.virt_admin(["daemon-log-outputs", "--outputs", text]);
    set("").ok();
    let configured = shown();
    let file = format!("1:stderr 2:file:{}/other.log", daemon.directory().display());
    set(&file).ok();
    assert_eq!(shown(), file);
    for (text, reason) in [
        ("x", "invalid argument: Malformed format for log output 'x'"),
        ("9:stderr", "invalid argument: Invalid log priority '9' for log output '9:stderr'"),
        ("1:nosuch", "invalid argument: Invalid log destination 'nosuch'"),
        ("3:syslog", "invalid argument: Log output '3:syslog' does not meet the format"),
        ("1:file:/no/such/log", "failed to open /no/such/log: No such file or directory"),
    ] {
        set(text).fails(&format!("error: {reason}"));
        assert_eq!(shown(), file);
    }
    set("").ok();
    assert_eq!(shown(), configured);
}

#[test]
fn a_filter_changes_what_is_logged() {
    let daemon = Daemon::start();
    if daemon.is_reference() {
        return; // Its words are others.
    }
    let log = daemon.directory().join("admin.log");
    let outputs = format!("1:file:{}", log.display());
    daemon.virt_admin(["daemon-log-outputs", "--outputs", &outputs]).ok();
    let lines = || {
        let text = std::fs::read_to_string(&log).expect("the log was made");
        text.lines().filter(|line| line.contains("client connected")).count()
    };
    assert_eq!(lines(), 0, "debugging is not logged");
    assert_eq!(std::fs::metadata(&log).expect("it is there").permissions().mode() & 0o777, 0o600);
    daemon.virt_admin(["daemon-log-filters", "--filters", "1:rpc"]).ok();
    daemon.virsh(["uri"]).ok();
    eventually("the client to be logged", || (lines() > 0).then_some(()));
    daemon.virt_admin(["daemon-log-filters", "--filters", "4:rpc"]).ok();
    let text = || std::fs::read_to_string(&log).expect("the log was made");
    let logged = |change: &str| text().contains(&format!("log filters are now '{change}"));
    // Lines come later than what they are about.
    eventually("the second change to be logged", || logged("4:").then_some(()));
    let before = lines();
    daemon.virsh(["uri"]).ok();
    daemon.virt_admin(["daemon-log-filters", "--filters", ""]).ok();
    eventually("the last change to be logged", || logged("'").then_some(()));
    assert_eq!(lines(), before, "{}", text());
}

#[test]
fn certificates_cannot_be_read_again_where_there_are_none() {
    let daemon = Daemon::start();
    daemon
        .virt_admin(["server-update-tls", "libvirtd"])
        .fails("error: internal error: no tls service found, unable to update tls files");
}

#[test]
fn a_daemon_that_nobody_needs_ends_when_its_time_is_up() {
    let daemon = Daemon::start();
    let Some(pid) = daemon.pid() else { return };
    let guest = daemon.paused("guest");
    daemon.virt_admin(["daemon-timeout", "--timeout", "1"]).ok();
    assert!(!process::has_ended_within(pid, Duration::from_millis(2500)), "a guest runs");
    daemon.virsh(["destroy", &guest]).ok();
    assert!(process::has_ended_within(pid, process::DEADLINE));
}

#[test]
fn only_root_and_the_daemons_own_user_administrate() {
    let daemon = Daemon::start();
    if !rustix::process::geteuid().is_root() || daemon.is_reference() {
        return; // There is nobody else to try it as.
    }
    let socket = daemon.admin_socket();
    let all = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(&socket, all).expect("the socket is ours");
    let as_nobody = |program: &str, uri: &str, command: &str| {
        let mut words = Command::new("setpriv");
        words.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
        Outcome::of(words.args(["-c", uri, command]))
    };
    let refused =
        as_nobody("virt-admin", &format!("libvirtd+unix:///system?socket={socket}"), "server-list");
    // Cut off in the middle of its call, it may end by a signal, without a word.
    assert_ne!(refused.status, 0, "{refused}");
    let log = daemon.directory().join("daemon.log");
    eventually("the daemon to say whom it refused", || {
        let text = std::fs::read_to_string(&log).ok()?;
        text.contains("only the daemon's own user may use the admin socket").then_some(())
    });
    as_nobody("virsh", &daemon.read_only_uri(), "list").ok();
    daemon.virt_admin(["server-list"]).ok();
}

#[test]
fn fv_shows_and_does_the_same() {
    let daemon = Daemon::start();
    let mut client = Wire::opened(daemon.socket());
    let same = |ours: &[&str], theirs: &[&str]| {
        let ours = daemon.fv(ours.iter().copied()).lines();
        assert_eq!(ours, daemon.virt_admin(theirs.iter().copied()).lines());
    };
    same(&["admin", "servers"], &["server-list"]);
    same(&["admin", "clients"], &["client-list", "libvirtd"]);
    let id = clients(&daemon, "libvirtd")[0].0.clone();
    same(&["admin", "client-info", &id], &["client-info", "libvirtd", &id]);
    let json = daemon.fv(["admin", "client-info", &id, "--json"]).ok();
    let info: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(info["transport"], "unix", "{json}");
    assert_eq!(info["readonly"], false, "{json}");

    // All of it is put back for the sake of tests that share a daemon.
    let before = daemon.fv(["admin", "limits"]).lines();
    daemon.fv(["admin", "limits", "--max-clients", "77", "--max-workers", "33"]).ok();
    let limits = daemon.fv(["admin", "limits"]).lines();
    for (name, value) in [("nclients_max", "77"), ("maxWorkers", "33")] {
        assert_eq!(fact(&limits, name), value);
    }
    let theirs = ["server-clients-info", "server-threadpool-info"]
        .map(|command| daemon.virt_admin([command, "libvirtd"]).ok());
    assert_eq!(names(&limits), names(&outcome::squeezed(&theirs.concat())));

    let (clients, workers) = (fact(&before, "nclients_max"), fact(&before, "maxWorkers"));
    daemon.fv(["admin", "limits", "--max-clients", &clients, "--max-workers", &workers]).ok();

    daemon.fv(["admin", "log-filters", "1:qemu 3:rpc"]).ok();
    assert_eq!(daemon.fv(["admin", "log-filters"]).lines(), ["1:*qemu*", "3:*rpc*"]);
    daemon.fv(["admin", "log-filters", "9:rpc"]).fails("Invalid priority '9'");
    daemon.fv(["admin", "log-outputs", "2:stderr"]).ok();
    assert_eq!(daemon.fv(["admin", "log-outputs"]).lines(), ["2:stderr"]);
    daemon.fv(["admin", "log-filters", ""]).ok();
    daemon.fv(["admin", "log-outputs", ""]).ok();
    daemon.fv(["admin", "disconnect", &id]).ok();
    client.is_hung_up();
    daemon.fv(["admin", "disconnect", &id]).fails("No client with matching ID");
}
