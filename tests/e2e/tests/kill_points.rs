//! The daemon killed at random moments, in the middle of defines, starts, undefines and destroys.
//!
//! Whatever was acknowledged is there afterwards, and whatever is there is whole: a guest is running
//! exactly if it has a process, a status file and a directory.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use e2e::{Daemon, Dice, Document, Outcome, Qemu, eventually, process};

/// How often the daemon is killed.
const ROUNDS: u32 = 20;
/// Within this time after the calls were begun; they take about as long.
const LATEST_KILL_MS: u64 = 600;

/// A call under way, and what it is about.
struct Call {
    verb: &'static str,
    name: String,
    outcome: std::thread::JoinHandle<Outcome>,
}

impl Call {
    fn begin(daemon: &Daemon, verb: &'static str, name: &str, words: &[&str]) -> Self {
        let mut command = daemon.virsh_command(words.iter().copied());
        let outcome = std::thread::spawn(move || Outcome::of(&mut command));
        Self { verb, name: name.to_owned(), outcome }
    }

    /// Its verb and name if the daemon has acknowledged it.
    fn acknowledged(self) -> Option<(&'static str, String)> {
        let outcome = self.outcome.join().expect("a client does not hang");
        (outcome.status == 0).then_some((self.verb, self.name))
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_left_over() {
    let mut daemon = Daemon::start();
    let mut dice = Dice::seeded();
    let steady = daemon.paused("steady");
    let qemu = daemon.qemu(&steady);
    // With a channel, because its socket has a directory of its own.
    let channel =
        "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>";
    let restless = Document::new(&daemon.name("restless")).device(channel);
    let restless = daemon.define(&restless);
    let mut defined = BTreeSet::from([steady.clone(), restless.clone()]);
    for round in 0..ROUNDS {
        let new = daemon.name(&format!("round{round}"));
        let file = daemon.write("new.xml", &Document::new(&new).xml());
        let is_on = active(&daemon).contains(&restless);
        let mut calls = vec![Call::begin(&daemon, "define", &new, &["define", &file])];
        calls.push(match is_on {
            true => Call::begin(&daemon, "destroy", &restless, &["destroy", &restless]),
            false => Call::begin(&daemon, "start", &restless, &["start", &restless, "--paused"]),
        });
        let old = defined.iter().find(|name| name.starts_with("round")).cloned();
        calls.extend(
            old.filter(|_| round % 3 == 2)
                .map(|name| Call::begin(&daemon, "undefine", &name, &["undefine", &name])),
        );
        let moment = Duration::from_millis(dice.below(LATEST_KILL_MS));
        std::thread::sleep(moment); // the random moment that this test is about
        daemon.kill9();
        let begun: Vec<_> = calls.iter().map(|call| (call.verb, call.name.clone())).collect();
        let done: Vec<_> = calls.into_iter().filter_map(Call::acknowledged).collect();
        daemon.revive();

        let about = format!("round {round}, killed after {moment:?}, acknowledged: {done:?}");
        let listed = listed(&daemon);
        for (verb, name) in &begun {
            let is_done = done.contains(&(verb, name.clone()));
            match *verb {
                "define" if is_done => assert!(listed.contains(name), "{about}"),
                "undefine" if is_done => assert!(!listed.contains(name), "{about}"),
                _ => {}
            }
        }
        let untouched =
            defined.iter().filter(|name| !begun.contains(&("undefine", (*name).clone())));
        for name in untouched {
            assert!(listed.contains(name), "'{name}' is lost; {about}");
        }
        defined = listed;
        is_whole(&daemon, &about);
        let is_on = active(&daemon).contains(&restless);
        assert!(!done.contains(&("start", restless.clone())) || is_on, "{about}");
        assert!(!done.contains(&("destroy", restless.clone())) || !is_on, "{about}");
        assert_eq!(daemon.qemu(&steady), qemu, "{about}");
        assert_eq!(daemon.state(&steady), "paused (user)", "{about}");
    }
    eventually("the monitor of the guest that saw it all", || {
        (daemon.virsh(["dommemstat", &steady]).status == 0).then_some(())
    });
}

/// Asserts that guests, processes, status files and directories are the same guests.
#[track_caller]
fn is_whole(daemon: &Daemon, about: &str) {
    // A process that waited at its gate when the daemon died ends by itself, a moment later; a guest
    // whose end had begun is ended by the new daemon.
    let directory = daemon.directory().to_string_lossy().into_owned();
    let mut seen = String::new();
    let begin = std::time::Instant::now();
    while begin.elapsed() < process::DEADLINE {
        let active = active(daemon);
        let processes = process::all_with(&directory).len();
        let status =
            files(&daemon.runtime(), |name| name.strip_suffix(".status").map(str::to_owned));
        let of_guest = |name: &str| {
            let (_, short) = name.strip_prefix("domain-")?.split_once('-')?;
            active.iter().find(|name| name.starts_with(short)).cloned().or(Some(short.to_owned()))
        };
        let directories = files(&daemon.runtime(), of_guest);
        let channels = files(&daemon.runtime().join("channel/target"), of_guest);
        let unfinished =
            files(&daemon.runtime(), |name| name.ends_with(".unfinished").then(|| name.to_owned()));
        if status == active
            && directories == active
            && channels.is_subset(&active)
            && unfinished.is_empty()
            && processes == active.len()
            && active.iter().all(|name| Qemu::of(&daemon.uuid(name)).is_some())
        {
            return;
        }
        seen = format!(
            "active {active:?}, {processes} processes, status {status:?}, directories {directories:?}, \
             channels {channels:?}, unfinished {unfinished:?}"
        );
    }
    panic!("{about}: {seen}");
}

fn listed(daemon: &Daemon) -> BTreeSet<String> {
    daemon.virsh(["list", "--all", "--name"]).lines().into_iter().collect()
}

fn active(daemon: &Daemon) -> BTreeSet<String> {
    daemon.virsh(["list", "--name"]).lines().into_iter().collect()
}

fn files(directory: &Path, of_interest: impl Fn(&str) -> Option<String>) -> BTreeSet<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| of_interest(&entry.file_name().to_string_lossy())).collect()
}
