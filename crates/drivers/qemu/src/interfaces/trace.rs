//! What an interface leaves on the host: written down before it is done, undone when the guest is gone.
//!
//! A trace is a file in the guest's directory. Undoing what was not done is no fault, and so is undoing it
//! twice.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use host::net::macvtap;
use host::net::shaping::Limits;
use host::program;
use serde::{Deserialize, Serialize};

use super::switch;

/// The longest trace that is read. **Units**: bytes.
const TRACE_LIMIT: u64 = 64 << 10;
/// How long the script of an interface that is going may take.
pub(super) const SCRIPT: Duration = Duration::from_secs(30);

/// What has to be undone of one interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trace {
    /// Name of the device.
    pub(super) device: String,
    /// The address of a macvtap device, which is deleted.
    pub(super) macvtap: Option<[u8; 6]>,
    /// The device below it that took its address, and the one that it had.
    pub(super) lower: Option<(String, [u8; 6])>,
    /// Whether it is a port of Open vSwitch.
    pub(super) ovs: bool,
    /// The port of MidoNet that it is.
    pub(super) midonet: Option<String>,
    /// The program that is told that it goes.
    pub(super) script: Option<String>,
    /// Whether it is somebody else's device, which would keep its limits.
    pub(super) limited: bool,
}

impl Trace {
    /// Whether there is nothing to undo.
    fn is_empty(&self) -> bool {
        *self == Self { device: self.device.clone(), ..Self::default() }
    }

    /// Writes it down in a guest's directory; what is done from then on is undone again unless it is kept.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn begin(self, directory: &Path) -> io::Result<Begun<'_>> {
        if !self.is_empty() {
            fs::write(file(directory, &self.device), serde_json::to_vec(&self)?)?;
        }
        Ok(Begun { trace: self, directory, kept: false })
    }

    fn forget(&self, directory: &Path) {
        if let Err(error) = fs::remove_file(file(directory, &self.device))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(device = self.device, %error, "trace not removed");
        }
    }

    fn undo(&self) {
        let device = &*self.device;
        if let Some(script) = &self.script
            && let Err(error) = program::run(script, &[device], SCRIPT)
        {
            tracing::warn!(device, %error, "script of an interface that goes");
        }
        if self.limited
            && let Err(error) = Limits::default().apply(device)
        {
            tracing::warn!(device, %error, "keeps its limits");
        }
        if self.ovs {
            switch::detach_ovs(device);
        }
        if let Some(port) = &self.midonet {
            switch::unbind(port);
        }
        if let Some(address) = self.macvtap
            && let Err(error) = macvtap::delete(device, address)
        {
            tracing::warn!(device, %error, "not deleted");
        }
        if let Some((lower, address)) = &self.lower
            && let Err(error) = host::net::set_mac(lower, *address)
        {
            tracing::warn!(device = lower, %error, "does not get its address back");
        }
    }
}

/// An interface in the making. Dropping it undoes what was done.
pub(super) struct Begun<'a> {
    /// What would have to be undone.
    pub(super) trace: Trace,
    directory: &'a Path,
    kept: bool,
}

impl Begun<'_> {
    /// It is made; the trace stays for the time after it.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.trace.undo();
            self.trace.forget(self.directory);
        }
    }
}

fn file(directory: &Path, device: &str) -> PathBuf {
    directory.join(format!("interface-{device}.json"))
}

/// Notes that somebody else's device has limits, which go with the guest.
///
/// # Errors
/// The system's.
pub(super) fn note_limits(directory: &Path, device: &str) -> io::Result<()> {
    let known = traces(directory).into_iter().find(|trace| trace.device == device);
    let trace = known.unwrap_or_else(|| Trace { device: device.to_owned(), ..Trace::default() });
    let limited = Trace { limited: true, ..trace };
    fs::write(file(directory, device), serde_json::to_vec(&limited)?)
}

/// Undoes what interfaces left of which the guest's directory tells, but for devices that are `in_use`.
pub(crate) fn undo_others(directory: &Path, in_use: impl Fn(&str) -> bool) {
    for trace in traces(directory).into_iter().filter(|trace| !in_use(&trace.device)) {
        trace.undo();
        trace.forget(directory);
    }
}

fn traces(directory: &Path) -> Vec<Trace> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let is_trace = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| name.starts_with("interface-") && name.ends_with(".json"))
    };
    let read = |path: PathBuf| {
        let text = host::files::read_limited(&path, TRACE_LIMIT).map_err(io::Error::other);
        let trace = text.and_then(|text| Ok(serde_json::from_slice(&text)?));
        trace.inspect_err(|error: &io::Error| {
            tracing::warn!(path = %path.display(), %error, "trace of an interface not read");
        })
    };
    entries.map(|entry| entry.path()).filter(is_trace).filter_map(|path| read(path).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_is_undone_once() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        let script = directory.path().join("down");
        fs::write(&script, format!("#!/bin/sh\necho $1 >> {}\n", log.display())).unwrap();
        fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let trace = |device: &str| Trace {
            device: device.into(),
            script: Some(script.to_string_lossy().into()),
            macvtap: Some([2; 6]),
            ..Trace::default()
        };
        trace("fv-none0").begin(directory.path()).unwrap().keep();
        trace("fv-none1").begin(directory.path()).unwrap().keep();
        drop(trace("fv-none2").begin(directory.path()).unwrap());
        assert_eq!(fs::read_to_string(&log).unwrap(), "fv-none2\n");
        fs::remove_file(&log).unwrap();
        undo_others(directory.path(), |device| device == "fv-none1");
        assert_eq!(fs::read_to_string(&log).unwrap(), "fv-none0\n");
        undo_others(directory.path(), |_| false);
        undo_others(directory.path(), |_| false);
        assert_eq!(fs::read_to_string(&log).unwrap(), "fv-none0\nfv-none1\n");
    }

    #[test]
    fn limits_are_noted_beside_what_is_known() {
        let directory = tempfile::tempdir().unwrap();
        let trace = Trace { device: "tap0".into(), ovs: true, ..Trace::default() };
        trace.clone().begin(directory.path()).unwrap().keep();
        note_limits(directory.path(), "tap0").unwrap();
        note_limits(directory.path(), "tap1").unwrap();
        let mut found = traces(directory.path());
        found.sort_by(|one, other| one.device.cmp(&other.device));
        let other = Trace { device: "tap1".into(), limited: true, ..Trace::default() };
        assert_eq!(found, [Trace { limited: true, ..trace }, other]);
    }

    #[test]
    fn nothing_to_undo_leaves_no_trace() {
        let directory = tempfile::tempdir().unwrap();
        let trace = Trace { device: "vnet0".into(), ..Trace::default() };
        trace.begin(directory.path()).unwrap().keep();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
