//! The bytes written so far.

use crate::Error;

/// Grows by whole XDR items; everything in it is a multiple of four bytes long.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on after `bytes`, so that a packet's header and payload share one buffer.
    pub fn append_to(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends bytes as they are.
    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends bytes and the zeros that pad them to a multiple of four.
    pub fn put_padded(&mut self, bytes: &[u8]) {
        self.put(bytes);
        let padding = bytes.len().wrapping_neg() & 3;
        self.bytes.extend(std::iter::repeat_n(0, padding));
    }

    /// Appends a count word, checked against `limit`.
    ///
    /// # Errors
    /// [`Error::TooLong`].
    pub fn count(&mut self, length: usize, limit: usize) -> Result<(), Error> {
        match u32::try_from(length) {
            Ok(word) if length <= limit => self.put(&word.to_be_bytes()),
            _ => return Err(Error::TooLong { length, limit }),
        }
        Ok(())
    }
}
