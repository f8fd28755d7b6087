//! What a document says that nothing reads: refused when the user asks for validation.
//!
//! A document is read and printed again; an element or attribute whose place the print does not
//! have was passed over. So whatever the model learns to read is known here by itself.

use std::collections::HashSet;

use xml::{Document, Node, View};

use super::{Domain, FormatFlags, ParseFlags, part};
use crate::{Code, Error};

impl Domain {
    /// Refuses a document with elements or attributes that are not known.
    ///
    /// # Errors
    /// [`Code::XmlInvalidSchema`], naming the first by its path, with its position; and whatever
    /// reading it says.
    pub fn refuse_unknown(text: &str) -> Result<(), Error> {
        let domain = Self::parse(text, ParseFlags::Live)?;
        let everything = FormatFlags::LIVE.with(FormatFlags::SECURE).with(FormatFlags::STATUS);
        let printed = domain.format(everything);
        let mut known = HashSet::new();
        let view = part::SECURE.with(part::LIVE).with(part::STATUS);
        let reading = |error| Error::reading("domain_definition", error);
        let again = Document::parse(&printed).map_err(reading)?;
        places(again.any_root(view), &mut String::new(), &mut |place, _| {
            known.insert(place.to_owned());
        });
        let given = Document::parse(text).map_err(reading)?;
        let mut unknown = None;
        places(given.any_root(View::PLAIN), &mut String::new(), &mut |place, node| {
            if unknown.is_none() && !known.contains(place) {
                unknown = Some((place.to_owned(), node.fault(xml::Fault::TooDeep).position));
            }
        });
        match unknown {
            None => Ok(()),
            Some((place, position)) => {
                let what = format!("{place} at line {} is not known", position.line);
                Err(Error { position: Some(position), ..Error::new(Code::XmlInvalidSchema, what) })
            }
        }
    }
}

/// Tells `found` of every element and attribute, by its path, with the element that it belongs to.
/// What applications keep in the metadata is theirs.
fn places(node: Node<'_, '_>, path: &mut String, found: &mut impl FnMut(&str, Node<'_, '_>)) {
    let length = path.len();
    path.push('/');
    path.push_str(node.name());
    found(path, node);
    for attribute in node.raw().attributes() {
        let place = format!("{path}/@{}", attribute.name());
        found(&place, node);
    }
    if path != "/domain/metadata" {
        node.elements().for_each(|child| places(child, path, found));
    }
    path.truncate(length);
}

#[cfg(test)]
mod tests {
    use crate::{Code, Domain};

    #[test]
    fn what_nothing_reads_is_named_with_its_path_and_line() {
        let document = |more: &str| {
            format!(
                "<domain type='qemu'>\n<name>a</name><memory>1</memory>\n<os><type>hvm</type></os>\n\
                 <metadata><x:y xmlns:x='urn:x'/></metadata>\n{more}</domain>"
            )
        };
        assert_eq!(Domain::refuse_unknown(&document("<on_crash>destroy</on_crash>")), Ok(()));
        let error = Domain::refuse_unknown(&document("<pm><nap/></pm>")).unwrap_err();
        assert_eq!(error.code, Code::XmlInvalidSchema);
        assert!(error.message.ends_with("/domain/pm/nap at line 5 is not known"), "{error}");
        let error = Domain::refuse_unknown(&document("<vcpu colour='red'>1</vcpu>")).unwrap_err();
        assert!(error.message.contains("/domain/vcpu/@colour"), "{error}");
    }
}
