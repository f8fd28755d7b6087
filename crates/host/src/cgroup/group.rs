//! One group: made, filled, taken away.

use super::trees::{Tree, Trees, Version};
use super::{Controller, GroupError};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How deep groups below one that is removed are looked for.
const DEPTH: u32 = 8;
/// How long the kernel is given between two attempts to remove a group whose processes have just ended.
const PAUSE: Duration = Duration::from_millis(5);

/// Whether groups above a new one may be made as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ancestors {
    /// They are made.
    Made,
    /// They must be there.
    Required,
}

/// A group: the same place in every tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    trees: Arc<Trees>,
    /// From the root of each tree, without a leading slash.
    path: PathBuf,
}

impl Group {
    /// One that is there, or was.
    pub fn at(trees: &Arc<Trees>, path: impl Into<PathBuf>) -> Self {
        Self { trees: Arc::clone(trees), path: path.into() }
    }

    /// The group that a process is in, or one that this is part of, by the name that it has in any tree.
    pub fn around(trees: &Arc<Trees>, pid: i32, is_wanted: impl Fn(&str) -> bool) -> Option<Self> {
        let places = trees.root.text(format!("proc/{pid}/cgroup")).ok()?;
        let mut paths = places.lines().filter_map(|line| line.splitn(3, ':').nth(2)).map(Path::new);
        let wanted =
            |path: &&Path| path.file_name().and_then(|name| name.to_str()).is_some_and(&is_wanted);
        let path = paths.find_map(|path| path.ancestors().find(wanted))?;
        Some(Self::at(trees, path.strip_prefix("/").unwrap_or(path)))
    }

    /// Makes a group and puts a process into it. One that an earlier run left without processes is made anew.
    ///
    /// **Errors**: [`GroupError::Create`], [`GroupError::Write`]; nothing is left of it then.
    pub fn create(
        trees: &Arc<Trees>,
        path: impl Into<PathBuf>,
        ancestors: Ancestors,
        pid: i32,
    ) -> Result<Self, GroupError> {
        let group = Self::at(trees, path);
        let made = group.make(ancestors).and_then(|()| group.add_process(pid));
        // Only now: a group of the unified tree that hands controllers on must have no process itself.
        match made.map(|()| group.hand_controllers_on(ancestors)) {
            Ok(()) => Ok(group),
            Err(error) => {
                // What cannot be removed has the process in it, which is about to end.
                let _ = group.remove(Duration::ZERO);
                Err(error)
            }
        }
    }

    fn make(&self, ancestors: Ancestors) -> Result<(), GroupError> {
        for tree in &self.trees.trees {
            let mut path = PathBuf::new();
            let mut parts = self.path.components().peekable();
            while let Some(part) = parts.next() {
                let parent = path.clone();
                path.push(part);
                match parts.peek() {
                    Some(_) if ancestors == Ancestors::Made => {
                        self.make_directory(tree, &parent, &path)?;
                    }
                    Some(_) => {}
                    None => {
                        self.forget(tree, &path)?;
                        self.make_directory(tree, &parent, &path)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Removes what an earlier run left: its limits are nobody's. There must be no process in it.
    fn forget(&self, tree: &Tree, path: &Path) -> Result<(), GroupError> {
        let directory = self.trees.root.path(tree.mount.join(path));
        match directory.exists() {
            true => remove_directory(&directory, DEPTH)
                .map_err(|error| GroupError::Create { path: directory, error }),
            false => Ok(()),
        }
    }

    /// Makes a directory unless it is there; the kernel fills it.
    fn make_directory(&self, tree: &Tree, parent: &Path, path: &Path) -> Result<(), GroupError> {
        let directory = self.trees.root.path(tree.mount.join(path));
        match fs::create_dir(&directory) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(GroupError::Create { path: directory, error }),
            Ok(()) => {
                #[cfg(test)]
                super::tests::furnish(&self.trees.root.path(&tree.mount), &directory);
            }
        }
        if tree.version == Version::V1 && tree.controllers.contains(&Controller::CpuSet) {
            self.inherit(tree, parent, path)?;
        }
        Ok(())
    }

    /// In version 1 a group without CPUs and memory takes no process; a new one has neither.
    fn inherit(&self, tree: &Tree, parent: &Path, path: &Path) -> Result<(), GroupError> {
        let knobs = [("cpuset.cpus", ""), ("cpuset.mems", ""), ("cpuset.memory_migrate", "0")];
        for (knob, unset) in knobs {
            let own = tree.mount.join(path).join(knob);
            if self.trees.root.text(&own)?.trim() != unset {
                continue;
            }
            let above = self.trees.root.text(tree.mount.join(parent).join(knob))?;
            if above.trim() != unset {
                self.put(&own, above.trim())?;
            }
        }
        Ok(())
    }

    /// Has the groups above this one pass their controllers down: all of them if they are ours to make, else
    /// the nearest. A controller that cannot be passed down is one that the group does not have.
    fn hand_controllers_on(&self, ancestors: Ancestors) {
        let ours = match ancestors {
            Ancestors::Made => usize::MAX,
            Ancestors::Required => 1,
        };
        for tree in self.trees.trees.iter().filter(|tree| tree.version == Version::V2) {
            let mut above: Vec<&Path> = self.path.ancestors().skip(1).take(ours).collect();
            above.reverse();
            for path in above {
                for controller in &tree.controllers {
                    // Told by `has`.
                    let _ = self.enable(tree, path, *controller);
                }
            }
        }
    }

    fn enable(&self, tree: &Tree, path: &Path, controller: Controller) -> Result<(), GroupError> {
        let Some(name) = controller.unified_name() else { return Ok(()) };
        let knob = tree.mount.join(path).join("cgroup.subtree_control");
        let enabled = self.trees.root.text(&knob)?;
        if enabled.split_ascii_whitespace().any(|word| word == name) {
            return Ok(());
        }
        self.put(&knob, &format!("+{name}"))
    }

    /// A group below this one for threads of its processes, made if it is not there.
    ///
    /// **Errors**: [`GroupError::Create`], [`GroupError::Write`].
    pub fn threads(&self, name: &str) -> Result<Self, GroupError> {
        let group = self.below(name);
        for tree in self.trees.trees.iter().filter(|tree| tree.is_for_threads()) {
            self.make_directory(tree, &self.path, &group.path)?;
            if tree.version == Version::V1 {
                continue;
            }
            let kind = tree.mount.join(&group.path).join("cgroup.type");
            if self.trees.root.text(&kind)?.trim() != "threaded" {
                self.put(&kind, "threaded")?;
            }
            for controller in tree.controllers.iter().filter(|one| one.is_for_threads()) {
                if self.has(*controller) {
                    self.enable(tree, &self.path, *controller)?;
                }
            }
        }
        Ok(group)
    }

    /// The place of a group below this one, whether or not it is there.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        Self::at(&self.trees, self.path.join(name))
    }

    /// Whether the group can use a controller.
    pub fn has(&self, controller: Controller) -> bool {
        let Some(tree) = self.trees.tree(controller) else { return false };
        let (Version::V2, Some(name)) = (tree.version, controller.unified_name()) else {
            return true;
        };
        let known = self.trees.root.text(tree.mount.join(&self.path).join("cgroup.controllers"));
        known.is_ok_and(|known| known.split_ascii_whitespace().any(|word| word == name))
    }

    /// How the tree of a controller is spoken to.
    pub fn version(&self, controller: Controller) -> Option<Version> {
        self.trees.version(controller)
    }

    /// Its place, from the root of each tree, without a leading slash.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts a process into it.
    ///
    /// **Errors**: [`GroupError::Write`].
    pub fn add_process(&self, pid: i32) -> Result<(), GroupError> {
        for tree in &self.trees.trees {
            self.put(&tree.mount.join(&self.path).join("cgroup.procs"), &pid.to_string())?;
        }
        Ok(())
    }

    /// Puts a thread into a group that [`Group::threads`] gave. A thread that has ended needs no group.
    ///
    /// **Errors**: [`GroupError::Write`].
    pub fn add_thread(&self, tid: i32) -> Result<(), GroupError> {
        for tree in self.trees.trees.iter().filter(|tree| tree.is_for_threads()) {
            let list = match tree.version {
                Version::V1 => "tasks",
                Version::V2 => "cgroup.threads",
            };
            match self.put(&tree.mount.join(&self.path).join(list), &tid.to_string()) {
                Err(error) if is_gone(&error) => return Ok(()),
                other => other?,
            }
        }
        Ok(())
    }

    /// Has memory follow when the nodes that it may come from change. Version 2 does so anyway.
    ///
    /// **Errors**: [`GroupError::Write`].
    pub fn migrate_memory(&self) -> Result<(), GroupError> {
        match self.version(Controller::CpuSet) {
            Some(Version::V1) => self.write(Controller::CpuSet, "cpuset.memory_migrate", "1"),
            Some(Version::V2) | None => Ok(()),
        }
    }

    /// Sets the CPUs that its threads may use, such as `0-3,8`.
    ///
    /// **Errors**: [`GroupError::Write`].
    pub fn set_cpus(&self, cpus: &str) -> Result<(), GroupError> {
        self.write(Controller::CpuSet, "cpuset.cpus", cpus)
    }

    /// Sets the nodes that memory comes from, such as `0-1`.
    ///
    /// **Errors**: [`GroupError::Write`].
    pub fn set_nodes(&self, nodes: &str) -> Result<(), GroupError> {
        self.write(Controller::CpuSet, "cpuset.mems", nodes)
    }

    /// Removes it with all below it. Tries again for as long as `patience` if the kernel still counts
    /// processes that have ended.
    ///
    /// **Errors**: [`GroupError::Remove`].
    pub fn remove(&self, patience: Duration) -> Result<(), GroupError> {
        if self.path.as_os_str().is_empty() {
            return Ok(());
        }
        let until = Instant::now() + patience;
        let mut first = Ok(());
        for tree in &self.trees.trees {
            let path = self.trees.root.path(tree.mount.join(&self.path));
            loop {
                match remove_directory(&path, DEPTH) {
                    Err(error)
                        if error.kind() == io::ErrorKind::ResourceBusy
                            && Instant::now() < until =>
                    {
                        std::thread::sleep(PAUSE);
                    }
                    Err(error) => {
                        first = first.and(Err(GroupError::Remove { path, error }));
                        break;
                    }
                    Ok(()) => break,
                }
            }
        }
        first
    }

    /// What a knob says, without the line's end.
    pub(super) fn read(&self, controller: Controller, knob: &str) -> Result<String, GroupError> {
        let text = self.trees.root.text(self.knob(controller, knob)?)?;
        Ok(text.trim_end().to_owned())
    }

    /// A number that is all a knob says.
    pub(super) fn number(&self, controller: Controller, knob: &str) -> Result<u64, GroupError> {
        Ok(self.trees.root.number(self.knob(controller, knob)?)?)
    }

    /// Sets a knob.
    pub(super) fn write(
        &self,
        controller: Controller,
        knob: &str,
        value: &str,
    ) -> Result<(), GroupError> {
        self.put(&self.knob(controller, knob)?, value)
    }

    /// Whether the kernel has a knob.
    pub(super) fn offers(&self, controller: Controller, knob: &str) -> bool {
        self.knob(controller, knob).is_ok_and(|path| self.trees.root.path(path).exists())
    }

    /// A knob says what it should not.
    pub(super) fn unexpected(
        &self,
        controller: Controller,
        knob: &str,
        what: &'static str,
        text: &str,
    ) -> GroupError {
        match self.knob(controller, knob) {
            Ok(path) => self.trees.root.unexpected(path, what, text).into(),
            Err(error) => error,
        }
    }

    fn knob(&self, controller: Controller, knob: &str) -> Result<PathBuf, GroupError> {
        let tree = self.trees.tree(controller).ok_or(GroupError::NoController(controller))?;
        Ok(tree.mount.join(&self.path).join(knob))
    }

    /// Writes a value in one go, as the kernel wants it.
    fn put(&self, file: &Path, value: &str) -> Result<(), GroupError> {
        let path = self.trees.root.path(file);
        let opened = File::options().write(true).truncate(true).open(&path);
        opened
            .and_then(|mut file| file.write_all(value.as_bytes()))
            .map_err(|error| GroupError::Write { path, value: value.to_owned(), error })
    }
}

fn is_gone(error: &GroupError) -> bool {
    error.system().and_then(io::Error::raw_os_error) == Some(libc::ESRCH)
}

/// Removes a directory of a tree and those in it; what they list besides are no files of anybody's.
fn remove_directory(path: &Path, depth: u32) -> io::Result<()> {
    if depth > 0 {
        let entries = match fs::read_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                remove_directory(&entry.path(), depth - 1)?;
            }
        }
    }
    #[cfg(test)]
    super::tests::strip(path);
    match fs::remove_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
