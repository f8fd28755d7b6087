//! From a command line to a process that waits to become QEMU.

use std::ffi::OsString;
use std::os::fd::OwnedFd;

use api::{Error, Result};
use host::process::{Held, Output, Spawn};
use tokio::net::UnixStream;

use super::{Prepared, Scaffold, beside};
use crate::companions::HeldCompanion;
use crate::control_group::GuestGroup;
use crate::driver::QemuDriver;
use crate::errors::QEMU;

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
        let companions = beside::hold(std::mem::take(&mut prepared.companions))?;
        let monitor = connect(&prepared.scaffold)?;
        let (document, groups) = (&prepared.document, &driver.control_groups);
        let id = prepared.scaffold.id;
        prepared.scaffold.group = groups.place(document, id)?;
        let held = spawn(&mut prepared)?;
        let named = companions.iter().map(HeldCompanion::record);
        prepared.making(driver).record(Some(held.process()), named)?;
        prepared.domain.set_starting(Some(held.process()));
        let group = groups.make(&prepared.document, id, held.process().pid).await?;
        let running = &prepared.scaffold.companions;
        beside::release(companions, running, driver.settings.deadlines.start).await?;
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
