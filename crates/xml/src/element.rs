//! Elements, and the ways a struct's field can stand in one.

use crate::{Count, Error, Fault, Kind, Node, Shape, Value, ValueKind, Writer};

/// A value that is written as the attributes and children of an element.
///
/// The element's own name belongs to the field that holds it, so one type can appear under many names.
pub trait Element: Sized {
    /// Names of the attributes and children it knows.
    const NAMES: &'static [&'static str] = &[];

    /// What it is declared as.
    const SHAPE: &'static Shape = &Shape::OPAQUE;

    /// The same, asked for when it is needed: elements may contain themselves.
    fn shape() -> &'static Shape {
        Self::SHAPE
    }

    /// It, after a change: for a value that is built in one expression.
    #[must_use]
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Reads the element.
    ///
    /// # Errors
    /// Any [`Fault`] of a value below.
    fn read(node: Node<'_, '_>) -> Result<Self, Error>;

    /// Writes the attributes.
    fn write_attributes(&self, w: &mut Writer);

    /// Writes the children or the text.
    fn write_children(&self, w: &mut Writer);
}

impl<E: Element> Element for Box<E> {
    const NAMES: &'static [&'static str] = E::NAMES;
    const SHAPE: &'static Shape = E::SHAPE;

    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        E::read(node).map(Self::new)
    }

    fn write_attributes(&self, w: &mut Writer) {
        E::write_attributes(self, w);
    }

    fn write_children(&self, w: &mut Writer) {
        E::write_children(self, w);
    }
}

/// A field that is an attribute: `T` must be there, `Option<T>` may.
pub trait AttributeField: Sized {
    /// What it says.
    const VALUE: ValueKind;
    /// Whether it must be there.
    const REQUIRED: bool;

    /// Reads attribute `name` of `node`.
    ///
    /// # Errors
    /// [`Fault::Attribute`], [`Fault::MissingAttribute`].
    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error>;

    /// Writes it.
    fn write(&self, name: &str, w: &mut Writer);
}

impl<T: Value> AttributeField for T {
    const VALUE: ValueKind = T::KIND;
    const REQUIRED: bool = true;

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        node.required(name)
    }

    fn write(&self, name: &str, w: &mut Writer) {
        w.attribute(name, &self.print());
    }
}

impl<T: Value> AttributeField for Option<T> {
    const VALUE: ValueKind = T::KIND;
    const REQUIRED: bool = false;

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        node.optional(name)
    }

    fn write(&self, name: &str, w: &mut Writer) {
        if let Some(value) = self {
            w.attribute(name, &value.print());
        }
    }
}

/// A field that is a child element with nothing but text: `T` must be there, `Option<T>` may.
pub trait LeafField: Sized {
    /// What it says.
    const VALUE: ValueKind;
    /// How many of them there are.
    const COUNT: Count;

    /// Reads child `name` of `node`.
    ///
    /// # Errors
    /// [`Fault::Text`], [`Fault::MissingElement`].
    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error>;

    /// Writes it.
    fn write(&self, name: &str, w: &mut Writer);
}

impl<T: Value> LeafField for T {
    const VALUE: ValueKind = T::KIND;
    const COUNT: Count = Count::One;

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        Option::<T>::read_leaf(node, name)?.ok_or_else(|| missing(node, name))
    }

    fn write(&self, name: &str, w: &mut Writer) {
        w.leaf(name, &self.print());
    }
}

impl<T: Value> LeafField for Option<T> {
    const VALUE: ValueKind = T::KIND;
    const COUNT: Count = Count::Optional;

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        Self::read_leaf(node, name)
    }

    fn write(&self, name: &str, w: &mut Writer) {
        if let Some(value) = self {
            w.leaf(name, &value.print());
        }
    }
}

impl<T: Value> LeafField for Vec<T> {
    const VALUE: ValueKind = T::KIND;
    const COUNT: Count = Count::Many;

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        node.children(name).map(|child| child.content()).collect()
    }

    fn write(&self, name: &str, w: &mut Writer) {
        for value in self {
            w.leaf(name, &value.print());
        }
    }
}

/// The one way both leaf fields read.
trait ReadLeaf: Sized {
    fn read_leaf(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error>;
}

impl<T: Value> ReadLeaf for Option<T> {
    fn read_leaf(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        node.child(name)
            .filter(|child| !T::says_nothing(&child.text()))
            .map(|child| child.content())
            .transpose()
    }
}

/// A field that is a child element: `T` must be there, `Option<T>` may, `Vec<T>` is any number.
pub trait ChildField: Sized {
    /// How it stands in its element.
    const KIND: Kind = Kind::Foreign;

    /// Reads child `name` of `node`.
    ///
    /// # Errors
    /// Any [`Fault`] of the child; [`Fault::MissingElement`].
    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error>;

    /// Writes it.
    fn write(&self, name: &str, w: &mut Writer);
}

impl<E: Element> ChildField for E {
    const KIND: Kind = Kind::Child { shape: E::shape, count: Count::One };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        E::read(node.child(name).ok_or_else(|| missing(node, name))?)
    }

    fn write(&self, name: &str, w: &mut Writer) {
        w.element(name, self);
    }
}

impl<E: Element> ChildField for Option<E> {
    const KIND: Kind = Kind::Child { shape: E::shape, count: Count::Optional };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        node.child(name).map(E::read).transpose()
    }

    fn write(&self, name: &str, w: &mut Writer) {
        if let Some(element) = self {
            w.element(name, element);
        }
    }
}

impl<E: Element> ChildField for Vec<E> {
    const KIND: Kind = Kind::Child { shape: E::shape, count: Count::Many };

    fn read(node: Node<'_, '_>, name: &'static str) -> Result<Self, Error> {
        node.children(name).map(E::read).collect()
    }

    fn write(&self, name: &str, w: &mut Writer) {
        for element in self {
            w.element(name, element);
        }
    }
}

/// The child `name`; none if an attribute that it must have is missing.
///
/// # Errors
/// Any other [`Fault`] of the child.
pub fn loose_child<E: Element>(node: Node<'_, '_>, name: &str) -> Result<Option<E>, Error> {
    let Some(child) = node.child(name) else { return Ok(None) };
    match E::read(child) {
        Ok(element) => Ok(Some(element)),
        Err(error) if error.is_missing_attribute_of(child) => Ok(None),
        Err(error) => Err(error),
    }
}

fn missing(node: Node<'_, '_>, child: &'static str) -> Error {
    node.fault(Fault::MissingElement { element: node.name().to_owned(), child })
}
