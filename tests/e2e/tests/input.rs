//! Keys, interrupts and pictures of the screen.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document};

const SCREEN: &str = "<graphics type='vnc' autoport='yes'/><video><model type='vga'/></video>";

#[test]
fn keys_are_sent_in_several_codesets() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    daemon.virsh(["send-key", &name, "KEY_LEFTCTRL", "KEY_LEFTALT", "KEY_DELETE"]).ok();
    daemon.virsh(["send-key", &name, "--codeset", "win32", "0x41"]).ok();
    daemon.virsh(["send-key", &name, "--holdtime", "10", "30"]).ok();
    daemon.virsh(["send-key", &name, "KEY_NOSUCH"]).fails("invalid keycode: 'KEY_NOSUCH'");
    daemon.virsh(["send-key", &name, "70000"]).fails("invalid keycode: '70000'");
    daemon.virsh(["destroy", &name]).ok();
    daemon
        .virsh(["send-key", &name, "KEY_A"])
        .fails("Requested operation is not valid: domain is not running");
}

#[test]
fn an_nmi_is_injected() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    daemon.virsh(["inject-nmi", &name]).ok();
    daemon.virsh(["destroy", &name]).ok();
    daemon
        .virsh(["inject-nmi", &name])
        .fails("Requested operation is not valid: domain is not running");
}

#[test]
fn a_screenshot_is_a_picture() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")).device(SCREEN));
    daemon.virsh(["start", &name, "--paused"]).ok();
    let file = daemon.directory().join("screen").to_string_lossy().into_owned();
    let said = daemon.virsh(["screenshot", &name, &file]).word();
    let start = std::fs::read(&file).unwrap();
    let magic: &[u8] = match said.rsplit(' ').next() {
        Some("image/png") => b"\x89PNG\r\n\x1a\n",
        Some("image/x-portable-pixmap") => b"P6",
        _ => panic!("{said}"),
    };
    assert!(start.starts_with(magic) && start.len() > 1000, "{} bytes of {said}", start.len());
    daemon
        .virsh(["screenshot", &name, &file, "--screen", "7"])
        .fails("could not take a screenshot");
}

#[test]
fn a_guest_without_a_screen_has_no_picture() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let file = daemon.directory().join("screen").to_string_lossy().into_owned();
    daemon.virsh(["screenshot", &name, &file]).fails("no screens to take screenshot from");
    assert!(!std::path::Path::new(&file).exists());
    daemon.virsh(["destroy", &name]).ok();
    daemon.virsh(["screenshot", &name, &file]).fails("domain is not running");
}
