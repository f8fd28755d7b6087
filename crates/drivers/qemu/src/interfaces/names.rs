//! Names of devices that are left to the daemon.
//!
//! Numbers count up and are not given again while the daemon runs: who still knows a device by its name never
//! means another one.

use std::sync::atomic::{AtomicU32, Ordering};

use api::{Error, ErrorDomain, Result};

/// How many names are tried.
const ATTEMPTS: u32 = 10_000;

/// The numbers that come next.
#[derive(Debug, Default)]
pub(crate) struct Names {
    tap: AtomicU32,
    macvtap: AtomicU32,
}

/// Kinds of devices that are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// `vnet0`, `vnet1`, …
    Tap,
    /// `macvtap0`, `macvtap1`, …
    Macvtap,
}

impl Counted {
    fn prefix(self) -> &'static str {
        match self {
            Self::Tap => "vnet",
            Self::Macvtap => "macvtap",
        }
    }
}

impl Names {
    /// The name that `wanted` stands for: itself, or with the next free number in the place of its `%d`.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` when no name is free.
    pub(crate) fn next(&self, kind: Counted, wanted: Option<&str>) -> Result<String> {
        self.next_but(kind, wanted, host::net::exists)
    }

    fn next_but(
        &self,
        kind: Counted,
        wanted: Option<&str>,
        taken: impl Fn(&str) -> bool,
    ) -> Result<String> {
        let (before, after) = match wanted.map(|name| name.split_once("%d").ok_or(name)) {
            Some(Err(name)) => return Ok(name.to_owned()),
            Some(Ok(parts)) => parts,
            None => (kind.prefix(), ""),
        };
        let mut names = (0..ATTEMPTS).map(|_| {
            let number = self.counter(kind).fetch_add(1, Ordering::Relaxed);
            format!("{before}{number}{after}")
        });
        names.find(|name| !taken(name)).ok_or_else(|| {
            let what = format!("no unused {before} names available");
            Error::internal(ErrorDomain::NONE, what)
        })
    }

    /// A guest that runs has a device of this name: its number is not given again.
    pub(crate) fn reserve(&self, name: &str) {
        for kind in [Counted::Tap, Counted::Macvtap] {
            let number = name.strip_prefix(kind.prefix()).and_then(|n| n.parse::<u32>().ok());
            if let Some(next) = number.and_then(|number| number.checked_add(1)) {
                self.counter(kind).fetch_max(next, Ordering::Relaxed);
            }
        }
    }

    fn counter(&self, kind: Counted) -> &AtomicU32 {
        match kind {
            Counted::Tap => &self.tap,
            Counted::Macvtap => &self.macvtap,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_up_and_leave_out_what_is_there() {
        let names = Names::default();
        let next = |wanted| names.next_but(Counted::Tap, wanted, |name| name == "vnet1").unwrap();
        assert_eq!(next(None), "vnet0");
        assert_eq!(next(None), "vnet2");
        assert_eq!(next(Some("mine")), "mine");
        assert_eq!(next(Some("mine%dx")), "mine3x");
        names.reserve("vnet70");
        names.reserve("macvtap3");
        names.reserve("vnet9");
        assert_eq!(next(None), "vnet71");
        assert_eq!(names.next_but(Counted::Macvtap, None, |_| false).unwrap(), "macvtap4");
        assert!(names.next_but(Counted::Tap, None, |_| true).is_err());
    }
}
