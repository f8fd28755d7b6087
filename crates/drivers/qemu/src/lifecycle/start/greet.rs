//! From a process at its gate to a QEMU that answers.

use std::sync::Arc;

use api::{Error, Result};
use host::process::Process;
use qmp::{EventReceiver, Monitor, Options, QmpError};

use super::{Prepared, Scaffold, Spawned};
use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::guest_cpu::{AskedCpu, GivenCpu};
use crate::lifecycle::refresh;
use crate::monitor::{self, MonitorProbes};

/// A guest whose monitor has answered; its virtual CPUs stand still.
pub(super) struct Greeted {
    pub live: Arc<Live>,
    pub document: config::Domain,
    pub asked_cpu: Option<AskedCpu>,
    pub events: EventReceiver,
    pub scaffold: Scaffold,
}

impl Greeted {
    pub(super) async fn new(
        driver: &QemuDriver,
        domain: &Arc<Domain>,
        spawned: Spawned,
    ) -> Result<Self> {
        let Spawned { mut prepared, held, group, monitor: socket } = spawned;
        let deadlines = &driver.settings.deadlines;
        let process = held.release(deadlines.start).await;
        let process = process.map_err(|error| Error::internal(QEMU, error.to_string()))?;
        let options = Options {
            greeting_deadline: deadlines.start,
            command_deadline: deadlines.monitor,
            observer: Some(monitor::observer(domain)),
            socket_observer: Some(Arc::new(MonitorProbes::new())),
        };
        let greeting = greet(&process, socket, options).await;
        let (monitor, events) = match greeting {
            Ok(greeted) => greeted,
            Err(error) => return Err(give_up(&process, &prepared.scaffold, error).await),
        };
        let directory = prepared.scaffold.directory.clone();
        let mut live =
            Live::new(prepared.scaffold.id, process, Arc::clone(&prepared.emulator), directory);
        live.companions = Arc::clone(&prepared.scaffold.companions);
        let live = live.with_group(group);
        live.set_monitor(monitor);
        live.parts().last_layer = prepared.last_layer;
        let live = Arc::new(live);
        let asked_cpu = match furnish(driver, domain, &live, &mut prepared).await {
            Ok(asked_cpu) => asked_cpu,
            Err(error) => {
                end(&live.process).await;
                return Err(error);
            }
        };
        let Prepared { document, scaffold, .. } = prepared;
        Ok(Self { live, document, asked_cpu, events, scaffold })
    }
}

/// Gives a guest that has greeted what its command line had no words for, and completes its document with
/// what only it knows.
async fn furnish(
    driver: &QemuDriver,
    domain: &Arc<Domain>,
    live: &Arc<Live>,
    prepared: &mut Prepared,
) -> Result<Option<AskedCpu>> {
    let document = &mut prepared.document;
    driver.plug_vcpus_at_start(domain, live, document).await?;
    let fresh = refresh::after_start(live, document, &prepared.secrets).await;
    fresh.map_err(|error| errors::monitor(domain, &error))?;
    let mut asked_cpu = None;
    if let Some(given) = given_cpu(domain, live).await? {
        given.verify(document)?;
        asked_cpu = given.describe(document)?;
    }
    crate::tuning::describe_at_start(document, &live.parts().vcpus);
    driver.place_threads(domain, live, document).await?;
    Ok(asked_cpu)
}

/// The CPU that QEMU gave: the first stands for all.
async fn given_cpu(domain: &Domain, live: &Live) -> Result<Option<GivenCpu>> {
    let first = live.parts().vcpus.first().map(|vcpu| vcpu.qom_path.clone());
    let (Ok(monitor), Some(path)) = (live.monitor(), first) else { return Ok(None) };
    let given = GivenCpu::ask(monitor, &path).await;
    given.map_err(|error| errors::monitor(domain, &error))
}

/// Waits for the monitor, or for the process to end, whichever is first.
async fn greet(
    process: &Process,
    stream: tokio::net::UnixStream,
    options: Options,
) -> Result<(Monitor, EventReceiver), Error> {
    tokio::select! {
        biased;
        greeted = Monitor::attach(stream, options) => match greeted {
            Ok((monitor, _, events)) => Ok((monitor, events)),
            Err(QmpError::Timeout { .. }) => {
                let detail = "cannot connect to the monitor: QEMU did not greet in time";
                Err(Error::operation_timeout(QEMU, detail))
            }
            Err(error) => Err(Error::internal(QEMU, format!("process exited while connecting to monitor: {error}"))),
        },
        _ = process.wait_exit() => {
            Err(Error::internal(QEMU, "process exited while connecting to monitor"))
        }
    }
}

/// Ends the process and says what QEMU had to say about it.
async fn give_up(process: &Process, scaffold: &Scaffold, error: Error) -> Error {
    end(process).await;
    if let Some(failed) = scaffold.companions.failed().await {
        return Error::internal(QEMU, format!("{} died unexpectedly", failed.name));
    }
    let words = scaffold.log.last_words(scaffold.log_position);
    if words.is_empty() {
        return error;
    }
    Error::internal(QEMU, format!("process exited while connecting to monitor: {words}"))
}

async fn end(process: &Process) {
    if let Err(fault) = process.end(std::time::Duration::ZERO).await {
        tracing::error!(%fault, "a QEMU that failed to start cannot be ended");
    }
}
