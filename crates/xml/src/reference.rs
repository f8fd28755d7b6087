//! Every name that an element may have, with what it means: from the declaration.

use crate::{Count, Kind, Shape, ValueKind};

/// One name of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands: `/domain/devices/disk/@device`; `text()` for an element's own text.
    pub path: String,
    /// Which word in the element's tag brings it: `type='file'`; empty if it is always possible.
    pub only: String,
    /// `attribute`, `text`, `element`, `list` (an element that may stand more than once), `flag`, `foreign`.
    pub kind: &'static str,
    /// Whether the element it belongs to must have it.
    pub required: bool,
    /// What it says: a `text`, a `number`, or the words that it may be; empty for an element with more in it.
    pub value: String,
    /// What it means.
    pub doc: String,
}

/// Every name below an element called `name`, in printing order. An element inside one of its own kind
/// is named and not entered again.
pub fn reference(name: &str, shape: &'static Shape) -> Vec<Entry> {
    let mut walk = Walk { entries: Vec::new(), path: format!("/{name}"), open: Vec::new() };
    walk.element(shape, "");
    walk.entries
}

struct Walk {
    entries: Vec<Entry>,
    path: String,
    /// Shapes that the walk is inside of.
    open: Vec<*const Shape>,
}

impl Walk {
    fn element(&mut self, shape: &'static Shape, only: &str) {
        if self.open.contains(&std::ptr::from_ref(shape)) {
            return;
        }
        self.open.push(shape);
        if let Some(choice) = &shape.choice {
            let words: Vec<&str> = choice.variants.iter().map(|variant| variant.word).collect();
            let doc = shape.doc;
            self.add(
                &format!("@{}", choice.tag),
                only,
                "attribute",
                choice.usual.is_none(),
                words.join(" "),
                doc,
            );
            for variant in choice.variants {
                if let Some(of) = variant.shape {
                    self.element(of(), &format!("{}='{}'", choice.tag, variant.word));
                }
            }
        }
        for field in shape.fields {
            self.field(field, only);
        }
        self.open.pop();
    }

    fn field(&mut self, field: &'static crate::Field, only: &str) {
        let (name, doc) = (field.name, field.doc);
        match field.kind {
            Kind::Attribute { value, required } => {
                self.add(&format!("@{name}"), only, "attribute", required, words(value), doc);
            }
            Kind::Text(value) => self.add("text()", only, "text", true, words(value), doc),
            Kind::Leaf { value, count } => {
                self.add(name, only, element(count), count == Count::One, words(value), doc);
            }
            Kind::Flag => self.add(name, only, "flag", false, String::new(), doc),
            Kind::Foreign => self.add(name, only, "foreign", false, String::new(), doc),
            Kind::Child { shape, count } => {
                self.add(name, only, element(count), count == Count::One, String::new(), doc);
                let length = self.path.len();
                self.path.push('/');
                self.path.push_str(name);
                self.element(shape(), "");
                self.path.truncate(length);
            }
            Kind::Mixed(inner) => inner.iter().for_each(|field| self.field(field, only)),
            Kind::Part(shape) => self.element(shape(), only),
        }
    }

    fn add(
        &mut self,
        name: &str,
        only: &str,
        kind: &'static str,
        required: bool,
        value: String,
        doc: &str,
    ) {
        let path = format!("{}/{name}", self.path);
        let doc = doc.trim().to_owned();
        self.entries.push(Entry { path, only: only.to_owned(), kind, required, value, doc });
    }
}

fn element(count: Count) -> &'static str {
    if count == Count::Many { "list" } else { "element" }
}

fn words(value: ValueKind) -> String {
    match value {
        ValueKind::Text => "text".to_owned(),
        ValueKind::Number => "number".to_owned(),
        ValueKind::Words(words) => words.join(" "),
    }
}
