//! Programs that serve vhost-user devices, as their packages describe them: a JSON file each, of QEMU's
//! `docs/interop/vhost-user.json`. Of files with the same name the one in the nearest directory counts, an empty
//! one hides the others; the order of names is the order of preference.

use std::path::PathBuf;

use serde::Deserialize;

use crate::capabilities::described;

/// Where descriptions are, the nearest last.
const DIRECTORIES: [&str; 2] = ["/usr/share/qemu/vhost-user", "/etc/qemu/vhost-user"];

/// What a program serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Serves {
    /// Shared directories.
    Fs,
    /// Graphics cards.
    Gpu,
    /// Anything else.
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Description {
    #[serde(rename = "type")]
    serves: Serves,
    binary: PathBuf,
}

/// The preferred program of the host for a kind of device.
pub(crate) fn program(serves: Serves) -> Option<PathBuf> {
    program_within(&DIRECTORIES.map(PathBuf::from), serves)
}

fn program_within(directories: &[PathBuf], serves: Serves) -> Option<PathBuf> {
    let known = described(directories, "vhost-user program").filter_map(|(path, text)| {
        let description = serde_json::from_slice::<Description>(&text);
        let noted = |error: &serde_json::Error| {
            tracing::warn!(file = %path.display(), %error, "this description of a vhost-user program is not used");
        };
        description.inspect_err(noted).ok()
    });
    let mut fitting = known.filter(|description| description.serves == serves);
    fitting.next().map(|description| description.binary)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_first_that_is_described_is_taken_and_the_nearest_file_counts() {
        let tree = tempfile::tempdir().unwrap();
        let [far, near] = ["share", "etc"].map(|name| tree.path().join(name));
        for directory in [&far, &near] {
            fs::create_dir(directory).unwrap();
        }
        let text = |kind: &str, binary: &str| format!(r#"{{"type":"{kind}","binary":"{binary}"}}"#);
        fs::write(far.join("10-hidden.json"), text("fs", "/hidden")).unwrap();
        fs::write(near.join("10-hidden.json"), "").unwrap();
        fs::write(far.join("20-broken.json"), "{").unwrap();
        fs::write(far.join("30-other.json"), text("novel", "/novel")).unwrap();
        fs::write(far.join("50-fs.json"), text("fs", "/far")).unwrap();
        fs::write(near.join("50-fs.json"), text("fs", "/near")).unwrap();
        fs::write(far.join("60-fs.json"), text("fs", "/later")).unwrap();
        let found = |serves| program_within(&[far.clone(), near.clone()], serves);
        assert_eq!(found(Serves::Fs), Some("/near".into()));
        assert_eq!(found(Serves::Gpu), None);
    }
}
