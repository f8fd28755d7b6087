//! Typed parameters: named values of one of seven types.

use xdr::{Error, List, Reader, Shape, Writer, Xdr};

/// A named value.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedParam {
    /// Name, at most 79 bytes.
    pub field: String,
    /// Value.
    pub value: TypedParamValue,
}

/// The value of a [`TypedParam`].
#[derive(Debug, Clone, PartialEq)]
pub enum TypedParamValue {
    /// Wire type 1.
    Int(i32),
    /// Wire type 2.
    UInt(u32),
    /// Wire type 3.
    LLong(i64),
    /// Wire type 4.
    ULLong(u64),
    /// Wire type 5.
    Double(f64),
    /// Wire type 6.
    Boolean(bool),
    /// Wire type 7.
    String(String),
}

impl Xdr for TypedParam {
    const SHAPE: &'static Shape = &Shape::Struct {
        name: "TypedParam",
        fields: &[("field", String::SHAPE), ("value", TypedParamValue::SHAPE)],
    };

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        self.field.encode(out)?;
        self.value.encode(out)
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self { field: Xdr::decode(input)?, value: Xdr::decode(input)? })
    }
}

impl Xdr for TypedParamValue {
    const SHAPE: &'static Shape = &Shape::Union(&[
        (1, i32::SHAPE),
        (2, u32::SHAPE),
        (3, i64::SHAPE),
        (4, u64::SHAPE),
        (5, f64::SHAPE),
        (6, i32::SHAPE),
        (7, String::SHAPE),
    ]);

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        match self {
            Self::Int(v) => (1i32.encode(out)?, v.encode(out)?).1,
            Self::UInt(v) => (2i32.encode(out)?, v.encode(out)?).1,
            Self::LLong(v) => (3i32.encode(out)?, v.encode(out)?).1,
            Self::ULLong(v) => (4i32.encode(out)?, v.encode(out)?).1,
            Self::Double(v) => (5i32.encode(out)?, v.encode(out)?).1,
            Self::Boolean(v) => (6i32.encode(out)?, i32::from(*v).encode(out)?).1,
            Self::String(v) => (7i32.encode(out)?, v.encode(out)?).1,
        }
        Ok(())
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(match i32::decode(input)? {
            1 => Self::Int(Xdr::decode(input)?),
            2 => Self::UInt(Xdr::decode(input)?),
            3 => Self::LLong(Xdr::decode(input)?),
            4 => Self::ULLong(Xdr::decode(input)?),
            5 => Self::Double(Xdr::decode(input)?),
            6 => Self::Boolean(i32::decode(input)? != 0),
            7 => Self::String(Xdr::decode(input)?),
            value => {
                return Err(Error::Unexpected {
                    what: "typed parameter type",
                    value: value.into(),
                });
            }
        })
    }
}

/// A list of typed parameters in the making.
///
/// ```
/// let mut params = api::Params::default();
/// params.uint("block.count", 1).ullong("block.0.capacity", 1 << 20);
/// assert_eq!(params.0.len(), 2);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(pub Vec<TypedParam>);

impl Params {
    /// Adds a value of any type.
    pub fn push(&mut self, field: impl Into<String>, value: TypedParamValue) -> &mut Self {
        self.0.push(TypedParam { field: field.into(), value });
        self
    }

    /// Adds a signed 32-bit number.
    pub fn int(&mut self, field: impl Into<String>, value: i32) -> &mut Self {
        self.push(field, TypedParamValue::Int(value))
    }

    /// Adds an unsigned 32-bit number.
    pub fn uint(&mut self, field: impl Into<String>, value: u32) -> &mut Self {
        self.push(field, TypedParamValue::UInt(value))
    }

    /// Adds a signed 64-bit number.
    pub fn llong(&mut self, field: impl Into<String>, value: i64) -> &mut Self {
        self.push(field, TypedParamValue::LLong(value))
    }

    /// Adds an unsigned 64-bit number.
    pub fn ullong(&mut self, field: impl Into<String>, value: u64) -> &mut Self {
        self.push(field, TypedParamValue::ULLong(value))
    }

    /// Adds a yes or no.
    pub fn boolean(&mut self, field: impl Into<String>, value: bool) -> &mut Self {
        self.push(field, TypedParamValue::Boolean(value))
    }

    /// Adds a text.
    pub fn string(&mut self, field: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.push(field, TypedParamValue::String(value.into()))
    }

    /// The first value of that name.
    pub fn get(&self, field: &str) -> Option<&TypedParamValue> {
        self.0.iter().find(|param| param.field == field).map(|param| &param.value)
    }

    /// Leaves out strings, for a client that did not say it takes them.
    pub fn without_strings(mut self) -> Self {
        self.0.retain(|param| !matches!(param.value, TypedParamValue::String(_)));
        self
    }
}

impl<const MAX: usize> From<Params> for List<TypedParam, MAX> {
    fn from(params: Params) -> Self {
        List(params.0)
    }
}

impl<const MAX: usize> From<List<TypedParam, MAX>> for Params {
    fn from(list: List<TypedParam, MAX>) -> Self {
        Self(list.0)
    }
}
