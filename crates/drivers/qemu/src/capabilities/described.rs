//! Files in which packages describe what they bring: firmware, programs for vhost-user devices.
//!
//! Of files with the same name the one in the nearest directory counts, an empty one hides the others; the order
//! of names is the order of preference.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Most that is read of a description. **Units**: bytes.
const FILE_LIMIT: u64 = 1 << 20;

/// Most descriptions of a directory that are read.
const FILES_LIMIT: usize = 512;

/// The JSON files of `directories`, the preferred first; a later directory hides files of an earlier. One that
/// cannot be read is noted as a description of `what` and left out.
pub(crate) fn described(
    directories: &[PathBuf],
    what: &'static str,
) -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    let mut files = BTreeMap::new();
    for directory in directories {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        for entry in entries.take(FILES_LIMIT) {
            let name = entry.file_name();
            if Path::new(&name).extension().is_some_and(|extension| extension == "json") {
                files.insert(name, entry.path());
            }
        }
    }
    files.into_values().filter_map(move |path| {
        let text = host::files::read_limited(&path, FILE_LIMIT).inspect_err(|error| {
            tracing::warn!(file = %path.display(), %error, what, "this description is not used");
        });
        Some((path, text.ok().filter(|text| !text.is_empty())?))
    })
}
