//! Storage that never answers: whoever asks about it is told so in time, and nobody else notices.
#![forbid(unsafe_code)]

use e2e::disk::{self, DeadStorage};
use e2e::{Daemon, Document, Listener, eventually};

/// Far more than the daemon has threads for files.
const CONNECTIONS: usize = 24;
const CALLS_EACH: usize = 5;

/// The code of an error that says that time is up.
const TIMEOUT: &str = "libvirt.VIR_ERR_OPERATION_TIMEOUT";

#[test]
fn images_on_dead_storage_hold_up_calls_about_themselves_alone() {
    let daemon = Daemon::configured("monitor_timeout = 1\n");
    let dead = DeadStorage::below(daemon.directory());
    let image = dead.path.join("a.qcow2").to_string_lossy().into_owned();
    let document = Document::new(&daemon.name("stuck")).disk("vda", "qcow2", &image);
    let stuck = daemon.define(&document);
    let mut starting = Listener::spawn(&mut daemon.virsh_command(["start", &stuck, "--paused"]));

    let script = format!(
        "
import threading
codes = []
def ask(connection):
    try:
        connection.lookupByName('{stuck}').blockInfo('vda')
    except libvirt.libvirtError as error:
        codes.append(error.get_error_code())
connections = [connect() for _ in range({CONNECTIONS})]
asking = [threading.Thread(target=ask, args=(c,)) for c in connections for _ in range({CALLS_EACH})]
for thread in asking: thread.start()
for thread in asking: thread.join()
print(len(codes), set(codes) == {{{TIMEOUT}}})
"
    );
    let all = CONNECTIONS * CALLS_EACH;
    assert_eq!(daemon.python(&script).ok().trim(), format!("{all} True"));

    let well = disk::create(daemon.directory(), "b.qcow2", "qcow2", "1M");
    let other = daemon.define(&Document::new(&daemon.name("other")).disk("vda", "qcow2", &well));
    for words in [
        &["domblkinfo", &other, "vda"][..],
        &["desc", &other, "--config", "kept on the disk"],
        &["domstats", "--block", &other],
        &["start", &other, "--paused"],
        &["domblkinfo", &other, "vda"],
        &["domxml-to-native", "qemu-argv", "--domain", &other],
        &["destroy", &other],
        &["undefine", &other],
    ] {
        daemon.virsh(words.iter().copied()).ok();
    }
    eventually("the start to give up", || starting.has_ended().then_some(()));
    let refused = daemon.virsh(["domblkinfo", &stuck, "vda"]);
    refused.fails(&format!("storage of '{image}' did not answer within 1s"));
}

#[test]
fn a_guest_with_a_device_on_dead_storage_does_not_start() {
    let daemon = Daemon::start();
    let dead = DeadStorage::below(daemon.directory());
    let port = dead.path.join("port");
    let serial = format!("<serial type='dev'><source path='{}'/></serial>", port.display());
    let name = daemon.define(&Document::new(&daemon.name("stuck")).device(&serial));
    let words = format!("storage of '{}' did not answer", port.display());
    daemon.virsh(["start", &name]).fails(&words);
    assert_eq!(daemon.state(&name), "shut off (failed)");
    daemon.virsh(["undefine", &name]).ok();
}

#[test]
fn an_emulator_on_dead_storage_is_refused() {
    let daemon = Daemon::start();
    let dead = DeadStorage::below(daemon.directory());
    let emulator = dead.path.join("qemu-system-x86_64");
    let element = format!("<emulator>{}</emulator>", emulator.display());
    let document = Document::new(&daemon.name("stuck")).device(&element);
    let file = daemon.write("stuck.xml", &document.xml());
    let words = format!("storage of '{}' did not answer", emulator.display());
    daemon.virsh(["define", &file]).fails(&words);
    assert!(daemon.virsh(["list", "--all", "--name"]).ok().trim().is_empty());
}

#[test]
fn firmware_variables_on_dead_storage_can_be_left_behind() {
    let daemon = Daemon::start();
    let dead = DeadStorage::below(daemon.directory());
    let variables = dead.path.join("vars.fd");
    let name = daemon.name("stuck");
    let xml = format!(
        "<domain type='qemu'><name>{name}</name><memory>65536</memory><os>\
         <type arch='x86_64' machine='q35'>hvm</type>\
         <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>\
         <nvram>{}</nvram></os><features><acpi/></features></domain>",
        variables.display()
    );
    daemon.virsh(["define", &daemon.write("stuck.xml", &xml)]).ok();
    let words = format!("storage of '{}' did not answer", variables.display());
    daemon.virsh(["undefine", &name, "--nvram"]).fails(&words);
    daemon.virsh(["undefine", &name, "--keep-nvram"]).ok();
}
