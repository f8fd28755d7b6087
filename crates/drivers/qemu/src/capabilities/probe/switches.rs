//! The switches of a binary's command line.
//!
//! QMP tells which parameters an option has, but not which switches without parameters there are
//! (`-no-hpet` was there until QEMU 9). The help text is the one place that does.

use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use crate::capabilities::Names;
use crate::capabilities::said::said;

/// How long a help text may take: a binary that has come up says it at once.
const HELP_DEADLINE: Duration = Duration::from_secs(3);

/// The switches that `binary -help` lists; none when it does not answer in time, which a binary
/// that answers its monitor always does.
pub(super) async fn switches(binary: &Path, until: Instant) -> Names {
    let until = until.min(Instant::now() + HELP_DEADLINE);
    said(binary, &["-help"], until).await.map(|text| listed(&text)).unwrap_or_else(|error| {
        tracing::warn!(binary = %binary.display(), %error, "no help text");
        Names::default()
    })
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
