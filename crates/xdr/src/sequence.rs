//! Counted lists, packed bytes and fixed arrays; each carries its limit in its type.

use std::ops::{Deref, DerefMut};

use crate::{Error, Reader, Shape, Writer, Xdr};

/// A list of at most `MAX` elements, with a count word before them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct List<T, const MAX: usize>(pub Vec<T>);

/// At most `MAX` bytes, packed (unlike a list of `u8`, which takes four bytes for each).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Opaque<const MAX: usize>(pub Vec<u8>);

/// `char name[N]`: a NUL-padded text without a count, four bytes a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CharArray<const N: usize>(pub [i8; N]);

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Xdr, const MAX: usize> Xdr for List<T, MAX> {
    const SHAPE: &'static Shape = &Shape::List { element: T::SHAPE, max: MAX };

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        out.count(self.0.len(), MAX)?;
        self.0.iter().try_for_each(|element| element.encode(out))
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        let count = input.count(MAX)?;
        // No element is smaller than a word, so what is left bounds what may be allocated.
        let mut list = Vec::with_capacity(count.min(input.remaining() / 4));
        for _ in 0..count {
            list.push(T::decode(input)?);
        }
        Ok(Self(list))
    }
}

impl<const MAX: usize> Xdr for Opaque<MAX> {
    const SHAPE: &'static Shape = &Shape::Opaque { max: MAX };

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        out.count(self.0.len(), MAX)?;
        out.put_padded(&self.0);
        Ok(())
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        let count = input.count(MAX)?;
        input.take_padded(count).map(|bytes| Self(bytes.to_vec()))
    }
}

impl<const N: usize> Xdr for [u8; N] {
    const SHAPE: &'static Shape = &Shape::Bytes(N);

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        out.put_padded(self);
        Ok(())
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        let bytes = input.array()?;
        input.take(N.wrapping_neg() & 3)?;
        Ok(bytes)
    }
}

impl<const N: usize> CharArray<N> {
    /// The text, cut to what fits before a final NUL.
    pub fn from_text(text: &str) -> Self {
        let mut chars = [0; N];
        let room = N.saturating_sub(1);
        for (place, byte) in chars.iter_mut().take(room).zip(text.bytes()) {
            *place = byte.cast_signed();
        }
        Self(chars)
    }

    /// The text up to the first NUL; bytes that are not UTF-8 are replaced.
    pub fn to_text(&self) -> String {
        let bytes: Vec<u8> =
            self.0.iter().take_while(|c| **c != 0).map(|c| c.cast_unsigned()).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl<const N: usize> Default for CharArray<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> Xdr for CharArray<N> {
    const SHAPE: &'static Shape = &Shape::Chars(N);

    fn encode(&self, out: &mut Writer) -> Result<(), Error> {
        self.0.iter().try_for_each(|c| c.encode(out))
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Error> {
        let mut chars = [0; N];
        for place in &mut chars {
            *place = i8::decode(input)?;
        }
        Ok(Self(chars))
    }
}

macro_rules! like_a_vec {
    ($name:ident $(<$T:ident>)? , $element:ty) => {
        impl<$($T,)? const MAX: usize> Deref for $name<$($T,)? MAX> {
            type Target = Vec<$element>;
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
        impl<$($T,)? const MAX: usize> DerefMut for $name<$($T,)? MAX> {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }
        impl<$($T,)? const MAX: usize> From<Vec<$element>> for $name<$($T,)? MAX> {
            fn from(elements: Vec<$element>) -> Self {
                Self(elements)
            }
        }
        impl<$($T,)? const MAX: usize> IntoIterator for $name<$($T,)? MAX> {
            type Item = $element;
            type IntoIter = std::vec::IntoIter<$element>;
            fn into_iter(self) -> Self::IntoIter {
                self.0.into_iter()
            }
        }
    };
}
like_a_vec!(List<T>, T);
like_a_vec!(Opaque, u8);

impl<T, const MAX: usize> FromIterator<T> for List<T, MAX> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}
