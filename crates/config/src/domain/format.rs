//! [`Domain`] to text, as libvirt prints it.

use xml::{Element, View, Writer};

use super::namespace::QEMU_NAMESPACE;
use super::{Domain, part};

/// Which parts of a domain are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatFlags(View);

impl FormatFlags {
    /// The definition: what only a running guest has is left out, passwords too.
    pub const INACTIVE: Self = Self(View::PLAIN);
    /// With what only a running guest has.
    pub const LIVE: Self = Self(part::LIVE);
    /// With passwords.
    pub const SECURE: Self = Self(part::SECURE);
    /// With what only the daemon's own status document has.
    pub const STATUS: Self = Self(part::STATUS);

    /// The optional parts of a document that they show.
    pub(crate) const fn view(self) -> View {
        self.0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0.with(other.0))
    }
}

impl Domain {
    /// Prints the document.
    pub fn format(&self, flags: FormatFlags) -> String {
        let mut w = Writer::new(flags.0);
        w.open("domain");
        self.write_attributes(&mut w);
        if !self.qemu.is_empty() {
            w.attribute("xmlns:qemu", QEMU_NAMESPACE);
        }
        self.write_children(&mut w);
        w.close("domain");
        w.finish()
    }
}
