//! The CPUs that a file describes, in any of the documents that have one.

use roxmltree::{Document, Node};

use crate::failure::Failure;

/// Each `<cpu>` of a file: alone or one after another, of a domain, of the host's capabilities, or
/// what guests of an emulator can be given.
pub(crate) fn cpus(file: &str, text: &str) -> Result<Vec<String>, Failure> {
    let none = || {
        Failure::new(format!(
            "File '{file}' does not contain any <cpu> element or valid domain XML, host capabilities \
             XML, or domain capabilities XML"
        ))
    };
    let start = text.find("?>").filter(|_| text.trim_start().starts_with("<?xml"));
    let body = start.and_then(|end| text.get(end + 2..)).unwrap_or(text);
    let around = format!("<container>{body}</container>");
    let document = Document::parse(&around).map_err(|_| none())?;
    let top = document.root_element().children().filter(Node::is_element);
    let found: Vec<String> = top.filter_map(|node| cpu(node, &around)).collect();
    if found.is_empty() { Err(none()) } else { Ok(found) }
}

fn cpu(node: Node<'_, '_>, text: &str) -> Option<String> {
    let child = |node: Node<'_, '_>, name: &str| {
        let found = node.children().find(|child| child.has_tag_name(name));
        found.map(|child| child.range())
    };
    let inner = |node: Node<'_, '_>| text.get(node.range()).map(str::to_owned);
    match node.tag_name().name() {
        "cpu" => inner(node),
        "domain" => Some(text.get(child(node, "cpu")?)?.to_owned()),
        "capabilities" => {
            let host = node.children().find(|child| child.has_tag_name("host"))?;
            Some(text.get(child(host, "cpu")?)?.to_owned())
        }
        "domainCapabilities" => {
            let cpu = node.children().find(|child| child.has_tag_name("cpu"))?;
            let mode = cpu.children().find(|mode| {
                mode.attribute("name") == Some("host-model")
                    && mode.attribute("supported") == Some("yes")
            })?;
            let content: String =
                mode.children().filter_map(|part| text.get(part.range())).collect();
            Some(format!("<cpu>{content}</cpu>"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::cpus;

    #[test]
    fn a_cpu_is_found_in_every_document_that_has_one() {
        let one = "<cpu><model>486</model></cpu>";
        for text in [
            one.to_owned(),
            format!("<?xml version='1.0'?>{one}"),
            format!("<domain>{one}</domain>"),
            format!("<capabilities><host>{one}</host></capabilities>"),
            "<domainCapabilities><cpu><mode name='host-model' supported='yes'><model>486</model></mode>\
             </cpu></domainCapabilities>"
                .to_owned(),
        ] {
            assert_eq!(cpus("f", &text).ok(), Some(vec![one.to_owned()]), "{text}");
        }
        assert_eq!(cpus("f", &format!("{one}\n{one}")).map(|found| found.len()).ok(), Some(2));
        for text in ["", "no xml", "<domain/>", "<other><cpu/></other>"] {
            assert!(cpus("f", text).is_err(), "{text}");
        }
    }
}
