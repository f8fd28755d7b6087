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
/// ```
#[macro_export]
macro_rules! element {
    ($( $(#[$meta:meta])* $vis:vis struct $Name:ident {
        $( $(#[$fmeta:meta])* $kind:ident $field:ident : $ty:ty $(= $name:literal $(when $part:path)?)? ),* $(,)?
    } )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $Name { $( $(#[$fmeta])* $vis $field: $ty ),* }

        impl $crate::Element for $Name {
            const NAMES: &'static [&'static str] = &[$( $($name,)? )*];

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
    )*};
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
    ($(#[$meta:meta])* $vis:vis enum $Name:ident by $tag:literal $(or $usual:literal)? {
        $( $(#[$vmeta:meta])* $Variant:ident $(($ty:ty))? = $word:literal ),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        $vis enum $Name {
            $( #[doc = concat!("`", $tag, "='", $word, "'`")] $(#[$vmeta])* $Variant $(($ty))?, )+
        }

        impl $Name {
            /// The word that says which one it is.
            $vis const fn word(&self) -> &'static str {
                match self { $( Self::$Variant { .. } => $word ),+ }
            }
        }

        impl $crate::Element for $Name {
            const NAMES: &'static [&'static str] = &[$tag];

            fn read(node: $crate::Node<'_, '_>) -> Result<Self, $crate::Error> {
                let word = node.attribute($tag) $(.or(Some($usual)))?;
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
    (preset $node:ident $name:literal) => { $node.optional($name)?.unwrap_or_default() };
    (text $node:ident) => { $node.content()? };
    (leaf $node:ident $name:literal) => { $crate::LeafField::read($node, $name)? };
    (flag $node:ident $name:literal) => { $node.child($name).is_some() };
    (child $node:ident $name:literal) => { $crate::ChildField::read($node, $name)? };
    (group $node:ident $name:literal) => {
        match $node.child($name) { Some(child) => $crate::Element::read(child)?, None => Default::default() }
    };
    (part $node:ident) => { $crate::Element::read($node)? };
}

/// What a field of each kind adds to the attributes.
#[doc(hidden)]
#[macro_export]
macro_rules! write_attribute {
    ($kind:ident $w:ident, $value:expr, $name:literal, $part:path) => {
        if $w.shows($part) { $crate::write_attribute!($kind $w, $value, $name); }
    };
    (attr $w:ident, $value:expr, $name:literal) => { $crate::AttributeField::write(&$value, $name, $w) };
    (preset $w:ident, $value:expr, $name:literal) => { $w.attribute($name, &$crate::Value::print(&$value)) };
    (part $w:ident, $value:expr) => { $crate::Element::write_attributes(&$value, $w) };
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
    (group $w:ident, $value:expr, $name:literal) => { $w.group($name, &$value) };
    (part $w:ident, $value:expr) => { $crate::Element::write_children(&$value, $w) };
    ($kind:ident $w:ident, $value:expr $(, $name:literal)?) => {};
}
