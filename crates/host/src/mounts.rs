//! What is mounted where.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::{FactError, Root};

/// A mounted file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Where it is seen.
    pub point: PathBuf,
    /// Its type, such as `ext4`.
    pub kind: String,
    /// Options of the file system itself, separated by commas.
    pub options: String,
}

/// Everything that is mounted for this process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mounts(Vec<Mount>);

impl Mounts {
    /// Reads the kernel's list, which never waits for a file system. **Source**: `proc(5)`, mountinfo.
    ///
    /// **Errors**: the list cannot be read.
    pub fn read(root: &Root) -> Result<Self, FactError> {
        Ok(Self(root.text("proc/self/mountinfo")?.lines().filter_map(mount).collect()))
    }

    /// All, in the order in which they were mounted.
    pub fn iter(&self) -> impl Iterator<Item = &Mount> {
        self.0.iter()
    }

    /// The mount that an absolute path lies on, going by its text alone: nothing is looked up, so that
    /// nothing can hang. A symbolic link on the way is not noticed.
    pub fn of(&self, path: &Path) -> Option<&Mount> {
        // Of those at the same place the last is seen, which is what `max_by_key` keeps.
        let above = self.0.iter().filter(|mount| path.starts_with(&mount.point));
        above.max_by_key(|mount| mount.point.components().count())
    }
}

/// `36 35 98:0 /of/it /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn mount(line: &str) -> Option<Mount> {
    let (place, what) = line.split_once(" - ")?;
    let point = unescaped(place.split(' ').nth(4)?);
    let mut what = what.split(' ');
    let (kind, _, options) = (what.next()?, what.next()?, what.next()?);
    Some(Mount { point, kind: kind.to_owned(), options: options.to_owned() })
}

/// Blanks, line ends and backslashes are written as three octal digits.
fn unescaped(text: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = match (byte, after) {
            (b'\\', [a, b, c, ..]) => octal([*a, *b, *c]),
            _ => None,
        };
        bytes.push(code.unwrap_or(byte));
        rest = code.and_then(|_| after.get(3..)).unwrap_or(after);
    }
    PathBuf::from(OsString::from_vec(bytes))
}

fn octal(digits: [u8; 3]) -> Option<u8> {
    let text = std::str::from_utf8(&digits).ok()?;
    u8::from_str_radix(text, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
        22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro\n\
        40 22 0:41 / /srv rw - nfs4 host:/export rw,vers=4.2\n\
        41 22 0:42 / /srv/a\\040b\\134 rw shared:3 master:2 - tmpfs none rw,size=1k\n\
        42 40 0:43 / /srv rw - xfs /dev/vdb rw\n\
        43 22 0:44 / /dev/hugepages rw - hugetlbfs none rw,pagesize=2M\n\
        a line of a later kernel\n";

    fn mounts() -> Mounts {
        let machine = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(machine.path().join("proc/self")).unwrap();
        std::fs::write(machine.path().join("proc/self/mountinfo"), LIST).unwrap();
        Mounts::read(&Root::at(machine.path())).unwrap()
    }

    #[test]
    fn a_path_lies_on_the_last_and_deepest_mount() {
        let mounts = mounts();
        assert_eq!(mounts.iter().count(), 5);
        for (path, kind) in [
            ("/etc/passwd", "ext4"),
            ("/srv", "xfs"),
            ("/srv/images/a.qcow2", "xfs"),
            ("/srvx", "ext4"),
            ("/srv/a b\\/c", "tmpfs"),
            ("/dev/hugepages", "hugetlbfs"),
        ] {
            assert_eq!(mounts.of(Path::new(path)).unwrap().kind, kind, "{path}");
        }
        assert_eq!(mounts.of(Path::new("relative")), None);
        let huge = mounts.of(Path::new("/dev/hugepages")).unwrap();
        assert_eq!(huge.options, "rw,pagesize=2M");
    }

    #[test]
    fn the_list_of_this_machine_can_be_read() {
        let mounts = Mounts::read(&Root::default()).unwrap();
        assert!(mounts.of(Path::new("/proc/self/mountinfo")).is_some());
    }
}
