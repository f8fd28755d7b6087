//! What tells this machine from others.

use std::path::Path;

use crate::Root;

/// Largest file of users that is read. **Units**: bytes.
const PASSWD_MAX: u64 = 16 << 20;

/// The name the machine goes by in the network.
pub fn hostname() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The id of this installation: 32 hexadecimal digits. **Source**: machine-id(5).
///
/// **Shape**: `None` when there is none, as in a minimal container.
pub fn machine_id(root: &Root) -> Option<String> {
    let files = ["etc/machine-id", "var/lib/dbus/machine-id"].into_iter();
    files.filter_map(|file| hexadecimal(&root.text(file).ok()?, 0)).next()
}

/// The id the firmware gave the machine, in 8-4-4-4-12 form. **Source**: SMBIOS, system information.
///
/// **Shape**: `None` when the firmware gave none, or only root may know and we are not.
pub fn system_uuid(root: &Root) -> Option<String> {
    hexadecimal(&root.text("sys/class/dmi/id/product_uuid").ok()?, 4)
}

/// A user of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
}

/// The user of that name, if this machine has one of its own. **Source**: passwd(5).
pub fn account(name: &str) -> Option<Account> {
    let text = crate::files::read_limited(Path::new("/etc/passwd"), PASSWD_MAX).ok()?;
    account_in(&String::from_utf8_lossy(&text), name)
}

fn account_in(text: &str, name: &str) -> Option<Account> {
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next().filter(|found| *found == name)?;
        let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        Some(Account { name: found.to_owned(), uid, gid })
    })
}

/// The text in lower case when it is 32 digits with that many dashes, and not always the same digit, as firmware
/// writes for "not set".
fn hexadecimal(text: &str, dashes: usize) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let digits: Vec<char> = text.chars().filter(|character| *character != '-').collect();
    let valid = digits.len() == 32
        && digits.iter().all(char::is_ascii_hexdigit)
        && text.len() == 32 + dashes;
    let set = digits.windows(2).any(|pair| pair.first() != pair.last());
    (valid && set).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_was_never_set_is_none() {
        assert_eq!(hexadecimal("00000000-0000-0000-0000-000000000000\n", 4), None);
        assert_eq!(hexadecimal("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", 4), None);
        assert_eq!(hexadecimal("uninitialized", 0), None);
        let uuid = "4C4C4544-0042-3510-8054-B7C04F4E3732\n";
        assert_eq!(hexadecimal(uuid, 4).as_deref(), Some("4c4c4544-0042-3510-8054-b7c04f4e3732"));
    }

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let text =
            "root:x:0:0::/root:/bin/sh\ntss:x:103:111:TPM:/var/lib/tpm:/bin/false\ntss2:x:\n";
        let tss = Account { name: "tss".to_owned(), uid: 103, gid: 111 };
        assert_eq!(account_in(text, "tss"), Some(tss));
        assert_eq!(account_in(text, "tss2"), None);
        assert_eq!(account_in(text, "ts"), None);
    }

    #[test]
    fn this_machine_has_a_name() {
        assert!(!hostname().is_empty());
    }
}
