//! What a driver says of the documents that it keeps.

use api::{Error, ErrorCode, ErrorDomain, Uuid};
use driver::{Identity, ObjectKind};
use host::files::FileError;

use crate::{Files, View};

/// A document wants what another object has.
#[derive(Debug, Clone, Copy)]
pub enum Taken<'a> {
    /// The UUID; the other's name.
    Uuid(Uuid, &'a str),
    /// The name; the other's UUID.
    Name(&'a str, Uuid),
}

impl Taken<'_> {
    /// As libvirt words it for most kinds; `noun` is how it names the other object.
    pub fn words(self, noun: &str) -> String {
        match self {
            Self::Uuid(uuid, name) => {
                format!("{noun} '{name}' is already defined with uuid {uuid}")
            }
            Self::Name(name, uuid) => format!("{noun} '{name}' already exists with uuid {uuid}"),
        }
    }
}

/// A kind of object: its documents and the words for it.
pub trait Kind: Sized + Send + Sync + 'static {
    /// A document, completed.
    type Document: Send + Sync + 'static;
    /// What else is known of an object.
    type State: Clone + Default + Send + Sync + 'static;

    /// As access rules name it.
    const OBJECT: ObjectKind;
    /// As messages name it, such as `storage pool`.
    const NOUN: &'static str;
    /// The domain of its errors.
    const DOMAIN: ErrorDomain;
    /// The code for one that is not there.
    const MISSING: ErrorCode;
    /// The command that changes one, for whoever opens its file.
    const EDIT: &'static str;

    /// The UUID; completed documents have one.
    fn uuid(document: &Self::Document) -> Option<Uuid>;

    /// The name, by which it is looked up, and after which its file is named. It never changes.
    fn name(document: &Self::Document) -> String;

    /// Who it is, for access rules.
    fn identity(document: &Self::Document) -> Identity {
        let (kind, uuid) = (Self::OBJECT, Self::uuid(document));
        let (tags, details) = (Default::default(), Vec::new());
        Identity { kind, name: Self::name(document), uuid, tags, details }
    }

    /// What a document is refused with that wants another object's UUID or name.
    fn taken(taken: Taken<'_>) -> Error {
        Error::operation_failed(Self::DOMAIN, taken.words(Self::NOUN))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(text: &str) -> Result<Self::Document, config::Error>;

    /// Prints for a file.
    fn print(document: &Self::Document) -> String;

    /// Makes `document` what a later daemon finds. Blocks.
    ///
    /// # Errors
    /// When the file system refuses; what was there before is then still there.
    fn keep(
        files: &Files,
        _before: Option<&View<Self>>,
        name: &str,
        document: &Self::Document,
    ) -> Result<(), FileError> {
        files.save(name, &Self::print(document))
    }

    /// Makes a later daemon find nothing. Blocks.
    ///
    /// # Errors
    /// When the file system refuses.
    fn forget(files: &Files, _before: &View<Self>, name: &str) -> Result<(), FileError> {
        files.remove(name)
    }
}
