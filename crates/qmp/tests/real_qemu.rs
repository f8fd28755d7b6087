//! The typed commands against a real QEMU, where one is installed.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may panic, and says what it skips"
)]

use qmp::commands::{CpuModel, StatsTarget};
use qmp::{Command, CommandError, Delivery, Monitor, Options, QmpError};
use std::process::{Child, Stdio};
use std::time::Duration;
use tokio::net::UnixListener;

const QEMU: &str = "qemu-system-x86_64";

/// A QEMU with a stopped guest, killed when dropped.
struct Guest(Child);

impl Drop for Guest {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a QEMU that connects to us; `None` when it is not installed.
async fn start() -> Option<(Guest, Monitor, qmp::EventReceiver)> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("monitor");
    let listener = UnixListener::bind(&path).unwrap();
    let mut command = std::process::Command::new(QEMU);
    command.args([
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-S",
        "-machine",
        "q35,accel=tcg",
    ]);
    command.args([
        "-m",
        "32",
        "-smp",
        "2,maxcpus=4",
        "-object",
        "iothread,id=io1",
        "-device",
        "virtio-balloon,id=balloon0",
    ]);
    command.args(["-blockdev", "driver=null-co,node-name=disk0,size=1048576,read-zeroes=on"]);
    command.args([
        "-device",
        "virtio-blk-pci,drive=disk0,id=vda",
        "-mon",
        "chardev=mon,mode=control",
    ]);
    command.arg("-chardev").arg(format!("socket,id=mon,path={}", path.display()));
    let guest = match command.stdin(Stdio::null()).spawn() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("{QEMU} is not installed: nothing to talk to");
            return None;
        }
        guest => Guest(guest.unwrap()),
    };
    let accepted = tokio::time::timeout(Duration::from_secs(30), listener.accept()).await;
    let (stream, _) = accepted.expect("QEMU connects").unwrap();
    let (monitor, greeting, events) = Monitor::attach(stream, Options::default()).await.unwrap();
    assert!(greeting.version.qemu.major >= 4);
    Some((guest, monitor, events))
}

/// Passes over what this build of QEMU does not have.
fn unless_unknown<T>(outcome: Result<T, QmpError>) -> Option<T> {
    match outcome {
        Err(QmpError::Refused { .. }) => None,
        other => Some(other.unwrap()),
    }
}

#[tokio::test]
async fn every_question_is_understood_and_every_answer_too() {
    let Some((_guest, monitor, _events)) = start().await else {
        return;
    };
    assert_eq!(monitor.query_status().await.unwrap().status, "prelaunch");
    assert_eq!(monitor.query_cpus_fast().await.unwrap().len(), 2);
    assert_eq!(monitor.query_hotpluggable_cpus().await.unwrap().len(), 4);
    assert_eq!(monitor.query_iothreads().await.unwrap()[0].id, "io1");
    assert_eq!(monitor.query_balloon().await.unwrap().actual, 32 << 20);
    assert!(monitor.query_chardev().await.unwrap().iter().any(|chardev| chardev.label == "mon"));
    assert_eq!(
        monitor.query_block().await.unwrap()[0].qdev.as_deref(),
        Some("/machine/peripheral/vda/virtio-backend")
    );
    assert_eq!(monitor.query_blockstats().await.unwrap()[0].node_name.as_deref(), Some("disk0"));
    assert_eq!(monitor.query_node_blockstats().await.unwrap()[0].stats.rd_operations, 0);
    let nodes = monitor.query_named_block_nodes().await.unwrap();
    assert_eq!((nodes[0].drv.as_str(), nodes[0].image.virtual_size), ("null-co", 1 << 20));
    assert!(
        monitor
            .query_machines()
            .await
            .unwrap()
            .iter()
            .any(|machine| machine.alias.as_deref() == Some("q35"))
    );
    assert!(
        monitor
            .query_cpu_definitions()
            .await
            .unwrap()
            .iter()
            .any(|model| model.name.starts_with("qemu64"))
    );
    let model = CpuModel { name: "qemu64".into(), ..CpuModel::default() };
    assert!(!monitor.query_cpu_model_expansion("full", &model).await.unwrap().props.is_empty());
    assert!(monitor.query_version().await.unwrap().qemu.major >= 4);
    assert!(!monitor.query_kvm().await.unwrap().enabled);
    assert!(monitor.query_commands().await.unwrap().contains(&"query-status".to_owned()));
    assert!(!monitor.query_command_line_options().await.unwrap().is_empty());
    assert!(
        monitor
            .query_migrate_capabilities()
            .await
            .unwrap()
            .iter()
            .any(|it| it.capability == "postcopy-ram")
    );
    assert!(monitor.query_qmp_schema().await.unwrap().json().len() > 10_000);
    assert!(!monitor.device_list_properties("virtio-blk-pci").await.unwrap().is_empty());
    assert!(monitor.qom_list_types().await.unwrap().contains(&"virtio-blk-pci".to_owned()));
    assert!(!monitor.qom_list_properties("virtio-blk-pci").await.unwrap().is_empty());
    assert!(!monitor.qom_list("/machine").await.unwrap().is_empty());
    assert_eq!(
        monitor.qom_get::<String>("/machine/peripheral/vda", "type").await.unwrap(),
        "virtio-blk-pci"
    );
    monitor.set_guest_memory_stats_period("/machine/peripheral/balloon0", 5).await.unwrap();
    let stats = monitor.guest_memory_stats("/machine/peripheral/balloon0").await.unwrap();
    assert_eq!((stats.last_update, stats.get("stat-free-memory")), (0, None));
    assert!(monitor.human_monitor_command("info status").await.unwrap().contains("paused"));
    monitor
        .send_key(&[28, 42], Some(10))
        .await
        .unwrap_or_else(|error| assert!(error.refusal().is_some(), "{error}"));
    unless_unknown(monitor.query_tpm_models().await);
    unless_unknown(monitor.query_tpm_types().await);
    unless_unknown(monitor.query_vnc().await);
    unless_unknown(monitor.query_spice().await);
    unless_unknown(monitor.query_stats(StatsTarget::Vm).await);
    unless_unknown(monitor.query_stats_schemas().await);
    unless_unknown(
        monitor.query_stats_named(StatsTarget::Vcpu, "kvm", &["halt_poll_success_ns"]).await,
    );
    if let Some(rate) = unless_unknown(monitor.query_dirty_rate().await) {
        assert_eq!(rate.status, "unstarted");
    }
}

#[tokio::test]
async fn a_guest_is_stopped_continued_and_ended() {
    let Some((_guest, monitor, mut events)) = start().await else {
        return;
    };
    monitor.cont().await.unwrap();
    monitor.stop().await.unwrap();
    monitor.quit().await.unwrap();
    let mut names = Vec::new();
    while let Some(delivery) = events.recv().await {
        if let Delivery::Event(event) = delivery {
            names.push(event.name);
        }
    }
    assert_eq!(names, ["RESUME", "STOP", "SHUTDOWN"]);
}

#[tokio::test]
async fn a_descriptor_arrives() {
    let Some((_guest, monitor, _events)) = start().await else {
        return;
    };
    let named = || Command::with("getfd", serde_json::json!({"fdname": "net0"}));
    let without = monitor.perform(&named()).await.unwrap_err();
    assert!(matches!(without.refusal(), Some(CommandError { .. })));
    let (reader, _writer) = std::io::pipe().unwrap();
    monitor.execute_with_fd(&named(), reader.into()).await.unwrap();
}

#[tokio::test]
async fn passing_through_keeps_qemus_own_words() {
    let Some((_guest, monitor, _events)) = start().await else {
        return;
    };
    let refused = monitor.execute_raw("{\"execute\":\"nope\"}").await.unwrap();
    assert!(
        refused.contains("\"class\":\"CommandNotFound\"")
            && refused.contains("\"id\":\"libvirt-2\""),
        "{refused}"
    );
    let nameless = monitor.execute_raw("{\"foo\":1}").await.unwrap();
    assert_eq!(
        nameless,
        r#"{"error":{"class":"GenericError","desc":"QMP input member 'foo' is unexpected"}}"#
    );
    let foreign = r#"{"exec-oob":"query-status"}"#;
    assert!(monitor.execute_raw(foreign).await.unwrap().starts_with("{\"error\":"));
}
