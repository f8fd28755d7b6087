//! Declaring structs that go over the wire field by field.

/// Declares structs whose wire form is their fields in order.
///
/// ```
/// xdr::structs! {
///     /// A disk's sizes, in bytes.
///     pub struct BlockInfo {
///         allocation: u64,
///         capacity: u64,
///         physical: u64,
///     }
/// }
/// assert_eq!(xdr::to_bytes(&BlockInfo::default()), Ok(vec![0; 24]));
/// ```
#[macro_export]
macro_rules! structs {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$fmeta])* #[allow(missing_docs, reason = "a wire field is described by its struct and its name")]
            pub $field: $type),*
        }
        impl $crate::Xdr for $name {
            const SHAPE: &'static $crate::Shape = &$crate::Shape::Struct {
                name: stringify!($name),
                fields: &[$((stringify!($field), <$type as $crate::Xdr>::SHAPE)),*],
            };
            fn encode(&self, out: &mut $crate::Writer) -> Result<(), $crate::Error> {
                $($crate::Xdr::encode(&self.$field, out)?;)*
                let _ = out;
                Ok(())
            }
            fn decode(input: &mut $crate::Reader<'_>) -> Result<Self, $crate::Error> {
                let _ = &input;
                Ok(Self { $($field: $crate::Xdr::decode(input)?),* })
            }
        }
    )*};
}
