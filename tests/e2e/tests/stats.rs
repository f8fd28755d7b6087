//! `domstats`: every group, lists of guests, filters, and figures without waiting.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, disk};

fn statistics(daemon: &Daemon, words: &[&str]) -> Vec<String> {
    daemon.virsh([&["domstats"], words].concat()).lines()
}

#[track_caller]
fn has(statistics: &[String], field: &str) {
    assert!(statistics.iter().any(|line| line.starts_with(field)), "no {field} in {statistics:#?}");
}

#[test]
fn every_group_has_its_fields() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.img", "raw", "1M");
    let document = Document::new(&daemon.name("guest"))
        .element("<iothreads>1</iothreads>")
        .disk("vda", "raw", &image)
        .device("<interface type='user'><model type='virtio'/></interface>");
    let name = daemon.define(&document);
    daemon.virsh(["start", &name, "--paused"]).ok();
    for (group, fields) in [
        ("--state", &["state.state=3", "state.reason=1"][..]),
        ("--cpu-total", &["cpu.time=", "cpu.user=", "cpu.system="]),
        ("--balloon", &["balloon.current=65536", "balloon.maximum=65536", "balloon.rss="]),
        ("--vcpu", &["vcpu.current=1", "vcpu.maximum=1", "vcpu.0.state=1", "vcpu.0.time="]),
        ("--interface", &["net.count=1"]),
        (
            "--block",
            &["block.count=1", "block.0.name=vda", "block.0.rd.reqs=0", "block.0.capacity=1048576"],
        ),
        ("--iothread", &["iothread.count=1", "iothread.1.poll-max-ns="]),
        ("--dirtyrate", &["dirtyrate.calc_status=0"]),
    ] {
        let answer = statistics(&daemon, &["--enforce", group, &name]);
        assert_eq!(answer[0], format!("Domain: '{name}'"));
        for field in fields {
            has(&answer, field);
        }
        let others = answer
            .iter()
            .skip(1)
            .filter(|line| line.split('.').next() != fields[0].split('.').next());
        assert_eq!(
            others.collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "{group} has fields of other groups"
        );
    }
}

#[test]
fn a_guest_that_is_off_has_the_figures_of_its_definition() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.img", "raw", "1M");
    let name = daemon.define(&Document::new(&daemon.name("guest")).disk("vda", "raw", &image));
    let answer = statistics(&daemon, &[&name]);
    for field in [
        "state.state=5",
        "balloon.maximum=65536",
        "vcpu.maximum=1",
        "block.0.name=vda",
        "block.0.capacity=1048576",
        "block.0.physical=1048576",
    ] {
        has(&answer, field);
    }
    assert!(!answer.iter().any(|line| line.starts_with("block.0.rd.")), "{answer:#?}");
}

#[test]
fn several_guests_in_one_call() {
    let daemon = Daemon::start();
    let (off, on) = (daemon.define(&Document::new(&daemon.name("off"))), daemon.paused("on"));
    let both = statistics(&daemon, &["--state", &off, &on]);
    has(&both, &format!("Domain: '{off}'"));
    has(&both, &format!("Domain: '{on}'"));
    daemon.virsh(["domstats", &on, "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn guests_are_selected_by_state() {
    let daemon = Daemon::start();
    let (off, on) = (daemon.define(&Document::new(&daemon.name("off"))), daemon.paused("on"));
    let selected = |filter: &[&str], name: &str| {
        statistics(&daemon, &[&["--state"], filter].concat()).contains(&format!("Domain: '{name}'"))
    };
    for (filter, off_shown, on_shown) in [
        (&["--list-active"][..], false, true),
        (&["--list-inactive"], true, false),
        (&["--list-paused"], false, true),
        (&["--list-running"], false, false),
        (&["--list-shutoff"], true, false),
        (&["--list-persistent"], true, true),
        (&["--list-transient"], false, false),
    ] {
        assert_eq!(
            (selected(filter, &off), selected(filter, &on)),
            (off_shown, on_shown),
            "{filter:?}"
        );
    }
}

#[test]
fn raw_and_nowait_give_the_same_of_a_guest_at_rest() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let plain = statistics(&daemon, &["--state", "--balloon", &name]);
    let raw = statistics(&daemon, &["--state", "--balloon", "--raw", &name]);
    let nowait = statistics(&daemon, &["--state", "--balloon", "--nowait", &name]);
    let keys = |lines: &[String]| {
        lines.iter().map(|line| line.split('=').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&raw), keys(&plain));
    assert_eq!(keys(&nowait), keys(&plain));
}
