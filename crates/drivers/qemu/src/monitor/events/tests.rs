//! Events of a scripted QEMU, and what a domain and its watchers make of them.

use std::path::Path;
use std::sync::{Arc, Mutex};

use api::{
    DomainEventSuspendedDetailType, DomainEventType, DomainPausedReason, DomainRunningReason,
    DomainState, Uuid,
};
use config::domain::ParseFlags;
use config::domain::chardev::ChannelState;
use driver::{DomainEventBody, Driver, Event, Subscriber, Subscription};
use host::process::ProcessRef;
use qmp::scripted::Peer;
use qmp::{Delivery, EventReceiver, Monitor, Options};

use crate::domain::{Definition, Domain, Live, Published, RunState};
use crate::driver::QemuDriver;
use crate::settings::{Deadlines, Scope, Settings};

const DOCUMENT: &str = "
<domain type='qemu' id='1'>
  <name>vm</name>
  <uuid>6a1f7a1e-1111-4222-8333-000000000001</uuid>
  <memory unit='KiB'>262144</memory>
  <currentMemory unit='KiB'>262144</currentMemory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <clock offset='variable' adjustment='100' basis='utc'/>
  <on_crash>preserve</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <source file='/images/vm.qcow2' index='1'/>
      <backingStore type='file' index='3'>
        <format type='qcow2'/>
        <source file='/images/base.qcow2'/>
        <backingStore/>
      </backingStore>
      <target dev='vda' bus='virtio'/>
      <alias name='virtio-disk0'/>
    </disk>
    <disk type='file' device='cdrom'>
      <target dev='hda' bus='ide'/>
      <alias name='ide0-0-0'/>
    </disk>
    <channel type='unix'>
      <target type='virtio' name='org.qemu.guest_agent.0' state='disconnected'/>
      <alias name='channel0'/>
    </channel>
  </devices>
</domain>";

/// A running guest whose QEMU is the test.
struct Guest {
    driver: Arc<QemuDriver>,
    domain: Arc<Domain>,
    live: Arc<Live>,
    qemu: Peer,
    events: EventReceiver,
    seen: Arc<Seen>,
    _subscription: Subscription,
    _directory: tempfile::TempDir,
}

#[derive(Default)]
struct Seen(Mutex<Vec<Event>>);

impl Subscriber for Seen {
    fn deliver(&self, event: &Arc<Event>) {
        self.0.lock().unwrap().push(Event::clone(event));
    }
}

impl Guest {
    async fn running() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let driver =
            crate::load(settings(directory.path()), driver::Neighbours::none()).await.unwrap();
        let seen = Arc::new(Seen::default());
        let subscription = driver.events().subscribe(seen.clone());
        let (socket, mut qemu) = Peer::pair().unwrap();
        let (connected, greeted) =
            tokio::join!(Monitor::attach(socket, Options::default()), qemu.greet());
        greeted.unwrap();
        let (monitor, _, events) = connected.unwrap();
        // Any process will do: nothing here ends it.
        let process = ProcessRef::of(std::process::id().cast_signed()).unwrap().open().unwrap();
        let emulator = driver.emulators.known(Path::new("/nonexistent/qemu"));
        let live = Arc::new(Live::new(1, process, emulator, directory.path().to_owned()));
        live.set_monitor(monitor);
        live.parts().agent_open = Some(false);
        let document = config::Domain::parse(DOCUMENT, ParseFlags::Live).unwrap();
        let uuid = Uuid(*document.uuid.unwrap().as_bytes());
        let definition = Definition::new(&document).unwrap();
        let view = Published {
            id: Some(1),
            state: RunState::running(DomainRunningReason::BOOTED),
            live: Some(Arc::new(document.clone())),
            ..Published::defined(document.name.as_str(), definition)
        };
        let domain = Domain::new(uuid, view);
        domain.set_live(Some(Arc::clone(&live)));
        Self {
            driver,
            domain,
            live,
            qemu,
            events,
            seen,
            _subscription: subscription,
            _directory: directory,
        }
    }

    /// Has QEMU report something; what clients are told of it.
    async fn report(&mut self, name: &str, data: &str) -> Vec<DomainEventBody> {
        self.qemu.event(name, data).await.unwrap();
        let delivery = self.events.recv().await.unwrap();
        self.driver.on_delivery(&self.domain, &self.live, delivery).await;
        self.told()
    }

    fn told(&self) -> Vec<DomainEventBody> {
        let seen = std::mem::take(&mut *self.seen.0.lock().unwrap());
        let bodies = seen.into_iter().filter_map(|event| match event {
            Event::Domain(event) => Some(event.body),
            _ => None,
        });
        bodies.collect()
    }

    fn state(&self) -> RunState {
        self.domain.published().state
    }

    fn document(&self) -> Arc<config::Domain> {
        self.domain.published().live.clone().unwrap()
    }
}

fn settings(root: &Path) -> Settings {
    Settings {
        scope: Scope::Session,
        state_dir: root.join("state"),
        nvram_dir: root.join("nvram"),
        tpm_dir: root.join("tpm"),
        runtime_dir: root.join("run"),
        log_dir: root.join("log"),
        cache_dir: root.join("cache"),
        deadlines: Deadlines::default(),
        log_limit_bytes: 1 << 20,
        vnc_listen: "127.0.0.1".into(),
        vnc_ports: 5900..=5999,
        instance: None,
        huge_pages: Vec::new(),
    }
}

fn suspended(detail: DomainEventSuspendedDetailType) -> DomainEventBody {
    DomainEventBody::Lifecycle { event: DomainEventType::SUSPENDED, detail: detail.0 }
}

#[tokio::test]
async fn every_event_is_passed_on_raw_first() {
    let mut guest = Guest::running().await;
    guest.qemu.event("SOMETHING_NEW", r#"{ "b": 1, "a": "é" }"#).await.unwrap();
    let delivery = guest.events.recv().await.unwrap();
    guest.driver.on_delivery(&guest.domain, &guest.live, delivery).await;
    let seen = guest.seen.0.lock().unwrap();
    let [Event::Monitor(event)] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(
        (event.name.as_str(), event.seconds, event.micros),
        ("SOMETHING_NEW", 1700000000, 5)
    );
    assert_eq!(event.details.as_deref(), Some(r#"{"b":1,"a":"é"}"#));
}

#[tokio::test]
async fn a_stop_is_called_what_was_announced_for_it() {
    let mut guest = Guest::running().await;
    let saved = RunState::paused(DomainPausedReason::FROM_SNAPSHOT);
    guest.live.parts().expected_state = Some(saved);
    let told = guest.report("STOP", "{}").await;
    assert_eq!(told, [suspended(DomainEventSuspendedDetailType::FROM_SNAPSHOT)]);
    assert_eq!(guest.state(), saved);
}

#[tokio::test]
async fn a_stop_that_nobody_announced_has_no_known_reason() {
    let mut guest = Guest::running().await;
    let told = guest.report("STOP", "{}").await;
    assert_eq!(told, [suspended(DomainEventSuspendedDetailType::PAUSED)]);
    assert_eq!(guest.state(), RunState::paused(DomainPausedReason::UNKNOWN));
}

#[tokio::test]
async fn who_announced_a_state_goes_on_after_it_was_told() {
    let mut guest = Guest::running().await;
    guest.live.parts().expected_state = Some(RunState::paused(DomainPausedReason::USER));
    let (driver, domain, live) =
        (Arc::clone(&guest.driver), Arc::clone(&guest.domain), Arc::clone(&guest.live));
    let seen = Arc::clone(&guest.seen);
    let caller = tokio::spawn(async move {
        driver.see_state(&domain, &live, DomainState::PAUSED).await;
        seen.0.lock().unwrap().len()
    });
    guest.qemu.event("STOP", "{}").await.unwrap();
    let delivery = guest.events.recv().await.unwrap();
    guest.driver.on_delivery(&guest.domain, &guest.live, delivery).await;
    // The raw event and the lifecycle event.
    assert_eq!(caller.await.unwrap(), 2);
}

#[tokio::test]
async fn a_disk_that_fails_pauses_once_and_says_why() {
    let mut guest = Guest::running().await;
    let data = r#"{"device":"","node-name":"libvirt-3-format","operation":"write","action":"stop","nospace":true,"reason":"x"}"#;
    let told = guest.report("BLOCK_IO_ERROR", data).await;
    let DomainEventBody::IoError { path, alias, reason, .. } = &told[0] else { panic!("{told:?}") };
    assert_eq!(
        (path.as_str(), alias.as_str(), reason.as_str()),
        ("/images/vm.qcow2", "virtio-disk0", "enospc")
    );
    assert_eq!(told[1..], [suspended(DomainEventSuspendedDetailType::IOERROR)]);
    assert_eq!(guest.report("STOP", "{}").await, []);
    assert_eq!(guest.state(), RunState::paused(DomainPausedReason::IOERROR));
}

#[tokio::test]
async fn a_reboot_in_the_same_process_shows_as_nothing_but_a_reboot() {
    let mut guest = Guest::running().await;
    let before = guest.state();
    guest.live.parts().reboots_on_shutdown = true;
    assert_eq!(guest.report("SHUTDOWN", r#"{"guest":true}"#).await, []);
    assert_eq!(guest.report("STOP", "{}").await, []);
    let reset = guest.qemu.expect("system_reset").await.unwrap();
    guest.qemu.reply(&reset, "{}").await.unwrap();
    assert_eq!(guest.report("RESET", r#"{"guest":false}"#).await, [DomainEventBody::Reboot]);
    let cont = guest.qemu.expect("cont").await.unwrap();
    assert_eq!(guest.report("RESUME", "{}").await, []);
    guest.qemu.reply(&cont, "{}").await.unwrap();
    assert_eq!(guest.state(), before);
    assert!(!guest.live.parts().reboots_on_shutdown);
}

#[tokio::test]
async fn a_panic_that_is_preserved_stays_to_be_looked_at() {
    let mut guest = Guest::running().await;
    let told = guest.report("GUEST_PANICKED", r#"{"action":"pause"}"#).await;
    assert_eq!(told, [DomainEventBody::Lifecycle { event: DomainEventType::CRASHED, detail: 0 }]);
    assert_eq!(guest.report("STOP", "{}").await, []);
    assert_eq!(guest.state().state(), DomainState::CRASHED);
    assert_eq!(guest.live.stop_cause(), None);
}

#[tokio::test]
async fn a_guest_sleeps_and_wakes() {
    let mut guest = Guest::running().await;
    let told = guest.report("SUSPEND", "{}").await;
    let asleep = DomainEventBody::Lifecycle { event: DomainEventType::PMSUSPENDED, detail: 0 };
    assert_eq!(told, [DomainEventBody::PmSuspend, asleep]);
    let told = guest.report("WAKEUP", "{}").await;
    let awake = DomainEventBody::Lifecycle { event: DomainEventType::STARTED, detail: 4 };
    assert_eq!(told, [DomainEventBody::PmWakeup, awake]);
    assert_eq!(guest.state(), RunState::running(DomainRunningReason::WAKEUP));
}

#[tokio::test]
async fn a_clock_with_an_adjustment_counts_from_it_each_time() {
    let mut guest = Guest::running().await;
    for (offset, sum) in [(5, 105), (7, 107)] {
        let told = guest.report("RTC_CHANGE", &format!("{{\"offset\":{offset}}}")).await;
        assert_eq!(told, [DomainEventBody::RtcChange { offset_s: sum }]);
        let adjustment = guest.document().clock.as_ref().unwrap().adjustment.clone();
        assert_eq!(adjustment.as_deref(), Some(&*sum.to_string()));
    }
}

#[tokio::test]
async fn the_balloon_is_in_the_document() {
    let mut guest = Guest::running().await;
    let told = guest.report("BALLOON_CHANGE", r#"{"actual":209715200}"#).await;
    assert_eq!(told, [DomainEventBody::BalloonChange { actual_kib: 204_800 }]);
    assert_eq!(guest.document().current_memory.unwrap().0, 204_800);
}

#[tokio::test]
async fn the_agents_port_is_followed() {
    let mut guest = Guest::running().await;
    let told = guest.report("VSERPORT_CHANGE", r#"{"open":true,"id":"channel0"}"#).await;
    assert!(matches!(told[..], [DomainEventBody::AgentLifecycle { .. }]), "{told:?}");
    assert_eq!(guest.document().devices.channels[0].target.state, Some(ChannelState::Connected));
    assert_eq!(guest.live.parts().agent_open, Some(true));
    assert_eq!(guest.report("VSERPORT_CHANGE", r#"{"open":true,"id":"channel9"}"#).await, []);
}

#[tokio::test]
async fn a_tray_is_open_until_it_is_closed() {
    let mut guest = Guest::running().await;
    for open in [true, false] {
        let data = format!("{{\"device\":\"\",\"id\":\"ide0-0-0\",\"tray-open\":{open}}}");
        let told = guest.report("DEVICE_TRAY_MOVED", &data).await;
        assert!(
            matches!(&told[..], [DomainEventBody::TrayChange { alias, .. }] if alias == "ide0-0-0")
        );
        assert_eq!(guest.document().devices.disks[1].target.tray.is_some(), open);
    }
}

#[tokio::test]
async fn a_device_that_left_is_gone_from_the_document() {
    let mut guest = Guest::running().await;
    let data = r#"{"device":"virtio-disk0","path":"/machine/peripheral/virtio-disk0"}"#;
    assert_eq!(guest.report("DEVICE_DELETED", data).await, []);
    // What is behind it goes first, which the watcher does not wait for.
    let gone = |view: &Published| view.live.as_ref().is_some_and(|l| l.devices.disks.len() == 1);
    assert!(guest.domain.wait_until(gone, std::time::Duration::from_secs(10)).await);
    let told = loop {
        let told = guest.told();
        if !told.is_empty() {
            break told;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(told, [DomainEventBody::DeviceRemoved { alias: "virtio-disk0".into() }]);
    let backend = r#"{"path":"/machine/peripheral/virtio-disk0/virtio-backend"}"#;
    assert_eq!(guest.report("DEVICE_DELETED", backend).await, []);
}

#[tokio::test]
async fn the_top_of_a_chain_passes_its_mark_under_two_names() {
    let mut guest = Guest::running().await;
    let data = |node: &str| {
        format!(r#"{{"node-name":"{node}","amount-exceeded":8,"write-threshold":4096}}"#)
    };
    let names = |told: Vec<DomainEventBody>| -> Vec<String> {
        let name = |body| match body {
            DomainEventBody::BlockThreshold { dev, .. } => dev,
            other => format!("{other:?}"),
        };
        told.into_iter().map(name).collect()
    };
    let top = guest.report("BLOCK_WRITE_THRESHOLD", &data("libvirt-1-storage")).await;
    assert_eq!(names(top), ["vda", "vda[1]"]);
    let below = guest.report("BLOCK_WRITE_THRESHOLD", &data("libvirt-3-format")).await;
    assert_eq!(names(below), ["vda[3]"]);
}

#[tokio::test]
async fn a_viewer_is_named_with_both_ends() {
    let mut guest = Guest::running().await;
    let data = r#"{"server":{"auth":"none","family":"ipv4","service":"5900","host":"127.0.0.1","websocket":false},"client":{"family":"ipv6","service":"4242","host":"::1","websocket":false,"sasl_username":"me"}}"#;
    let told = guest.report("VNC_INITIALIZED", data).await;
    let [DomainEventBody::Graphics { local, remote, auth_scheme, subject, .. }] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((local.node.as_str(), local.service.as_str()), ("127.0.0.1", "5900"));
    assert_eq!((remote.node.as_str(), remote.service.as_str()), ("::1", "4242"));
    assert_eq!(auth_scheme, "none");
    assert_eq!(subject, &[("saslUsername".to_owned(), "me".to_owned())]);
}

#[tokio::test]
async fn data_that_makes_no_sense_changes_nothing() {
    let mut guest = Guest::running().await;
    let before = guest.document();
    for name in ["BALLOON_CHANGE", "RTC_CHANGE", "BLOCK_IO_ERROR", "VNC_CONNECTED", "WATCHDOG"] {
        assert_eq!(guest.report(name, r#"{"actual":"much","offset":[]}"#).await, [], "{name}");
    }
    assert_eq!(guest.document(), before);
}

#[tokio::test]
async fn lost_events_are_made_up_for_by_asking() {
    let mut guest = Guest::running().await;
    let lost = Delivery::EventsLost { count: 3 };
    let answer = async {
        let request = guest.qemu.expect("query-status").await.unwrap();
        guest.qemu.reply(&request, r#"{"status":"paused","running":false}"#).await.unwrap();
    };
    tokio::join!(guest.driver.on_delivery(&guest.domain, &guest.live, lost), answer);
    assert_eq!(guest.told(), [suspended(DomainEventSuspendedDetailType::PAUSED)]);
    assert_eq!(guest.state().state(), DomainState::PAUSED);
}
