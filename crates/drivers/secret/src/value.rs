//! The value of a secret: in memory, and in a file as base64.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use definitions::Files;
use host::files::{self, FileError};
use zeroize::Zeroizing;

/// Largest file of a value: the longest value of the protocol in base64, and a line's end.
/// **Units**: bytes.
const FILE_MAX: u64 = 90_000;
/// What the files' names end in.
const EXTENSION: &str = "base64";

/// A value; cleared from memory with its last owner. Never shown.
pub(crate) struct Value(Zeroizing<Vec<u8>>);

/// One that several have.
pub(crate) type SharedValue = Arc<Value>;

impl Value {
    /// Takes bytes over.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(..)")
    }
}

/// Makes it last. Blocks.
///
/// # Errors
/// When the file system refuses.
pub(crate) fn save(files: &Files, uuid: &str, value: &Value) -> Result<(), FileError> {
    let text = Zeroizing::new(STANDARD.encode(value.bytes()));
    files.directory().write(&file_name(uuid), text.as_bytes(), 0o600)
}

/// Removes it, if there is one. Blocks.
///
/// # Errors
/// When the file system refuses.
pub(crate) fn remove(files: &Files, uuid: &str) -> Result<(), FileError> {
    let removed = files.directory().remove(&file_name(uuid));
    removed.or_else(|error| if error.is_missing() { Ok(()) } else { Err(error) })
}

/// Reads it back; none if it has none. Blocks.
///
/// # Errors
/// In words that do not show it.
pub(crate) fn load(files: &Files, uuid: &str) -> Result<Option<Value>, String> {
    let path = files.directory().path().join(file_name(uuid));
    let text = match files::read_limited(&path, FILE_MAX) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let bytes = STANDARD.decode(text.trim_ascii());
    bytes.map(|bytes| Some(Value::new(bytes))).map_err(|_| "it is not base64".to_owned())
}

/// Removes the values whose secrets are gone: a daemon was killed between the two. Blocks.
///
/// # Errors
/// When the directory cannot be read.
pub(crate) fn sweep(files: &Files) -> Result<(), FileError> {
    for path in files.paths(EXTENSION)? {
        if path.with_extension("xml").symlink_metadata().is_ok() {
            continue;
        }
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        files.directory().remove(name)?;
    }
    Ok(())
}

fn file_name(uuid: &str) -> String {
    format!("{uuid}.{EXTENSION}")
}

#[cfg(test)]
mod tests {
    use definitions::{Files, Place};

    use super::{Value, load, remove, save, sweep};

    #[test]
    fn a_value_is_kept_as_base64_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let files = Files::open(&Place::plain(directory.path().into()), "edit").unwrap();
        assert!(load(&files, "a").unwrap().is_none());
        save(&files, "a", &Value::new(b"geheim\0\xff".to_vec())).unwrap();
        let path = directory.path().join("a.base64");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "Z2VoZWltAP8=");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load(&files, "a").unwrap().unwrap().bytes(), b"geheim\0\xff");
        remove(&files, "a").unwrap();
        remove(&files, "a").unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_broken_value_is_refused_and_not_shown() {
        let directory = tempfile::tempdir().unwrap();
        let files = Files::open(&Place::plain(directory.path().into()), "edit").unwrap();
        std::fs::write(directory.path().join("a.base64"), "geheim!").unwrap();
        let error = load(&files, "a").unwrap_err();
        assert!(!error.contains("geheim"), "{error}");
        assert!(!format!("{:?}", Value::new(b"geheim".to_vec())).contains("geheim"));
    }

    #[test]
    fn a_value_without_its_definition_is_swept() {
        let directory = tempfile::tempdir().unwrap();
        let files = Files::open(&Place::plain(directory.path().into()), "edit").unwrap();
        files.save("a", "<secret/>").unwrap();
        for name in ["a", "b"] {
            save(&files, name, &Value::new(b"x".to_vec())).unwrap();
        }
        sweep(&files).unwrap();
        assert!(load(&files, "a").unwrap().is_some());
        assert!(load(&files, "b").unwrap().is_none());
    }
}
