//! Bounds on attributes and namespaces, checked before the parser sees a document: it compares each
//! attribute with all others of its element, and looks for each prefix among all namespaces.

/// Most attributes of an element, declarations of namespaces among them.
pub const MAX_ATTRIBUTES: usize = 256;
/// Most declarations of namespaces in a document.
pub const MAX_NAMESPACES: usize = 256;

/// Where a tag begins that goes beyond a bound; what is no XML may be beyond or not. **Units**: bytes.
pub(crate) fn excess(text: &str) -> Option<usize> {
    let mut at = 0;
    let mut namespaces = 0;
    let declares_any = text.contains("xmlns");
    while let Some(found) = text.get(at..)?.find('<') {
        let tag = at + found;
        let rest = text.get(tag..)?;
        at = tag
            + match SECTIONS.iter().find(|(begin, _)| rest.starts_with(begin)) {
                Some((_, end)) => rest.find(end)? + end.len(),
                None => {
                    let (length, attributes) = extent(rest);
                    if declares_any {
                        namespaces += rest.get(..length)?.matches("xmlns").count();
                    }
                    if attributes > MAX_ATTRIBUTES || namespaces > MAX_NAMESPACES {
                        return Some(tag);
                    }
                    length
                }
            };
    }
    None
}

/// What has angle brackets in it that are no tags.
const SECTIONS: [(&str, &str); 3] = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];

/// How long the tag is that `text` begins with, and how many attributes it has. **Units**: bytes.
fn extent(text: &str) -> (usize, usize) {
    let mut attributes = 0;
    let mut quote = None;
    for (place, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'=') => attributes += 1,
            (None, b'>') => return (place + 1, attributes),
            (None, _) => {}
        }
    }
    (text.len(), attributes)
}

#[cfg(test)]
mod tests {
    use super::{MAX_ATTRIBUTES, MAX_NAMESPACES, excess};

    fn element(attributes: usize) -> String {
        let attributes: String = (0..attributes).map(|n| format!(" a{n}='='")).collect();
        format!("<a{attributes}/>")
    }

    #[test]
    fn attributes_are_counted_element_by_element() {
        assert_eq!(excess(&format!("<r>{}</r>", element(MAX_ATTRIBUTES).repeat(3))), None);
        assert_eq!(excess(&format!("<r>{}</r>", element(MAX_ATTRIBUTES + 1))), Some(3));
    }

    #[test]
    fn what_is_no_tag_has_no_attributes() {
        let many = element(MAX_ATTRIBUTES + 1);
        for text in [
            format!("<!-- {many} --><r/>"),
            format!("<r><![CDATA[{many}]]></r>"),
            format!("<?x {many} ?><r/>"),
            format!("<r>{}</r>", "=".repeat(1000)),
            format!("<r a='{}'/>", "=<>\"".repeat(1000)),
        ] {
            assert_eq!(excess(&text), None, "{text}");
        }
    }

    #[test]
    fn namespaces_are_counted_over_the_document() {
        let nested = |count: usize| (0..count).map(|n| format!("<a xmlns:p{n}='u'>")).collect();
        let enough: String = nested(MAX_NAMESPACES);
        assert_eq!(excess(&enough), None);
        let more: String = nested(MAX_NAMESPACES + 1);
        assert_eq!(excess(&more), Some(enough.len()));
    }
}
