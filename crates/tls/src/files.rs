//! Where certificates and keys are.

use std::path::{Path, PathBuf};

use crate::Role;

/// The files of one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Certificates of the authorities that are trusted.
    pub authorities: PathBuf,
    /// What they have revoked; none: nothing.
    pub revoked: Option<PathBuf>,
    /// Our certificate, those between it and an authority behind it, and its key.
    pub own: Option<(PathBuf, PathBuf)>,
}

const SYSTEM: &str = "/etc/pki";
const AUTHORITIES: &str = "cacert.pem";
const REVOKED: &str = "cacrl.pem";

impl Files {
    /// All in one directory, as `pkipath` names it. A client may do without a certificate, and
    /// anybody without a list of what is revoked.
    pub fn in_directory(directory: &Path, role: Role) -> Self {
        let [certificate, key] = pair(role).map(|name| directory.join(name));
        Self {
            authorities: directory.join(AUTHORITIES),
            revoked: existing(directory.join(REVOKED)),
            own: own(role, certificate, key),
        }
    }

    /// Where libvirt looks for those of the machine.
    pub fn system(role: Role) -> Self {
        Self::system_below(Path::new(SYSTEM), role)
    }

    /// The same below another directory than `/etc/pki`.
    pub fn system_below(root: &Path, role: Role) -> Self {
        let [certificate, key] = pair(role);
        let libvirt = root.join("libvirt");
        let (certificate, key) = (libvirt.join(certificate), libvirt.join("private").join(key));
        Self {
            authorities: root.join("CA").join(AUTHORITIES),
            revoked: existing(root.join("CA").join(REVOKED)),
            own: own(role, certificate, key),
        }
    }

    /// Where libvirt looks for those of a user: in the home directory, and for what is missing
    /// there, among the machine's. A certificate and its key are taken together.
    pub fn user(home: &Path, role: Role) -> Self {
        Self::user_before(home, Self::system(role), role)
    }

    fn user_before(home: &Path, system: Self, role: Role) -> Self {
        let mine = home.join(".pki/libvirt");
        let [certificate, key] = pair(role).map(|name| mine.join(name));
        let both = certificate.exists() && key.exists();
        Self {
            authorities: existing(mine.join(AUTHORITIES)).unwrap_or(system.authorities),
            revoked: existing(mine.join(REVOKED)).or(system.revoked),
            own: if both { Some((certificate, key)) } else { system.own },
        }
    }
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    path.exists().then_some(path)
}

fn pair(role: Role) -> [&'static str; 2] {
    match role {
        Role::Client => ["clientcert.pem", "clientkey.pem"],
        Role::Server | Role::Authority => ["servercert.pem", "serverkey.pem"],
    }
}

/// A server cannot do without: reading then says which file is missing.
fn own(role: Role, certificate: PathBuf, key: PathBuf) -> Option<(PathBuf, PathBuf)> {
    let there = certificate.exists() && key.exists();
    (there || role != Role::Client).then_some((certificate, key))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Files;
    use crate::Role;

    fn touch(path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }

    #[test]
    fn what_a_user_does_not_have_is_the_machines_certificate_and_key_together() {
        let root = tempfile::tempdir().unwrap();
        let (home, system) = (root.path().join("home"), root.path().join("pki"));
        for name in ["CA/cacert.pem", "CA/cacrl.pem", "libvirt/clientcert.pem"] {
            touch(&system.join(name));
        }
        touch(&system.join("libvirt/private/clientkey.pem"));
        touch(&home.join(".pki/libvirt/cacert.pem"));
        touch(&home.join(".pki/libvirt/clientcert.pem"));
        let machine = Files::system_below(&system, Role::Client);
        let mine = Files::user_before(&home, machine.clone(), Role::Client);
        assert_eq!(mine.authorities, home.join(".pki/libvirt/cacert.pem"));
        assert_eq!(mine.revoked, Some(system.join("CA/cacrl.pem")));
        assert_eq!(mine.own, machine.own, "a certificate without its key is none");
        assert!(machine.own.is_some());

        touch(&home.join(".pki/libvirt/clientkey.pem"));
        let mine = Files::user_before(&home, machine, Role::Client);
        assert_eq!(mine.own.unwrap().0, home.join(".pki/libvirt/clientcert.pem"));
    }

    #[test]
    fn a_client_may_have_no_certificate_a_server_must() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(Files::in_directory(directory.path(), Role::Client).own, None);
        let server = Files::in_directory(directory.path(), Role::Server).own.unwrap();
        assert_eq!(server.1, directory.path().join("serverkey.pem"));
    }
}
