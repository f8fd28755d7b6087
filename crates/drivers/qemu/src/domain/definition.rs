//! A definition as the daemon keeps it: its text, which is a fraction of what it describes.

use std::borrow::Cow;
use std::sync::Arc;

use api::Result;
use config::domain::{FormatFlags, ParseFlags};
use driver::Tags;

use super::tags;
use crate::documents;

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
        let has_secrets = document.format(FormatFlags::INACTIVE) != text;
        Self(Arc::new(Kept { text: text.into(), tags: tags::of(document), has_secrets }))
    }

    /// What it says.
    pub(crate) fn read(&self) -> Arc<config::Domain> {
        let read = config::Domain::parse(&self.0.text, ParseFlags::Inactive);
        Arc::new(read.expect("nothing is kept that cannot be read"))
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
