//! The process that cleans up after the demo, however the demo ends.
//!
//! The guard holds the reading end of a pipe whose other end only the demo holds. The pipe closes
//! when the demo drops it, when Ctrl-C ends the demo, and when the demo is killed: one way to clean
//! up for all of them. One word through the pipe, [`KEEP`], tells the guard to leave things alone.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{command, succeeds};

/// The task name under which xtask starts itself as the guard.
pub(crate) const ARGUMENT: &str = "demo-guard";

const KEEP: &str = "keep";
/// How long the daemon may take to end after SIGTERM before it gets SIGKILL.
const TERM_DEADLINE: Duration = Duration::from_secs(5);

/// The demo's end of the pipe.
pub(crate) struct Guard {
    process: Child,
    pipe: ChildStdin,
}

impl Guard {
    /// Starts a guard over `directory` and all processes that have it on their command line.
    pub(crate) fn over(directory: &Path) -> Result<Self> {
        let itself = std::env::current_exe().context("cannot tell where xtask is")?;
        let mut process = Command::new(itself)
            .arg(ARGUMENT)
            .arg(directory)
            .stdin(Stdio::piped())
            .process_group(0) // Ctrl-C reaches the demo only
            .spawn()
            .context("cannot start the guard")?;
        let pipe = process.stdin.take().context("the guard has no pipe")?;
        Ok(Self { process, pipe })
    }

    /// Cleans up now.
    pub(crate) fn clean_up(self) -> Result<()> {
        let Self { mut process, pipe } = self;
        drop(pipe);
        let status = process.wait()?;
        if !status.success() {
            bail!("the guard could not clean up: {status}");
        }
        Ok(())
    }

    /// Leaves the directory and the processes as they are.
    pub(crate) fn stand_down(mut self) -> Result<()> {
        self.pipe.write_all(KEEP.as_bytes())?;
        self.clean_up()
    }
}

/// The guard itself: waits for the end of the demo, then cleans up.
pub(crate) fn watch(directory: &Path) -> Result<()> {
    let mut word = String::new();
    std::io::stdin().read_to_string(&mut word)?;
    if word == KEEP {
        return Ok(());
    }
    // The daemon first, so that it neither reports guests that "crash" nor starts another one; then
    // whatever is left, which are the guests: by design they outlive it.
    let mut daemons = processes_of(directory)?;
    daemons.retain(|(_, program)| program.contains("ferrovirtd"));
    signal("TERM", &daemons);
    let deadline = Instant::now() + TERM_DEADLINE;
    while daemons.iter().any(|(pid, _)| is_alive(*pid)) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    signal("KILL", &daemons);
    let guests = processes_of(directory)?;
    let groups: Vec<PathBuf> = guests.iter().flat_map(|(pid, _)| control_groups(*pid)).collect();
    signal("KILL", &guests);
    let deadline = Instant::now() + TERM_DEADLINE;
    while !groups.iter().all(|group| remove_group(group)) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    fs::remove_dir_all(directory)
        .with_context(|| format!("cannot remove '{}'", directory.display()))
}

/// Directories of the control group that the daemon made for a guest, which nobody else would remove.
fn control_groups(pid: u32) -> Vec<PathBuf> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let is_ours = |path: &&Path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("qemu-root-"))
    };
    let places = read(&format!("/proc/{pid}/cgroup"));
    let mut paths =
        places.lines().filter_map(|line| line.split_once(":/")).map(|(_, path)| Path::new(path));
    let Some(own) = paths.find_map(|path| path.ancestors().find(is_ours)) else {
        return Vec::new();
    };
    let mounts = read("/proc/self/mounts");
    let mounts = mounts.lines().filter(|line| line.contains(" cgroup"));
    mounts.filter_map(|line| Some(Path::new(line.split(' ').nth(1)?).join(own))).collect()
}

/// Removes a group with those of its threads; whether it is gone.
fn remove_group(group: &Path) -> bool {
    for entry in fs::read_dir(group).into_iter().flatten().flatten() {
        // What cannot be removed keeps the group itself.
        let _ = fs::remove_dir(entry.path());
    }
    fs::remove_dir(group).is_ok() || !group.exists()
}

/// Pid and program of those whose command line names `directory`, without the guard itself.
fn processes_of(directory: &Path) -> Result<Vec<(u32, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let path: PathBuf = entry?.path();
        let Some(pid) = path.file_name().and_then(|name| name.to_str()?.parse().ok()) else {
            continue;
        };
        // A process may end while we look.
        let Ok(line) = fs::read(path.join("cmdline")) else {
            continue;
        };
        let line = String::from_utf8_lossy(&line);
        if pid != std::process::id() && line.contains(&*directory.to_string_lossy()) {
            found.push((pid, line.split('\0').next().unwrap_or_default().to_owned()));
        }
    }
    Ok(found)
}

fn signal(name: &str, processes: &[(u32, String)]) {
    for (pid, _) in processes {
        succeeds(&mut command("kill", [format!("-{name}"), pid.to_string()]));
    }
}

/// A zombie has ended: only its parent, which may be gone as well, has not noticed.
fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}
