//! CPUs: models, comparison, baseline, and the host's figures.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use e2e::Daemon;

/// A file with a document.
fn file(directory: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path: PathBuf = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn host(rest: &str) -> String {
    format!("<cpu><arch>x86_64</arch>{rest}</cpu>")
}

#[test]
fn the_hosts_cpu_is_compared() {
    let (daemon, directory) = (Daemon::start(), tempfile::tempdir().unwrap());
    let capabilities = daemon.virsh(["capabilities"]).ok();
    let own = file(&directory, "own.xml", &capabilities);
    let same = daemon.virsh(["cpu-compare", &own]).ok();
    assert!(same.contains("is identical to host CPU"), "{same}");
    let less = file(&directory, "less.xml", &host("<model>486</model>"));
    let superset = daemon.virsh(["cpu-compare", &less]).ok();
    assert!(superset.contains("Host CPU is a superset of CPU described in"), "{superset}");
    let other = "<cpu><arch>aarch64</arch><model>cortex-a57</model></cpu>";
    let other = file(&directory, "other.xml", other);
    let outcome = daemon.virsh(["cpu-compare", "--error", &other]);
    outcome
        .fails("the CPU is incompatible with host CPU: CPU arch aarch64 does not match host arch");
    let odd = file(&directory, "odd.xml", &host("<model>Nosuch</model>"));
    daemon.virsh(["cpu-compare", &odd]).fails("internal error: Unknown CPU model Nosuch");
    let twice = "<model>486</model><feature name='vme'/><feature name='vme'/>";
    let twice = file(&directory, "twice.xml", &host(twice));
    daemon.virsh(["cpu-compare", &twice]).fails("CPU feature 'vme' specified more than once");
    let unknown = "<cpu match='exact'><model>486</model><mumble/></cpu>";
    let unknown = file(&directory, "unknown.xml", unknown);
    daemon
        .virsh(["cpu-compare", "--validate", &unknown])
        .fails("failed to validate against schema");
}

#[test]
fn what_an_emulator_gives_is_compared() {
    let (daemon, directory) = (Daemon::start(), tempfile::tempdir().unwrap());
    let by_tcg = ["domcapabilities", "--virttype", "qemu"];
    let own = file(&directory, "own.xml", &daemon.virsh(by_tcg).ok());
    let compare = |file: &str, more: &[&str]| {
        let words = [&["hypervisor-cpu-compare", file, "--virttype", "qemu"], more].concat();
        daemon.virsh(words)
    };
    let same = compare(&own, &[]).ok();
    assert!(same.contains("is identical to the CPU provided by hypervisor on the host"), "{same}");
    let guest = file(&directory, "guest.xml", "<cpu match='exact'><model>kvm64</model></cpu>");
    let superset = compare(&guest, &["--machine", "q35"]).ok();
    assert!(superset.contains("is a superset of CPU described in"), "{superset}");
    compare(&guest, &["--machine", "nosuch"]).fails("the machine 'nosuch' is not supported");
    compare(&guest, &["--arch", "nosuch"]).fails("unknown architecture: nosuch");
    compare(&guest, &["--emulator", "/no/such"]).fails("Cannot check QEMU binary /no/such");
    let missing = "<cpu match='exact'><model>486</model>\
                   <feature policy='require' name='xop'/></cpu>";
    let missing = file(&directory, "missing.xml", missing);
    compare(&missing, &["--error"]).fails("Host CPU does not provide required features");
}

#[test]
fn several_hosts_have_a_baseline() {
    let (daemon, directory) = (Daemon::start(), tempfile::tempdir().unwrap());
    let two = [host("<model>Haswell</model>"), host("<model>Nehalem</model>")].concat();
    let two = file(&directory, "two.xml", &two);
    let shared = daemon.virsh(["cpu-baseline", &two]).ok();
    assert!(shared.contains("<model fallback='allow'>Nehalem</model>"), "{shared}");
    assert!(!shared.contains("<feature"), "{shared}");
    let expanded = daemon.virsh(["cpu-baseline", "--features", &two]).ok();
    assert!(expanded.contains("<feature policy='require' name='sse4.2'/>"), "{expanded}");
    let bound = host("<model>Conroe</model><feature name='invtsc'/>");
    let bound = file(&directory, "bound.xml", &bound);
    let stays = daemon.virsh(["cpu-baseline", &bound]).ok();
    assert!(stays.contains("name='invtsc'"), "{stays}");
    let moves = daemon.virsh(["cpu-baseline", "--migratable", &bound]).ok();
    assert!(!moves.contains("invtsc"), "{moves}");
    let vendors = [
        host("<model>Conroe</model><vendor>Intel</vendor>"),
        host("<model>Opteron_G1</model><vendor>AMD</vendor>"),
    ];
    let vendors = file(&directory, "vendors.xml", &vendors.concat());
    daemon.virsh(["cpu-baseline", &vendors]).fails("CPU vendors do not match");
    let by_tcg = ["hypervisor-cpu-baseline", "--virttype", "qemu", &two];
    let given = daemon.virsh(by_tcg).ok();
    assert!(given.contains("<model fallback='forbid'>Nehalem</model>"), "{given}");
}

#[test]
fn models_and_their_names() {
    let daemon = Daemon::start();
    let models = daemon.virsh(["cpu-models", "x86_64"]).lines();
    assert_eq!(models.first().map(String::as_str), Some("486"));
    assert!(models.contains(&"EPYC-Milan".to_owned()), "{models:?}");
    assert_eq!(daemon.virsh(["cpu-models", "aarch64"]).word(), "all CPU models are accepted");
    daemon.virsh(["cpu-models", "nosuch"]).fails("cannot find architecture nosuch");
}

#[test]
fn what_the_host_cannot_do_is_refused() {
    let daemon = Daemon::start();
    for (target, what) in
        [("mem", "Suspend-to-RAM"), ("disk", "Suspend-to-Disk"), ("hybrid", "Hybrid-Suspend")]
    {
        let outcome = daemon.virsh(["nodesuspend", target, "60"]);
        outcome.fails(&format!("argument unsupported: {what}"));
    }
    daemon.virsh(["allocpages", "4", "1"]).fails("system pages pool can't be modified");
    daemon.virsh(["allocpages", "3M", "1"]).fails("page size 3072 is not available");
    daemon
        .virsh(["allocpages", "2M", "0", "--cellno", "4095"])
        .fails("start cell 4095 out of range");
    let merging = ["node-memory-tune", "--shm-merge-across-nodes", "5"];
    daemon.virsh(merging).fails("shm_merge_across_nodes");
    daemon.virsh(["nodecpustats", "--cpu", "4095"]).fails("Invalid cpuNum");
}

#[test]
fn a_guest_shows_the_cpu_that_stands_for_the_host() {
    let (daemon, directory) = (Daemon::start(), tempfile::tempdir().unwrap());
    let name = daemon.name("cpu");
    let text = format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>64</memory>\
         <os><type machine='pc'>hvm</type></os><cpu mode='host-model'/></domain>"
    );
    daemon.virsh(["define", &file(&directory, "guest.xml", &text)]).ok();
    let off = daemon.virsh(["dumpxml", &name]).ok();
    assert!(off.contains("<cpu mode='host-model' check='partial'/>"), "{off}");
    daemon.virsh(["domcapabilities", "--virttype", "qemu"]).ok();
    let would_get = daemon.virsh(["dumpxml", "--update-cpu", &name]).ok();
    assert!(would_get.contains("<cpu mode='custom' match='exact' check='partial'>"), "{would_get}");
    daemon.virsh(["start", "--paused", &name]).ok();
    let on = daemon.virsh(["dumpxml", &name]).ok();
    for part in ["<cpu mode='custom' match='exact' check='full'>", "<model fallback='forbid'>"] {
        assert!(on.contains(part), "no {part} in {on}");
    }
    let inactive = daemon.virsh(["dumpxml", "--inactive", &name]).ok();
    assert!(inactive.contains("<cpu mode='host-model' check='partial'/>"), "{inactive}");
    daemon.virsh(["destroy", &name]).ok();
}

#[test]
fn a_guest_shows_the_cpu_that_it_was_given() {
    let (mut daemon, directory) = (Daemon::start(), tempfile::tempdir().unwrap());
    let name = daemon.name("given");
    let document = |check: &str| {
        let text = format!(
            "<domain type='qemu'><name>{name}</name><memory unit='KiB'>65000</memory>\
             <os><type machine='pc'>hvm</type></os><cpu mode='custom' match='exact' check='{check}'>\
             <model fallback='forbid'>qemu64</model></cpu></domain>"
        );
        file(&directory, &format!("{check}.xml"), &text)
    };
    daemon.virsh(["define", &document("full")]).ok();
    daemon.virsh(["start", &name]).fails("guest CPU doesn't match specification: extra features:");
    daemon.virsh(["undefine", &name]).ok();
    daemon.virsh(["define", &document("none")]).ok();
    daemon.virsh(["start", "--paused", &name]).ok();
    let added = "<feature policy='require' name='hypervisor'/>";
    let shows = |daemon: &Daemon| {
        let on = daemon.virsh(["dumpxml", &name]).ok();
        for part in ["check='full'", added, "<memory unit='KiB'>65536</memory>"] {
            assert!(on.contains(part), "no {part} in {on}");
        }
        let elsewhere = daemon.virsh(["dumpxml", "--migratable", &name]).ok();
        assert!(elsewhere.contains("check='none'") && !elsewhere.contains(added), "{elsewhere}");
    };
    shows(&daemon);
    daemon.restart();
    shows(&daemon);
    daemon.virsh(["destroy", &name]).ok();
}

#[test]
fn fv_says_what_virsh_says() {
    let (daemon, directory) = (Daemon::start(), tempfile::tempdir().unwrap());
    let two = [host("<model>Haswell</model>"), host("<model>Nehalem</model>")].concat();
    let two = file(&directory, "two.xml", &two);
    let guest = file(&directory, "guest.xml", "<cpu match='exact'><model>kvm64</model></cpu>");
    for words in [
        &["cpu-models", "x86_64"][..],
        &["maxvcpus"],
        &["maxvcpus", "--type", "qemu"],
        &["cpu-compare", &guest],
        &["cpu-baseline", &two],
        &["cpu-baseline", &two, "--features"],
        &["hypervisor-cpu-compare", &guest, "--virttype", "qemu"],
        &["hypervisor-cpu-baseline", &two, "--virttype", "qemu"],
    ] {
        let (virsh, fv) = (daemon.virsh(words.iter().copied()), daemon.fv(words.iter().copied()));
        assert_eq!(fv.ok(), virsh.ok(), "{words:?}");
    }
    daemon.fv(["cpu-compare", "/no/such"]).fails("/no/such");
    daemon.fv(["nodesuspend", "mem", "60"]).fails("argument unsupported: Suspend-to-RAM");
    for (words, start) in [
        (&["nodecpustats"][..], "user:"),
        (&["nodememstats"], "total  :"),
        (&["freepages", "--all"], "Node 0:"),
    ] {
        let text = daemon.fv(words.iter().copied()).ok();
        assert!(text.starts_with(start), "{text}");
    }
}
