//! The bytes still to be read.

use crate::Error;

/// A view of undecoded bytes that only shrinks.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes not yet read.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// All that was not yet read; the reader is empty afterwards.
    pub fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// The next `length` bytes.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(self.short(length))?;
        self.rest = rest;
        Ok(head)
    }

    /// The next `length` bytes and the zero to three bytes that pad them to a multiple of four.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    pub fn take_padded(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let head = self.take(length)?;
        self.take(length.wrapping_neg() & 3)?;
        Ok(head)
    }

    /// The next `N` bytes as an array.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(self.short(N))?;
        self.rest = rest;
        Ok(*head)
    }

    fn short(&self, wanted: usize) -> Error {
        Error::Truncated { wanted, left: self.rest.len() }
    }

    /// A count word, checked against `limit`.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::TooLong`].
    pub fn count(&mut self, limit: usize) -> Result<usize, Error> {
        let length = u32::from_be_bytes(self.array()?) as usize;
        if length > limit {
            return Err(Error::TooLong { length, limit });
        }
        Ok(length)
    }
}
