//! What a document names that other drivers have: volumes, networks, secrets.
//!
//! It is looked for before anything is made for a guest, in libvirt's order, so that the first thing that is
//! missing is the same.

use api::{Error, ErrorCode, Result};
use config::domain::disk::{Disk, DiskDevice};
use config::domain::graphics::{Graphics, Listen};
use config::domain::interface::{Interface, InterfaceSource};
use config::domain::storage::{FileStorage, StartupPolicy, StorageSource};

use crate::argv;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::secrets::GuestSecrets;

impl QemuDriver {
    /// Looks for everything that `document` names elsewhere; what it may do without is taken out of it. The
    /// values of its secrets come with `secrets`.
    ///
    /// # Errors
    /// `NO_STORAGE_POOL`, `NO_STORAGE_VOL`, `NO_NETWORK` or `NO_SECRET` for what is not there;
    /// `CONFIG_UNSUPPORTED` or `OPERATION_INVALID` for what is not active.
    pub(crate) fn look_around(
        &self,
        document: &mut config::Domain,
        mut secrets: GuestSecrets,
    ) -> Result<GuestSecrets> {
        document.devices.graphics.iter().try_for_each(|it| self.require_address(it))?;
        let store = &*self.neighbours.secrets;
        let mut missing = Vec::new();
        for (number, disk) in document.devices.disks.iter_mut().enumerate() {
            if let Err(error) = self.require_volume(disk) {
                match (disk.source.options().startup_policy, disk.device) {
                    (Some(StartupPolicy::Optional), DiskDevice::Disk) => missing.push(number),
                    (Some(StartupPolicy::Optional), _) => {
                        disk.source = StorageSource::File(FileStorage::default());
                        disk.driver.format = None;
                    }
                    _ => return Err(error),
                }
            }
            argv::gather_disk(&mut secrets, disk, store)?;
        }
        for number in missing.into_iter().rev() {
            document.devices.disks.remove(number);
        }
        let hostdevs = &document.devices.hostdevs;
        hostdevs.iter().try_for_each(|device| argv::gather_hostdev(&mut secrets, device, store))?;
        document.devices.interfaces.iter().try_for_each(|it| self.require_network(it))?;
        Ok(secrets)
    }

    /// Whether the volume that a disk may be is there.
    ///
    /// # Errors
    /// `NO_STORAGE_POOL`, `NO_STORAGE_VOL`, `CONFIG_UNSUPPORTED`.
    pub(crate) fn require_volume(&self, disk: &Disk) -> Result<()> {
        let StorageSource::Volume(storage) = &disk.source else { return Ok(()) };
        match (&storage.source.pool, &storage.source.volume) {
            (Some(pool), Some(volume)) => self.neighbours.pools.require_volume(pool, volume),
            _ => Ok(()),
        }
    }

    /// Whether the network that an interface may be on is there.
    ///
    /// # Errors
    /// `NO_NETWORK`, `OPERATION_INVALID`.
    pub(crate) fn require_network(&self, interface: &Interface) -> Result<()> {
        match &interface.source.source {
            InterfaceSource::Network(on) => {
                self.neighbours.networks.require_active(&on.source.network)
            }
            _ => Ok(()),
        }
    }

    /// Whether the network whose address a display listens on has one.
    fn require_address(&self, graphics: &Graphics) -> Result<()> {
        let listens = match graphics {
            Graphics::Vnc(vnc) => &vnc.listens,
            Graphics::Spice(spice) => &spice.listens,
            _ => return Ok(()),
        };
        // QEMU listens in one place; more of them are refused for that.
        let [Listen::Network(listen)] = listens.as_slice() else { return Ok(()) };
        let Some(network) = listen.network.as_deref() else { return Ok(()) };
        match self.neighbours.networks.require_active(network) {
            Err(error) if error.code == ErrorCode::OPERATION_INVALID => {
                let detail = format!("network '{network}' doesn't have an IP address");
                Err(Error::internal(QEMU, detail))
            }
            other => other,
        }
    }
}
