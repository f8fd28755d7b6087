//! Groups that the host's service manager makes: where systemd runs it, a guest is one of its machines.

use std::path::{Path, PathBuf};

use api::{Error, ErrorDomain, Result};
use host::cgroup::{Controller, Trees, Version};
use machined::{Machine, Machined, MachinedError, UnitProperty};

use super::{Weight, partition_of};
use crate::documents;

/// The service manager of the host.
#[derive(Default)]
pub(super) struct Service(Machined);

/// The unit of a guest.
pub(super) struct Unit {
    pub(super) name: String,
    /// Its group, from the root of the tree.
    pub(super) path: PathBuf,
}

/// What a unit is to be limited to.
pub(super) struct Limit {
    pub(super) unit: String,
    pub(super) weight: Weight,
}

impl Service {
    /// Has the service manager make a group for a process, and put it there; `None` where there is no such
    /// service, and where each controller still has a tree: a unit has no group in most of those.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` when it is there and refuses.
    pub(super) async fn register(
        &self,
        trees: &Trees,
        document: &config::Domain,
        machine: String,
        pid: i32,
    ) -> Result<Option<Unit>> {
        let is_unified = trees.version(Controller::Cpu) == Some(Version::V2);
        if !is_unified || !machined::is_booted(Path::new("/")) {
            return Ok(None);
        }
        let (uuid, slice) = (documents::uuid(document)?.0, machined::slice(partition_of(document)));
        let guest = Machine { name: &machine, uuid, leader: pid.unsigned_abs(), slice: &slice };
        match self.0.register(&guest).await {
            Err(MachinedError::Absent(reason)) => {
                tracing::debug!(reason, "guests are no machines of systemd's");
                return Ok(None);
            }
            other => other.map_err(|error| refused(&error))?,
        }
        let home = trees.home_of(pid).ok().flatten();
        let unit = home.and_then(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            Some(Unit { name, path })
        });
        let unit = unit.filter(|unit| unit.name.ends_with(".scope"));
        unit.map(Some).ok_or_else(|| {
            let what = format!("machine '{machine}' was registered, but has no control group");
            Error::internal(ErrorDomain::SYSTEMD, what)
        })
    }

    /// Limits units.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` when it refuses.
    pub(super) async fn limit(&self, limits: Vec<Limit>) -> Result<()> {
        for Limit { unit, weight } in limits {
            let property = match &weight {
                Weight::CpuShares(shares) => UnitProperty::CpuWeight(*shares),
                Weight::Block(weight) => UnitProperty::IoWeight((*weight).into()),
                Weight::BlockDevice { path, weight } => {
                    UnitProperty::IoDeviceWeight(path, (*weight).into())
                }
            };
            self.0.set(&unit, property).await.map_err(|error| refused(&error))?;
        }
        Ok(())
    }
}

fn refused(error: &MachinedError) -> Error {
    Error::internal(ErrorDomain::SYSTEMD, error.to_string())
}
