//! Numbers, strings and optional values.

use crate::{Error, Reader, STRING_MAX, Writer, Xdr};

macro_rules! words {
    ($($native:ty),*) => {$(
        impl Xdr for $native {
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
words!(i32, u32, i64, u64, f64);

/// Types that are narrower than the four bytes they take. The upper bytes are ignored on the
/// way in, as C's decoders do.
macro_rules! narrow {
    ($($native:ty as $word:ty),*) => {$(
        impl Xdr for $native {
            fn encode(&self, out: &mut Writer) -> Result<(), Error> {
                <$word>::from(*self).encode(out)
            }
            fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
                <$word>::decode(input).map(|word| word as Self)
            }
        }
    )*};
}
narrow!(i8 as i32, u8 as u32, u16 as u32);

impl Xdr for () {
    fn encode(&self, _: &mut Writer) -> Result<(), Error> {
        Ok(())
    }
    fn decode(_: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(())
    }
}

impl Xdr for String {
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
    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        (**self).encode(out)
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        T::decode(input).map(Box::new)
    }
}
