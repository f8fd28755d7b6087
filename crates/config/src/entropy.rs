//! Where random identities come from.

/// A source of random bytes: the operating system's in the daemon, a counter in a test.
pub trait Entropy {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// No entropy: every byte is zero. For dry runs and tests, whose results are to be comparable.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingDrawn;

impl Entropy for NothingDrawn {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}
