//! Which parts of a document are read or written.

/// A set of optional parts of a document, by bit; the document's owner gives the bits their meaning.
///
/// A field declared `when PART` is read and written only if the view shows `PART`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View(u32);

impl View {
    /// No optional part at all.
    pub const PLAIN: Self = Self(0);

    /// The part with this bit.
    pub const fn part(bit: u32) -> Self {
        Self(bit)
    }

    /// Both views together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every part of `part` is shown.
    pub const fn shows(self, part: Self) -> bool {
        self.0 & part.0 == part.0
    }
}
