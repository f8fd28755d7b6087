//! What is left in QEMU when a step in the middle fails, and after a daemon that ended in the middle.

use std::sync::{Arc, Mutex};

use config::domain::disk::Disk;
use qmp::scripted::{Answer, Request};
use serde_json::json;

use super::media::Force;
use super::read_new;
use crate::argv::{Plug, Step};
use crate::domain::Domain;
use crate::domain::scripted::Bench;

const DRIVE: &str = "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>\
    <source file='/old.iso' index='1'/><backingStore/><target dev='hdc' bus='ide'/>\
    <alias name='ide0-1-0'/></disk>";

/// The commands that a QEMU got, with the name that each is about.
type Heard = Arc<Mutex<Vec<String>>>;

/// A QEMU that refuses what `refuses` says, and tells what it heard.
fn qemu(refuses: fn(&str) -> bool, heard: &Heard) -> impl FnMut(&Request) -> Answer + use<> {
    let heard = Arc::clone(heard);
    move |request| {
        let named = ["node-name", "id"];
        let name = named.iter().find_map(|name| request.arguments[*name].as_str());
        let told = format!("{} {}", request.name, name.unwrap_or_default());
        let answer = match refuses(told.trim_end()) {
            true => Answer::Error("GenericError", "no".to_owned()),
            false => Answer::Return("{}".to_owned()),
        };
        heard.lock().unwrap().push(told.trim_end().to_owned());
        answer
    }
}

fn step(command: &'static str, id: &str, undo: Option<&'static str>) -> Step {
    let undo = undo.map(|command| (command, json!({ "id": id })));
    Step { command, arguments: json!({ "id": id }), undo }
}

fn node(name: &str) -> Step {
    let undo = Some(("blockdev-del", json!({ "node-name": name })));
    Step { command: "blockdev-add", arguments: json!({ "node-name": name }), undo }
}

fn plug() -> Plug {
    let steps = vec![
        step("object-add", "a", Some("object-del")),
        step("chardev-add", "b", Some("chardev-remove")),
        step("device_add", "c", None),
    ];
    Plug { descriptors: Vec::new(), steps }
}

#[tokio::test]
async fn what_was_added_is_taken_back_in_reverse_order() {
    let heard = Heard::default();
    let bench = Bench::new(1000).await;
    let guest = bench.guest(1, "", qemu(|told| told == "device_add c", &heard)).await;
    let live = guest.running().unwrap();
    let mut device = read_new("<rng model='virtio'><backend model='builtin'/></rng>").unwrap();
    let plug = plug();
    let failed = bench.driver.carry_out(&guest, &live, &plug, Vec::new(), &mut device).await;
    assert!(failed.unwrap_err().message.contains("device_add"));
    let expected =
        ["object-add a", "chardev-add b", "device_add c", "chardev-remove b", "object-del a"];
    assert_eq!(*heard.lock().unwrap(), expected);
}

#[tokio::test]
async fn what_came_after_the_failure_is_not_taken_back() {
    let heard = Heard::default();
    let bench = Bench::new(1000).await;
    let guest = bench.guest(1, "", qemu(|told| told == "chardev-add b", &heard)).await;
    let live = guest.running().unwrap();
    let mut device = read_new("<rng model='virtio'><backend model='builtin'/></rng>").unwrap();
    let plug = plug();
    let failed = bench.driver.carry_out(&guest, &live, &plug, Vec::new(), &mut device).await;
    assert!(failed.is_err());
    assert_eq!(*heard.lock().unwrap(), ["object-add a", "chardev-add b", "object-del a"]);
}

/// The drive with the medium that was to be.
fn changed() -> String {
    DRIVE.replace("/old.iso' index='1'", "/new.iso' index='2'")
}

/// The drive of a guest that runs, and the same with another medium.
fn drives(guest: &Domain) -> (Disk, Disk) {
    let document = guest.published().live.clone().unwrap();
    let old = document.devices.disks[0].clone();
    let mut new = old.clone();
    new.source = crate::documents::read_live(&format!(
        "<domain type='qemu' id='1'><name>a</name><os><type>hvm</type></os>\
         <devices>{}</devices></domain>",
        changed()
    ))
    .unwrap()
    .devices
    .disks[0]
        .source
        .clone();
    (old, new)
}

#[tokio::test]
async fn a_medium_that_the_drive_does_not_take_leaves_the_old_one_in() {
    let heard = Heard::default();
    let bench = Bench::new(1000).await;
    let refuses = |told: &str| told == "blockdev-insert-medium libvirt-2-format";
    let guest = bench.guest(1, DRIVE, qemu(refuses, &heard)).await;
    let live = guest.running().unwrap();
    let (old, new) = drives(&guest);
    let (gone, fresh) = ([node("old")], [node("new-storage"), node("new")]);
    let done = bench.driver.exchange(&guest, &live, (&old, &gone), (&new, &fresh), Force::No).await;
    assert!(done.unwrap_err().message.contains("blockdev-insert-medium"));
    let expected = [
        "blockdev-add new-storage",
        "blockdev-add new",
        "blockdev-open-tray ide0-1-0",
        "blockdev-remove-medium ide0-1-0",
        "blockdev-insert-medium libvirt-2-format",
        "blockdev-insert-medium libvirt-1-format",
        "blockdev-close-tray ide0-1-0",
        "blockdev-del new",
        "blockdev-del new-storage",
    ];
    assert_eq!(*heard.lock().unwrap(), expected);
}

/// What the document says is in the drive, once QEMU said what is.
async fn found(inserted: String) -> Option<String> {
    let bench = Bench::new(1000).await;
    let answer = move |request: &Request| match request.name.as_str() {
        "query-block" => Answer::Return(format!(
            r#"[{{"device":"","qdev":"ide0-1-0","removable":true,"locked":false,"type":"unknown"{inserted}}}]"#
        )),
        _ => Answer::Return("{}".to_owned()),
    };
    let guest = bench.guest(1, DRIVE, answer).await;
    let live = guest.running().unwrap();
    let (_, new) = drives(&guest);
    let mut pending = config::Domain::clone(guest.published().live.as_ref().unwrap());
    pending.devices.disks[0] = new;
    live.parts().pending = Some(Arc::new(pending));
    bench.driver.reconcile_media(&guest, &live).await.unwrap();
    assert!(live.parts().pending.is_none());
    let document = guest.published().live.clone().unwrap();
    crate::block::DiskLayer::top(&document.devices.disks[0]).place.path().map(str::to_owned)
}

#[tokio::test]
async fn a_later_daemon_finds_the_medium_that_is_in_the_drive() {
    let node = |name: &str| {
        format!(r#","inserted":{{"node-name":"{name}","drv":"raw","file":"/x","ro":true}}"#)
    };
    assert_eq!(found(node("libvirt-1-format")).await.as_deref(), Some("/old.iso"));
    assert_eq!(found(node("libvirt-2-format")).await.as_deref(), Some("/new.iso"));
    assert_eq!(found(String::new()).await, None);
}
