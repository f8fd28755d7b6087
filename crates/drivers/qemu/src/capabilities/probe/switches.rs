//! The switches of a binary's command line.
//!
//! QMP tells which parameters an option has, but not which switches without parameters there are
//! (`-no-hpet` was there until QEMU 9). The help text is the one place that does.

use std::path::Path;
use std::time::Duration;

use host::process::{Lifetime, Output, Spawn};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Instant, timeout_at};

use super::session::environment;
use crate::capabilities::Names;

/// Most that is read of a help text. **Units**: bytes.
const HELP_LIMIT: u64 = 1 << 20;

/// How long a help text may take: a binary that has come up says it at once.
const HELP_DEADLINE: Duration = Duration::from_secs(3);

/// The switches that `binary -help` lists; none when it does not answer in time, which a binary
/// that answers its monitor always does.
pub(super) async fn switches(binary: &Path, until: Instant) -> Names {
    let until = until.min(Instant::now() + HELP_DEADLINE);
    help(binary, until).await.map(|text| listed(&text)).unwrap_or_else(|error| {
        tracing::warn!(binary = %binary.display(), %error, "no help text");
        Names::default()
    })
}

async fn help(binary: &Path, until: Instant) -> std::io::Result<String> {
    use std::io::Error;
    let (reader, writer) = std::io::pipe()?;
    rustix::io::ioctl_fionbio(&reader, true)?;
    let mut spawn = Spawn::new(binary);
    spawn.arguments = vec!["-help".into()];
    spawn.environment = environment();
    spawn.stdout = Output::To(writer.into());
    spawn.lifetime = Lifetime::Ours;
    let reader = Receiver::from_owned_fd(reader.into())?;
    let held = spawn.start().map_err(Error::other)?;
    let process = held.release(until - Instant::now()).await.map_err(Error::other)?;
    let mut text = Vec::new();
    let mut limited = reader.take(HELP_LIMIT);
    let read = timeout_at(until, limited.read_to_end(&mut text)).await;
    // It has said what it had to say; a program that goes on is no QEMU.
    process.end(Duration::ZERO).await.map_err(Error::other)?;
    read.unwrap_or_else(|late| Err(late.into()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn listed(help: &str) -> Names {
    let words = help.lines().filter_map(|line| line.strip_prefix('-'));
    words.filter_map(|line| line.split_whitespace().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn a_switch_is_the_first_word_of_a_line() {
        let names =
            listed("Standard options:\n-h or -help     this\n-no-hpet        none\n   -no\n");
        assert!(names.contains("no-hpet") && names.contains("h"));
        assert!(!names.contains("no"));
    }
}
