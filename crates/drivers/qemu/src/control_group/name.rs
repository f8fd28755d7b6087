//! What a guest's group is called and where it is.

use std::path::PathBuf;

use api::{Error, ErrorDomain, Result};
use host::cgroup::Ancestors;

/// Longest name of a machine. **Source**: systemd's `machine_name_is_valid`, the kernel's `HOST_NAME_MAX`.
const MACHINE_MAX: usize = 64;
/// Where guests are of which the document says nothing; made if it is not there, unlike any other.
pub(super) const DEFAULT_PARTITION: &str = "/machine";
/// Groups at the top that have no ending.
const TOP: [&str; 3] = ["machine", "system", "user"];

/// The name of a guest among all that runs on the host: `qemu-ID-NAME` of what host names may have.
pub(super) fn machine(instance: Option<&str>, id: i32, name: &str) -> String {
    let mut text = match instance {
        Some(instance) => format!("qemu-{instance}-{id}-"),
        None => format!("qemu-{id}-"),
    };
    let mut separated = true;
    for character in name.chars() {
        if text.len() >= MACHINE_MAX {
            break;
        }
        match character {
            '.' | '-' if separated => {}
            '.' | '-' => {
                text.push(character);
                separated = true;
            }
            _ if character.is_ascii_alphanumeric() => {
                text.push(character);
                separated = false;
            }
            _ => {}
        }
    }
    text.truncate(text.trim_end_matches(['.', '-']).len());
    text
}

/// The group of a partition, and whether it may be made.
///
/// # Errors
/// `CONFIG_UNSUPPORTED` for one that does not begin at the top.
pub(super) fn partition(text: &str) -> Result<(PathBuf, Ancestors)> {
    let Some(path) = text.strip_prefix('/') else {
        let what = format!("Resource partition '{text}' must start with '/'");
        return Err(Error::config_unsupported(ErrorDomain::DOMAIN, what));
    };
    let parts = path.split('/').filter(|part| !part.is_empty());
    let group = parts.enumerate().map(|(at, part)| match part {
        top if at == 0 && TOP.contains(&top) => top.to_owned(),
        named if named.contains('.') => escaped(named),
        plain => escaped(&format!("{plain}.partition")),
    });
    let ancestors = match text {
        DEFAULT_PARTITION => Ancestors::Made,
        _ => Ancestors::Required,
    };
    Ok((group.collect(), ancestors))
}

/// A name that is neither a file of the kernel's in every group, nor a way out of its own.
fn escaped(name: &str) -> String {
    let is_taken = name.starts_with(['_', '.'])
        || name.starts_with("cgroup.")
        || ["notify_on_release", "release_agent", "tasks"].contains(&name);
    if is_taken { format!("_{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_a_name_that_a_host_could_have() {
        for (name, expected) in [
            ("web", "qemu-3-web"),
            ("a b_c:d\\e", "qemu-3-abcde"),
            ("ü-x", "qemu-3-x"),
            ("-lead", "qemu-3-lead"),
            ("a..b.-c", "qemu-3-a.b.c"),
            ("trail-.", "qemu-3-trail"),
            ("日本", "qemu-3"),
            ("../../etc", "qemu-3-etc"),
        ] {
            assert_eq!(machine(None, 3, name), expected);
        }
        assert_eq!(machine(None, 1, &"x".repeat(200)).len(), MACHINE_MAX);
        assert_eq!(machine(Some("root-1a2b"), 1, "a"), "qemu-root-1a2b-1-a");
    }

    #[test]
    fn a_partition_is_a_group_that_cannot_be_mistaken() {
        for (text, expected) in [
            ("/machine", "machine"),
            ("/machine/web", "machine/web.partition"),
            ("/a/machine", "a.partition/machine.partition"),
            ("/machine.slice", "machine.slice"),
            ("//a/", "a.partition"),
            ("/_x", "__x.partition"),
            ("/machine/../x", "machine/_../x.partition"),
            ("/a b", "a b.partition"),
            ("/cgroup.procs", "_cgroup.procs"),
            ("/", ""),
        ] {
            let (group, ancestors) = partition(text).unwrap();
            assert_eq!(group, PathBuf::from(expected));
            assert_eq!(ancestors == Ancestors::Made, text == "/machine");
        }
        let refused = partition("machine").unwrap_err();
        assert_eq!(refused.code, api::ErrorCode::CONFIG_UNSUPPORTED);
    }
}
