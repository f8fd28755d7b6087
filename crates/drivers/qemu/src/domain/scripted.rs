//! A running guest whose QEMU does what a test tells it to. For tests only.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::DomainRunningReason;
use driver::Neighbours;
use host::process::ProcessRef;
use qmp::scripted::{Answer, Peer, Request};
use qmp::{Monitor, Options};
use tempfile::TempDir;

use super::{Definition, Domain, Live, Published, RunState};
use crate::driver::QemuDriver;
use crate::settings::{Deadlines, Scope, Settings};

/// A driver that keeps what it writes in a directory that goes with the test.
pub(crate) struct Bench {
    pub(crate) driver: Arc<QemuDriver>,
    _directory: TempDir,
}

impl Bench {
    /// A driver that gives a monitor `monitor_ms` to answer.
    pub(crate) async fn new(monitor_ms: u64) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the test");
        let at = |name: &str| directory.path().join(name);
        let within = Duration::from_millis(monitor_ms);
        let settings = Settings {
            scope: Scope::Session,
            state_dir: at("state"),
            nvram_dir: at("nvram"),
            tpm_dir: at("tpm"),
            runtime_dir: at("run"),
            log_dir: at("log"),
            cache_dir: at("cache"),
            deadlines: Deadlines { monitor: within, stats: within, ..Deadlines::default() },
            log_limit_bytes: 1 << 20,
            vnc_listen: "127.0.0.1".to_owned(),
            vnc_ports: 5900..=5910,
            instance: None,
            huge_pages: Vec::new(),
        };
        let driver = crate::load(settings, Neighbours::none())
            .await
            .expect("a driver in an empty directory");
        Self { driver, _directory: directory }
    }

    /// A running guest with number `id`; `answer` is its QEMU, its process is the test's own.
    pub(crate) async fn guest(
        &self,
        id: i32,
        devices: &str,
        mut answer: impl FnMut(&Request) -> Answer + Send + 'static,
    ) -> Arc<Domain> {
        let (socket, mut peer) = Peer::pair().expect("a pair of sockets");
        tokio::spawn(async move {
            peer.greet().await?;
            peer.serve(|request| answer(request)).await
        });
        let options = Options {
            command_deadline: self.driver.settings.deadlines.monitor,
            ..Options::default()
        };
        let (monitor, _, _) = Monitor::attach(socket, options).await.expect("a scripted greeting");
        let process = ProcessRef::of(std::process::id().cast_signed()).and_then(ProcessRef::open);
        let emulator = self.driver.emulators.known(&PathBuf::from("/nonexistent/qemu"));
        let live = Live::new(id, process.expect("the test runs"), emulator, PathBuf::new());
        live.set_monitor(monitor);
        let published = running(id, devices);
        let uuid = api::Uuid([u8::try_from(id).unwrap_or(0); 16]);
        let (name, make) = (published.name.clone(), || Domain::new(uuid, published));
        let found = self.driver.registry.find_or_add(uuid, &name, make);
        let domain = match found.expect("a new name") {
            crate::registry::Found::Known(domain) | crate::registry::Found::New(domain) => domain,
        };
        domain.set_live(Some(Arc::new(live)));
        domain
    }
}

/// What readers see of a guest with these devices.
fn running(id: i32, devices: &str) -> Published {
    let xml = format!(
        "<domain type='qemu' id='{id}'><name>guest{id}</name><memory>2048</memory>\
         <currentMemory>1024</currentMemory><vcpu current='1'>2</vcpu><iothreads>1</iothreads>\
         <os><type>hvm</type></os><devices>{devices}</devices></domain>"
    );
    let document = crate::documents::read_live(&xml).expect("a document of the test");
    let definition = Definition::new(&document).expect("a document of the test");
    Published {
        id: Some(id),
        live: Some(Arc::new(document)),
        state: RunState::running(DomainRunningReason::BOOTED),
        ..Published::defined(&format!("guest{id}"), definition)
    }
}
