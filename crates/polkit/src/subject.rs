//! Who is asked about.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read};

use zbus::Variant;

/// Longest `/proc/PID/stat` that is read. **Units**: bytes.
const STAT_BYTES_MAX: u64 = 4096;

/// A process. The time at which it started tells it from a later one with the same pid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// Its id.
    pub pid: u32,
    /// When it started, in clock ticks since the machine did: field 22 of `/proc/PID/stat`.
    pub start_time: u64,
    /// The user on whose behalf it acts.
    pub uid: u32,
}

impl Subject {
    /// The process `pid` of user `uid`, as it is now.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn process(pid: u32, uid: u32) -> io::Result<Self> {
        let mut stat = Vec::new();
        let file = std::fs::File::open(format!("/proc/{pid}/stat"))?;
        file.take(STAT_BYTES_MAX).read_to_end(&mut stat)?;
        let start_time = start_time(&stat).ok_or(ErrorKind::InvalidData)?;
        Ok(Self { pid, start_time, uid })
    }

    /// As D-Bus wants it: `(sa{sv})`.
    pub(crate) fn to_dbus(self) -> (&'static str, HashMap<&'static str, Variant<'static>>) {
        let uid = i32::try_from(self.uid).unwrap_or(-1);
        let properties = HashMap::from([
            ("pid", Variant::U32(self.pid)),
            ("start-time", Variant::U64(self.start_time)),
            ("uid", Variant::I32(uid)),
        ]);
        ("unix-process", properties)
    }
}

/// Field 22. The second, a program's name, may contain anything, so counting begins behind it.
fn start_time(stat: &[u8]) -> Option<u64> {
    let name_end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(name_end.checked_add(1)?..)?).ok()?;
    rest.split_ascii_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Subject, start_time};

    #[test]
    fn a_name_full_of_brackets_does_not_shift_the_fields() {
        let stat = b"7 (a ) 1 (b) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 0 0 18446744";
        assert_eq!(start_time(stat), Some(4242));
        assert_eq!(start_time(b"7 (cut off) S 1 7"), None);
        assert_eq!(start_time(b"7 no brackets"), None);
    }

    #[test]
    fn a_process_is_found_and_a_missing_one_is_not() {
        let itself = Subject::process(std::process::id(), 5).unwrap();
        assert!(itself.start_time > 0);
        assert_eq!(itself.uid, 5);
        assert!(Subject::process(u32::MAX, 0).is_err());
    }
}
