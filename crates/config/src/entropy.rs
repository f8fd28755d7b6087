//! Where random identities come from.

/// A source of random bytes: the operating system's in the daemon, a counter in a test.
pub trait Entropy {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}
