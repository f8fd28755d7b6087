//! Sockets that a service manager opened for the process, as systemd does: from descriptor 3 on,
//! `LISTEN_FDS` of them, for the process `LISTEN_PID`, called `LISTEN_FDNAMES`.

use std::os::fd::{OwnedFd, RawFd};

use crate::sys;

/// The first descriptor that is passed.
const FIRST: RawFd = 3;
/// More than any service has. One unit may pass many, all of one name.
const COUNT_MAX: RawFd = 256;

/// A socket that was passed.
#[derive(Debug)]
pub struct Passed {
    /// The socket; programs that this one starts do not get it.
    pub socket: OwnedFd,
    /// What the service manager calls it; empty when it does not say.
    pub name: String,
}

/// The sockets passed to this process. To be called once, before anything opens files.
pub fn passed_sockets() -> Vec<Passed> {
    let variable = |name: &str| std::env::var(name).ok();
    let Some((count, names)) = announced(variable, std::process::id()) else { return Vec::new() };
    let sockets = sys::inherited::take(FIRST, count).into_iter();
    let names = names.into_iter().chain(std::iter::repeat(String::new()));
    sockets.zip(names).map(|(socket, name)| Passed { socket, name }).collect()
}

/// How many were passed, and their names; none when they are for another process.
fn announced(variable: impl Fn(&str) -> Option<String>, pid: u32) -> Option<(RawFd, Vec<String>)> {
    if variable("LISTEN_PID")?.parse() != Ok(pid) {
        return None;
    }
    let count =
        variable("LISTEN_FDS")?.parse().ok().filter(|count| (0..=COUNT_MAX).contains(count));
    let names = variable("LISTEN_FDNAMES").unwrap_or_default();
    let names = names.split(':').map(str::to_owned).collect();
    count.map(|count| (count, names))
}

#[cfg(test)]
mod tests {
    use super::announced;

    fn said(pid: &str, fds: &str) -> Option<(i32, Vec<String>)> {
        let variable = |name: &str| match name {
            "LISTEN_PID" => Some(pid.to_owned()),
            "LISTEN_FDS" => Some(fds.to_owned()),
            "LISTEN_FDNAMES" => Some("a:b".to_owned()),
            _ => None,
        };
        announced(variable, 7)
    }

    #[test]
    fn only_what_is_for_this_process_is_taken() {
        assert_eq!(said("7", "2"), Some((2, vec!["a".to_owned(), "b".to_owned()])));
        assert_eq!(said("8", "2"), None, "an ancestor's variables");
        assert_eq!(announced(|_| None, 7), None);
    }

    #[test]
    fn numbers_that_nobody_means_are_ignored() {
        for fds in ["-1", "257", "99999999999", "two", ""] {
            assert_eq!(said("7", fds), None, "{fds}");
        }
    }
}
