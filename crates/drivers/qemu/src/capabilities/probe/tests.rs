use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::recorded::{Recording, emulator, recording};
use super::*;
use crate::capabilities::SchemaPath;

fn kvm() -> Option<Recording> {
    Some(recording(Accel::Kvm))
}

#[tokio::test]
async fn what_qemu_says_is_what_the_emulator_answers() {
    let emulator = emulator(&recording(Accel::Tcg), kvm().as_ref()).await.unwrap();
    assert_eq!(emulator.version_text(), "7.2.22Debian 1:7.2+dfsg-7+deb12u18+b3");
    assert_eq!(emulator.arch().unwrap().name, "x86_64");
    assert!(emulator.has_device("virtio-blk-pci") && !emulator.has_device("virtio-blk-ccw"));
    assert!(emulator.has_object("memory-backend-memfd"));
    assert!(emulator.has_property("max-x86_64-cpu", "migratable"));
    assert!(!emulator.has_property("virtio-blk-pci", "migratable"));
    assert!(emulator.has_property("generic-pc-machine", "hpet"));
    assert!(emulator.has_command("query-spice") && !emulator.has_command("query-future"));
    assert!(emulator.has_schema_path(SchemaPath::DisplayEglHeadless));
    assert!(!emulator.has_schema_path(SchemaPath::ChardevReconnectMs));
    assert!(emulator.has_option("smp-opts", "dies") && !emulator.has_option("smp-opts", "books"));
    assert!(emulator.supports(Accel::Tcg) && emulator.supports(Accel::Kvm));
}

#[tokio::test]
async fn machines_are_found_by_name_and_alias_and_the_default_is_first() {
    let emulator = emulator(&recording(Accel::Tcg), None).await.unwrap();
    assert_eq!(emulator.machine("q35").unwrap().name, "pc-q35-7.2");
    assert_eq!(emulator.machine("pc-q35-7.2").unwrap().max_cpus, 288);
    assert_eq!(emulator.default_machine(), emulator.machines().first());
    assert_eq!(emulator.machine("pc").unwrap().default_cpu.as_deref(), Some("qemu64"));
    assert!(emulator.machine("pc-i440fx-1.4").unwrap().deprecated);
    assert_eq!(emulator.machine("none"), None);
    assert!(!emulator.supports(Accel::Kvm));
}

#[tokio::test]
async fn models_are_usable_where_nothing_is_missing() {
    let emulator = emulator(&recording(Accel::Tcg), kvm().as_ref()).await.unwrap();
    let models = |accel| &emulator.acceleration(accel).unwrap().cpu_models;
    let names: Vec<_> = models(Accel::Tcg).iter().map(|model| model.name.as_str()).collect();
    assert!(!names.contains(&"Broadwell-v1") && !names.contains(&"host"), "{names:?}");
    let usable =
        |accel| models(accel).iter().find(|model| model.name == "kvm64").unwrap().is_usable();
    assert!(usable(Accel::Tcg) && !usable(Accel::Kvm));
}

#[tokio::test]
async fn a_newer_qemu_may_say_more() {
    let mut tcg = recording(Accel::Tcg);
    let machines = tcg.get_mut("query-machines").unwrap().as_array_mut().unwrap();
    machines.push(json!({"name": "pc-q35-99.0", "cpu-max": 8192, "novelty": {"deep": [1]}}));
    tcg.insert(
        "query-sev-capabilities".into(),
        json!({"pdh": "cA==", "cert-chain": "Yw==", "cbitpos": 51,
        "reduced-phys-bits": 1, "cpu0-id": "aQ==", "vcek": true}),
    );
    tcg.get_mut("query-version").unwrap()["qemu"]["nano"] = json!(1);
    let emulator = emulator(&tcg, None).await.unwrap();
    assert_eq!(emulator.machine("pc-q35-99.0").unwrap().max_cpus, 8192);
    assert_eq!(emulator.sev().unwrap().cbitpos, 51);
}

#[tokio::test]
async fn an_older_qemu_may_say_less() {
    let mut tcg = recording(Accel::Tcg);
    tcg.retain(|question, _| {
        ["query-version", "query-target", "query-commands", "query-machines"]
            .contains(&question.as_str())
    });
    let emulator = emulator(&tcg, None).await.unwrap();
    assert!(emulator.machine("pc").is_some());
    assert!(!emulator.has_device("VGA"));
    assert_eq!(emulator.host_model(Accel::Tcg), None);
}

#[tokio::test]
async fn nonsense_is_named_by_its_question() {
    for (question, nonsense) in [
        ("query-machines", json!({"name": "pc"})),
        ("query-qmp-schema", json!("everything")),
        ("query-cpu-definitions", json!([{"name": 7}])),
        ("query-target", json!({})),
    ] {
        let mut tcg = recording(Accel::Tcg);
        tcg.insert(question.into(), nonsense);
        let error = emulator(&tcg, None).await.unwrap_err();
        assert!(error.to_string().contains(question), "{error}");
    }
}

fn fake(directory: &Path, script: &str) -> PathBuf {
    let binary = directory.join("qemu");
    fs::write(&binary, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
    binary
}

async fn failure(script: &str, deadline: Duration) -> String {
    let directory = tempfile::tempdir().unwrap();
    let binary = fake(directory.path(), script);
    probe(&binary, KvmState::Absent, deadline).await.unwrap_err().to_string()
}

#[tokio::test]
async fn the_last_words_of_a_binary_that_ends_at_once_are_told() {
    let error = failure("echo 'no such accelerator' >&2; exit 1", PROBE_DEADLINE).await;
    assert!(error.contains("no such accelerator"), "{error}");
}

#[tokio::test]
async fn a_binary_that_talks_garbage_is_no_qemu() {
    let error = failure("echo '{\"QMP\": [' >&3; sleep 1000", PROBE_DEADLINE).await;
    assert!(error.contains("does not answer as QEMU"), "{error}");
}

#[tokio::test]
async fn a_silent_binary_ends_with_the_deadline() {
    let directory = tempfile::tempdir().unwrap();
    let note = directory.path().join("pid");
    let script = format!("echo $$ > '{}'; exec sleep 1000", note.display());
    let binary = fake(directory.path(), &script);
    let error = probe(&binary, KvmState::Absent, Duration::from_secs(1)).await.unwrap_err();
    assert!(error.to_string().contains("no answer to"), "{error}");
    let pid = fs::read_to_string(note).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "process {pid} is left");
}
