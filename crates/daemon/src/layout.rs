//! Where things live.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tls::{Files, Role};

/// The places of one daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The sockets that clients know.
    pub(crate) sockets: PathBuf,
    /// What must outlive the machine: definitions of guests.
    pub(crate) state: PathBuf,
    /// The same of other objects, a directory a kind.
    pub(crate) definitions: PathBuf,
    /// Firmware variables of guests; the system's are where libvirt has them.
    pub(crate) nvram: PathBuf,
    /// State of emulated TPMs; the system's is where libvirt has it.
    pub(crate) tpm: PathBuf,
    /// What must outlive the daemon: running guests.
    pub(crate) runtime: PathBuf,
    /// Logs of guests.
    pub(crate) log: PathBuf,
    /// What may be lost: probed capabilities.
    pub(crate) cache: PathBuf,
    /// The configuration, unless another is asked for.
    pub(crate) configuration: PathBuf,
    /// Certificates of the machine; none: where libvirt has them.
    pub(crate) pki: Option<PathBuf>,
    /// Where a user's own certificates are looked for first.
    pub(crate) home: Option<PathBuf>,
    /// Whose guests these are.
    pub(crate) scope: Scope,
    /// Tells guests of the daemon from those of others that share what cannot be below a directory.
    pub(crate) instance: Option<String>,
}

/// Whose guests a daemon runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The machine's: `qemu:///system`.
    System,
    /// One user's: `qemu:///session`.
    Session,
}

impl Layout {
    /// The usual places of the machine's daemon.
    pub(crate) fn system() -> Self {
        Self::system_below(Path::new("/"), Scope::System, None)
    }

    /// The same places below a directory. Without root's powers it is still one user's daemon.
    pub(crate) fn below(root: &Path) -> Self {
        let scope = match rustix::process::geteuid().is_root() {
            true => Scope::System,
            false => Scope::Session,
        };
        Self::system_below(root, scope, Some(instance(root)))
    }

    fn system_below(root: &Path, scope: Scope, instance: Option<String>) -> Self {
        Self {
            sockets: root.join("run/libvirt"),
            state: root.join("var/lib/ferrovirt/qemu"),
            definitions: root.join("var/lib/ferrovirt"),
            nvram: root.join("var/lib/libvirt/qemu/nvram"),
            tpm: root.join("var/lib/libvirt/swtpm"),
            runtime: root.join("run/ferrovirt/qemu"),
            log: root.join("var/log/ferrovirt/qemu"),
            cache: root.join("var/cache/ferrovirt/qemu"),
            configuration: root.join("etc/ferrovirt/ferrovirtd.toml"),
            pki: Some(root.join("etc/pki")),
            home: None,
            scope,
            instance,
        }
    }

    /// The places of a user's daemon, by the XDG base directory rules.
    pub(crate) fn session(variable: impl Fn(&str) -> Option<OsString>) -> anyhow::Result<Self> {
        let absolute =
            |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = absolute("HOME");
        let base = |name: &str, below_home: &str| {
            let usual = || home.as_ref().map(|home| home.join(below_home));
            absolute(name)
                .or_else(usual)
                .with_context(|| format!("neither {name} nor HOME names a directory"))
        };
        let cache = base("XDG_CACHE_HOME", ".cache")?;
        // Where there is no runtime directory, libvirt's clients look in the cache.
        let runtime = absolute("XDG_RUNTIME_DIR").unwrap_or_else(|| cache.clone());
        let state = base("XDG_STATE_HOME", ".local/state")?;
        Ok(Self {
            sockets: runtime.join("libvirt"),
            state: state.join("ferrovirt/qemu"),
            definitions: state.join("ferrovirt"),
            nvram: state.join("ferrovirt/qemu/nvram"),
            tpm: state.join("ferrovirt/qemu/swtpm"),
            runtime: runtime.join("ferrovirt/qemu"),
            log: state.join("ferrovirt/log/qemu"),
            cache: cache.join("ferrovirt/qemu"),
            configuration: base("XDG_CONFIG_HOME", ".config")?.join("ferrovirt/ferrovirtd.toml"),
            pki: None,
            home,
            scope: Scope::Session,
            instance: None,
        })
    }

    /// Where the daemon's certificates are, unless the configuration says otherwise.
    pub(crate) fn certificates(&self) -> Files {
        match (&self.pki, &self.home) {
            (Some(pki), _) => Files::system_below(pki, Role::Server),
            (None, Some(home)) => Files::user(home, Role::Server),
            (None, None) => Files::system(Role::Server),
        }
    }

    /// The access policy, unless another is asked for: beside the configuration.
    pub(crate) fn access_policy(&self) -> PathBuf {
        self.configuration.with_file_name("access.toml")
    }

    /// Makes the directories that are not there yet. Clients look into that of the sockets; the
    /// others may be passed through, by guests' processes of other users, but not looked into.
    pub(crate) fn create(&self) -> anyhow::Result<()> {
        let closed = [&self.state, &self.runtime, &self.log, &self.cache];
        let all = closed.into_iter().map(|path| (path, 0o711));
        for (directory, mode) in std::iter::once((&self.sockets, 0o755)).chain(all) {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(directory)
                .with_context(|| format!("cannot create directory '{}'", directory.display()))?;
        }
        Ok(())
    }
}

/// A short name for a directory, the same each time: FNV-1a of its path.
fn instance(root: &Path) -> String {
    let path = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let step = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    format!("root-{:08x}", path.as_os_str().as_bytes().iter().fold(0x811c_9dc5, step))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Layout, Scope};

    #[test]
    fn everything_of_a_root_is_below_it() {
        let layout = Layout::below(Path::new("/srv/one"));
        assert_ne!(layout.instance, Layout::below(Path::new("/srv/two")).instance);
        assert_eq!(layout.sockets, Path::new("/srv/one/run/libvirt"));
        for path in
            [&layout.state, &layout.definitions, &layout.runtime, &layout.log, &layout.cache]
        {
            assert!(path.starts_with("/srv/one"), "{}", path.display());
        }
    }

    #[test]
    fn a_user_has_a_layout_of_its_own() {
        let layout = Layout::session(|name| match name {
            "HOME" => Some("/home/ann".into()),
            "XDG_RUNTIME_DIR" => Some("/run/user/1000".into()),
            _ => None,
        });
        let layout = layout.unwrap();
        assert_eq!(layout.sockets, Path::new("/run/user/1000/libvirt"));
        assert_eq!(layout.state, Path::new("/home/ann/.local/state/ferrovirt/qemu"));
        assert_eq!(layout.definitions, Path::new("/home/ann/.local/state/ferrovirt"));
        assert_eq!(layout.scope, Scope::Session);
    }

    #[test]
    fn without_a_runtime_directory_sockets_are_in_the_cache() {
        let layout = Layout::session(|name| (name == "HOME").then(|| "/home/ann".into())).unwrap();
        assert_eq!(layout.sockets, PathBuf::from("/home/ann/.cache/libvirt"));
    }

    #[test]
    fn only_the_directory_of_the_sockets_can_be_listed_by_others() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::below(root.path());
        layout.create().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for path in [&layout.state, &layout.runtime, &layout.log, &layout.cache] {
            assert_eq!(mode(path) & 0o044, 0, "{}", path.display());
        }
    }

    #[test]
    fn nowhere_is_no_place() {
        assert!(Layout::session(|_| None).is_err());
    }
}
