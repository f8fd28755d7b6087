//! Where the state of emulated TPMs is, a directory a guest and in it one a version:
//!
//! ```text
//!   DIR/UUID/tpm2           what the guest's TPM is, the emulator's own
//!   DIR/UUID/tpm2.new-XXX   one that is being made; no TPM before it has its place
//! ```
//!
//! The place is libvirt's, so that a guest keeps its TPM when it moves between the daemons. As there, the emulator
//! runs as the user `tss` if the daemon is root's, and only the innermost directory belongs to that user: nobody
//! else can put anything into the others.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, lchown};
use std::path::{Path, PathBuf};

use api::Uuid;
use config::YesNo;
use config::domain::peripheral::{TpmBackend, TpmEmulator, TpmVersion};
use host::identity::Account;
use serde::{Deserialize, Serialize};

/// What the names of directories that are being made have after that of the version.
const UNFINISHED: &str = ".new-";

/// The user that the emulator's package makes for it.
const USER: &str = "tss";

/// What becomes of a TPM's state when its guest is no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fate {
    /// What its document says.
    #[default]
    AsDefined,
    /// It stays, because somebody said so.
    Kept,
    /// It goes, because somebody said so.
    Removed,
}

impl Fate {
    /// Whether the state of `document`'s TPM goes.
    pub(crate) fn removes(self, document: &config::Domain) -> bool {
        emulator(document).is_some_and(|tpm| match self {
            Self::AsDefined => tpm.persistent_state != Some(YesNo::Yes),
            Self::Kept => false,
            Self::Removed => true,
        })
    }
}

/// What becomes of the TPM of a guest that is gone for good if its start fails: one that was there before stays.
pub(crate) fn fate_of_failed_start(directory: &Path, uuid: Uuid) -> Fate {
    match directory.join(uuid.to_string()).exists() {
        true => Fate::Kept,
        false => Fate::AsDefined,
    }
}

/// The emulated TPM of a guest; there is one at most.
pub(crate) fn emulator(document: &config::Domain) -> Option<&TpmEmulator> {
    document.devices.tpms.iter().find_map(|tpm| match &tpm.backend {
        TpmBackend::Emulator(emulator) => Some(emulator),
        TpmBackend::Passthrough(_) | TpmBackend::External(_) => None,
    })
}

/// The state of one TPM.
#[derive(Debug, Clone)]
pub(crate) struct TpmState {
    guest: PathBuf,
    version: &'static str,
    owner: Option<Account>,
}

impl TpmState {
    /// That of the guest `uuid`, below `directory`.
    pub(crate) fn new(directory: &Path, uuid: Uuid, version: TpmVersion) -> Self {
        let version = match version {
            TpmVersion::V1_2 => "tpm1.2",
            TpmVersion::V2_0 => "tpm2",
        };
        let is_root = rustix::process::geteuid().is_root();
        let owner = is_root.then(|| host::identity::account(USER)).flatten();
        Self { guest: directory.join(uuid.to_string()), version, owner }
    }

    /// The user that the emulator is to run as, if that is not ours.
    pub(crate) fn owner(&self) -> Option<&Account> {
        self.owner.as_ref()
    }

    /// Its place.
    pub(crate) fn place(&self) -> PathBuf {
        self.guest.join(self.version)
    }

    /// Whether the guest has had this TPM before. It is then made the emulator's own again, should a copy or
    /// another host have given it to somebody else.
    ///
    /// # Errors
    /// When the file system refuses.
    pub(crate) fn is_made(&self) -> io::Result<bool> {
        let place = self.place();
        let owner = match place.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            found => found?.uid(),
        };
        if let Some(account) = self.owner.as_ref().filter(|account| account.uid != owner) {
            // Nobody could put a link into it who has not been its owner.
            for entry in fs::read_dir(&place)? {
                give(&entry?.path(), account)?;
            }
            give(&place, account)?;
        }
        Ok(true)
    }

    /// A directory in which the TPM can be made.
    ///
    /// # Errors
    /// When the file system refuses.
    pub(crate) fn begin(&self) -> io::Result<Unfinished> {
        DirBuilder::new().recursive(true).mode(0o711).create(&self.guest)?;
        remove_unfinished(&self.guest);
        let prefix = format!("{}{UNFINISHED}", self.version);
        let made = tempfile::Builder::new().prefix(&prefix).tempdir_in(&self.guest)?;
        if let Some(account) = &self.owner {
            give(made.path(), account)?;
        }
        Ok(Unfinished { made })
    }

    /// Gives what was made its place, where it stays whatever happens to the host.
    ///
    /// # Errors
    /// When the file system refuses.
    pub(crate) fn finish(&self, unfinished: Unfinished) -> io::Result<()> {
        let files = fs::read_dir(unfinished.made.path())?;
        files.into_iter().try_for_each(|file| fs::File::open(file?.path())?.sync_all())?;
        fs::rename(unfinished.made.keep(), self.place())?;
        fs::File::open(&self.guest)?.sync_all()
    }
}

/// A TPM that is being made; dropping it removes it.
#[derive(Debug)]
pub(crate) struct Unfinished {
    made: tempfile::TempDir,
}

impl Unfinished {
    /// Where.
    pub(crate) fn path(&self) -> &Path {
        self.made.path()
    }
}

fn give(path: &Path, to: &Account) -> io::Result<()> {
    lchown(path, Some(to.uid), Some(to.gid))
}

/// Removes the TPMs of a guest, of whatever version.
///
/// # Errors
/// When the file system refuses; it is no error if there is none.
pub(crate) fn remove(directory: &Path, uuid: Uuid) -> io::Result<()> {
    match fs::remove_dir_all(directory.join(uuid.to_string())) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => fs::File::open(directory)?.sync_all(),
    }
}

/// Removes what a daemon that was killed had begun to make.
pub(crate) fn sweep(directory: &Path) {
    for guest in fs::read_dir(directory).into_iter().flatten().flatten() {
        if guest.file_type().is_ok_and(|kind| kind.is_dir()) && remove_unfinished(&guest.path()) {
            // Empty if that was the first; anything else stays.
            let _ = fs::remove_dir(guest.path());
        }
    }
}

/// Whether there was anything.
fn remove_unfinished(guest: &Path) -> bool {
    let is_unfinished = |name: &OsStr| {
        let name = name.to_str().unwrap_or_default();
        ["tpm1.2", "tpm2"].iter().any(|version| {
            name.strip_prefix(version).is_some_and(|rest| rest.starts_with(UNFINISHED))
        })
    };
    let entries = fs::read_dir(guest).into_iter().flatten().flatten();
    let mut any = false;
    for entry in entries.filter(|entry| is_unfinished(&entry.file_name())) {
        any = true;
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(path = %entry.path().display(), %error, "unfinished TPM not removed");
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use config::domain::ParseFlags;

    use super::*;

    const GUEST: Uuid = Uuid([7; 16]);

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
        entries.map(|name| name.into_string().unwrap()).collect()
    }

    #[test]
    fn a_tpm_is_there_once_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let state = TpmState::new(directory.path(), GUEST, TpmVersion::V2_0);
        let guest = directory.path().join(GUEST.to_string());
        drop(state.begin().unwrap());
        assert!(names(&guest).is_empty() && !state.is_made().unwrap());
        let unfinished = state.begin().unwrap();
        fs::write(unfinished.path().join("tpm2-00.permall"), "x").unwrap();
        state.finish(unfinished).unwrap();
        assert!(state.is_made().unwrap());
        assert_eq!(names(&guest), ["tpm2"]);
        assert!(!TpmState::new(directory.path(), GUEST, TpmVersion::V1_2).is_made().unwrap());
        remove(directory.path(), GUEST).unwrap();
        remove(directory.path(), GUEST).unwrap();
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn what_was_begun_is_swept_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        for path in ["a/tpm2.new-1/x", "b/tpm2.new-1", "b/tpm2", "c/tpm1.2", "d/other.new-1"] {
            fs::create_dir_all(directory.path().join(path)).unwrap();
        }
        sweep(directory.path());
        let mut left = names(directory.path());
        left.sort();
        assert_eq!(left, ["b", "c", "d"]);
        assert_eq!(names(&directory.path().join("b")), ["tpm2"]);
    }

    #[test]
    fn a_state_goes_with_its_guest_unless_somebody_wants_it() {
        let document = |attributes: &str| {
            let xml = format!(
                "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices><tpm>\
                 <backend type='emulator' {attributes}/></tpm></devices></domain>"
            );
            config::Domain::parse(&xml, ParseFlags::Inactive).unwrap()
        };
        let fates = [Fate::AsDefined, Fate::Kept, Fate::Removed];
        let of = |document: &config::Domain| fates.map(|fate| fate.removes(document));
        assert_eq!(of(&document("")), [true, false, true]);
        assert_eq!(of(&document("persistent_state='yes'")), [false, false, true]);
        let mut without = document("");
        without.devices.tpms.clear();
        assert_eq!(of(&without), [false; 3]);
    }
}
