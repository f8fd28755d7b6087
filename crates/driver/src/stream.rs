//! The daemon's end of a stream: bytes, or bytes and holes.
//!
//! A driver opens a sparse end only when the client asked for one with the call's flag: the client
//! must know what a hole is. The server reads and writes one piece at a time, so that neither side
//! of a stream is ever ahead of the other by more than the server's own limits.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};

/// The daemon's end of a stream.
#[derive(Default)]
pub struct Stream {
    /// Where data for the client comes from.
    pub reader: Option<Source>,
    /// Where data from the client goes.
    pub writer: Option<Sink>,
    /// Dropped with the stream, so that the driver knows when it ended.
    pub guard: Option<Box<dyn std::any::Any + Send>>,
}

/// Where data for a client comes from.
pub enum Source {
    /// All of it is sent.
    Bytes(Box<dyn AsyncRead + Send + Unpin>),
    /// Runs of zeros are told by their length.
    Sparse(Box<dyn SparseRead>),
}

/// Where data from a client goes.
pub enum Sink {
    /// A client that sends a hole breaks the protocol.
    Bytes(Box<dyn AsyncWrite + Send + Unpin>),
    /// It takes holes as well.
    Sparse(Box<dyn SparseWrite>),
}

/// What a sparse stream is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes, not empty.
    Data(Vec<u8>),
    /// Zeros that are not sent. **Units**: bytes, more than none.
    Hole(u64),
    /// There is no more.
    End,
}

/// What a sparse end is busy with.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// Yields data and holes.
pub trait SparseRead: Send {
    /// The next piece; no more data than `room` bytes. Dropping the future may lose it: the server
    /// does so only when the stream ends.
    fn next(&mut self, room: usize) -> Pending<'_, Piece>;
}

/// Takes data and holes.
pub trait SparseWrite: Send {
    /// Takes data.
    fn data<'a>(&'a mut self, bytes: &'a [u8]) -> Pending<'a, ()>;

    /// Skips so many bytes, which read as zeros afterwards.
    fn hole(&mut self, length: u64) -> Pending<'_, ()>;

    /// The client has said all; what it sent is in its place once this is done.
    fn finish(&mut self) -> Pending<'_, ()>;
}

impl Stream {
    /// A stream that the client reads from.
    pub fn download(reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self { reader: Some(Source::Bytes(Box::new(reader))), ..Self::default() }
    }

    /// A stream that the client writes to.
    pub fn upload(writer: impl AsyncWrite + Send + Unpin + 'static) -> Self {
        Self { writer: Some(Sink::Bytes(Box::new(writer))), ..Self::default() }
    }

    /// A stream that the client reads from and writes to, such as a console.
    pub fn both(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Self {
        Self { writer: Self::upload(writer).writer, ..Self::download(reader) }
    }

    /// A stream that the client reads from, and knows holes.
    pub fn sparse_download(reader: impl SparseRead + 'static) -> Self {
        Self { reader: Some(Source::Sparse(Box::new(reader))), ..Self::default() }
    }

    /// A stream that the client writes to, and may send holes.
    pub fn sparse_upload(writer: impl SparseWrite + 'static) -> Self {
        Self { writer: Some(Sink::Sparse(Box::new(writer))), ..Self::default() }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("reader", &self.reader)
            .field("writer", &self.writer)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes(_) => "bytes",
            Self::Sparse(_) => "bytes and holes",
        })
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes(_) => "bytes",
            Self::Sparse(_) => "bytes and holes",
        })
    }
}
