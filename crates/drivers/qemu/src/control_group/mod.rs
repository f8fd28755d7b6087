//! The control groups of guests.
//!
//! ```text
//!  PARTITION/qemu-ID-NAME.libvirt-qemu/            the whole guest
//!    emulator/  vcpu0/ …  iothread1/ …             its threads
//! ```
//!
//! The group is there before QEMU runs its first instruction and gone when its process is; the status file
//! names it, so that a later daemon finds it. A guest that asks for no limit runs without where groups may not
//! be made. One that asks for a limit that nobody would hold it to is refused.
//!
//! What the kernel is asked to do here takes its time, and is never done on a thread that others wait for.
//!
//! **Source**: <https://libvirt.org/cgroups.html> for places and names.

mod limits;
mod machined;
mod name;
mod parts;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::{Error, ErrorDomain, Result};
use host::Root;
use host::cgroup::{Ancestors, Controller, Group, GroupError, Trees};
use serde::{Deserialize, Serialize};

pub(crate) use parts::{Part, schedule, set_bandwidth};

use crate::errors;
use crate::settings::{Scope, Settings};

/// How long the kernel may take for what it is asked at a time.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long the kernel may count processes that have ended.
const REMOVAL: Duration = Duration::from_secs(2);

/// What the machine has of control groups, for the guests of one daemon.
pub(crate) struct ControlGroups {
    /// None where there are none, or not for us.
    trees: Option<Arc<Trees>>,
    /// Distinguishes this daemon's guests from those of others.
    instance: Option<String>,
    machined: machined::Service,
}

/// Where a guest's group is, for a daemon that comes later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupPlace {
    /// From the root of each tree.
    path: PathBuf,
    /// The unit of the service manager that it is in.
    #[serde(default)]
    unit: Option<String>,
}

/// The group of a guest.
#[derive(Debug, Clone)]
pub(crate) struct GuestGroup {
    group: Group,
    /// The unit of the service manager that it is in, and the unit's own group.
    unit: Option<(String, Group)>,
}

impl ControlGroups {
    /// What there is. A user's own daemon has none, as in libvirt.
    pub(crate) fn detect(settings: &Settings) -> Self {
        let found = match settings.scope {
            Scope::System => Trees::detect(&Root::default()).unwrap_or_else(|error| {
                tracing::warn!(%error, "control groups are not used");
                None
            }),
            Scope::Session => None,
        };
        Self {
            trees: found.map(Arc::new),
            instance: settings.instance.clone(),
            machined: machined::Service::default(),
        }
    }

    /// Says in a document that is about to run where its group is.
    pub(crate) fn describe(&self, document: &mut config::Domain) {
        if self.trees.is_some() {
            let resource = document.resource.get_or_insert_default();
            resource.partition.get_or_insert_with(|| name::DEFAULT_PARTITION.into());
        }
    }

    /// Where the group of a guest will be if nobody else makes it.
    ///
    /// # Errors
    /// `CONFIG_UNSUPPORTED` for a partition that cannot be one.
    pub(crate) fn place(&self, document: &config::Domain, id: i32) -> Result<Option<GroupPlace>> {
        let (partition, _) = name::partition(partition_of(document))?;
        let name = format!("{}.libvirt-qemu", self.machine(document, id));
        Ok(self.trees.is_some().then(|| GroupPlace { path: partition.join(name), unit: None }))
    }

    fn machine(&self, document: &config::Domain, id: i32) -> String {
        name::machine(self.instance.as_deref(), id, document.name.as_str())
    }

    /// Makes the group of a guest whose process waits, limits it as its document says, and puts the process
    /// into it.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the kernel refuses, `CONFIG_UNSUPPORTED` for a limit that nobody would hold it to.
    pub(crate) async fn make(
        &self,
        document: &config::Domain,
        id: i32,
        pid: i32,
    ) -> Result<Option<GuestGroup>> {
        let (Some(trees), Some(place)) = (self.trees.clone(), self.place(document, id)?) else {
            return limits::none_is_asked_for(document).map(|()| None);
        };
        let unit =
            self.machined.register(&trees, document, self.machine(document, id), pid).await?;
        let (_, ancestors) = name::partition(partition_of(document))?;
        let made = wait_for(move || {
            Ok(match unit {
                Some(unit) => GuestGroup::in_unit(&trees, unit, pid),
                None => GuestGroup::alone(&trees, place, ancestors, pid),
            })
        })
        .await?;
        let group = match made {
            Err(error) if error.is_inaccessible() => {
                tracing::debug!(%error, "control groups may not be used");
                return limits::none_is_asked_for(document).map(|()| None);
            }
            other => other.map_err(|error| errors::group(&error))?,
        };
        let (limited, document) = (group.clone(), document.clone());
        let unit_limits = wait_for(move || {
            limits::apply(&limited, &document)?;
            parts::place_process(&limited, &document, pid)?;
            Ok(limits::of_unit(&limited, &document))
        })
        .await?;
        self.machined.limit(unit_limits).await?;
        Ok(Some(group))
    }

    /// The group that an earlier daemon made.
    pub(crate) fn at(&self, place: &GroupPlace) -> Option<GuestGroup> {
        let trees = self.trees.as_ref()?;
        let group = Group::at(trees, &place.path);
        let unit = place.unit.clone().zip(place.path.parent().map(|path| Group::at(trees, path)));
        Some(GuestGroup { group, unit })
    }

    /// Sets what divides among siblings: in a group of the service manager's it is its business.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the kernel or the service manager refuses.
    pub(crate) async fn set_weight(&self, group: &GuestGroup, weight: Weight) -> Result<()> {
        if let Some((unit, _)) = &group.unit {
            let limit = machined::Limit { unit: unit.clone(), weight };
            return self.machined.limit(vec![limit]).await;
        }
        let group = group.group.clone();
        wait_for(move || weight.set(&group).map_err(|error| errors::group(&error))).await
    }
}

/// What decides between siblings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Of time on CPUs.
    CpuShares(u64),
    /// Of traffic with block devices.
    Block(u32),
    /// Of traffic with one of them.
    BlockDevice {
        /// Which.
        path: String,
        /// How much.
        weight: u32,
    },
}

impl Weight {
    fn set(&self, group: &Group) -> Result<(), GroupError> {
        match self {
            Self::CpuShares(shares) => group.set_cpu_shares(*shares),
            Self::Block(weight) => group.set_block_weight(*weight),
            Self::BlockDevice { path, weight } => group.set_device_weight(path, *weight),
        }
    }
}

impl GuestGroup {
    fn alone(
        trees: &Arc<Trees>,
        place: GroupPlace,
        ancestors: Ancestors,
        pid: i32,
    ) -> Result<Self, GroupError> {
        let group = Group::create(trees, place.path, ancestors, pid)?;
        Ok(Self { group, unit: None })
    }

    /// One below the group of a unit, whose own the service manager touches.
    fn in_unit(trees: &Arc<Trees>, unit: machined::Unit, pid: i32) -> Result<Self, GroupError> {
        let outer = Group::at(trees, &unit.path);
        let group = Group::create(trees, unit.path.join("libvirt"), Ancestors::Required, pid)?;
        Ok(Self { group, unit: Some((unit.name, outer)) })
    }

    /// Where it is.
    pub(crate) fn place(&self) -> GroupPlace {
        let unit = self.unit.as_ref().map(|(name, _)| name.clone());
        GroupPlace { path: self.group.path().to_owned(), unit }
    }

    /// What limits and counts the whole guest.
    pub(crate) fn whole(&self) -> &Group {
        &self.group
    }

    /// What has the guest's weight among others.
    pub(crate) fn weighed(&self) -> &Group {
        self.unit.as_ref().map_or(&self.group, |(_, outer)| outer)
    }

    /// Whether it can be limited by a controller.
    pub(crate) fn has(&self, controller: Controller) -> bool {
        self.group.has(controller)
    }

    /// Refuses shares that this version of control groups does not have.
    ///
    /// # Errors
    /// `INVALID_ARG`.
    pub(crate) fn check_shares(&self, shares: u64) -> Result<()> {
        let range = self.group.share_range();
        if range.contains(&shares) {
            return Ok(());
        }
        let (least, most) = (range.start(), range.end());
        let what = format!("shares '{shares}' must be in range [{least}, {most}]");
        Err(Error::invalid_arg(ErrorDomain::CGROUP, what))
    }

    /// Removes it: its process is gone.
    pub(crate) fn remove(&self) {
        if let Err(error) = self.group.remove(REMOVAL) {
            tracing::warn!(%error, "control group not removed");
        }
    }
}

fn partition_of(document: &config::Domain) -> &str {
    let asked = document.resource.as_ref().and_then(|resource| resource.partition.as_deref());
    asked.unwrap_or(name::DEFAULT_PARTITION)
}

/// Runs what waits for the kernel where it holds nobody up.
///
/// # Errors
/// Those of the work; `OPERATION_TIMEOUT` when the kernel takes too long.
pub(crate) async fn wait_for<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::time::timeout(DEADLINE, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => done,
        Ok(Err(fault)) => Err(Error::internal(ErrorDomain::CGROUP, fault.to_string())),
        Err(_) => {
            let what = format!("control groups did not change within {DEADLINE:?}");
            Err(Error::operation_timeout(ErrorDomain::CGROUP, what))
        }
    }
}
