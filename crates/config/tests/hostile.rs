//! Documents that nobody should send: each ends in an error that says where.

use config::domain::ParseFlags;
use config::{Code, Domain, Error};

fn refused(text: &str) -> Error {
    Domain::parse(text, ParseFlags::Inactive).expect_err("the document is wrong")
}

fn document(more: &str) -> String {
    format!("<domain type='qemu'>\n<name>a</name>\n<os><type>hvm</type></os>\n{more}\n</domain>")
}

/// The line and column that an error names.
fn place(error: &Error) -> (u32, u32) {
    let position = error.position.expect("an error of the text has a place");
    (position.line, position.column)
}

#[test]
fn hundreds_of_blank_lines_do_not_hide_the_place() {
    let error = refused(&format!("<domain>{}<a></domain>", "\n".repeat(900)));
    assert_eq!(error.code, Code::XmlDetail);
    assert_eq!(place(&error).0, 901, "{error}");
}

#[test]
fn an_attribute_is_given_once() {
    let error = refused("<domain type='qemu'\n type='kvm'/>");
    assert_eq!(error.code, Code::XmlDetail);
    assert!(error.message.contains("type") && place(&error).0 <= 2, "{error}");
}

#[test]
fn entities_are_neither_declared_nor_fetched() {
    let bomb =
        "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><domain>&b;</domain>";
    let file = "<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><domain>&a;</domain>";
    for text in [bomb, file, &document("<title>&unknown;</title>")] {
        assert_eq!(refused(text).code, Code::XmlDetail, "{text}");
    }
}

#[test]
fn depth_and_size_have_limits() {
    let deep = document(&format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)));
    let error = refused(&deep);
    assert!(error.message.contains("nested deeper than 256"), "{error}");
    let large = document(&format!("<title>{}</title>", "a".repeat(xml::MAX_BYTES)));
    assert!(refused(&large).message.contains("is larger than"));
}

#[test]
fn counts_have_limits() {
    let attributes: String = (0..1000).map(|n| format!(" a{n}=''")).collect();
    let error = refused(&document(&format!("<pm{attributes}/>")));
    assert!(error.message.contains("too many attributes"), "{error}");
    assert_eq!(place(&error), (4, 1));
    let error = refused(&document(&"<a/>".repeat(xml::MAX_NODES as usize)));
    assert_eq!(error.code, Code::XmlDetail, "{error}");
}

#[test]
fn numbers_that_are_none_are_told_with_their_place() {
    for (element, line) in [
        ("<memory>-1</memory>", 4),
        ("<memory>99999999999999999999999</memory>", 4),
        ("<memory unit='EiB'>99999</memory>", 4),
        ("\n<vcpu>-2</vcpu>", 5),
        ("<iothreads>99999999999</iothreads>", 4),
        ("<devices>\n<memballoon model='virtio'><stats period='1e9'/></memballoon></devices>", 5),
    ] {
        let error = refused(&document(element));
        assert_eq!(place(&error).0, line, "{element}: {error}");
    }
}

#[test]
fn letters_that_xml_does_not_have_are_refused() {
    let error = refused(&document("<title>a\u{1}</title>"));
    assert_eq!((error.code, place(&error).0), (Code::XmlDetail, 4), "{error}");
    assert_eq!(refused("").code, Code::XmlDetail);
    assert_eq!(refused("\u{feff}").code, Code::XmlDetail);
}
