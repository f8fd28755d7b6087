//! Text from elements: two spaces a level, single quotes, `<a/>` for an empty element.

use crate::{Element, View};

/// What has been written of the innermost open element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Its name and attributes: the tag is still open.
    Tag,
    /// Text: the end tag follows directly.
    Text,
    /// Children: the end tag gets a line of its own.
    Children,
}

/// Writes a document from its root down.
pub struct Writer {
    out: String,
    view: View,
    depth: usize,
    inside: Inside,
}

impl Writer {
    /// A writer whose root element stands at the margin.
    pub fn new(view: View) -> Self {
        Self { out: String::with_capacity(4096), view, depth: 0, inside: Inside::Children }
    }

    /// Whether the view shows `part`.
    pub fn shows(&self, part: View) -> bool {
        self.view.shows(part)
    }

    /// The view.
    pub fn view(&self) -> View {
        self.view
    }

    /// The text written.
    pub fn finish(self) -> String {
        self.out
    }

    /// Writes an attribute of the open element.
    pub fn attribute(&mut self, name: &str, text: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("='");
        escape(text, Place::Attribute, &mut self.out);
        self.out.push('\'');
    }

    /// Writes a ready-made attribute of the open element.
    pub fn verbatim_attribute(&mut self, xml: &str) {
        self.out.push(' ');
        self.out.push_str(xml);
    }

    /// Writes a blank before the end of the open element's tag.
    pub fn blank(&mut self) {
        self.out.push(' ');
    }

    /// Writes an element, even if it is empty.
    pub fn element<E: Element>(&mut self, name: &str, element: &E) {
        self.open(name);
        element.write_attributes(self);
        element.write_children(self);
        self.close(name);
    }

    /// Writes an element unless it has neither attributes nor content.
    pub fn group<E: Element>(&mut self, name: &str, element: &E) {
        let (start, outside) = (self.out.len(), self.inside);
        self.open(name);
        let bare = self.out.len();
        element.write_attributes(self);
        element.write_children(self);
        if self.out.len() == bare {
            self.out.truncate(start);
            self.depth -= 1;
            self.inside = outside;
        } else {
            self.close(name);
        }
    }

    /// Writes `<name>text</name>`, or `<name/>` for an empty text.
    pub fn leaf(&mut self, name: &str, text: &str) {
        self.open(name);
        self.text(text);
        self.close(name);
    }

    /// Writes an element whose content `children` writes.
    pub fn nest(&mut self, name: &str, children: impl FnOnce(&mut Self)) {
        self.open(name);
        children(self);
        self.close(name);
    }

    /// Writes the text of the open element; an empty one leaves it empty.
    pub fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.out.push('>');
        escape(text, Place::Text, &mut self.out);
        self.inside = Inside::Text;
    }

    /// Writes ready-made XML as content of the open element; only its first line is indented here.
    pub fn verbatim(&mut self, xml: &str) {
        self.start_line();
        self.out.push_str(xml);
        self.out.push('\n');
    }

    /// Opens an element; what follows up to [`Self::close`] belongs to it.
    pub fn open(&mut self, name: &str) {
        self.start_line();
        self.out.push('<');
        self.out.push_str(name);
        self.depth += 1;
        self.inside = Inside::Tag;
    }

    /// Closes the element opened last, which was called `name`.
    pub fn close(&mut self, name: &str) {
        self.depth -= 1;
        match self.inside {
            Inside::Tag => self.out.push_str("/>\n"),
            inside => {
                if inside == Inside::Children {
                    self.indent();
                }
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push_str(">\n");
            }
        }
        self.inside = Inside::Children;
    }

    /// Ends the tag of the open element, which so gets an end tag even if nothing follows.
    pub fn paired(&mut self) {
        if self.inside == Inside::Tag {
            self.out.push_str(">\n");
            self.inside = Inside::Children;
        }
    }

    fn start_line(&mut self) {
        if self.inside == Inside::Tag {
            self.out.push_str(">\n");
        }
        self.inside = Inside::Children;
        self.indent();
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }
}

/// Where escaped text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Attribute,
    Text,
}

/// Appends `text` with markup escaped and control characters, which XML cannot say, left out. Blanks
/// that a reader would take for a space or a line's end are escaped too, so that all is read back.
fn escape(text: &str, place: Place, out: &mut String) {
    let mut rest = text;
    while let Some(at) =
        rest.bytes().position(|b| matches!(b, b'<' | b'>' | b'&' | b'\'' | b'"') || b < 0x20)
    {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = special.chars();
        match chars.next() {
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('&') => out.push_str("&amp;"),
            Some('\'') => out.push_str("&apos;"),
            Some('"') => out.push_str("&quot;"),
            Some('\r') => out.push_str("&#13;"),
            Some('\n') if place == Place::Attribute => out.push_str("&#10;"),
            Some('\t') if place == Place::Attribute => out.push_str("&#9;"),
            Some(blank @ ('\t' | '\n')) => out.push(blank),
            _ => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}
