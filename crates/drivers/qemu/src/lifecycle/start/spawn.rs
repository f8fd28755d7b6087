//! From a command line to a process that waits to become QEMU.

use std::ffi::OsString;
use std::os::fd::OwnedFd;

use api::{Error, Result};
use host::process::{Held, Output, Spawn};
use tokio::net::UnixStream;

use super::{Prepared, Scaffold};
use crate::control_group::GuestGroup;
use crate::documents;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::status::{Phase, Status};

/// A process at its gate, named by a status file, in its control group.
pub(super) struct Spawned {
    pub prepared: Prepared,
    pub held: Held,
    pub group: Option<GuestGroup>,
    /// Our end of the monitor; QEMU will accept it as soon as it runs.
    pub monitor: UnixStream,
}

impl Spawned {
    pub(super) async fn new(driver: &QemuDriver, mut prepared: Prepared) -> Result<Self> {
        let monitor = connect(&prepared.scaffold)?;
        let (document, groups) = (&prepared.document, &driver.control_groups);
        let id = prepared.scaffold.id;
        prepared.scaffold.group = groups.place(document, id)?;
        let held = spawn(&mut prepared)?;
        record(driver, &prepared, &held)?;
        prepared.domain.set_starting(Some(held.process()));
        let group = groups.make(&prepared.document, id, held.process().pid).await?;
        Ok(Self { prepared, held, group, monitor })
    }
}

/// Connects before anybody accepts: the socket already listens, so no start ever polls.
fn connect(scaffold: &Scaffold) -> Result<UnixStream> {
    let path = scaffold.directory.join("monitor.sock");
    let connected = std::os::unix::net::UnixStream::connect(&path).and_then(|stream| {
        stream.set_nonblocking(true)?;
        UnixStream::from_std(stream)
    });
    connected.map_err(|error| {
        Error::io(
            QEMU,
            &error,
            format_args!("cannot connect to monitor socket '{}'", path.display()),
        )
    })
}

fn spawn(prepared: &mut Prepared) -> Result<Held> {
    let command = &prepared.command;
    let output = || -> Result<Output> {
        let writer = prepared.scaffold.log.writer();
        let writer =
            writer.map_err(|error| Error::io(QEMU, &error, "cannot share the guest's log"))?;
        Ok(Output::To(OwnedFd::from(writer)))
    };
    let mut spawn = Spawn::new(&command.program);
    spawn.arguments = command.args.iter().map(OsString::from).collect();
    spawn.environment =
        command.env.iter().map(|(name, value)| (name.into(), value.into())).collect();
    spawn.stdout = output()?;
    spawn.stderr = output()?;
    spawn.umask = Some(0o077);
    spawn.descriptors = std::mem::take(&mut prepared.descriptors);
    spawn.start().map_err(|error| Error::internal(QEMU, error.to_string()))
}

/// Names the process on disk before it runs anything, so that no daemon ever loses it.
fn record(driver: &QemuDriver, prepared: &Prepared, held: &Held) -> Result<()> {
    let process = held.process();
    let status = Status {
        version: Status::VERSION,
        name: prepared.domain.name(),
        uuid: prepared.domain.uuid.to_string(),
        id: prepared.scaffold.id,
        pid: process.pid,
        start_time: process.start_time,
        phase: Phase::Starting,
        state: prepared.domain.published().state,
        emulator: prepared.emulator.path().to_owned(),
        directory: prepared.scaffold.directory.clone(),
        group: prepared.scaffold.group.clone(),
        taints: prepared.scaffold.taints(),
        transient: !prepared.domain.published().is_persistent(),
        stop_cause: None,
        reboots_on_shutdown: false,
        last_layer: prepared.last_layer,
        asked_cpu: None,
        document: documents::print_live(&prepared.document),
        pending: None,
    };
    driver.status.save(&status).map_err(|error| Error::io(QEMU, &error, "cannot save the status"))
}
