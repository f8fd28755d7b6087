//! Numbers, strings and optional values.

use crate::{Error, Reader, STRING_MAX, Shape, Writer, Xdr};

macro_rules! words {
    ($($native:ty: $shape:ident),*) => {$(
        impl Xdr for $native {
            const SHAPE: &'static Shape = &Shape::$shape;

            fn encode(&self, out: &mut Writer) -> Result<(), Error> {
                out.put(&self.to_be_bytes());
                Ok(())
            }
            fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
                Ok(Self::from_be_bytes(input.array()?))
            }
        }
    )*};
}
words!(i32: I32, u32: U32, i64: I64, u64: U64, f64: F64);

/// Types that are narrower than the four bytes they take. The upper bytes are ignored on the
/// way in, as C's decoders do.
macro_rules! narrow {
    ($($native:ty as $word:ty: $shape:ident),*) => {$(
        impl Xdr for $native {
            const SHAPE: &'static Shape = &Shape::$shape;

            fn encode(&self, out: &mut Writer) -> Result<(), Error> {
                <$word>::from(*self).encode(out)
            }
            fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
                <$word>::decode(input).map(|word| word as Self)
            }
        }
    )*};
}
narrow!(i8 as i32: I8, u8 as u32: U8, u16 as u32: U16);

impl Xdr for () {
    const SHAPE: &'static Shape = &Shape::Void;

    fn encode(&self, _: &mut Writer) -> Result<(), Error> {
        Ok(())
    }
    fn decode(_: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(())
    }
}

impl Xdr for String {
    const SHAPE: &'static Shape = &Shape::String;

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        out.count(self.len(), STRING_MAX)?;
        out.put_padded(self.as_bytes());
        Ok(())
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        let length = input.count(STRING_MAX)?;
        let bytes = input.take_padded(length)?;
        if bytes.contains(&0) {
            return Err(Error::InvalidString);
        }
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Error::InvalidString)
    }
}

impl<T: Xdr> Xdr for Option<T> {
    const SHAPE: &'static Shape = &Shape::Option(T::SHAPE);

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        match self {
            None => 0u32.encode(out),
            Some(value) => {
                1u32.encode(out)?;
                value.encode(out)
            }
        }
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        match u32::decode(input)? {
            0 => Ok(None),
            1 => T::decode(input).map(Some),
            value => Err(Error::Unexpected { what: "optional mark", value: value.into() }),
        }
    }
}

impl<T: Xdr> Xdr for Box<T> {
    const SHAPE: &'static Shape = T::SHAPE;

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        (**self).encode(out)
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        T::decode(input).map(Box::new)
    }
}
