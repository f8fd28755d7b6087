//! The declarations: `words!`, `element!`, `tagged!`.

/// Declares closed lists of words that an attribute or a text may say.
///
/// ```
/// xml::words! {
///     /// Where a device sits.
///     pub enum Bus { Virtio = "virtio", Usb = "usb" }
/// }
/// assert_eq!(Bus::Usb.word(), "usb");
/// ```
#[macro_export]
macro_rules! words {
    ($( $(#[$meta:meta])* $vis:vis enum $Name:ident { $( $(#[$vmeta:meta])* $Variant:ident = $word:literal ),+ $(,)? } )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $Name {
            $( #[doc = concat!("`", $word, "`")] $(#[$vmeta])* $Variant, )+
        }

        impl $Name {
            /// Every word, in order.
            $vis const ALL: &'static [Self] = &[$( Self::$Variant ),+];

            /// The word itself.
            $vis const fn word(self) -> &'static str {
                match self { $( Self::$Variant => $word ),+ }
            }
        }

        impl $crate::Value for $Name {
            const KIND: $crate::ValueKind = $crate::ValueKind::Words(&[$( $word ),+]);

            fn parse(text: &str) -> Option<Self> {
                match text { $( $word => Some(Self::$Variant), )+ _ => None }
            }

            fn print(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed(self.word())
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    )*};
}

/// Declares elements: structs whose fields stand in printing order, each with its kind.
///
/// | kind | the field is | types |
/// |---|---|---|
/// | `attr` | an attribute | `T` (required), `Option<T>` |
/// | `preset` | an attribute that is always printed; `T::default()` if it is not given | `T` |
/// | `text` | the element's own text | `T` |
/// | `leaf` | a child with nothing but text | `T`, `Option<T>`, `Vec<T>` |
/// | `flag` | an empty child, there or not | `bool` |
/// | `child` | a child element | `E`, `Option<E>`, `Vec<E>` |
/// | `group` | a child element, not printed while it is empty | `E: Default` |
/// | `part` | further attributes and children of this element | `E` |
/// | `more` | the same, if it need not say anything | `E: Default` |
/// | `own` | a child that reads and writes itself | `F: ChildField + Default` |
/// | `loose_attr` | an attribute whose text is passed over if it is no `T` | `Option<T>` |
/// | `loose_child` | a child that is passed over if an attribute that it must have is missing | `Option<E>` |
///
/// A field with `when PART` is read and written only if the [`View`](crate::View) shows `PART`.
///
/// ```
/// xml::element! {
///     /// `<target>` of a disk.
///     pub struct Target {
///         /// Name in the guest.
///         attr dev: String = "dev",
///         /// Position of the tray.
///         attr tray: Option<String> = "tray",
///     }
/// }
/// # use xml::{Document, Element, View};
/// let document = Document::parse("<target dev='vda'/>").unwrap();
/// let target = Target::read(document.root("target", View::PLAIN).unwrap()).unwrap();
/// assert_eq!(target.dev, "vda");
/// assert_eq!(target, Target::new("vda".to_owned()));
/// ```
///
/// Each gets a constructor `new` that takes what must be there, in printing order; [`Element::with`]
/// sets the rest.
///
/// [`Element::with`]: crate::Element::with
#[macro_export]
macro_rules! element {
    ($( $(#[$($meta:tt)*])* $vis:vis struct $Name:ident { $($body:tt)* } )*) => {$(
        $crate::element_of! { [$([$($meta)*])*] $vis $Name { $($body)* } }
        $crate::constructor! { [$vis $Name] () () $($body)* }
    )*};
}

/// One element's struct and how it is read and written.
#[doc(hidden)]
#[macro_export]
macro_rules! element_of {
    ([$([$($meta:tt)*])*] $vis:vis $Name:ident {
        $( $(#[$($fmeta:tt)*])* $kind:ident $field:ident : $ty:ty $(= $name:literal $(when $part:path)?)? ),* $(,)?
    }) => {
        $(#[$($meta)*])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $Name { $( $(#[$($fmeta)*])* $vis $field: $ty ),* }

        impl $crate::Element for $Name {
            const NAMES: &'static [&'static str] = &[$( $($name,)? )*];

            const SHAPE: &'static $crate::Shape = &$crate::Shape::of(
                concat!("", $( $crate::doc_text!($($meta)*) ),*),
                &[$( $crate::Field {
                    name: concat!("", $($name)?),
                    doc: concat!("", $( $crate::doc_text!($($fmeta)*) ),*),
                    kind: $crate::field_kind!($kind $ty),
                    view: $crate::field_view!($($($part)?)?),
                } ),*],
            );

            fn read(node: $crate::Node<'_, '_>) -> Result<Self, $crate::Error> {
                Ok(Self { $( $field: $crate::read_field!($kind node $($name $($part)?)?) ),* })
            }

            #[allow(unused_variables, reason = "an element may have no attributes")]
            fn write_attributes(&self, w: &mut $crate::Writer) {
                $( $crate::write_attribute!($kind w, self.$field $(, $name $(, $part)?)?); )*
            }

            #[allow(unused_variables, reason = "an element may have no children")]
            fn write_children(&self, w: &mut $crate::Writer) {
                $( $crate::write_child!($kind w, self.$field $(, $name $(, $part)?)?); )*
            }
        }
    };
}

/// The text of an attribute that is documentation.
#[doc(hidden)]
#[macro_export]
macro_rules! doc_text {
    (doc = $text:literal) => {
        $text
    };
    ($($other:tt)*) => {
        ""
    };
}

/// The [`Kind`](crate::Kind) of a field.
#[doc(hidden)]
#[macro_export]
macro_rules! field_kind {
    (attr $ty:ty) => {
        $crate::Kind::Attribute {
            value: <$ty as $crate::AttributeField>::VALUE,
            required: <$ty as $crate::AttributeField>::REQUIRED,
        }
    };
    (loose_attr $ty:ty) => {
        $crate::Kind::Attribute { value: <$ty as $crate::AttributeField>::VALUE, required: false }
    };
    (loose_child $ty:ty) => {
        <$ty as $crate::ChildField>::KIND
    };
    (preset $ty:ty) => {
        $crate::Kind::Attribute { value: <$ty as $crate::Value>::KIND, required: false }
    };
    (text $ty:ty) => {
        $crate::Kind::Text(<$ty as $crate::Value>::KIND)
    };
    (leaf $ty:ty) => {
        $crate::Kind::Leaf {
            value: <$ty as $crate::LeafField>::VALUE,
            count: <$ty as $crate::LeafField>::COUNT,
        }
    };
    (flag $ty:ty) => {
        $crate::Kind::Flag
    };
    (child $ty:ty) => {
        <$ty as $crate::ChildField>::KIND
    };
    (own $ty:ty) => {
        <$ty as $crate::ChildField>::KIND
    };
    (group $ty:ty) => {
        $crate::Kind::Child {
            shape: <$ty as $crate::Element>::shape,
            count: $crate::Count::Optional,
        }
    };
    (part $ty:ty) => {
        $crate::Kind::Part(<$ty as $crate::Element>::shape)
    };
    (more $ty:ty) => {
        $crate::Kind::Part(<$ty as $crate::Element>::shape)
    };
}

/// The part of a document that a field belongs to.
#[doc(hidden)]
#[macro_export]
macro_rules! field_view {
    () => {
        $crate::View::PLAIN
    };
    ($part:path) => {
        $part
    };
}

/// A constructor from what must be there: takes one field after the other off the declaration.
#[doc(hidden)]
#[macro_export]
macro_rules! constructor {
    ([$vis:vis $Name:ident] ($($args:tt)*) ($($init:tt)*)) => {
        impl $Name {
            /// One with what must be there and nothing else.
            #[allow(
                dead_code,
                clippy::too_many_arguments,
                clippy::new_without_default,
                reason = "made for every element alike"
            )]
            $vis fn new($($args)*) -> Self {
                Self { $($init)* }
            }
        }
    };
    ($of:tt $args:tt ($($init:tt)*)
        $(#[$($meta:tt)*])* $kind:ident $field:ident : Option<$ty:ty> $(= $name:literal $(when $part:path)?)? $(, $($rest:tt)*)?) => {
        $crate::constructor! { $of $args ($($init)* $field: None,) $($($rest)*)? }
    };
    ($of:tt $args:tt ($($init:tt)*)
        $(#[$($meta:tt)*])* $kind:ident $field:ident : Vec<$ty:ty> $(= $name:literal $(when $part:path)?)? $(, $($rest:tt)*)?) => {
        $crate::constructor! { $of $args ($($init)* $field: Vec::new(),) $($($rest)*)? }
    };
    ($of:tt $args:tt $init:tt $(#[$($meta:tt)*])* flag $($rest:tt)*) => {
        $crate::constructor! { @usual $of $args $init $($rest)* }
    };
    ($of:tt $args:tt $init:tt $(#[$($meta:tt)*])* group $($rest:tt)*) => {
        $crate::constructor! { @usual $of $args $init $($rest)* }
    };
    ($of:tt $args:tt $init:tt $(#[$($meta:tt)*])* preset $($rest:tt)*) => {
        $crate::constructor! { @usual $of $args $init $($rest)* }
    };
    ($of:tt $args:tt $init:tt $(#[$($meta:tt)*])* more $($rest:tt)*) => {
        $crate::constructor! { @usual $of $args $init $($rest)* }
    };
    ($of:tt $args:tt $init:tt $(#[$($meta:tt)*])* own $($rest:tt)*) => {
        $crate::constructor! { @usual $of $args $init $($rest)* }
    };
    (@usual $of:tt $args:tt ($($init:tt)*)
        $field:ident : $ty:ty $(= $name:literal $(when $part:path)?)? $(, $($rest:tt)*)?) => {
        $crate::constructor! { $of $args ($($init)* $field: Default::default(),) $($($rest)*)? }
    };
    ($of:tt ($($args:tt)*) ($($init:tt)*)
        $(#[$($meta:tt)*])* $kind:ident $field:ident : Box<str> $(= $name:literal $(when $part:path)?)? $(, $($rest:tt)*)?) => {
        $crate::constructor! { $of ($($args)* $field: impl Into<Box<str>>,) ($($init)* $field: $field.into(),) $($($rest)*)? }
    };
    ($of:tt ($($args:tt)*) ($($init:tt)*)
        $(#[$($meta:tt)*])* $kind:ident $field:ident : Box<$ty:ty> $(= $name:literal $(when $part:path)?)? $(, $($rest:tt)*)?) => {
        $crate::constructor! { $of ($($args)* $field: $ty,) ($($init)* $field: Box::new($field),) $($($rest)*)? }
    };
    ($of:tt ($($args:tt)*) ($($init:tt)*)
        $(#[$($meta:tt)*])* $kind:ident $field:ident : $ty:ty $(= $name:literal $(when $part:path)?)? $(, $($rest:tt)*)?) => {
        $crate::constructor! { $of ($($args)* $field: $ty,) ($($init)* $field,) $($($rest)*)? }
    };
}

/// Declares an element whose shape the word in one attribute decides.
///
/// ```
/// xml::element! {
///     /// A slot.
///     #[derive(Default)]
///     pub struct Slot {
///         /// Its number.
///         attr slot: Option<u32> = "slot",
///     }
/// }
/// xml::tagged! {
///     /// Where a device is.
///     pub enum Place by "type" { Nowhere = "none", Slot(Slot) = "slot" }
/// }
/// ```
///
/// `by "type" or "none"` says which one it is without the attribute; else it must be there.
#[macro_export]
macro_rules! tagged {
    ($(#[$($meta:tt)*])* $vis:vis enum $Name:ident by $tag:literal $(or $usual:literal)? $(unless $other:path)? {
        $( $(#[$($vmeta:tt)*])* $Variant:ident $(($ty:ty))? = $word:literal ),+ $(,)?
    }) => {
        $(#[$($meta)*])*
        #[derive(Clone, Debug, PartialEq)]
        $vis enum $Name {
            $( #[doc = concat!("`", $tag, "='", $word, "'`")] $(#[$($vmeta)*])* $Variant $(($ty))?, )+
        }

        impl $Name {
            /// The word that says which one it is.
            $vis const fn word(&self) -> &'static str {
                match self { $( Self::$Variant { .. } => $word ),+ }
            }
        }

        impl $crate::Element for $Name {
            const NAMES: &'static [&'static str] = &[$tag];

            const SHAPE: &'static $crate::Shape = &$crate::Shape {
                doc: concat!("", $( $crate::doc_text!($($meta)*) ),*),
                fields: &[],
                choice: Some($crate::Choice {
                    tag: $tag,
                    usual: $crate::tagged!(@usual $($usual)?),
                    variants: &[$( $crate::Variant {
                        word: $word,
                        doc: concat!("", $( $crate::doc_text!($($vmeta)*) ),*),
                        shape: $crate::tagged!(@shape $($ty)?),
                    } ),+],
                }),
                opaque: false,
            };

            fn read(node: $crate::Node<'_, '_>) -> Result<Self, $crate::Error> {
                let word = node.attribute($tag) $(.or(Some($usual)))?;
                $( let word = $other(node).or(word); )?
                match word.ok_or_else(|| node.missing($tag))? {
                    $( $word => Ok(Self::$Variant $((<$ty as $crate::Element>::read(node)?))?), )+
                    other => Err(node.invalid::<String>($tag, other)),
                }
            }

            fn write_attributes(&self, w: &mut $crate::Writer) {
                w.attribute($tag, self.word());
                match self { $( $crate::tagged!(@bind $Variant inner $($ty)?) => { $crate::tagged!(@attributes w inner $($ty)?); } )+ }
            }

            fn write_children(&self, w: &mut $crate::Writer) {
                match self { $( $crate::tagged!(@bind $Variant inner $($ty)?) => { $crate::tagged!(@children w inner $($ty)?); } )+ }
                let _ = w;
            }
        }
    };
    (@usual) => { None };
    (@usual $usual:literal) => { Some($usual) };
    (@shape) => { None };
    (@shape $ty:ty) => { Some(<$ty as $crate::Element>::shape) };
    (@bind $Variant:ident $inner:ident) => { Self::$Variant };
    (@bind $Variant:ident $inner:ident $ty:ty) => { Self::$Variant($inner) };
    (@attributes $w:ident $inner:ident) => {};
    (@attributes $w:ident $inner:ident $ty:ty) => { <$ty as $crate::Element>::write_attributes($inner, $w) };
    (@children $w:ident $inner:ident) => {};
    (@children $w:ident $inner:ident $ty:ty) => { <$ty as $crate::Element>::write_children($inner, $w) };
}

/// How a field of each kind is read.
#[doc(hidden)]
#[macro_export]
macro_rules! read_field {
    ($kind:ident $node:ident $name:literal $part:path) => {
        if $node.shows($part) { $crate::read_field!($kind $node $name) } else { Default::default() }
    };
    (attr $node:ident $name:literal) => { $crate::AttributeField::read($node, $name)? };
    (loose_attr $node:ident $name:literal) => { $node.attribute($name).and_then($crate::Value::parse) };
    (loose_child $node:ident $name:literal) => { $crate::loose_child($node, $name)? };
    (preset $node:ident $name:literal) => { $node.optional($name)?.unwrap_or_default() };
    (text $node:ident) => { $node.content()? };
    (leaf $node:ident $name:literal) => { $crate::LeafField::read($node, $name)? };
    (flag $node:ident $name:literal) => { $node.child($name).is_some() };
    (child $node:ident $name:literal) => { $crate::ChildField::read($node, $name)? };
    (group $node:ident $name:literal) => {
        match $node.child($name) { Some(child) => $crate::Element::read(child)?, None => Default::default() }
    };
    (own $node:ident $name:literal) => { $crate::ChildField::read($node, $name)? };
    (part $node:ident) => { $crate::Element::read($node)? };
    (more $node:ident) => { $crate::Element::read($node)? };
}

/// What a field of each kind adds to the attributes.
#[doc(hidden)]
#[macro_export]
macro_rules! write_attribute {
    ($kind:ident $w:ident, $value:expr, $name:literal, $part:path) => {
        if $w.shows($part) { $crate::write_attribute!($kind $w, $value, $name); }
    };
    (attr $w:ident, $value:expr, $name:literal) => { $crate::AttributeField::write(&$value, $name, $w) };
    (loose_attr $w:ident, $value:expr, $name:literal) => { $crate::AttributeField::write(&$value, $name, $w) };
    (preset $w:ident, $value:expr, $name:literal) => { $w.attribute($name, &$crate::Value::print(&$value)) };
    (part $w:ident, $value:expr) => { $crate::Element::write_attributes(&$value, $w) };
    (more $w:ident, $value:expr) => { $crate::Element::write_attributes(&$value, $w) };
    ($kind:ident $w:ident, $value:expr $(, $name:literal)?) => {};
}

/// What a field of each kind adds to the content.
#[doc(hidden)]
#[macro_export]
macro_rules! write_child {
    ($kind:ident $w:ident, $value:expr, $name:literal, $part:path) => {
        if $w.shows($part) { $crate::write_child!($kind $w, $value, $name); }
    };
    (text $w:ident, $value:expr) => { $w.text(&$crate::Value::print(&$value)) };
    (leaf $w:ident, $value:expr, $name:literal) => { $crate::LeafField::write(&$value, $name, $w) };
    (flag $w:ident, $value:expr, $name:literal) => { if $value { $w.leaf($name, "") } };
    (child $w:ident, $value:expr, $name:literal) => { $crate::ChildField::write(&$value, $name, $w) };
    (loose_child $w:ident, $value:expr, $name:literal) => { $crate::ChildField::write(&$value, $name, $w) };
    (own $w:ident, $value:expr, $name:literal) => { $crate::ChildField::write(&$value, $name, $w) };
    (group $w:ident, $value:expr, $name:literal) => { $w.group($name, &$value) };
    (part $w:ident, $value:expr) => { $crate::Element::write_children(&$value, $w) };
    (more $w:ident, $value:expr) => { $crate::Element::write_children(&$value, $w) };
    ($kind:ident $w:ident, $value:expr $(, $name:literal)?) => {};
}
