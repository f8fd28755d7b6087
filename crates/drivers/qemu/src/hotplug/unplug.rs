//! Taking a device out of a QEMU that runs: asked for here, done when the guest lets go.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::{Error, Result};
use config::domain::chardev::{ChannelType, CharSource, SocketMode};
use config::domain::plug::{self, Device};
use driver::DomainEventBody;
use tokio::sync::oneshot;

use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::slow_storage;

/// How long storage may take to let go of a socket.
const REMOVE: Duration = Duration::from_secs(2);

/// How long a guest may take to let go of a device before the call ends without it.
const UNPLUG: Duration = Duration::from_secs(5);

/// What became of a request to let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnplugOutcome {
    /// The device is gone, and everything behind it.
    Gone,
    /// The guest said no.
    Refused,
}

/// Whether a call waits for the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// It does, for five seconds.
    ForGuest,
    /// It ends when QEMU has asked the guest.
    No,
}

impl QemuDriver {
    /// Asks the guest to let go of a device. The caller holds a modify job.
    ///
    /// # Errors
    /// `OPERATION_FAILED` when the guest refuses. A guest that says nothing is no error: the device
    /// goes when it answers.
    pub(super) async fn unplug_device(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        device: &Device,
        wait: Wait,
    ) -> Result<()> {
        let Some(alias) = device.alias() else {
            self.change_live(domain, live, |document| drop_unnamed(document, device));
            return Ok(());
        };
        if has_no_frontend(device) {
            self.forget_device(domain, live, alias).await;
            return Ok(());
        }
        let outcome = live.expect_unplug(alias);
        if let Err(error) = live.monitor()?.device_del(alias).await {
            live.end_unplug(alias, None);
            // It went while nobody looked.
            if error.refusal().is_some_and(|refusal| refusal.class == "DeviceNotFound") {
                self.forget_device(domain, live, alias).await;
                return Ok(());
            }
            return Err(errors::monitor(domain, &error));
        }
        match wait {
            Wait::No => Ok(()),
            Wait::ForGuest => wait_for(outcome).await,
        }
    }

    /// The guest let go of a device. Not waited for: whoever sees QEMU's events calls this.
    pub(crate) fn device_left(&self, domain: &Arc<Domain>, live: &Arc<Live>, alias: String) {
        let Ok(driver) = self.shared() else { return };
        let (domain, live) = (Arc::clone(domain), Arc::clone(live));
        tokio::spawn(async move { driver.forget_device(&domain, &live, &alias).await });
    }

    /// Removes what is behind a device that the guest no longer has, then the device from the live
    /// document and the status.
    pub(super) async fn forget_device(&self, domain: &Domain, live: &Live, alias: &str) {
        let document = domain.published().live.clone();
        let device = document.as_ref().and_then(|document| {
            let (kind, number) = document.devices.find_alias(alias)?;
            document.devices.device(kind, number)
        });
        let (Some(document), Some(device)) = (document, device) else { return };
        match self.plan_backwards(live, &document, &device).await {
            Ok(plug) => self.undo(domain, live, plug.steps.iter().rev()).await,
            Err(error) => {
                tracing::warn!(domain = %domain.name(), alias, %error, "backends not removed");
            }
        }
        remove_socket(&device).await;
        self.undo_interface(live, &device).await;
        let mut removed = false;
        self.change_live(domain, live, |document| removed = remove(document, alias));
        if removed {
            self.tell(domain, DomainEventBody::DeviceRemoved { alias: alias.to_owned() });
        }
        live.end_unplug(alias, Some(UnplugOutcome::Gone));
    }
}

impl QemuDriver {
    /// Undoes what an interface has left on the host.
    pub(super) async fn undo_interface(&self, live: &Live, device: &Device) {
        let Device::Interface(interface) = device else { return };
        if let Some(name) = interface.target.dev.clone() {
            self.undo_interfaces(&live.directory, move |device| *device != *name).await;
        }
    }
}

async fn wait_for(outcome: oneshot::Receiver<UnplugOutcome>) -> Result<()> {
    match tokio::time::timeout(UNPLUG, outcome).await {
        Ok(Ok(UnplugOutcome::Refused)) => {
            Err(Error::operation_failed(QEMU, "unplug of device was rejected by the guest"))
        }
        // Gone; or the guest itself is; or it takes its time.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Whether the guest has nothing to let go of.
fn has_no_frontend(device: &Device) -> bool {
    matches!(device, Device::Channel(channel) if channel.target.kind == ChannelType::Guestfwd)
}

fn remove(document: &mut config::Domain, alias: &str) -> bool {
    let place = document.devices.find_alias(alias);
    let gone = place.and_then(|(kind, number)| document.devices.take(kind, number));
    if let Some(Device::Memory(memory)) = &gone {
        plug::shrink(document, memory.target.size);
    }
    gone.is_some()
}

/// A lease, which QEMU does not know.
fn drop_unnamed(document: &mut config::Domain, device: &Device) {
    let kind = device.kind();
    let devices = &document.devices;
    let same = |number: &usize| devices.device(kind, *number).as_ref() == Some(device);
    if let Some(number) = (0..devices.count(kind)).find(same) {
        document.devices.take(kind, number);
    }
}

/// The socket that was made for a channel goes with it.
async fn remove_socket(device: &Device) {
    let Device::Channel(channel) = device else { return };
    let CharSource::Unix(unix) = &channel.source else { return };
    let Some(source) = unix.source.as_ref().filter(|s| s.mode != Some(SocketMode::Connect)) else {
        return;
    };
    let Some(path) = source.path.as_deref().map(PathBuf::from) else { return };
    let socket = path.clone();
    let removed = slow_storage::on(&path, REMOVE, move || host::socket::remove(&socket));
    if let Ok(Err(error)) = removed.await {
        tracing::debug!(%error, "socket of a channel not removed");
    }
}
