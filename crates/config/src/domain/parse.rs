//! Text to [`Domain`], as written.

use xml::{Document, Element, View};

use super::namespace::NAMESPACES;
use super::{Domain, lost, part, wording};
use crate::Error;

/// Which parts of a document are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ParseFlags {
    /// What defines a domain; what only a running one has is passed over.
    #[default]
    Inactive,
    /// All of it: a running domain's document that the daemon itself wrote.
    Live,
}

impl ParseFlags {
    pub(super) fn view(self) -> View {
        match self {
            Self::Inactive => part::SECURE,
            Self::Live => part::SECURE.with(part::LIVE).with(part::STATUS),
        }
    }
}

impl Domain {
    /// Reads a document as it is written.
    ///
    /// # Errors
    /// [`Code::XmlDetail`](crate::Code::XmlDetail) for malformed XML, otherwise what libvirt says of the value;
    /// with the position.
    pub fn parse(text: &str, flags: ParseFlags) -> Result<Self, Error> {
        let read = |text| {
            let document = Document::parse(text)?.with_namespaces(NAMESPACES);
            let root = document.root("domain", flags.view())?;
            lost::refuse_lost(root)?;
            Self::read(root)
        };
        let domain = read(text).map_err(Self::worded)?;
        domain.check_loadparms()?;
        Ok(domain)
    }

    /// What libvirt says of a fault.
    pub(super) fn worded(error: xml::Error) -> Error {
        wording::of(&error).unwrap_or_else(|| Error::reading("domain_definition", error))
    }
}
