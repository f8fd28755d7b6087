//! What the kernel holds a guest to.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use host::Root;
use host::cgroup::{Group, Trees};

/// How long the kernel may count processes that have ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// The control group of a guest's process; `None`, with a word about it, where the machine gives it none.
#[track_caller]
pub fn of(pid: u32) -> Option<Group> {
    let found = find(pid);
    if found.is_none() {
        assert!(!may_make_groups(), "process {pid} has no control group of its own");
        eprintln!("NOT TESTED: control groups may not be made on this machine");
    }
    found
}

/// Whether there is a directory of a group in any tree.
pub fn is_there(group: &Group) -> bool {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let place = |line: &str| {
        let mut fields = line.split(' ').skip(1);
        let (place, kind) = (fields.next()?, fields.next()?);
        kind.starts_with("cgroup").then(|| Path::new(place).join(group.path()))
    };
    mounts.lines().filter_map(place).any(|directory| directory.exists())
}

/// Removes the groups that processes were in which have ended with nobody there to see it.
pub(crate) fn remove(groups: &[Group]) {
    for group in groups {
        if let Err(error) = group.remove(PATIENCE) {
            eprintln!("{error}");
        }
    }
}

/// The group that a daemon below some directory made for a process.
pub(crate) fn find(pid: u32) -> Option<Group> {
    let trees = Arc::new(Trees::detect(&Root::default()).ok()??);
    let is_ours = |name: &str| name.starts_with("qemu-root-") && name.ends_with(".libvirt-qemu");
    Group::around(&trees, pid.cast_signed(), is_ours)
}

fn may_make_groups() -> bool {
    let Ok(Some(trees)) = Trees::detect(&Root::default()) else { return false };
    let probe = Group::at(&Arc::new(trees), format!("e2e-probe-{}", std::process::id()));
    let may = probe.threads("thread").is_ok();
    let _ = probe.remove(PATIENCE);
    may
}
