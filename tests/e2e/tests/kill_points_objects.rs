//! The daemon killed at random moments, in the middle of defining, marking, changing and undefining
//! networks, storage pools, network filters and secrets, and of setting values.
//!
//! Whatever was acknowledged is there afterwards, and whatever is there is whole.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use e2e::{Daemon, Dice, Outcome};

/// How often the daemon is killed.
const ROUNDS: u32 = 20;
/// Within this time after the calls were begun; they take about as long.
const LATEST_KILL_MS: u64 = 150;

/// A kind of object: virsh's prefix for its commands, how its objects are listed, and a document.
struct Kind {
    prefix: &'static str,
    list: &'static [&'static str],
    /// Whether it can be marked for the start of the daemon.
    marked: bool,
    document: fn(name: &str, uuid: &str) -> String,
}

const KINDS: &[Kind] = &[
    Kind {
        prefix: "net",
        list: &["net-list", "--all", "--uuid"],
        marked: true,
        document: |name, uuid| {
            format!(
                "<network><name>{name}</name><uuid>{uuid}</uuid><bridge name='{name}'/></network>"
            )
        },
    },
    Kind {
        prefix: "pool",
        list: &["pool-list", "--all", "--uuid"],
        marked: true,
        document: |name, uuid| {
            format!(
                "<pool type='dir'><name>{name}</name><uuid>{uuid}</uuid><target><path>/{name}</path></target></pool>"
            )
        },
    },
    Kind {
        prefix: "nwfilter",
        list: &["nwfilter-list"],
        marked: false,
        document: |name, uuid| format!("<filter name='{name}'><uuid>{uuid}</uuid></filter>"),
    },
    Kind {
        prefix: "secret",
        list: &["secret-list"],
        marked: false,
        document: |name, uuid| {
            format!(
                "<secret><uuid>{uuid}</uuid><usage type='ceph'><name>{name}</name></usage></secret>"
            )
        },
    },
];

fn uuid(kind: usize, number: u32) -> String {
    format!("5d2f9a6e-0000-4000-8000-{kind:04x}{number:08x}")
}

/// A call under way.
struct Call {
    verb: &'static str,
    kind: usize,
    uuid: String,
    outcome: JoinHandle<Outcome>,
}

impl Call {
    fn begin(daemon: &Daemon, verb: &'static str, kind: usize, uuid: &str, words: &[&str]) -> Self {
        let mut command = daemon.virsh_command(words.iter().copied());
        let outcome = std::thread::spawn(move || Outcome::of(&mut command));
        Self { verb, kind, uuid: uuid.to_owned(), outcome }
    }

    /// What it did, if the daemon has acknowledged it.
    fn acknowledged(self) -> (Done, bool) {
        let outcome = self.outcome.join().expect("a client does not hang");
        ((self.verb, self.kind, self.uuid), outcome.status == 0)
    }
}

/// A verb, a kind and the UUID of an object.
type Done = (&'static str, usize, String);

/// The UUIDs of a kind's objects.
fn listed(daemon: &Daemon, kind: &Kind) -> BTreeSet<String> {
    let lines = daemon.virsh(kind.list.iter().copied()).lines();
    let words = lines.iter().filter_map(|line| line.split_whitespace().next());
    words.filter(|word| word.starts_with("5d2f9a6e-")).map(str::to_owned).collect()
}

/// The calls of a round: each kind gets an object and loses one, another is marked or gets a value.
fn begin(daemon: &Daemon, round: u32, there: &[BTreeSet<String>]) -> Vec<Call> {
    let mut calls = Vec::new();
    for (number, kind) in KINDS.iter().enumerate() {
        let (name, new) = (format!("k{number}r{round}"), uuid(number, round));
        let file = daemon.write(&format!("{name}.xml"), &(kind.document)(&name, &new));
        let command = |verb: &str| format!("{}-{verb}", kind.prefix);
        calls.push(Call::begin(daemon, "define", number, &new, &[&command("define"), &file]));
        let mut old = there.get(number).into_iter().flatten();
        if round % 3 == 2
            && let Some(old) = old.next()
        {
            calls.push(Call::begin(daemon, "undefine", number, old, &[&command("undefine"), old]));
        }
        let Some(other) = old.next_back() else { continue };
        if kind.marked {
            calls.push(Call::begin(daemon, "mark", number, other, &[&command("autostart"), other]));
        } else if kind.prefix == "secret" {
            let value = daemon.write(&format!("{name}.value"), &format!("value{round:03}"));
            let words = ["secret-set-value", other, "--file", &value, "--plain"];
            calls.push(Call::begin(daemon, "set", number, other, &words));
        }
    }
    calls
}

#[test]
fn no_definition_mark_or_value_that_was_acknowledged_is_lost() {
    let mut daemon = Daemon::start();
    let mut dice = Dice::seeded();
    let mut there = vec![BTreeSet::new(); KINDS.len()];
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for round in 0..ROUNDS {
        let calls = begin(&daemon, round, &there);
        let moment = Duration::from_millis(dice.below(LATEST_KILL_MS));
        std::thread::sleep(moment); // the random moment that this test is about
        daemon.kill9();
        let ends: Vec<_> = calls.into_iter().map(Call::acknowledged).collect();
        daemon.revive();

        let about = format!("round {round}, killed after {moment:?}, ended: {ends:?}");
        let now: Vec<_> = KINDS.iter().map(|kind| listed(&daemon, kind)).collect();
        for ((verb, kind, uuid), done) in &ends {
            let listed = now[*kind].contains(uuid);
            match (*verb, *done) {
                ("define", true) => assert!(listed, "{uuid} is lost; {about}"),
                ("undefine", true) => assert!(!listed, "{uuid} is back; {about}"),
                ("mark", true) => {
                    let info = daemon.virsh([&*format!("{}-info", KINDS[*kind].prefix), uuid]);
                    assert!(info.lines().contains(&"Autostart: yes".to_owned()), "{about}");
                }
                ("set", done) => {
                    // One that was not acknowledged may be there or not, but never half of it.
                    let nothing = || BTreeSet::from([String::new()]);
                    let known = values.entry(uuid.clone()).or_insert_with(nothing);
                    if done {
                        known.clear();
                    }
                    known.insert(format!("value{round:03}"));
                }
                _ => {}
            }
        }
        for (kind, before) in there.iter().enumerate() {
            let untouched = |uuid: &&String| {
                !ends.iter().any(|((verb, of, other), _)| {
                    *verb == "undefine" && *of == kind && other == *uuid
                })
            };
            for uuid in before.iter().filter(untouched) {
                assert!(now[kind].contains(uuid), "{uuid} is lost; {about}");
            }
        }
        for uuid in &now[3] {
            let Some(may) = values.get(uuid) else { continue };
            let value = daemon.virsh(["secret-get-value", uuid, "--plain"]);
            let shown = if value.status == 0 { value.stdout.trim_end() } else { "" };
            assert!(may.contains(shown), "{uuid} has '{value}', not one of {may:?}; {about}");
        }
        is_tidy(&daemon, &now, &about);
        there = now;
    }
}

/// Asserts that files and objects are the same ones, and nothing half-written stays.
fn is_tidy(daemon: &Daemon, there: &[BTreeSet<String>], about: &str) {
    let root = daemon.directory().join("var/lib/ferrovirt");
    for (folder, there) in ["network", "storage", "nwfilter", "secrets"].iter().zip(there) {
        let files = names(&root.join(folder));
        let documents = files.iter().filter(|name| name.ends_with(".xml")).count();
        assert_eq!(documents, there.len(), "{folder}: {files:?}; {about}");
        for value in files.iter().filter_map(|name| name.strip_suffix(".base64")) {
            assert!(there.contains(value), "{folder}: the value of {value} stays; {about}");
        }
        let known = |name: &&String| {
            name.ends_with(".xml") || name.ends_with(".base64") || *name == "autostart"
        };
        assert_eq!(files.iter().find(|name| !known(name)), None, "{folder}; {about}");
        for mark in names(&root.join(folder).join("autostart")) {
            assert!(files.contains(&mark), "{folder}: the mark of {mark} stays; {about}");
        }
    }
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
