//! Each kind of field there and back, and each fault.

use crate::{Document, Element, Error, Fault, MAX_DEPTH, View, Writer, element, tagged, words};

const LIVE: View = View::part(1);

words! {
    enum Colour { Red = "red", Blue = "blue" }
}

element! {
    #[derive(Default)]
    struct Shade {
        attr depth: Option<u32> = "depth",
    }

    struct Pencil {
        attr colour: Colour = "colour",
        attr id: Option<u32> = "id" when LIVE,
        leaf maker: Option<String> = "maker",
        flag sharp: bool = "sharp",
        group shade: Shade = "shade",
        child caps: Vec<Shade> = "cap",
    }
}

tagged! {
    enum Tool by "type" { Nothing = "none", Pencil(Pencil) = "pencil" }
}

fn read<E: Element>(text: &str, view: View) -> Result<E, Error> {
    E::read(Document::parse(text)?.any_root(view))
}

fn write<E: Element>(element: &E, view: View) -> String {
    let mut w = Writer::new(view);
    w.element("tool", element);
    w.finish()
}

#[test]
fn what_is_printed_is_what_was_read() {
    let text = "<tool type='pencil' colour='red' id='7'>\n  <maker>A &amp; B &lt;&apos;&quot;&gt;</maker>\n  <sharp/>\n  \
                <shade depth='3'/>\n  <cap/>\n  <cap depth='1'/>\n</tool>\n";
    let tool: Tool = read(text, LIVE).unwrap();
    assert_eq!(write(&tool, LIVE), text);
}

element! {
    struct Note {
        attr title: String = "title",
        leaf body: String = "body",
    }
}

#[test]
fn line_ends_and_tabs_are_read_back_as_they_were() {
    let text = "<tool title='a&#10;b&#9;c&#13;d'>\n  <body>a\nb\tc&#13;d</body>\n</tool>\n";
    let note: Note = read(text, View::PLAIN).unwrap();
    assert_eq!(note.title, "a\nb\tc\rd");
    assert_eq!(write(&note, View::PLAIN), text);
}

#[test]
fn a_hidden_part_is_neither_read_nor_written() {
    let text = "<tool colour='blue' id='7'/>";
    assert_eq!(read::<Pencil>(text, View::PLAIN).unwrap().id, None);
    let live: Pencil = read(text, LIVE).unwrap();
    assert_eq!(write(&live, View::PLAIN), "<tool colour='blue'/>\n");
}

#[test]
fn an_empty_group_is_not_printed() {
    let pencil: Pencil = read("<tool colour='red'><shade/></tool>", View::PLAIN).unwrap();
    assert_eq!(write(&pencil, View::PLAIN), "<tool colour='red'/>\n");
}

#[test]
fn a_unit_variant_has_only_its_word() {
    let tool: Tool = read("<tool type='none' colour='red'/>", View::PLAIN).unwrap();
    assert_eq!(write(&tool, View::PLAIN), "<tool type='none'/>\n");
}

#[test]
fn an_unknown_word_is_named_with_its_place() {
    let error = read::<Pencil>("<a>\n <b/></a>", View::PLAIN).unwrap_err();
    assert_eq!(error.to_string(), "Missing required attribute 'colour' in element 'a'");
    let error = read::<Pencil>("\n  <tool colour='pink'/>", View::PLAIN).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Invalid value for attribute 'colour' in element 'tool': 'pink'."
    );
    assert_eq!(error.position.to_string(), "2:3");
}

#[test]
fn a_number_outside_its_type_says_what_is_expected() {
    let error = read::<Shade>("<s depth='-5'/>", View::PLAIN).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Invalid value for attribute 'depth' in element 's': '-5'. Expected non-negative integer value"
    );
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(Document::parse(&nested(MAX_DEPTH)).is_ok());
    let error = Document::parse(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert_eq!(*error.fault, Fault::TooDeep);
    let error = Document::parse(&nested(200_000)).unwrap_err();
    assert_eq!(*error.fault, Fault::TooDeep);
}

#[test]
fn a_document_type_is_refused() {
    let error = Document::parse("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").unwrap_err();
    assert!(matches!(*error.fault, Fault::Malformed(_)));
}

#[test]
fn a_malformed_text_is_told_without_its_place() {
    let error = Document::parse("<a></b>").unwrap_err();
    assert_eq!(error.position.line, 1);
    let Fault::Malformed(words) = &*error.fault else { panic!("{error:?}") };
    assert!(!words.contains(" at 1:"), "{words}");
}

#[test]
fn a_list_of_words_has_them_all() {
    assert_eq!(Colour::ALL, [Colour::Red, Colour::Blue]);
}

#[test]
fn an_element_in_a_namespace_is_found_by_our_prefix() {
    let text = "<a xmlns:other='urn:x'><b/><other:b depth='1'/></a>";
    let document = Document::parse(text).unwrap().with_namespaces(&[("x", "urn:x")]);
    let root = document.any_root(View::PLAIN);
    assert_eq!(root.children("x:b").map(|b| b.attribute("depth")).collect::<Vec<_>>(), [Some("1")]);
    assert_eq!(root.children("b").map(|b| b.attribute("depth")).collect::<Vec<_>>(), [None]);
}

#[test]
fn what_is_kept_is_printed_as_libxml2_does() {
    let text = "<m><a:x xmlns:a='http://a'  b=\"1\"><a:y>\n t</a:y><!-- c -->\n<a:z >u<a:v/> </a:z></a:x></m>";
    let document = Document::parse(text).unwrap();
    let element = document.any_root(View::PLAIN).elements().next().unwrap();
    assert_eq!(
        element.reformatted(1),
        "<a:x xmlns:a=\"http://a\" b=\"1\">\n    <a:y>\n t</a:y>\n    <!-- c -->\n    <a:z>u<a:v/> </a:z>\n  </a:x>"
    );
}

#[test]
fn control_characters_are_not_printed() {
    let mut w = Writer::new(View::PLAIN);
    w.leaf("a", "b\u{1}\tc");
    assert_eq!(w.finish(), "<a>b\tc</a>\n");
}
