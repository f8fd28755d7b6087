//! A definition as the daemon keeps it: its text, which is a fraction of what it describes.
//!
//! What is asked for again and again is kept beside the text, and the documents that were read last are kept
//! read: whoever polls a hundred domains does not have them parsed each time.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use api::Result;
use config::domain::{FormatFlags, ParseFlags};
use driver::Tags;

use super::tags;
use crate::block::StoredImage;
use crate::documents;
use crate::tuning::Allotment;

/// Documents that are kept read: 20 KiB each, more or less.
const RECENT: usize = 128;

static READ: Mutex<Recent> = Mutex::new(Recent { documents: Vec::new(), turn: 0 });

/// A definition. Thousands of them are kept, and few are looked into at a time.
///
/// Invariant: the text can be read.
#[derive(Debug, Clone)]
pub(crate) struct Definition(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    /// As it is on the disk, secrets included.
    text: Box<str>,
    /// What access rules know it by.
    tags: Tags,
    /// Whether it has secrets in it.
    has_secrets: bool,
    /// What it gives its guest.
    allotment: Allotment,
    /// What its disks show.
    images: Box<[StoredImage]>,
    /// What it says, if that was read a short while ago.
    read: Mutex<Weak<config::Domain>>,
}

impl Definition {
    /// Keeps a completed document.
    ///
    /// # Errors
    /// When what is printed of it could not be read again: it would be lost with the daemon.
    pub(crate) fn new(document: &config::Domain) -> Result<Self> {
        let text = documents::print_stored(document);
        documents::read_stored(&text)?;
        Ok(Self::readable(document, text))
    }

    /// Reads a definition from its file; the document comes along.
    ///
    /// # Errors
    /// When the file is damaged, or a later daemon wrote it.
    pub(crate) fn read_from(file: &str) -> Result<(Self, config::Domain)> {
        let document = documents::read_stored(file)?;
        let text = documents::print_stored(&document);
        // What stands in the file was just read; another daemon's way of printing was not.
        let definition = match file.ends_with(&text) {
            true => Self::readable(&document, text),
            false => Self::new(&document)?,
        };
        Ok((definition, document))
    }

    fn readable(document: &config::Domain, text: String) -> Self {
        Self(Arc::new(Kept {
            has_secrets: document.format(FormatFlags::INACTIVE) != text,
            text: text.into(),
            tags: tags::of(document),
            allotment: Allotment::of(document),
            images: StoredImage::tops(document).into(),
            read: Mutex::default(),
        }))
    }

    /// What it says.
    pub(crate) fn read(&self) -> Arc<config::Domain> {
        let mut known = self.0.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(document) = known.upgrade() {
            return document;
        }
        let read = config::Domain::parse(&self.0.text, ParseFlags::Inactive);
        let document = Arc::new(read.expect("nothing is kept that cannot be read"));
        *known = Arc::downgrade(&document);
        drop(known);
        let mut recent = READ.lock().unwrap_or_else(PoisonError::into_inner);
        let forgotten = recent.keep(Arc::clone(&document));
        drop(recent);
        drop(forgotten);
        document
    }

    /// What it gives its guest.
    pub(crate) fn allotment(&self) -> Allotment {
        self.0.allotment
    }

    /// The image of each of its disks.
    pub(crate) fn images(&self) -> &[StoredImage] {
        &self.0.images
    }

    /// Its text as it is kept, secrets included.
    pub(crate) fn text(&self) -> &str {
        &self.0.text
    }

    /// Its text for whoever may not see secrets.
    pub(crate) fn public_text(&self) -> Cow<'_, str> {
        match self.0.has_secrets {
            true => Cow::Owned(self.read().format(FormatFlags::INACTIVE)),
            false => Cow::Borrowed(&self.0.text),
        }
    }

    /// What access rules know it by.
    pub(crate) fn tags(&self) -> Tags {
        Arc::clone(&self.0.tags)
    }
}

/// The documents that were read last.
struct Recent {
    documents: Vec<Arc<config::Domain>>,
    turn: u64,
}

impl Recent {
    /// Keeps a document instead of another. Which one is as good as chance: whoever goes through more
    /// documents than are kept, over and over, still finds some of them.
    fn keep(&mut self, document: Arc<config::Domain>) -> Option<Arc<config::Domain>> {
        if self.documents.len() < RECENT {
            self.documents.push(document);
            return None;
        }
        self.turn = self.turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let place = usize::try_from(self.turn >> 33).ok()? % RECENT;
        let place = self.documents.get_mut(place)?;
        Some(std::mem::replace(place, document))
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITH_SECRET: &str = "<domain type='qemu'><name>a</name><memory>1024</memory><os><type>hvm</type></os>\
        <metadata><t:tags xmlns:t='urn:ferrovirt:access'>web</t:tags></metadata>\
        <devices><graphics type='vnc' port='5900' passwd='hidden'/></devices></domain>";

    fn document(text: &str) -> config::Domain {
        config::Domain::parse(text, ParseFlags::Inactive).unwrap()
    }

    #[test]
    fn a_definition_is_what_it_was_made_of() {
        let document = document(WITH_SECRET);
        let definition = Definition::new(&document).unwrap();
        assert_eq!(*definition.read(), document);
        assert_eq!(definition.tags().iter().map(|tag| &**tag).collect::<Vec<_>>(), ["web"]);
        assert!(definition.text().contains("hidden"));
        assert!(!definition.public_text().contains("hidden"));
    }

    #[test]
    fn what_was_read_last_is_not_read_again() {
        let definition = |name: usize| {
            let text = WITH_SECRET.replace("<name>a<", &format!("<name>a{name}<"));
            Definition::new(&document(&text)).unwrap()
        };
        let first = definition(0);
        assert!(Arc::ptr_eq(&first.read(), &first.read()));
        let many: Vec<_> = (0..RECENT * 4).map(definition).collect();
        for _ in 0..2 {
            for (number, definition) in many.iter().enumerate() {
                assert_eq!(definition.read().name.as_str(), format!("a{number}"));
            }
        }
        let is_read =
            |definition: &&Definition| definition.0.read.lock().unwrap().strong_count() > 0;
        let kept = many.iter().filter(is_read).count();
        assert!((1..=RECENT).contains(&kept), "{kept} are kept read");
    }

    #[test]
    fn a_file_is_read_whoever_printed_it() {
        let ours = Definition::new(&document(WITH_SECRET)).unwrap();
        let file = format!("<!-- ours -->\n\n{}", ours.text());
        for file in [file.as_str(), WITH_SECRET] {
            let (definition, read) = Definition::read_from(file).unwrap();
            assert_eq!(definition, ours);
            assert_eq!(*definition.read(), read);
        }
        assert!(Definition::read_from("<domain").is_err());
    }
}
