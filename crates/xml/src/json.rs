//! Any declared element to JSON and back, without loss.
//!
//! | in the document | in JSON |
//! |---|---|
//! | element | object: its attributes and children by name, in printing order |
//! | attribute, child with nothing but text | string; number if it is declared as one |
//! | text of an element that may have more | `"value"`; the bare value if there is nothing else |
//! | child that may stand more than once | array, even of one |
//! | empty child that is there or not | `true` |
//! | a name that is both attribute and child | the attribute is `"@name"` |
//! | children of several names in an order of their own | array of objects with one member each |
//! | what belongs to others | array of strings: XML as it stands |
//!
//! `yes`, `on` and their like stay words, for many of them have a third; `true` and `false` are
//! understood for them when JSON is read. `null` is what is not there.

use serde_json::{Map, Number, Value};

use crate::shape::flatten;
use crate::{
    Count, Document, Element, Error, Field, Kind, MAX_DEPTH, Namespaces, Node, Shape, ValueKind,
    View, Writer,
};

/// The key of an element's text.
const TEXT: &str = "value";
/// What the element is called while it is on its way.
const ROOT: &str = "element";

/// Why a JSON value is no such element.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// A value does not stand for what its place is declared as.
    #[error("{path}: {message}")]
    Shape {
        /// Where, as a JSON pointer; empty for the whole.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// The element was refused. Its position is that in the document the JSON stands for.
    #[error(transparent)]
    Element(#[from] Error),
}

/// The element as JSON, so far as `view` shows it.
///
/// # Errors
/// [`Fault::Malformed`](crate::Fault::Malformed) if what others keep in it is no XML.
pub fn to_json<E: Element>(
    element: &E,
    view: View,
    namespaces: Namespaces,
) -> Result<Value, Error> {
    let mut w = Writer::new(view);
    w.open(ROOT);
    declare(namespaces, &mut w);
    element.write_attributes(&mut w);
    element.write_children(&mut w);
    w.close(ROOT);
    let text = w.finish();
    let document = Document::parse(&text)?.with_namespaces(namespaces);
    Ok(object(document.any_root(view), E::SHAPE))
}

/// The element that `json` stands for.
///
/// # Errors
/// [`JsonError`]; whatever the element's reader says.
pub fn from_json<E: Element>(
    json: &Value,
    view: View,
    namespaces: Namespaces,
) -> Result<E, JsonError> {
    let text = json_document::<E>(json, ROOT, view, namespaces)?;
    let document = Document::parse(&text)?.with_namespaces(namespaces);
    Ok(E::read(document.any_root(view))?)
}

/// The document that `json` stands for, as text; its root element is called `root`.
///
/// # Errors
/// [`JsonError::Shape`].
pub fn json_document<E: Element>(
    json: &Value,
    root: &str,
    view: View,
    namespaces: Namespaces,
) -> Result<String, JsonError> {
    let mut writing = Writing { w: Writer::new(view), path: Vec::new() };
    writing.w.open(root);
    declare(namespaces, &mut writing.w);
    writing.content(json, E::SHAPE)?;
    writing.w.close(root);
    Ok(writing.w.finish())
}

fn declare(namespaces: Namespaces, w: &mut Writer) {
    for (prefix, uri) in namespaces {
        w.attribute(&format!("xmlns:{prefix}"), uri);
    }
}

/// The key of a field among all of its element.
fn key(field: &Field, fields: &[Field]) -> String {
    match field.kind {
        Kind::Text(_) => TEXT.to_owned(),
        Kind::Attribute { .. } if fields.iter().any(|f| is_child(f) && f.name == field.name) => {
            format!("@{}", field.name)
        }
        _ => field.name.to_owned(),
    }
}

fn is_child(field: &Field) -> bool {
    !matches!(field.kind, Kind::Attribute { .. } | Kind::Text(_))
}

fn object(node: Node<'_, '_>, shape: &'static Shape) -> Value {
    if shape.opaque {
        return node.source().into();
    }
    let fields = flatten(shape, &|tag| node.attribute(tag).map(str::to_owned));
    let mut map = Map::new();
    for field in fields.iter().filter(|field| node.shows(field.view)) {
        let key = key(field, &fields);
        if map.contains_key(&key) {
            continue;
        }
        if let Some(value) = value(node, field) {
            map.insert(key, value);
        }
    }
    let bare = fields.iter().any(|field| matches!(field.kind, Kind::Text(_)));
    match map.remove(TEXT) {
        Some(text) if bare && map.is_empty() && !text.is_object() => text,
        Some(text) => {
            map.insert(TEXT.to_owned(), text);
            Value::Object(map)
        }
        None => Value::Object(map),
    }
}

fn value(node: Node<'_, '_>, field: &Field) -> Option<Value> {
    let name = field.name;
    let each = |one: &dyn Fn(Node<'_, '_>) -> Value, count| match count {
        Count::One | Count::Optional => node.child(name).map(one),
        Count::Many => {
            let all: Vec<Value> = node.children(name).map(one).collect();
            (!all.is_empty()).then_some(Value::Array(all))
        }
    };
    match field.kind {
        Kind::Attribute { value, .. } => node.attribute(name).map(|text| scalar(text, value)),
        Kind::Text(value) => {
            let text = node.text();
            (!text.is_empty()).then(|| scalar(&text, value))
        }
        Kind::Leaf { value, count } => each(&|leaf| scalar(&leaf.text(), value), count),
        Kind::Flag => node.child(name).map(|_| Value::Bool(true)),
        Kind::Child { shape, count } => each(&|child| object(child, shape()), count),
        Kind::Foreign => node.child(name).map(|owner| {
            let declarations = owner.namespace_declarations().into_iter().map(Value::from);
            let theirs = owner.elements().map(|theirs| theirs.source().into());
            Value::Array(declarations.chain(theirs).collect())
        }),
        Kind::Mixed(inner) => {
            let all = node.elements().filter_map(|child| {
                let (name, shape) = inner.iter().find_map(|field| one_of(field, child))?;
                Some(Value::Object(Map::from_iter([(name.to_owned(), object(child, shape))])))
            });
            let all: Vec<Value> = all.collect();
            (!all.is_empty()).then_some(Value::Array(all))
        }
        Kind::Part(_) => None,
    }
}

/// Name and shape of a child, if it is this field.
fn one_of(field: &Field, child: Node<'_, '_>) -> Option<(&'static str, &'static Shape)> {
    match field.kind {
        Kind::Child { shape, .. } if child.is(field.name) => Some((field.name, shape())),
        _ => None,
    }
}

/// A text as what it is declared as; what is no such number in plain digits stays a string.
fn scalar(text: &str, kind: ValueKind) -> Value {
    let number = || -> Option<Number> {
        if let Ok(number) = text.parse::<u64>() {
            return Some(number.into());
        }
        text.parse::<i64>().ok().map(Into::into)
    };
    match kind {
        ValueKind::Number => match number() {
            Some(number) if number.to_string() == text => Value::Number(number),
            _ => text.into(),
        },
        ValueKind::Text | ValueKind::Words(_) => text.into(),
    }
}

/// A document being written from JSON, and where in the JSON it has come to.
struct Writing {
    w: Writer,
    path: Vec<String>,
}

impl Writing {
    /// Writes the attributes and the content of the open element.
    fn content(&mut self, json: &Value, shape: &'static Shape) -> Result<(), JsonError> {
        if self.path.len() > MAX_DEPTH {
            return Err(self.refuse("nested too deep"));
        }
        let short;
        let map = match json {
            Value::Object(map) => map,
            Value::Array(_) => return Err(self.refuse("an object is expected, not an array")),
            bare => {
                short = Map::from_iter([(TEXT.to_owned(), bare.clone())]);
                &short
            }
        };
        let word = |tag: &str| {
            let said = map.get(&format!("@{tag}")).or_else(|| map.get(tag))?;
            said.as_str().map(str::to_owned)
        };
        let fields = flatten(shape, &word);
        let mut given = Vec::with_capacity(map.len());
        for (name, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            let Some(field) = fields.iter().find(|field| key(field, &fields) == *name) else {
                return Err(self.refuse(&format!("'{name}' is not known here")));
            };
            given.push((name, field, value));
        }
        for (name, field, value) in &given {
            if let Kind::Attribute { value: kind, .. } = field.kind {
                let text = self.at(name, |this| this.text_of(value, kind))?;
                self.w.attribute(field.name, &text);
            }
        }
        for (name, field, value) in &given {
            self.at(name, |this| this.child(field, value))?;
        }
        Ok(())
    }

    fn child(&mut self, field: &Field, json: &Value) -> Result<(), JsonError> {
        match field.kind {
            Kind::Attribute { .. } | Kind::Part(_) => Ok(()),
            Kind::Text(kind) => {
                let text = self.text_of(json, kind)?;
                self.w.text(&text);
                Ok(())
            }
            Kind::Leaf { value, count } => self.each(json, count, |this, json| {
                let text = this.text_of(json, value)?;
                this.w.leaf(field.name, &text);
                Ok(())
            }),
            Kind::Flag => match json {
                Value::Bool(false) => Ok(()),
                Value::Bool(true) => {
                    self.w.leaf(field.name, "");
                    Ok(())
                }
                _ => Err(self.refuse("true or false is expected")),
            },
            Kind::Child { shape, count } => self.each(json, count, |this, json| {
                let shape = shape();
                if shape.opaque {
                    let xml = json.as_str().ok_or_else(|| this.refuse("XML is expected"))?;
                    this.w.verbatim(xml);
                    return Ok(());
                }
                this.w.open(field.name);
                this.content(json, shape)?;
                this.w.close(field.name);
                Ok(())
            }),
            Kind::Mixed(inner) => {
                self.each(json, Count::Many, |this, json| this.mixed(inner, json))
            }
            Kind::Foreign => {
                self.w.open(field.name);
                self.each(json, Count::Many, |this, json| {
                    let xml = json.as_str().ok_or_else(|| this.refuse("XML is expected"))?;
                    let declares = xml.starts_with("xmlns") && !xml.contains(['<', '>', '\n']);
                    match declares {
                        true => this.w.verbatim_attribute(xml),
                        false => this.w.verbatim(xml),
                    }
                    Ok(())
                })?;
                self.w.close(field.name);
                Ok(())
            }
        }
    }

    /// Writes one of several kinds of child, which the only member of an object names.
    fn mixed(&mut self, inner: &'static [Field], json: &Value) -> Result<(), JsonError> {
        let only = json.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
        let (name, value) =
            only.ok_or_else(|| self.refuse("an object with one member is expected"))?;
        let field = inner.iter().find(|field| field.name == *name);
        let Some(Field { name, kind: Kind::Child { shape, .. }, .. }) = field else {
            return Err(self.refuse(&format!("'{name}' is not known here")));
        };
        self.at(name, |this| {
            this.w.open(name);
            this.content(value, shape())?;
            this.w.close(name);
            Ok(())
        })
    }

    fn each(
        &mut self,
        json: &Value,
        count: Count,
        mut one: impl FnMut(&mut Self, &Value) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        let Value::Array(all) = json else {
            return if count == Count::Many {
                Err(self.refuse("an array is expected"))
            } else {
                one(self, json)
            };
        };
        if count != Count::Many {
            return Err(self.refuse("there can be only one, not an array"));
        }
        for (index, json) in all.iter().enumerate() {
            self.at(&index.to_string(), |this| one(this, json))?;
        }
        Ok(())
    }

    fn text_of(&self, json: &Value, kind: ValueKind) -> Result<String, JsonError> {
        match (json, kind) {
            (Value::String(text), _) => Ok(text.clone()),
            (Value::Number(number), _) => Ok(number.to_string()),
            (Value::Bool(switch), ValueKind::Words(words)) => {
                let both = if *switch { ["yes", "on"] } else { ["no", "off"] };
                let word = words.iter().find(|word| both.contains(word));
                word.map(|word| (*word).to_owned())
                    .ok_or_else(|| self.refuse(&format!("one of {} is expected", words.join(", "))))
            }
            _ => Err(self.refuse("a string or a number is expected")),
        }
    }

    fn at<T>(
        &mut self,
        key: &str,
        inside: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<T, JsonError> {
        self.path.push(key.to_owned());
        let result = inside(self);
        self.path.pop();
        result
    }

    fn refuse(&self, message: &str) -> JsonError {
        let path = self.path.iter().fold(String::new(), |path, key| {
            path + "/" + &key.replace('~', "~0").replace('/', "~1")
        });
        JsonError::Shape { path, message: message.to_owned() }
    }
}
