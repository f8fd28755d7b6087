//! Words that an operator puts on a domain, for access rules.
//!
//! They are in the domain's metadata, so that every client can set them and they move with the
//! document: `<tags xmlns="urn:ferrovirt:access">web team-a</tags>`, words with space between.

use config::domain::metadata::MetadataEntry;
use driver::Tags;

/// The namespace of the element.
pub(crate) const NAMESPACE: &str = "urn:ferrovirt:access";
/// Most tags of a domain; what follows does not count.
const TAGS_MAX: usize = 64;

/// The tags that a document has.
pub(crate) fn of(document: &config::Domain) -> Tags {
    let entry = document.metadata.entry(NAMESPACE);
    entry.and_then(words).unwrap_or_default()
}

fn words(entry: &MetadataEntry) -> Option<Tags> {
    let text = entry.plain();
    let document = xml::Document::parse(&text).ok()?;
    let root = document.any_root(xml::View::PLAIN);
    let text = root.is("tags").then(|| root.text())?;
    Some(text.split_whitespace().take(TAGS_MAX).map(Into::into).collect())
}

#[cfg(test)]
mod tests {
    use config::domain::ParseFlags;

    fn tags(metadata: &str) -> Vec<String> {
        let xml = format!(
            "<domain type='qemu'><name>a</name><os><type>hvm</type></os>\
             <metadata>{metadata}</metadata></domain>"
        );
        let document = config::Domain::parse(&xml, ParseFlags::Inactive).unwrap();
        super::of(&document).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn tags_are_words_in_an_element_of_our_own() {
        let ours = "<t:tags xmlns:t='urn:ferrovirt:access'> web\n  team-a </t:tags>";
        assert_eq!(tags(ours), ["web", "team-a"]);
        assert!(tags("").is_empty());
        assert!(tags("<t:tags xmlns:t='urn:other'>web</t:tags>").is_empty());
        assert!(tags("<t:words xmlns:t='urn:ferrovirt:access'>web</t:words>").is_empty());
        let many = "x ".repeat(1000);
        let many = format!("<t:tags xmlns:t='urn:ferrovirt:access'>{many}</t:tags>");
        assert_eq!(tags(&many).len(), 64);
    }
}
