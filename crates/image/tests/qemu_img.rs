//! Images made by the real `qemu-img`, where it is installed.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may panic, and says what it skips"
)]

use image::{Facts, Format, Image, Location, Source, chain, qcow2::Certainty, usage};
use std::path::Path;
use std::process::{Command, Output};

/// Runs a tool of QEMU in a directory; `None` when it is not installed.
fn qemu(tool: &str, directory: &Path, arguments: &[&str]) -> Option<Output> {
    match Command::new(tool).args(arguments).current_dir(directory).output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("{tool} is not installed: nothing to compare with");
            None
        }
        outcome => {
            let output = outcome.unwrap();
            assert!(
                output.status.success(),
                "{tool} {arguments:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            Some(output)
        }
    }
}

/// What `qemu-img check` says is the end of the image.
fn end_of(output: &Output) -> u64 {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.contains("\"image-end-offset\"")).unwrap();
    line.split(':').nth(1).unwrap().trim().trim_end_matches(',').parse().unwrap()
}

#[test]
fn formats_are_recognised_and_measured() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["raw", "qcow2", "qcow", "qed", "vmdk", "vdi", "vpc", "vhdx", "parallels"] {
        let create = ["create", "-q", "-f", name, name, "64M"];
        if qemu("qemu-img", directory.path(), &create).is_none() {
            return;
        }
        let image = Image::open(&directory.path().join(name)).unwrap();
        let head = std::fs::read(directory.path().join(name)).unwrap();
        let format = Format::probe(&head[..head.len().min(image::PROBE_SIZE)]);
        assert_eq!(format.name(), name);
        let capacity = Facts::read(&image, format).unwrap().capacity;
        match format {
            // Its size lies in a table of its own.
            Format::Vhdx => assert_eq!(capacity, None),
            // It rounds up to what its geometry can express.
            Format::Vpc => {
                assert!(capacity.is_some_and(|bytes| (64 << 20..65 << 20).contains(&bytes)))
            }
            _ => assert_eq!(capacity, Some(64 << 20), "{name}"),
        }
    }
}

#[test]
fn the_highest_offset_is_what_qemu_img_finds() {
    let directory = tempfile::tempdir().unwrap();
    for options in [
        "cluster_size=512",
        "cluster_size=2M",
        "refcount_bits=1",
        "refcount_bits=64",
        "compat=0.10",
    ] {
        let create = ["create", "-q", "-f", "qcow2", "-o", options, "image", "1G"];
        if qemu("qemu-img", directory.path(), &create).is_none() {
            return;
        }
        for write in ["write -q 0 100k", "write -q 512M 3M", "write -q 1000M 64k"] {
            let Some(_) = qemu("qemu-io", directory.path(), &["-f", "qcow2", "-c", write, "image"])
            else {
                return;
            };
            let check =
                qemu("qemu-img", directory.path(), &["check", "--output=json", "image"]).unwrap();
            let image = Image::open(&directory.path().join("image")).unwrap();
            let header = Facts::read(&image, Format::Qcow2).unwrap().qcow2.unwrap();
            let highest = header.highest_offset(&image).unwrap();
            assert_eq!(
                (highest.bytes, highest.certainty),
                (end_of(&check), Certainty::Exact),
                "{options} {write}"
            );
        }
    }
}

#[test]
fn a_chain_of_qemu_img_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let create = |arguments: &[&str]| qemu("qemu-img", directory.path(), arguments);
    if create(&["create", "-q", "-f", "raw", "base", "8M"]).is_none() {
        return;
    }
    create(&["create", "-q", "-f", "qed", "-b", "base", "-F", "raw", "low"]);
    create(&["create", "-q", "-f", "qcow2", "-b", "low", "-F", "qed", "middle"]);
    create(&[
        "create",
        "-q",
        "-f",
        "qcow2",
        "-o",
        "compat=0.10",
        "-b",
        "middle",
        "-F",
        "qcow2",
        "top",
        "16M",
    ]);
    let top = directory.path().join("top");
    let layers = chain(&Source { path: top.clone(), format: Some(Format::Qcow2) }).unwrap();
    let found: Vec<_> = layers.iter().map(|layer| (layer.location.clone(), layer.format)).collect();
    let local = |name, format| (Location::Local(directory.path().join(name)), Some(format));
    let expected = [
        local("top", Format::Qcow2),
        local("middle", Format::Qcow2),
        local("low", Format::Qed),
        local("base", Format::Raw),
    ];
    assert_eq!(found, expected);
    let figures = usage(&Image::open(&top).unwrap(), Format::Qcow2).unwrap();
    assert_eq!(figures.capacity, 16 << 20);
    assert!(figures.allocation >= 64 << 10 && figures.physical >= 64 << 10);
}
