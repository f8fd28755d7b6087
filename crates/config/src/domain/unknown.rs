//! What a document says that nothing reads: refused when the user asks for validation.

use std::collections::HashSet;

use xml::{Document, Element, Node, Position, Unknown, View};

use super::namespace::NAMESPACES;
use super::{Domain, ParseFlags};
use crate::{Code, Error};

impl Domain {
    /// The elements and attributes of a document that are not known, in its order, each with its path and
    /// place. What applications keep in the metadata is theirs.
    ///
    /// **Shape**: a thousand at most.
    ///
    /// # Errors
    /// [`Code::XmlDetail`] for malformed XML, [`Code::XmlError`] for another root element.
    pub fn unknown(text: &str) -> Result<Vec<Unknown>, Error> {
        let reading = |error| Error::reading("domain_definition", error);
        let document = Document::parse(text).map_err(reading)?.with_namespaces(NAMESPACES);
        let root = document.root("domain", View::PLAIN).map_err(reading)?;
        Ok(xml::unknown(root, Self::SHAPE))
    }

    /// Refuses a document with elements or attributes that are not known.
    ///
    /// # Errors
    /// [`Code::XmlInvalidSchema`], naming the first by its path, with its position; and whatever
    /// reading it says.
    pub fn refuse_unknown(text: &str) -> Result<(), Error> {
        Self::parse(text, ParseFlags::Live)?;
        match Self::unknown(text)?.into_iter().next() {
            None => Ok(()),
            Some(Unknown { path, position }) => Err(not_known(&path, position)),
        }
    }
}

/// Refuses a document of any kind with elements or attributes that its print does not have.
///
/// # Errors
/// [`Code::XmlInvalidSchema`], naming the first by its path, with its position.
pub fn refuse_unprinted(text: &str, printed: &str) -> Result<(), Error> {
    let reading = |error| Error::reading("document", error);
    let mut known = HashSet::new();
    let again = Document::parse(printed).map_err(reading)?;
    places(again.any_root(View::PLAIN), &mut String::new(), &mut |place, _| {
        known.insert(place.to_owned());
    });
    let given = Document::parse(text).map_err(reading)?;
    let mut unknown = None;
    places(given.any_root(View::PLAIN), &mut String::new(), &mut |place, node| {
        if unknown.is_none() && !known.contains(place) {
            unknown = Some(not_known(place, node.position()));
        }
    });
    unknown.map_or(Ok(()), Err)
}

fn not_known(path: &str, position: Position) -> Error {
    let what = format!("{path} at line {} is not known", position.line);
    Error { position: Some(position), ..Error::new(Code::XmlInvalidSchema, what) }
}

/// Tells `found` of every element and attribute, by its path, with the element that it belongs to.
/// What applications keep in the metadata below the root is theirs.
fn places(node: Node<'_, '_>, path: &mut String, found: &mut impl FnMut(&str, Node<'_, '_>)) {
    let length = path.len();
    path.push('/');
    path.push_str(node.name());
    found(path, node);
    for attribute in node.raw().attributes() {
        let place = format!("{path}/@{}", attribute.name());
        found(&place, node);
    }
    if !path.ends_with("/metadata") || path.matches('/').count() != 2 {
        node.elements().for_each(|child| places(child, path, found));
    }
    path.truncate(length);
}

#[cfg(test)]
mod tests {
    use crate::{Code, Domain};

    fn document(more: &str) -> String {
        format!(
            "<domain type='qemu'>\n<name>a</name><memory>1</memory>\n<os><type>hvm</type></os>\n\
             <metadata><x:y xmlns:x='urn:x'/></metadata>\n{more}</domain>"
        )
    }

    #[test]
    fn what_nothing_reads_is_named_with_its_path_and_line() {
        assert_eq!(Domain::refuse_unknown(&document("<on_crash>destroy</on_crash>")), Ok(()));
        let error = Domain::refuse_unknown(&document("<pm><nap/></pm>")).unwrap_err();
        assert_eq!(error.code, Code::XmlInvalidSchema);
        assert!(error.message.ends_with("/domain/pm/nap at line 5 is not known"), "{error}");
        let error = Domain::refuse_unknown(&document("<vcpu colour='red'>1</vcpu>")).unwrap_err();
        assert!(error.message.contains("/domain/vcpu/@colour"), "{error}");
    }

    #[test]
    fn every_one_is_listed_and_what_a_kind_of_device_does_not_have_is_one() {
        let more = "<devices><disk type='file'><source dev='/x'/><target dev='vda'/></disk>\n\
                    <sound model='ac97' loud='yes'/></devices><name lang='en'>b</name>";
        let unknown = Domain::unknown(&document(more)).unwrap();
        let found: Vec<_> = unknown.iter().map(|u| (&*u.path, u.position.line)).collect();
        let expected = [
            ("/domain/devices/disk/source/@dev", 5),
            ("/domain/devices/sound/@loud", 6),
            ("/domain/name/@lang", 6),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn names_in_our_own_namespace_are_known_under_any_prefix() {
        let text = "<domain type='qemu' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name>\
                    <os><type>hvm</type></os><q:commandline><q:arg value='x'/><q:odd/></q:commandline></domain>";
        let unknown = Domain::unknown(text).unwrap();
        assert_eq!(unknown.len(), 1, "{unknown:?}");
        assert_eq!(unknown[0].path, "/domain/commandline/odd");
    }
}
