//! The programs that emulate TPMs, and what they can do: `swtpm` serves one, `swtpm_setup` makes one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use tokio::time::Instant;

use super::Emulators;
use super::said::said;

/// How long `swtpm_setup` may take to say what it can do.
const DEADLINE: Duration = Duration::from_secs(5);

/// The programs of this host.
#[derive(Debug)]
pub struct Swtpm {
    /// The emulator.
    pub emulator: PathBuf,
    /// What makes the state that a TPM begins with.
    pub setup: PathBuf,
    features: BTreeSet<String>,
}

impl Swtpm {
    /// Whether a version of TPMs, `1.2` or `2.0`, can be emulated.
    pub fn has_version(&self, version: &str) -> bool {
        self.has(&format!("tpm-{version}"))
    }

    /// Whether `swtpm_setup` has a feature, by its own name for it.
    pub fn has(&self, feature: &str) -> bool {
        self.features.contains(feature)
    }
}

/// What was found, and of which file it was asked.
pub(super) type KnownSwtpm = Option<(Stamp, Arc<Swtpm>)>;

/// What a program that was replaced has another of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    path: PathBuf,
    modified: Option<SystemTime>,
    bytes: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        Some(Self { path: path.into(), modified: found.modified().ok(), bytes: found.len() })
    }
}

#[derive(Deserialize)]
struct Said {
    features: Vec<String>,
}

impl Emulators {
    /// The programs that emulate TPMs, if they are installed; asked once for each installation.
    pub async fn swtpm(&self) -> Option<Arc<Swtpm>> {
        let (emulator, setup) = (self.find("swtpm")?, self.find("swtpm_setup")?);
        let stamp = Stamp::of(&setup)?;
        let mut known = self.known_swtpm().lock().await;
        if let Some((of, swtpm)) = &*known
            && *of == stamp
            && swtpm.emulator == emulator
        {
            return Some(Arc::clone(swtpm));
        }
        let text = said(&setup, &["--print-capabilities"], Instant::now() + DEADLINE).await;
        let noted = |error: &dyn std::fmt::Display| {
            tracing::warn!(program = %setup.display(), %error, "does not say what it can do");
        };
        let text = text.inspect_err(|error| noted(error)).ok()?;
        let said: Said = serde_json::from_str(&text).inspect_err(|error| noted(error)).ok()?;
        let features = said.features.into_iter().collect();
        let swtpm = Arc::new(Swtpm { emulator, setup, features });
        *known = Some((stamp, Arc::clone(&swtpm)));
        Some(swtpm)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn program(directory: &Path, name: &str, text: &str) {
        let path = directory.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[tokio::test]
    async fn what_the_programs_say_counts_until_they_are_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let here = directory.path();
        let emulators = Emulators::within(here, vec![here.to_owned()], Duration::from_secs(20));
        program(here, "swtpm", "exit 0");
        assert!(emulators.swtpm().await.is_none());
        program(here, "swtpm_setup", "echo nothing");
        assert!(emulators.swtpm().await.is_none());
        program(here, "swtpm_setup", r#"echo '{"type": "x", "features": ["tpm-2.0", "new"]}'"#);
        let swtpm = emulators.swtpm().await.unwrap();
        assert!(swtpm.has_version("2.0") && !swtpm.has_version("1.2") && swtpm.has("new"));
        assert!(Arc::ptr_eq(&swtpm, &emulators.swtpm().await.unwrap()));
        program(here, "swtpm_setup", r#"echo '{"features": ["tpm-1.2"]}'; exit 0"#);
        assert!(emulators.swtpm().await.unwrap().has_version("1.2"));
    }
}
