//! The file of names and passwords that libvirt's clients use.
//!
//! ```text
//! [credentials-NAME]
//! authname=ann
//! password=secret
//!
//! [auth-libvirt-HOST]
//! credentials=NAME
//! ```
//!
//! `auth-libvirt-default` stands for hosts that are not named.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Longest file. **Units**: bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Groups of keys and values.
pub(super) struct AuthFile(Vec<(String, Vec<(String, String)>)>);

impl AuthFile {
    /// The file that the URI names, else that of the environment, the user or the system.
    ///
    /// # Errors
    /// When it is there and cannot be read, or was asked for and is not there.
    pub(super) fn find(asked: Option<&str>) -> Result<Option<Self>> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let asked =
            asked.map(PathBuf::from).or_else(|| variable("LIBVIRT_AUTH_FILE").map(PathBuf::from));
        if let Some(path) = asked {
            return Self::read(&path).map(Some);
        }
        let configuration = variable("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config")));
        let own = configuration.map(|directory| directory.join("libvirt/auth.conf"));
        let usual = own.into_iter().chain([PathBuf::from("/etc/libvirt/auth.conf")]);
        for path in usual {
            match Self::read(&path) {
                Err(Error::Local { source, .. }) if source.kind() == ErrorKind::NotFound => {}
                outcome => return outcome.map(Some),
            }
        }
        Ok(None)
    }

    fn read(path: &Path) -> Result<Self> {
        let mut text = String::new();
        File::open(path)
            .and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text))
            .map_err(|error| {
                Error::local(format!("cannot read auth file '{}'", path.display()), error)
            })?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let mut groups: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for line in text.lines().map(str::trim) {
            let group = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
            if let Some(group) = group {
                groups.push((group.to_owned(), Vec::new()));
            } else if let Some((_, pairs)) = groups.last_mut()
                && !line.starts_with(['#', ';'])
                && let Some((key, value)) = line.split_once('=')
            {
                pairs.push((key.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Self(groups)
    }

    /// A credential for a service on a host, such as `authname`.
    pub(super) fn credential(&self, service: &str, host: &str, key: &str) -> Option<&str> {
        let name = self
            .value(&format!("auth-{service}-{host}"), "credentials")
            .or_else(|| self.value(&format!("auth-{service}-default"), "credentials"))?;
        self.value(&format!("credentials-{name}"), key)
    }

    fn value(&self, group: &str, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == group);
        let pair = found?.1.iter().find(|(name, _)| name == key);
        pair.map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::AuthFile;

    #[test]
    fn a_host_has_its_own_or_the_default() {
        let file = AuthFile::parse(
            "# names\n[credentials-test]\nauthname = ann\npassword=a=b #c\n\
             [credentials-prod]\nauthname=bob\npassword=x\n\
             [auth-libvirt-test1.example.com]\ncredentials=test\n\
             [auth-libvirt-default]\ncredentials=prod\n[auth-libvirt-lost]\ncredentials=nobody\n",
        );
        let find = |host, key| file.credential("libvirt", host, key);
        assert_eq!(find("test1.example.com", "authname"), Some("ann"));
        assert_eq!(find("test1.example.com", "password"), Some("a=b #c"));
        assert_eq!(find("elsewhere", "authname"), Some("bob"));
        assert_eq!(find("lost", "authname"), None);
        assert_eq!(find("elsewhere", "realm"), None);
    }
}
