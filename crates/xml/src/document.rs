//! A parsed document and its nodes.

use std::borrow::Cow;

use crate::attributes;
use crate::{Error, Fault, Position, Value, View};

/// Longest text that is looked at, in bytes.
pub const MAX_BYTES: usize = 16 << 20;
/// Deepest nesting of elements (libxml2's own limit).
pub const MAX_DEPTH: usize = 256;
/// Most nodes in a document.
pub const MAX_NODES: u32 = 1 << 20;

/// A well-formed document within the limits.
#[derive(Debug)]
pub struct Document<'i> {
    tree: roxmltree::Document<'i>,
    namespaces: Namespaces,
}

/// The namespaces a reader knows: the prefix it calls each by, and its URI.
pub type Namespaces = &'static [(&'static str, &'static str)];

impl<'i> Document<'i> {
    /// Reads a text.
    ///
    /// # Errors
    /// [`Fault::Malformed`], [`Fault::TooLarge`], [`Fault::TooDeep`], [`Fault::TooManyAttributes`];
    /// a DTD is malformed here.
    pub fn parse(text: &'i str) -> Result<Self, Error> {
        let start = Position { line: 1, column: 1 };
        if text.len() > MAX_BYTES {
            return Err(Error::new(Fault::TooLarge(text.len()), start));
        }
        if let Some(at) = attributes::excess(text) {
            let before = text.get(..at).unwrap_or_default();
            let line = before.matches('\n').count().saturating_add(1);
            let column = before.chars().rev().take_while(|letter| *letter != '\n').count();
            let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let position = Position { line: count(line), column: count(column.saturating_add(1)) };
            return Err(Error::new(Fault::TooManyAttributes, position));
        }
        let options = roxmltree::ParsingOptions { nodes_limit: MAX_NODES, ..Default::default() };
        let tree = roxmltree::Document::parse_with_options(text, options).map_err(|e| {
            let at = e.pos();
            let position = Position { line: at.row, column: at.col };
            Error::new(Fault::Malformed(without_position(&e)), position)
        })?;
        let document = Self { tree, namespaces: &[] };
        document.check_depth()?;
        Ok(document)
    }

    /// The same document, whose elements in `namespaces` are found as `prefix:name`, whatever prefix it uses.
    #[must_use]
    pub fn with_namespaces(self, namespaces: Namespaces) -> Self {
        Self { namespaces, ..self }
    }

    /// The root element, which must be called `name`, seen through `view`.
    ///
    /// # Errors
    /// [`Fault::Root`].
    pub fn root(&self, name: &'static str, view: View) -> Result<Node<'_, 'i>, Error> {
        let root = self.any_root(view);
        if root.is(name) {
            return Ok(root);
        }
        Err(root.fault(Fault::Root { found: root.name().to_owned(), expected: name }))
    }

    /// The root element, whatever its name, seen through `view`.
    pub fn any_root(&self, view: View) -> Node<'_, 'i> {
        Node { node: self.tree.root_element(), view, namespaces: self.namespaces }
    }

    /// Walks without recursion, so that the walk itself cannot overflow the stack.
    fn check_depth(&self) -> Result<(), Error> {
        let mut node = self.tree.root_element();
        let mut depth = 1usize;
        loop {
            if depth > MAX_DEPTH {
                return Err(Node { node, view: View::PLAIN, namespaces: &[] }.fault(Fault::TooDeep));
            }
            if let Some(child) = node.first_element_child() {
                node = child;
                depth += 1;
                continue;
            }
            loop {
                if let Some(next) = node.next_sibling_element() {
                    node = next;
                    break;
                }
                match node.parent_element() {
                    Some(parent) => node = parent,
                    None => return Ok(()),
                }
                depth -= 1;
            }
        }
    }
}

/// The parser's words without the place that some of them end with: an error has it already.
fn without_position(error: &roxmltree::Error) -> String {
    let words = error.to_string();
    let place = format!(" at {}", error.pos());
    words.strip_suffix(&*place).map_or_else(|| words.clone(), str::to_owned)
}

/// An element of a document, seen through a [`View`].
#[derive(Clone, Copy, Debug)]
pub struct Node<'a, 'i> {
    node: roxmltree::Node<'a, 'i>,
    view: View,
    namespaces: Namespaces,
}

impl<'a, 'i> Node<'a, 'i> {
    /// The element's local name.
    pub fn name(&self) -> &'a str {
        self.node.tag_name().name()
    }

    /// The element's namespace.
    pub fn namespace(&self) -> Option<&'a str> {
        self.node.tag_name().namespace()
    }

    /// Whether it is called `name`, which is `prefix:name` if it is in a namespace.
    pub fn is(&self, name: &str) -> bool {
        let tag = self.node.tag_name();
        // Nearly all elements are in no namespace, and each is asked for many names.
        let Some(uri) = tag.namespace() else { return name == tag.name() };
        let prefix = name.strip_suffix(tag.name()).and_then(|before| before.strip_suffix(':'));
        prefix.is_some_and(|prefix| self.namespaces.contains(&(prefix, uri)))
    }

    /// Whether the view shows `part`.
    pub fn shows(&self, part: View) -> bool {
        self.view.shows(part)
    }

    /// The view.
    pub fn view(&self) -> View {
        self.view
    }

    /// An attribute's text.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.node.attribute(name)
    }

    /// Whether there is any attribute.
    pub fn has_attributes(&self) -> bool {
        self.node.attributes().len() > 0
    }

    /// An attribute's value, if the attribute is there.
    ///
    /// # Errors
    /// [`Fault::Attribute`].
    pub fn optional<T: Value>(&self, name: &'static str) -> Result<Option<T>, Error> {
        self.attribute(name)
            .filter(|text| !T::says_nothing(text))
            .map(|text| T::parse(text).ok_or_else(|| self.invalid::<T>(name, text)))
            .transpose()
    }

    /// An attribute's value.
    ///
    /// # Errors
    /// [`Fault::Attribute`], [`Fault::MissingAttribute`].
    pub fn required<T: Value>(&self, name: &'static str) -> Result<T, Error> {
        self.optional(name)?.ok_or_else(|| self.missing(name))
    }

    /// The text of the element and all below it.
    pub fn text(&self) -> Cow<'a, str> {
        let mut texts = self.node.descendants().filter(|n| n.is_text()).filter_map(|n| n.text());
        let Some(first) = texts.next() else {
            return Cow::Borrowed("");
        };
        let mut text = Cow::Borrowed(first);
        for more in texts {
            text.to_mut().push_str(more);
        }
        text
    }

    /// The element's text as a value.
    ///
    /// # Errors
    /// [`Fault::Text`].
    pub fn content<T: Value>(&self) -> Result<T, Error> {
        let text = self.text();
        T::parse(&text).ok_or_else(|| {
            self.fault(Fault::Text {
                element: self.name().to_owned(),
                value: text.into_owned(),
                expected: T::EXPECTED,
            })
        })
    }

    /// The child elements called `name`, in order.
    pub fn children<'n>(
        self,
        name: &'n str,
    ) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i, 'n> {
        self.elements().filter(move |child| child.is(name))
    }

    /// The first child element called `name`.
    pub fn child(&self, name: &str) -> Option<Node<'a, 'i>> {
        self.children(name).next()
    }

    /// All child elements, in order.
    pub fn elements(self) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
        let Self { view, namespaces, .. } = self;
        self.node.children().filter(roxmltree::Node::is_element).map(move |node| Node {
            node,
            view,
            namespaces,
        })
    }

    /// The element exactly as it stands in the text.
    pub fn source(&self) -> &'a str {
        self.node.document().input_text().get(self.node.range()).unwrap_or_default()
    }

    /// The tree library's own node, for a walk that this type has no word for.
    pub fn raw(&self) -> roxmltree::Node<'a, 'i> {
        self.node
    }

    /// Where the element begins in the text.
    pub fn position(&self) -> Position {
        let at = self.node.document().text_pos_at(self.node.range().start);
        Position { line: at.row, column: at.col }
    }

    /// An error about this element.
    pub fn fault(&self, fault: Fault) -> Error {
        let parent = self.node.parent_element();
        let inside = parent.map(|parent| parent.tag_name().name()).unwrap_or_default().into();
        Error { fault: Box::new(fault), inside, position: self.position() }
    }

    /// An error about a broken rule of the document's owner: its number for the rule, and its words.
    pub fn rule(&self, class: u32, message: impl Into<String>) -> Error {
        self.fault(Fault::Rule { class, message: message.into() })
    }

    /// The error for an attribute that is not there.
    pub fn missing(&self, attribute: &'static str) -> Error {
        self.fault(Fault::MissingAttribute { element: self.name().to_owned(), attribute })
    }

    /// The error for an attribute whose text is no `T`.
    pub fn invalid<T: Value>(&self, attribute: &'static str, text: &str) -> Error {
        self.fault(Fault::Attribute {
            element: self.name().to_owned(),
            attribute,
            value: text.to_owned(),
            expected: T::EXPECTED,
        })
    }
}
