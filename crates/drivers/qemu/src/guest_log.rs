//! A guest's log: how it was started, what QEMU printed, what tainted it, how it ended.
//!
//! QEMU writes to the same file, so every writer appends. When the file is over its limit, it is
//! copied beside itself and emptied in place, which appending writers do not notice.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::argv::{self, CommandLine};
use crate::capabilities::Emulator;

/// How much of what QEMU printed goes into an error. **Units**: bytes.
const LAST_WORDS_MAX: u64 = 1024;

/// The log of one guest.
#[derive(Debug)]
pub(crate) struct GuestLog {
    path: PathBuf,
    file: File,
}

impl GuestLog {
    /// Opens the log of the domain `name`, after rolling over one that is too large.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) fn open(directory: &Path, name: &str, limit_bytes: u64) -> io::Result<Self> {
        let path = directory.join(format!("{name}.log"));
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(&path)?;
        let log = Self { path, file };
        log.roll_over(limit_bytes)?;
        Ok(log)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The open file, for QEMU to write to.
    ///
    /// # Errors
    /// When no further descriptor can be had.
    pub(crate) fn writer(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Appends a line with the time before it. A log that cannot be written is not worth failing
    /// a guest for; the daemon's own log says so.
    pub(crate) fn line(&self, text: &str) {
        let line = format!("{}: {text}\n", timestamp(SystemTime::now()));
        if let Err(error) = (&self.file).write_all(line.as_bytes()) {
            tracing::warn!(path = %self.path.display(), %error, "guest log not written");
        }
    }

    /// Where the next line will be.
    pub(crate) fn position(&self) -> u64 {
        self.file.metadata().map_or(0, |found| found.len())
    }

    /// What was printed since `position`: its last kilobyte, without blank ends.
    pub(crate) fn last_words(&self, position: u64) -> String {
        let end = self.position();
        let from = position.max(end.saturating_sub(LAST_WORDS_MAX));
        let mut bytes = vec![0; usize::try_from(end.saturating_sub(from)).unwrap_or(0)];
        let read = self.file.read_at(&mut bytes, from).unwrap_or(0);
        bytes.truncate(read);
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }

    /// Empties the log into `NAME.log.0` when it is over its limit.
    ///
    /// # Errors
    /// When the copy cannot be made; the log is then left as it is.
    pub(crate) fn roll_over(&self, limit_bytes: u64) -> io::Result<()> {
        if self.position() <= limit_bytes {
            return Ok(());
        }
        let old = self.path.with_extension("log.0");
        let mut copy = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(&old)?;
        let mut source = File::open(&self.path)?;
        // Only the newest part is kept: the log may have grown far over its limit at once.
        source.seek(SeekFrom::Start(self.position().saturating_sub(limit_bytes)))?;
        io::copy(&mut source.take(limit_bytes), &mut copy)?;
        self.file.set_len(0)
    }
}

/// What stands in the log when a guest is started: by whom, and the command line as a shell would
/// take it, an option a line.
pub(crate) fn start_record(emulator: &Emulator, command: &CommandLine) -> String {
    let us = env!("CARGO_PKG_VERSION");
    let host = host::identity::hostname();
    let version = emulator.version_text();
    let mut record =
        format!("starting up ferrovirt version: {us}, qemu version: {version}, hostname: {host}");
    for (name, value) in &command.env {
        record.push_str(&format!("\n{name}={} \\", argv::quoted(value)));
    }
    record.push_str(&format!("\n{}", command.program));
    for argument in &command.args {
        record.push_str(if argument.starts_with('-') { " \\\n" } else { " " });
        record.push_str(&argv::quoted(argument).to_string());
    }
    record
}

/// UTC to the millisecond, as libvirt writes it: `2026-11-21 12:00:00.000+0000`.
fn timestamp(now: SystemTime) -> String {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil_date(days);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let (second, milli) = (second % 60, since.subsec_millis());
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}+0000")
}

/// Year, month and day of a day since 1970, counted in eras of 400 years that begin in March.
fn civil_date(days_since_1970: u64) -> (u64, u64, u64) {
    let days = days_since_1970 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (400 * era + year_of_era + u64::from(month <= 2), month, day)
}

/// Moves a domain's log, with its rolled-over part, to a new name.
///
/// # Errors
/// When a file cannot be moved.
pub(crate) fn rename(directory: &Path, old: &str, new: &str) -> io::Result<()> {
    for suffix in ["log", "log.0"] {
        let from = directory.join(format!("{old}.{suffix}"));
        match fs::rename(&from, directory.join(format!("{new}.{suffix}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Removes a domain's log with its rolled-over part.
///
/// # Errors
/// When a file that is there cannot be removed.
pub(crate) fn remove(directory: &Path, name: &str) -> io::Result<()> {
    for suffix in ["log", "log.0"] {
        match fs::remove_file(directory.join(format!("{name}.{suffix}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{GuestLog, timestamp};

    #[test]
    fn the_last_words_are_what_came_after_a_position() {
        let directory = tempfile::tempdir().unwrap();
        let log = GuestLog::open(directory.path(), "vm", 1 << 20).unwrap();
        log.line("starting up");
        let position = log.position();
        std::io::Write::write_all(&mut log.writer().unwrap(), b"qemu: no such file\n\n").unwrap();
        assert_eq!(log.last_words(position), "qemu: no such file");
    }

    #[test]
    fn a_removed_log_is_gone_with_its_old_part_and_others_stay() {
        let directory = tempfile::tempdir().unwrap();
        for file in ["vm.log", "vm.log.0", "vm2.log"] {
            std::fs::write(directory.path().join(file), "x").unwrap();
        }
        super::remove(directory.path(), "vm").unwrap();
        super::remove(directory.path(), "vm").unwrap();
        let left = std::fs::read_dir(directory.path()).unwrap().map(|e| e.unwrap().file_name());
        assert_eq!(left.collect::<Vec<_>>(), ["vm2.log"]);
    }

    #[test]
    fn a_timestamp_is_utc() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_millis(seconds));
        assert_eq!(at(0), "1970-01-01 00:00:00.000+0000");
        assert_eq!(at(951_782_400_123), "2000-02-29 00:00:00.123+0000");
        assert_eq!(at(1_795_305_599_999), "2026-11-21 23:59:59.999+0000");
    }

    #[test]
    fn a_log_over_its_limit_keeps_its_newest_part_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let log = GuestLog::open(directory.path(), "vm", 1 << 20).unwrap();
        let mut qemu = log.writer().unwrap();
        std::io::Write::write_all(&mut qemu, &[b'x'; 5000]).unwrap();
        log.roll_over(1000).unwrap();
        assert_eq!(log.position(), 0);
        std::io::Write::write_all(&mut qemu, b"after").unwrap();
        assert_eq!(log.last_words(0), "after");
        assert_eq!(std::fs::metadata(directory.path().join("vm.log.0")).unwrap().len(), 1000);
    }
}
