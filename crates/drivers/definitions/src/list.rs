//! Lists: which objects are wanted, and how many.

use api::{ErrorDomain, Result};

use crate::flags;

/// Whether the flags of a list let an object through. Each of `kinds` has the flags of one kind,
/// with whether they are true of the object: flags of one kind widen each other, kinds narrow each
/// other, and a kind of which none is set narrows nothing.
pub fn admits(flags: u32, kinds: &[&[(u32, bool)]]) -> bool {
    kinds.iter().all(|kind| {
        let mut set = kind.iter().filter(|(flag, _)| flags & flag != 0).peekable();
        set.peek().is_none() || set.any(|(_, is)| *is)
    })
}

/// How many the caller takes; `what` names the argument and its call.
///
/// # Errors
/// `INVALID_ARG` when it is negative.
pub fn at_most(limit: i32, domain: ErrorDomain, what: &str) -> Result<usize> {
    usize::try_from(limit)
        .map_err(|_| flags::refused(domain, format!("{what} must be zero or greater")))
}

/// A number of objects, as the protocol has it.
pub fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::admits;

    #[test]
    fn flags_of_one_kind_widen_and_kinds_narrow() {
        let object = |flags| admits(flags, &[&[(1, true), (2, false)], &[(4, false), (8, true)]]);
        assert!(object(0) && object(1) && object(3) && object(1 | 8));
        assert!(!object(2) && !object(1 | 4) && !object(2 | 8));
    }
}
