//! XDR values to and from bytes, as libvirt's wire protocol uses them (RFC 4506 with libvirt's
//! habit of spending four bytes on every `char`).
//!
//! A [`Reader`] only ever shrinks, and every variable length names its limit in its type
//! ([`List`], [`Opaque`], [`STRING_MAX`]): a peer's count is checked before a byte is allocated
//! for it, on the way in and on the way out. Nothing here panics on any input.
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod primitive;
mod reader;
mod sequence;
mod shape;
mod structs;
mod writer;

pub use reader::Reader;
pub use sequence::{CharArray, List, Opaque};
pub use shape::{Shape, Value};
pub use writer::Writer;

/// Longest string of the protocol. **Units**: bytes.
pub const STRING_MAX: usize = 4_194_304;

/// A value that has a place on the wire.
pub trait Xdr: Sized {
    /// The wire form, as data.
    const SHAPE: &'static Shape;

    /// Appends the value to `out`.
    ///
    /// # Errors
    /// [`Error::TooLong`] when a variable part is over its limit: the peer would refuse it.
    fn encode(&self, out: &mut Writer) -> Result<(), Error>;

    /// Takes the value from the front of `input`.
    ///
    /// # Errors
    /// Every way in which bytes may not be such a value; see [`Error`].
    fn decode(input: &mut Reader<'_>) -> Result<Self, Error>;
}

/// Encodes one value into bytes of its own.
///
/// # Errors
/// As [`Xdr::encode`].
pub fn to_bytes<T: Xdr>(value: &T) -> Result<Vec<u8>, Error> {
    let mut out = Writer::new();
    value.encode(&mut out)?;
    Ok(out.into_bytes())
}

/// Decodes one value that fills `bytes` whole.
///
/// # Errors
/// As [`Xdr::decode`], and [`Error::TrailingBytes`].
pub fn from_bytes<T: Xdr>(bytes: &[u8]) -> Result<T, Error> {
    let mut input = Reader::new(bytes);
    let value = T::decode(&mut input)?;
    match input.remaining() {
        0 => Ok(value),
        count => Err(Error::TrailingBytes { count }),
    }
}

/// Why bytes are not a value, or a value may not become bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes end inside a value.
    #[error("{wanted} bytes wanted, {left} left")]
    Truncated {
        /// Bytes that the value needs.
        wanted: usize,
        /// Bytes that are there.
        left: usize,
    },
    /// A count above the limit that the protocol gives.
    #[error("length {length} is over the limit {limit}")]
    TooLong {
        /// Elements or bytes claimed.
        length: usize,
        /// Elements or bytes allowed.
        limit: usize,
    },
    /// A string that is not UTF-8 or holds a NUL.
    #[error("string is not valid UTF-8 without NUL")]
    InvalidString,
    /// A number outside the set that its place allows.
    #[error("{value} is not a valid {what}")]
    Unexpected {
        /// What stood there.
        what: &'static str,
        /// The number.
        value: i64,
    },
    /// The value ended before the bytes did.
    #[error("{count} bytes after the end of the value")]
    TrailingBytes {
        /// Bytes left over.
        count: usize,
    },
}

#[cfg(test)]
mod tests;
