//! Static probes: tools find them in the programs, and catch them in a daemon at work. What the
//! tools are told are the recipes of docs/tracing.md, as they stand there.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use e2e::daemon::program;
use e2e::{Daemon, Listener, Outcome, eventually};

/// The recipes name it by where it is installed.
const INSTALLED: &str = "/usr/bin/ferrovirtd";

fn ferrovirtd() -> PathBuf {
    program("FERROVIRTD", "ferrovirtd")
}

/// The first block in `language` behind `heading` in docs/tracing.md, for the program of the tests.
#[track_caller]
fn recipe(heading: &str, language: &str) -> String {
    let page = include_str!("../../../docs/tracing.md");
    let (_, section) =
        page.split_once(&format!("# {heading}\n")).unwrap_or_else(|| panic!("no '{heading}'"));
    let (_, block) = section
        .split_once(&format!("```{language}\n"))
        .unwrap_or_else(|| panic!("no {language} behind '{heading}'"));
    let (block, _) = block.split_once("```").expect("a block ends");
    block.replace(INSTALLED, &ferrovirtd().display().to_string())
}

/// Name and number of arguments of each probe that `readelf` finds in a program.
fn notes(program: &PathBuf) -> Vec<(String, usize)> {
    let listed = Outcome::of(Command::new("readelf").arg("-n").arg(program)).ok();
    let mut notes = Vec::new();
    let mut provider = "";
    for line in listed.lines().map(str::trim) {
        match line.split_once(": ") {
            Some(("Provider", name)) => provider = name,
            Some(("Name", name)) if provider == "libvirt" => notes.push((name.to_owned(), 0)),
            Some(("Location", places)) => {
                let is_watchable = !places.contains("Semaphore: 0x0000000000000000");
                assert!(is_watchable, "{:?} has no semaphore", notes.last());
            }
            Some(("Arguments", arguments)) => {
                if let Some((_, count)) = notes.last_mut() {
                    *count = arguments.split_whitespace().count();
                }
            }
            _ => {}
        }
    }
    notes
}

#[test]
fn readelf_lists_every_probe_of_either_program_once_with_its_arguments() {
    let expected: BTreeMap<_, _> =
        trace::probes::all().map(|it| (it.name.to_owned(), it.arguments.len())).collect();
    for program in [ferrovirtd(), program("FV", "fv")] {
        let notes = notes(&program);
        assert_eq!(notes.len(), expected.len(), "{notes:?}");
        let found: BTreeMap<_, _> = notes.into_iter().collect();
        assert_eq!(found, expected, "{}", program.display());
    }
}

#[test]
fn gdb_lists_probes_and_stops_at_one_with_its_arguments_and_a_stack() {
    let listing = recipe("gdb", "sh");
    let listed = Outcome::of(Command::new("sh").args(["-c", &listing])).ok();
    for name in ["rpc_server_client_msg_rx", "event_glib_dispatch_handle", "qemu_monitor_send_msg"]
    {
        let line = listed.lines().find(|line| line.contains(&format!(" {name} ")));
        assert!(line.is_some_and(|line| line.starts_with("stap libvirt")), "{name}: {listed}");
    }
    let daemon = Daemon::start();
    let script = daemon.write("stop.gdb", &recipe("gdb", "gdb"));
    let pid = daemon.pid().expect("the daemon is ours").to_string();
    let mut gdb = Listener::spawn(as_root("gdb").args(["-q", "-batch", "-p", &pid, "-x", &script]));
    gdb.hears("ready");
    daemon.virsh(["uri"]).ok();
    // virsh asks first how it may authenticate: remote procedure 66, without arguments.
    gdb.hears("len=28 proc=66");
    let frame = gdb.hears("#0 ");
    assert!(frame.contains("rpc_server_client_msg_rx"), "{frame}");
    gdb.hears("dispatch");
}

/// What looks into other processes needs to be root.
fn as_root(program: &str) -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", program]);
    sudo
}

/// A bpftrace at work. It sees all daemons there are, also those of other tests.
fn bpftrace(script: &str) -> Listener {
    // Lines are wanted as they come, not when a buffer is full.
    Listener::spawn(as_root("bpftrace").args(["-B", "line", "-e", script]))
}

/// Does `act` until the tracer, which takes a while to attach, has caught `text` of it.
#[track_caller]
fn catches(tracer: &mut Listener, text: &str, act: impl Fn()) -> String {
    eventually(&format!("bpftrace to catch '{text}'"), || {
        assert!(!tracer.has_ended(), "bpftrace has ended; it said {:?}", tracer.passed_over());
        act();
        tracer.has_heard(text)
    })
}

#[test]
fn bpftrace_catches_packets_connections_and_stacks_of_a_virsh_at_work() {
    let daemon = Daemon::start();
    let virsh = || drop(daemon.virsh(["nodeinfo"]).ok());
    let mut tracer = bpftrace(&recipe("Packets: procedures and lengths", "bpftrace"));
    // Node information is remote procedure 6: no arguments; 160 bytes of results.
    let rx = catches(&mut tracer, "prog=20008086 proc=6 type=0 len=28", virsh);
    assert!(rx.starts_with("rx client="), "{rx}");
    let tx = tracer.hears("prog=20008086 proc=6 type=1 len=188");
    assert!(tx.starts_with("tx client="), "{tx}");
    drop(tracer);
    let mut tracer = bpftrace(&recipe("Who comes and goes, with addresses", "bpftrace"));
    let socket = catches(&mut tracer, daemon.socket(), virsh);
    assert!(socket.starts_with("socket fd="), "{socket}");
    tracer.hears("client=");
    tracer.hears(" is gone");
    drop(tracer);
    let mut tracer = bpftrace(&recipe("Who sends this: the stack at a probe", "bpftrace"));
    catches(&mut tracer, "proc=6", virsh);
    tracer.hears("rpc_server_client_msg_tx_queue");
    for caller in ["Tap::sent", "Outgoing::push", "dispatch"] {
        tracer.hears(caller);
    }
}

#[test]
fn bpftrace_makes_a_histogram_of_the_time_that_calls_take() {
    let daemon = Daemon::start();
    let script = recipe("How long calls take, by procedure", "bpftrace");
    // It is printed in the end; here sooner, to see that there is one.
    let mut tracer = bpftrace(&format!("{script}\ninterval:ms:200 {{ print(@us); }}"));
    catches(&mut tracer, "@us[6]:", || drop(daemon.virsh(["nodeinfo"]).ok()));
    let bucket = tracer.hears("|");
    assert!(bucket.starts_with('['), "{bucket}");
}

#[test]
fn bpftrace_reads_along_on_a_monitor() {
    let daemon = Daemon::start();
    let guest = daemon.paused("guest");
    let mut tracer = bpftrace(&recipe("What is said on monitors", "bpftrace"));
    let ask = || drop(daemon.virsh(["qemu-monitor-command", &guest, "query-name"]).ok());
    catches(&mut tracer, r#"> {"execute":"query-name""#, ask);
    let answer = tracer.hears(&format!(r#""name": "{guest}""#));
    assert!(answer.starts_with("< "), "{answer}");
}
