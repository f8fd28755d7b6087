//! What is mounted, and which controller is in which tree.

use crate::{FactError, Root};
use std::path::{Path, PathBuf};

/// What a tree divides, limits or counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Controller {
    /// Time on CPUs.
    Cpu,
    /// Which CPUs, and which memory.
    CpuSet,
    /// How much memory.
    Memory,
    /// Traffic with block devices.
    Block,
    /// Time on CPUs, counted.
    Accounting,
}

impl Controller {
    const ALL: [Self; 5] = [Self::Cpu, Self::CpuSet, Self::Memory, Self::Block, Self::Accounting];

    /// Its name where each controller has a tree.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::CpuSet => "cpuset",
            Self::Memory => "memory",
            Self::Block => "blkio",
            Self::Accounting => "cpuacct",
        }
    }

    /// Its name in the unified tree; what every group there has needs none.
    pub(super) const fn unified_name(self) -> Option<&'static str> {
        match self {
            Self::Cpu => Some("cpu"),
            Self::CpuSet => Some("cpuset"),
            Self::Memory => Some("memory"),
            Self::Block => Some("io"),
            Self::Accounting => None,
        }
    }

    /// Whether threads of one process may be in different groups of it.
    pub(super) const fn is_for_threads(self) -> bool {
        matches!(self, Self::Cpu | Self::CpuSet)
    }
}

/// How a tree is to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// A tree a controller.
    V1,
    /// One tree for all.
    V2,
}

/// One tree and what it is used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tree {
    /// Where it is mounted, without the leading slash.
    pub(super) mount: PathBuf,
    pub(super) version: Version,
    /// Never empty.
    pub(super) controllers: Vec<Controller>,
}

impl Tree {
    /// Whether threads of a process have groups of their own in it. In version 1 they can be counted apart.
    pub(super) fn is_for_threads(&self) -> bool {
        let counts = self.version == Version::V1;
        let counted = counts && self.controllers.contains(&Controller::Accounting);
        counted || self.controllers.iter().any(|controller| controller.is_for_threads())
    }
}

/// The trees of a machine. Each controller is in one of them, or in none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trees {
    pub(super) root: Root,
    pub(super) trees: Vec<Tree>,
}

impl Trees {
    /// What is mounted; `None` if nothing is.
    ///
    /// **Errors**: the mounts cannot be read.
    pub fn detect(root: &Root) -> Result<Option<Self>, FactError> {
        let mounts = root.text("proc/self/mounts")?;
        let mut trees: Vec<Tree> = Vec::new();
        // The unified tree first: what it counts by itself, it counts best.
        for version in [Version::V2, Version::V1] {
            for (mount, options) in mounts.lines().filter_map(|line| mounted(line, version)) {
                let offered = match version {
                    Version::V1 => of_options(options),
                    Version::V2 => of_unified(root, &mount),
                };
                let free = |controller: &Controller| {
                    !trees.iter().any(|tree| tree.controllers.contains(controller))
                };
                let controllers: Vec<_> = offered.into_iter().filter(free).collect();
                if !controllers.is_empty() {
                    trees.push(Tree { mount, version, controllers });
                }
            }
        }
        Ok((!trees.is_empty()).then(|| Self { root: root.clone(), trees }))
    }

    /// How the tree of a controller is spoken to; `None` if there is none.
    pub fn version(&self, controller: Controller) -> Option<Version> {
        self.tree(controller).map(|tree| tree.version)
    }

    /// The group that a process is in, in the unified tree or in that of a service manager.
    ///
    /// **Errors**: [`FactError::is_missing`] when there is no such process.
    pub fn home_of(&self, pid: i32) -> Result<Option<PathBuf>, FactError> {
        let text = self.root.text(format!("proc/{pid}/cgroup"))?;
        let place = |line: &str| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, path) = (parts.next()?, parts.next()?);
            let is_home = matches!(controllers, "" | "name=systemd");
            is_home.then(|| PathBuf::from(path.trim_start_matches('/')))
        };
        let places = text.lines().filter_map(place);
        Ok(places.max_by_key(|place| place.components().count()))
    }

    pub(super) fn tree(&self, controller: Controller) -> Option<&Tree> {
        self.trees.iter().find(|tree| tree.controllers.contains(&controller))
    }
}

/// Where a line of the table of mounts puts a tree of this version, and its options.
fn mounted(line: &str, version: Version) -> Option<(PathBuf, &str)> {
    let mut fields = line.split(' ').skip(1);
    let (place, kind, options) = (fields.next()?, fields.next()?, fields.next()?);
    let wanted = match version {
        Version::V1 => "cgroup",
        Version::V2 => "cgroup2",
    };
    let place = unescaped(place);
    (kind == wanted)
        .then(|| (Path::new(&place).strip_prefix("/").unwrap_or(Path::new("")).into(), options))
}

/// A path as it is, of one in which blanks are `\040`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) => {
                plain.push(char::from(code));
                plain.push_str(part.get(3..).unwrap_or_default());
            }
            None => {
                plain.push('\\');
                plain.push_str(part);
            }
        }
    }
    plain
}

fn of_options(options: &str) -> Vec<Controller> {
    let has = |controller: &Controller| options.split(',').any(|word| word == controller.name());
    Controller::ALL.into_iter().filter(has).collect()
}

fn of_unified(root: &Root, mount: &Path) -> Vec<Controller> {
    let Ok(known) = root.text(mount.join("cgroup.controllers")) else { return Vec::new() };
    let has = |controller: &Controller| match controller.unified_name() {
        Some(name) => known.split_ascii_whitespace().any(|word| word == name),
        None => true,
    };
    Controller::ALL.into_iter().filter(has).collect()
}
