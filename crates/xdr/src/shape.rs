//! What a type looks like on the wire, as data.
//!
//! A [`Shape`] lets one function decode any message into a [`Value`] for whoever prints, filters or
//! makes up messages without knowing their types. It costs a few static words a type.

use crate::{Error, Reader, STRING_MAX, Xdr};

/// The wire form of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Void,
    /// A signed number of one byte, sent as a word.
    I8,
    /// An unsigned number of one byte, sent as a word.
    U8,
    /// An unsigned number of two bytes, sent as a word.
    U16,
    /// A signed word.
    I32,
    /// An unsigned word.
    U32,
    /// A signed number of two words.
    I64,
    /// An unsigned number of two words.
    U64,
    /// An IEEE 754 number of two words.
    F64,
    /// A text of at most [`crate::STRING_MAX`] bytes.
    String,
    /// There or not.
    Option(&'static Shape),
    /// A counted list.
    List {
        /// What it is a list of.
        element: &'static Shape,
        /// Most elements.
        max: usize,
    },
    /// Counted bytes, packed.
    Opaque {
        /// Most bytes.
        max: usize,
    },
    /// So many bytes, packed.
    Bytes(usize),
    /// So many characters, a word for each, padded with NUL.
    Chars(usize),
    /// Fields in order.
    Struct {
        /// Name of the type.
        name: &'static str,
        /// Names and shapes.
        fields: &'static [(&'static str, &'static Shape)],
    },
    /// One of several, picked by a word before it.
    Union(&'static [(i32, &'static Shape)]),
}

/// A decoded message.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, or an optional value that is not there.
    Nothing,
    /// Any signed number.
    Int(i64),
    /// Any unsigned number.
    UInt(u64),
    /// A floating-point number.
    Double(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Value>),
    /// Fields with their names.
    Struct(Vec<(&'static str, Value)>),
}

impl Shape {
    /// Takes a value of this shape from the front of `input`.
    ///
    /// # Errors
    /// Those of the type's own decoder.
    pub fn decode(&self, input: &mut Reader<'_>) -> Result<Value, Error> {
        Ok(match self {
            Self::Void => Value::Nothing,
            Self::I8 => Value::Int(i8::decode(input)?.into()),
            Self::U8 => Value::UInt(u8::decode(input)?.into()),
            Self::U16 => Value::UInt(u16::decode(input)?.into()),
            Self::I32 => Value::Int(i32::decode(input)?.into()),
            Self::U32 => Value::UInt(u32::decode(input)?.into()),
            Self::I64 => Value::Int(i64::decode(input)?),
            Self::U64 => Value::UInt(u64::decode(input)?),
            Self::F64 => Value::Double(f64::decode(input)?),
            Self::String => Value::Text(String::decode(input)?),
            Self::Option(inner) => match Option::<Present>::decode(input)? {
                Some(Present) => inner.decode(input)?,
                None => Value::Nothing,
            },
            Self::List { element, max } => {
                let count = input.count(*max)?;
                // No element is smaller than a word, so what is left bounds what may be allocated.
                let mut list = Vec::with_capacity(count.min(input.remaining() / 4));
                for _ in 0..count {
                    list.push(element.decode(input)?);
                }
                Value::List(list)
            }
            Self::Opaque { max } => {
                let count = input.count(*max)?;
                Value::Bytes(input.take_padded(count)?.to_vec())
            }
            Self::Bytes(count) => Value::Bytes(input.take_padded(*count)?.to_vec()),
            Self::Chars(count) => {
                let mut bytes = Vec::with_capacity((*count).min(input.remaining() / 4));
                for _ in 0..*count {
                    bytes.push(i8::decode(input)?.cast_unsigned());
                }
                let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
                bytes.truncate(end);
                Value::Text(String::from_utf8_lossy(&bytes).into_owned())
            }
            Self::Struct { fields, .. } => {
                let field = |(name, shape): &(&'static str, &Shape)| {
                    shape.decode(input).map(|value| (*name, value))
                };
                Value::Struct(fields.iter().map(field).collect::<Result<_, _>>()?)
            }
            Self::Union(arms) => Self::arm(arms, input)?.decode(input)?,
        })
    }

    /// Passes over a value of this shape at the front of `input` without keeping any of it.
    ///
    /// # Errors
    /// Those of [`Shape::decode`], but texts are not looked at.
    pub fn skip(&self, input: &mut Reader<'_>) -> Result<(), Error> {
        match self {
            Self::Void => {}
            Self::I8 | Self::U8 | Self::U16 | Self::I32 | Self::U32 => drop(input.take(4)?),
            Self::I64 | Self::U64 | Self::F64 => drop(input.take(8)?),
            Self::String => {
                let length = input.count(STRING_MAX)?;
                input.take_padded(length)?;
            }
            Self::Option(inner) => {
                if Option::<Present>::decode(input)?.is_some() {
                    inner.skip(input)?;
                }
            }
            Self::List { element, max } => {
                for _ in 0..input.count(*max)? {
                    element.skip(input)?;
                }
            }
            Self::Opaque { max } => {
                let count = input.count(*max)?;
                input.take_padded(count)?;
            }
            Self::Bytes(count) => drop(input.take_padded(*count)?),
            Self::Chars(count) => (0..*count).try_for_each(|_| input.take(4).map(drop))?,
            Self::Struct { fields, .. } => {
                fields.iter().try_for_each(|(_, shape)| shape.skip(input))?;
            }
            Self::Union(arms) => Self::arm(arms, input)?.skip(input)?,
        }
        Ok(())
    }

    /// Passes over the fields of a struct that come before the one with this name; its shape, or
    /// none when there is no such field.
    ///
    /// # Errors
    /// Those of [`Shape::skip`].
    pub fn seek(
        &self,
        name: &str,
        input: &mut Reader<'_>,
    ) -> Result<Option<&'static Shape>, Error> {
        let Self::Struct { fields, .. } = self else { return Ok(None) };
        let Some(place) = fields.iter().position(|(known, _)| *known == name) else {
            return Ok(None);
        };
        fields.iter().take(place).try_for_each(|(_, shape)| shape.skip(input))?;
        Ok(fields.get(place).map(|(_, shape)| *shape))
    }

    /// The shape that the key at the front of `input` picks.
    fn arm(
        arms: &'static [(i32, &'static Shape)],
        input: &mut Reader<'_>,
    ) -> Result<&'static Shape, Error> {
        let key = i32::decode(input)?;
        let arm = arms.iter().find(|(number, _)| *number == key);
        arm.map(|(_, shape)| *shape)
            .ok_or(Error::Unexpected { what: "union key", value: key.into() })
    }

    /// The name of a struct.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Struct { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Whether it is a struct with a field of that name.
    pub fn has(&self, field: &str) -> bool {
        match self {
            Self::Struct { fields, .. } => fields.iter().any(|(name, _)| *name == field),
            _ => false,
        }
    }

    /// The shape of the first field of a struct.
    pub fn first(&self) -> Option<&'static Shape> {
        match self {
            Self::Struct { fields, .. } => fields.first().map(|(_, shape)| *shape),
            _ => None,
        }
    }
}

impl Value {
    /// A field of a struct.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Struct(fields) => {
                fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }
}

/// Stands for whatever follows an optional mark.
struct Present;

impl Xdr for Present {
    const SHAPE: &'static Shape = &Shape::Void;

    fn encode(&self, _: &mut crate::Writer) -> Result<(), Error> {
        Ok(())
    }

    fn decode(_: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self)
    }
}
