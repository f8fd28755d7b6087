//! Control groups: which kind the machine has, and what they count.

use crate::{FactError, Root};
use std::path::{Path, PathBuf};

/// How the machine arranges control groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hierarchy {
    /// None is mounted.
    None,
    /// A tree per controller.
    V1,
    /// A tree per controller, and the unified one beside them without controllers.
    Hybrid,
    /// The unified tree alone.
    V2,
}

impl Hierarchy {
    /// What is mounted.
    pub fn detect(root: &Root) -> Self {
        let base = root.path("sys/fs/cgroup");
        let unified = |path: &Path| path.join("cgroup.controllers").exists();
        if unified(&base) {
            Self::V2
        } else if unified(&base.join("unified")) {
            Self::Hybrid
        } else if base.join("cpu").exists() || base.join("memory").exists() {
            Self::V1
        } else {
            Self::None
        }
    }
}

/// The group a process is in, for one controller or for the unified tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The controllers of the tree; empty for the unified one.
    pub controllers: Vec<String>,
    /// The group, from the root of its tree.
    pub path: PathBuf,
}

/// The groups a process is in.
///
/// **Errors**: [`FactError::is_missing`] when there is no such process.
pub fn memberships(root: &Root, pid: i32) -> Result<Vec<Membership>, FactError> {
    Ok(root.text(format!("proc/{pid}/cgroup"))?.lines().filter_map(membership).collect())
}

/// CPU time used in a group of the tree that counts it. **Units**: ns.
///
/// **Errors**: the group, or the controller, is not there.
pub fn cpu_time_ns(root: &Root, hierarchy: Hierarchy, path: &Path) -> Result<u64, FactError> {
    let path = path.strip_prefix("/").unwrap_or(path);
    if hierarchy != Hierarchy::V2 {
        return root.number(Path::new("sys/fs/cgroup/cpuacct").join(path).join("cpuacct.usage"));
    }
    let file = Path::new("sys/fs/cgroup").join(path).join("cpu.stat");
    let text = root.text(&file)?;
    let usage =
        text.lines().find_map(|line| line.strip_prefix("usage_usec ")?.trim().parse::<u64>().ok());
    usage
        .map(|us| us.saturating_mul(1000))
        .ok_or_else(|| root.unexpected(file, "usage_usec", &text))
}

/// `4:cpu,cpuacct:/some/group`, or `0::/some/group`.
fn membership(line: &str) -> Option<Membership> {
    let mut parts = line.splitn(3, ':').skip(1);
    let controllers =
        parts.next()?.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Some(Membership { controllers, path: PathBuf::from(parts.next()?) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_group_may_have_colons() {
        let found = membership("4:cpu,cpuacct:/a:b").unwrap();
        assert_eq!(
            (found.controllers.as_slice(), found.path.as_path()),
            (&["cpu".to_owned(), "cpuacct".to_owned()][..], Path::new("/a:b"))
        );
        assert!(membership("0::/x").unwrap().controllers.is_empty());
        assert_eq!(membership("nonsense"), None);
    }

    #[test]
    fn kinds_are_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        let root = Root::at(directory.path());
        let base = directory.path().join("sys/fs/cgroup");
        assert_eq!(Hierarchy::detect(&root), Hierarchy::None);
        fs::create_dir_all(base.join("cpu")).unwrap();
        assert_eq!(Hierarchy::detect(&root), Hierarchy::V1);
        fs::create_dir_all(base.join("unified")).unwrap();
        fs::write(base.join("unified/cgroup.controllers"), "").unwrap();
        assert_eq!(Hierarchy::detect(&root), Hierarchy::Hybrid);
        fs::write(base.join("cgroup.controllers"), "").unwrap();
        assert_eq!(Hierarchy::detect(&root), Hierarchy::V2);
    }

    #[test]
    fn time_is_read_from_either_kind() {
        let directory = tempfile::tempdir().unwrap();
        let root = Root::at(directory.path());
        let base = directory.path().join("sys/fs/cgroup");
        fs::create_dir_all(base.join("cpuacct/g")).unwrap();
        fs::write(base.join("cpuacct/g/cpuacct.usage"), "17\n").unwrap();
        fs::create_dir_all(base.join("g")).unwrap();
        fs::write(base.join("g/cpu.stat"), "usage_usec 5\nuser_usec 3\n").unwrap();
        assert_eq!(cpu_time_ns(&root, Hierarchy::V1, Path::new("/g")).unwrap(), 17);
        assert_eq!(cpu_time_ns(&root, Hierarchy::V2, Path::new("/g")).unwrap(), 5000);
    }
}
