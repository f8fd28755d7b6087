//! Many clients, and clients that want to be a burden: whoever else is connected is served as
//! before, and the daemon's memory stays within bounds and comes back.
#![forbid(unsafe_code)]

use std::fs;
use std::time::{Duration, Instant};

use e2e::wire::{AUTH_LIST, HOSTNAME, Wire, call, open_arguments};
use e2e::{Daemon, Document, eventually};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const OPEN: u32 = 1;
const CAPABILITIES: u32 = 7;
const CALLBACK_REGISTER_ANY: u32 = 316;

/// No call of a well-behaved client takes nearly as long, whatever the others do.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lets this process, and the daemon that it starts, have as many sockets as it may; how many.
fn all_sockets() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: maximum.or(Some(1 << 20)), maximum };
    let _ = setrlimit(Resource::Nofile, raised);
    let allowed = getrlimit(Resource::Nofile).current.or(current).unwrap_or(1 << 20);
    usize::try_from(allowed).unwrap_or(usize::MAX)
}

/// The daemon's resident memory. **Units**: KiB.
#[track_caller]
fn memory_kib(daemon: &Daemon) -> u64 {
    let pid = daemon.pid().expect("the daemon is ours");
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the daemon lives");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let word = line.and_then(|line| line.split_whitespace().next());
    word.and_then(|word| word.parse().ok()).expect("the kernel says how much")
}

/// A client that was there before, and one that comes: each is served in time.
struct Bystander(Wire);

impl Bystander {
    fn of(daemon: &Daemon) -> Self {
        let mut bystander = Self(Wire::opened(daemon.socket()));
        bystander.is_served(50);
        bystander
    }

    /// Makes `calls` calls; the worst of them.
    #[track_caller]
    fn is_served(&mut self, calls: u32) -> Duration {
        let one = |serial| {
            let began = Instant::now();
            self.0.send(&call(HOSTNAME, serial, &[]));
            assert_eq!(self.0.reply().header[4..], [serial, 0]);
            began.elapsed()
        };
        let worst = (0..calls).map(one).max().unwrap_or_default();
        assert!(worst < PATIENCE, "a call took {worst:?}");
        worst
    }
}

/// Everything a client sends until it has opened the driver, without waiting for an answer.
fn greeting() -> Vec<u8> {
    [call(AUTH_LIST, 0, &[]), call(OPEN, 1, &open_arguments())].concat()
}

/// Connects `count` clients that have opened the driver and say nothing more.
fn idle(daemon: &Daemon, count: usize) -> Vec<Wire> {
    let mut wires = Vec::with_capacity(count);
    // In bunches, so that both sides have something to do.
    while wires.len() < count {
        let from = wires.len();
        for _ in from..count.min(from + 16) {
            let mut wire = Wire::connect(daemon.socket());
            wire.send(&greeting());
            wires.push(wire);
        }
        for wire in &mut wires[from..] {
            assert!(!wire.reply().is_error());
            assert!(!wire.reply().is_error());
        }
    }
    wires
}

#[test]
fn five_thousand_idle_clients_cost_little() {
    // Both ends of each are files of a process, and both processes have others.
    let count = 5000.min(all_sockets() - 500);
    let daemon = Daemon::configured("max_clients = 6000\nmax_clients_per_user = 6000\n");
    let mut bystander = Bystander::of(&daemon);
    let before = memory_kib(&daemon);
    let clients = idle(&daemon, count);
    let with = memory_kib(&daemon);
    bystander.is_served(200);
    daemon.virsh(["list", "--all"]).ok();
    let each = (with - before) as f64 / count as f64;
    eprintln!("{count} idle clients: {each:.1} KiB each");
    assert!(each < 12.0, "{each} KiB for each client");
    drop(clients);
    // What they left is used again.
    let again = idle(&daemon, count);
    let second = memory_kib(&daemon);
    assert!(second < with + with / 4, "{before} KiB, {with} with clients, then {second}");
    drop(again);
    bystander.is_served(200);
}

#[test]
fn clients_that_come_and_go_by_the_thousand_disturb_nobody() {
    let daemon = Daemon::start();
    let mut bystander = Bystander::of(&daemon);
    let socket = daemon.socket().to_owned();
    let storm = std::thread::spawn(move || {
        let began = Instant::now();
        for number in 0..5000 {
            let mut wire = Wire::connect(&socket);
            wire.send(&greeting());
            // Some leave in order, some without a word, some with unread answers.
            if number % 3 != 0 {
                assert!(!wire.reply().is_error());
                assert!(!wire.reply().is_error());
            }
            if number % 3 == 1 {
                wire.send(&call(2, 2, &[]));
                assert!(!wire.reply().is_error());
            }
        }
        began.elapsed()
    });
    let mut worst = Duration::ZERO;
    let settled = memory_kib(&daemon);
    while !storm.is_finished() {
        worst = worst.max(bystander.is_served(20));
    }
    let taken = storm.join().expect("every client is served");
    eprintln!(
        "{:.0} clients a second; another's worst call {worst:?}",
        5000.0 / taken.as_secs_f64()
    );
    let after = memory_kib(&daemon);
    assert!(after < settled + 20_000, "{settled} KiB before, {after} after");
    daemon.virsh(["list"]).ok();
}

#[test]
fn half_open_slow_and_garbage_clients_disturb_nobody() {
    let daemon = Daemon::start();
    let mut bystander = Bystander::of(&daemon);
    let before = memory_kib(&daemon);
    // Fewer than may be connected without a word at a time.
    let silent: Vec<Wire> = (0..10).map(|_| Wire::connect(daemon.socket())).collect();
    let mut slow = idle(&daemon, 300);
    let packet = call(HOSTNAME, 7, &[0; 64]);
    for byte in &packet {
        slow.iter_mut().for_each(|wire| wire.send(std::slice::from_ref(byte)));
        bystander.is_served(1);
    }
    for wire in &mut slow {
        assert!(!wire.reply().is_error(), "slow is not wrong");
    }
    // Each claims the largest packet, and sends a little of it.
    for wire in &mut slow {
        wire.send(&33_554_436_u32.to_be_bytes());
        wire.send(&packet[4..]);
    }
    for round in 0..200_u32 {
        let mut garbage = Wire::connect(daemon.socket());
        garbage.send(&round.wrapping_mul(0x9e37_79b9).to_be_bytes().repeat(64));
    }
    bystander.is_served(200);
    let with = memory_kib(&daemon);
    assert!(with < before + 16_000, "{before} KiB before, {with} with them");
    drop((slow, silent));
    daemon.virsh(["list"]).ok();
}

#[test]
fn clients_that_read_nothing_cost_bounded_memory() {
    const CLIENTS: u64 = 20;
    let daemon = Daemon::start();
    let mut bystander = Bystander::of(&daemon);
    let before = memory_kib(&daemon);
    let mut deaf = idle(&daemon, CLIENTS as usize);
    let every_lifecycle = [0_u32, 0].map(u32::to_be_bytes).concat();
    for wire in &mut deaf {
        wire.send(&call(CALLBACK_REGISTER_ANY, 2, &every_lifecycle));
        assert!(!wire.reply().is_error());
        // Each answer is some ten thousand bytes; nobody fetches them.
        wire.send(&call(CAPABILITIES, 3, &[]).repeat(1000));
    }
    let name = daemon.define(&Document::new(&daemon.name("news")));
    let file = daemon.write("again.xml", &daemon.virsh(["dumpxml", &name]).ok());
    for _ in 0..20 {
        // An event each, for those who do not listen either.
        daemon.virsh(["define", &file]).ok();
    }
    bystander.is_served(200);
    let with = memory_kib(&daemon);
    eprintln!("{CLIENTS} clients that do not read: {} KiB each", (with - before) / CLIENTS);
    // Twice what may wait for a client, for buffers grow by doubling.
    assert!(with < before + CLIENTS * 3 * 1024, "{before} KiB before, {with} with them");
    drop(deaf);
    eventually("the memory to come back", || {
        (memory_kib(&daemon) < before + CLIENTS * 512).then_some(())
    });
    bystander.is_served(200);
}
