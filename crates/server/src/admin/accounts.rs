//! Names of users and groups, from the machine's own files.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// As much of a file as is looked at. **Units**: bytes.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// The name of a user; none when the machine's file does not know it.
pub(super) fn user(uid: u32) -> Option<String> {
    name_in(Path::new("/etc/passwd"), uid)
}

/// The name of a group; none when the machine's file does not know it.
pub(super) fn group(gid: u32) -> Option<String> {
    name_in(Path::new("/etc/group"), gid)
}

/// Both files have lines of `name:password:number:…`.
fn name_in(file: &Path, id: u32) -> Option<String> {
    let file = BufReader::new(File::open(file).ok()?.take(FILE_BYTES_MAX));
    file.lines().map_while(Result::ok).find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let number: u32 = fields.nth(1)?.parse().ok()?;
        (number == id).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::{group, name_in, user};

    #[test]
    fn root_is_known_on_every_machine() {
        assert_eq!(user(0).as_deref(), Some("root"));
        assert_eq!(group(0).as_deref(), Some("root"));
    }

    #[test]
    fn lines_that_make_no_sense_are_passed_over() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "#\n:\nx:y\nann:x:1000:100::/:/bin/sh\n").unwrap();
        assert_eq!(name_in(file.path(), 1000).as_deref(), Some("ann"));
        assert_eq!(name_in(file.path(), 7), None);
    }
}
