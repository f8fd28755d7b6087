use std::sync::Arc;

use super::*;
use crate::capabilities::probe::recorded::{emulator, recording};
use crate::capabilities::{Accel, Arch, Emulator};

async fn recorded() -> Arc<Emulator> {
    let kvm = recording(Accel::Kvm);
    Arc::new(emulator(&recording(Accel::Tcg), Some(&kvm)).await.unwrap())
}

async fn document(machine: &str, accel: Accel) -> String {
    let emulator = recorded().await;
    let machine = emulator.machine(machine).unwrap().clone();
    let choice = Choice { emulator, arch: Arch::by_name("x86_64").unwrap(), accel, machine };
    domain_capabilities(&choice, &Surroundings::default())
}

#[tokio::test]
async fn a_q35_guest_by_the_translator() {
    let expected = include_str!("../../../tests/qmp/q35-tcg.domcapabilities.xml");
    assert_eq!(document("q35", Accel::Tcg).await, expected);
}

#[tokio::test]
async fn only_i440fx_has_ide_on_its_board() {
    let ide = "<value>ide</value>";
    assert!(document("pc", Accel::Tcg).await.contains(ide));
    assert!(!document("isapc", Accel::Tcg).await.contains(ide));
}

#[tokio::test]
async fn the_hosts_cpu_is_passed_through_by_kvm_only() {
    let passthrough =
        |supported: &str| format!("<mode name='host-passthrough' supported='{supported}'");
    assert!(document("pc", Accel::Kvm).await.contains(&passthrough("yes")));
    assert!(document("pc", Accel::Tcg).await.contains(&passthrough("no")));
}

#[tokio::test]
async fn kvm_may_allow_fewer_cpus_than_the_machine() {
    let emulator = recorded().await;
    let machine = emulator.machine("q35").unwrap().clone();
    let arch = Arch::by_name("x86_64").unwrap();
    let around = Surroundings { kvm_max_vcpus: Some(8), ..Surroundings::default() };
    let max = |accel| {
        let choice =
            Choice { emulator: Arc::clone(&emulator), arch, accel, machine: machine.clone() };
        domain_capabilities(&choice, &around)
    };
    assert!(max(Accel::Kvm).contains("<vcpu max='8'/>"));
    assert!(max(Accel::Tcg).contains("<vcpu max='288'/>"));
}

#[tokio::test]
async fn the_machine_and_its_guests_are_set_apart_by_empty_lines() {
    let facts = HostFacts::read(&::host::Root::default(), api::Uuid::from_random([7; 16])).unwrap();
    let emulator = recorded().await;
    let arches =
        ["i686", "x86_64"].map(|name| (Arch::by_name(name).unwrap(), Arc::clone(&emulator)));
    let label = SecurityLabel { model: "dac".into(), doi: "0".into(), label: Some("+0:+0".into()) };
    let text = capabilities(&facts, &[label], &arches);
    assert!(text.starts_with("<capabilities>\n\n  <host>\n    <uuid>07070707-"), "{text}");
    assert!(text.contains("\n  </host>\n\n  <guest>\n    <os_type>hvm</os_type>\n"), "{text}");
    assert!(text.ends_with("  </guest>\n\n</capabilities>\n"), "{text}");
    let machine = "      <machine canonical='pc-q35-7.2' maxCpus='288'>q35</machine>\n";
    assert_eq!(text.matches(machine).count(), 2);
    assert!(text.contains("<machine maxCpus='255' deprecated='yes'>pc-i440fx-1.4</machine>"));
}

#[test]
fn unequal_nodes_are_told_as_one_socket() {
    let cpu = |id: u32, socket| ::host::cpu::Cpu {
        id,
        socket,
        die: 0,
        cluster: None,
        core: id,
        siblings: vec![id],
    };
    let topology = |cpus: Vec<::host::cpu::Cpu>| ::host::cpu::Topology {
        possible: vec![],
        present: vec![],
        online: cpus.iter().map(|cpu| cpu.id).collect(),
        cpus,
    };
    let even = Shape::of(&topology(vec![cpu(0, 0), cpu(1, 0), cpu(2, 1), cpu(3, 1)]), &[]);
    assert_eq!((even.sockets, even.cores, even.threads), (2, 2, 1));
    let odd = Shape::of(&topology(vec![cpu(0, 0), cpu(1, 0), cpu(2, 1)]), &[]);
    assert_eq!((odd.sockets, odd.cores, odd.threads), (1, 3, 1));
}
