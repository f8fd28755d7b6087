//! What became of a document: the report of `fv define`, of real guests' documents.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document, disk, libvirtd::Libvirtd, outcome::squeezed};

/// The report's rows with one space between columns.
fn rows(output: &str) -> Vec<String> {
    squeezed(output)
}

fn has(rows: &[String], begin: &str, end: &str) -> bool {
    rows.iter().any(|row| row.starts_with(begin) && row.ends_with(end))
}

#[test]
fn the_report_tells_what_was_defaulted_rewritten_and_ignored() {
    let daemon = Daemon::start();
    let image = disk::create(daemon.directory(), "a.qcow2", "qcow2", "1M");
    let document = Document::new(&daemon.name("guest"))
        .disk("vda", "qcow2", &image)
        .element("<colour>red</colour>")
        .device("<interface type='user'><model type='virtio' speed='9'/></interface>");
    let file = daemon.write("guest.xml", &document.xml());
    let output = daemon.fv(["define", &file, "--report"]).ok();
    let rows = rows(&output);
    for (begin, end) in [
        ("defaulted /domain/uuid ", " daemon drawn at random, for good"),
        (
            "defaulted /domain/devices/emulator ",
            " host what is installed there for the architecture",
        ),
        ("defaulted /domain/devices/controller", " machine part of such a machine"),
        (
            "defaulted /domain/devices/disk/address type='pci'",
            " daemon the first place that is free",
        ),
        (
            "defaulted /domain/devices/interface/mac address='52:54:00:",
            " daemon drawn at random, for good",
        ),
        ("rewritten /domain/memory 64 MiB -> 65536 KiB", " the form that documents are kept in"),
        ("rewritten /domain/os/type/@machine pc -> pc-i440fx-", " what the name stands for"),
        ("unknown /domain/colour, line 1 red", " daemon nothing reads it"),
        ("unknown /domain/devices/interface/model/@speed, line 1 9", " nothing reads it"),
    ] {
        assert!(has(&rows, begin, end), "no row {begin:?} … {end:?} in\n{output}");
    }
    let completed = daemon.virsh(["dumpxml", "--inactive", document.name()]).ok();
    let file = daemon.write("again.xml", &completed);
    let again = daemon.fv(["--quiet", "define", &file, "--report"]).ok();
    assert_eq!(again.trim(), "", "a completed document has nothing to report");
}

#[test]
fn a_guest_that_boots_is_reported_by_either_daemon() {
    let daemon = Daemon::start();
    let libvirtd = Libvirtd::start();
    let document = Document::booting(&daemon.name("guest"), "<serial type='pty'/>");
    let file = daemon.write("guest.xml", &document.xml());
    let ours = daemon.fv(["define", &file, "--report"]).ok();
    let uri = format!("qemu+unix:///system?socket={}", libvirtd.socket());
    let theirs = daemon.fv(["-c", &uri, "define", &file, "--report"]).ok();
    // What was drawn differs.
    let comparable = |output: &str| -> Vec<String> {
        rows(output).into_iter().filter(|row| !row.contains("/domain/uuid ")).collect()
    };
    assert_eq!(comparable(&ours), comparable(&theirs));
    daemon.fv(["-c", &uri, "undefine", document.name()]).ok();
}

#[test]
fn a_dry_run_defines_nothing_and_needs_no_daemon() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest")).element("<colour>red</colour>");
    let file = daemon.write("guest.xml", &document.xml());
    let nowhere = "qemu+unix:///system?socket=/nonexistent/socket";
    let words = ["-c", nowhere, "define", &file, "--report", "--dry-run"];
    let output = daemon.fv(words).ok();
    let rows = rows(&output);
    let kept = " the form that documents are kept in";
    assert!(has(&rows, "rewritten /domain/memory 64 MiB -> 65536 KiB", kept), "{output}");
    assert!(
        has(&rows, "unknown /domain/colour, line 1 red", " daemon nothing reads it"),
        "{output}"
    );
    assert!(has(&rows, "defaulted /domain/devices/memballoon ", " otherwise"), "{output}");
    let json = daemon.fv(words.into_iter().chain(["--json"])).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let listed = json["defaulted"].as_array().expect("a list of what was defaulted");
    let machine = listed.iter().find(|row| row["path"] == "/domain/devices/input[1]");
    assert_eq!(machine.map(|row| &row["by"]), Some(&"machine".into()), "{json:#}");
    let validated = ["define", &file, "--dry-run", "--validate"];
    daemon.fv(validated).fails("/domain/colour at line 1 is not known");
    let bad = daemon.write(
        "bad.xml",
        "<domain type='qemu'>\n  <name>a</name><os><type>hvm</type></os>\n  <memory>-1</memory>\n</domain>",
    );
    daemon.fv(["define", &bad, "--dry-run"]).fails("bad.xml:3:");
    assert!(
        !daemon.virsh(["list", "--all", "--name"]).lines().contains(&document.name().to_owned())
    );
}
