//! Streams: bytes, and for calls that ask for them holes, that flow beside the calls of a
//! connection, such as a console's or a volume's.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use api::Procedure;
use api::procedure::Row;
use rpc::{STREAM_CHUNK_BYTES, Status};
use tokio::io::{AsyncRead, ReadBuf};

use crate::connection::Connection;
use crate::error::{Error, Result};
use crate::link::{Holes, Opens, StreamPacket, StreamPlace};

/// Most zeros that a hole is made into at a time. **Units**: bytes.
const ZEROS_BYTES: u64 = 1 << 16;

/// A stream that a call opened.
///
/// Data is read from it and written to it in order; [`finish`](Self::finish) ends it so that both
/// sides know all has arrived. Dropping it aborts it.
///
/// A stream that is not read holds up its whole connection once 64 packets of it wait: read it,
/// drop it, or give it a connection of its own.
#[derive(Debug)]
pub struct Stream {
    reader: StreamReader,
    writer: StreamWriter,
}

/// The half of a stream that brings data from the server; also an [`AsyncRead`].
#[derive(Debug)]
pub struct StreamReader {
    place: StreamPlace,
    connection: Connection,
    /// What of the last packet was not yet taken.
    rest: Vec<u8>,
    taken: usize,
    /// What of the last hole was not yet taken. **Units**: bytes.
    hole: u64,
    state: Reading,
}

/// What a stream with holes is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes, not empty.
    Data(Vec<u8>),
    /// Zeros that were not sent. **Units**: bytes, more than none.
    Hole(u64),
}

#[derive(Debug)]
enum Reading {
    Open,
    /// The server has no more data; the stream still has to be finished.
    AtEnd,
    /// The stream is off the connection.
    Gone,
}

/// The half of a stream that takes data to the server.
#[derive(Debug, Clone)]
pub struct StreamWriter {
    connection: Connection,
    row: &'static Row,
    serial: u32,
}

impl Connection {
    /// Makes a call that opens a stream.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_stream<P: Procedure>(&self, args: P::Args) -> Result<(P::Ret, Stream)> {
        self.open_stream::<P>(args, Holes::Uninvited).await
    }

    /// Makes a call that opens a stream with holes: `args` must have the call's sparse flag.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_sparse_stream<P: Procedure>(
        &self,
        args: P::Args,
    ) -> Result<(P::Ret, Stream)> {
        self.open_stream::<P>(args, Holes::Invited).await
    }

    async fn open_stream<P: Procedure>(
        &self,
        args: P::Args,
        holes: Holes,
    ) -> Result<(P::Ret, Stream)> {
        match self.exchange::<P>(args, Opens::Stream(holes)).await? {
            (ret, Some(place)) => Ok((ret, Stream::new(self.clone(), place))),
            (_, None) => Err(self.why_closed().into()),
        }
    }
}

impl Stream {
    fn new(connection: Connection, place: StreamPlace) -> Self {
        let (row, serial) = (place.row, place.serial);
        let writer = StreamWriter { connection: connection.clone(), row, serial };
        let (rest, taken, hole, state) = (Vec::new(), 0, 0, Reading::Open);
        Self { reader: StreamReader { place, connection, rest, taken, hole, state }, writer }
    }

    /// Both halves, to read and write at the same time.
    pub fn split(&mut self) -> (&mut StreamReader, &StreamWriter) {
        (&mut self.reader, &self.writer)
    }

    /// The next data; none at the end. See [`StreamReader::next`].
    ///
    /// # Errors
    /// As [`StreamReader::next`].
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        self.reader.next().await
    }

    /// The next data or hole; none at the end. See [`StreamReader::next_piece`].
    ///
    /// # Errors
    /// As [`StreamReader::next`].
    pub async fn next_piece(&mut self) -> Result<Option<Piece>> {
        self.reader.next_piece().await
    }

    /// Sends a hole. See [`StreamWriter::send_hole`].
    ///
    /// # Errors
    /// As [`StreamWriter::send_hole`].
    pub async fn send_hole(&self, length: u64) -> Result<()> {
        self.writer.send_hole(length).await
    }

    /// Sends data. See [`StreamWriter::send`].
    ///
    /// # Errors
    /// As [`StreamWriter::send`].
    pub async fn send(&self, data: &[u8]) -> Result<()> {
        self.writer.send(data).await
    }

    /// Ends the stream and waits until the server agrees; what it still sends is thrown away.
    ///
    /// # Errors
    /// The server's, when something that was sent could not be used.
    pub async fn finish(mut self) -> Result<()> {
        self.end(Status::Ok).await
    }

    /// Gives the stream up and waits until the server has let go of it.
    ///
    /// # Errors
    /// When the connection ends first.
    pub async fn abort(mut self) -> Result<()> {
        self.end(Status::Error).await
    }

    async fn end(&mut self, how: Status) -> Result<()> {
        if matches!(self.reader.state, Reading::Gone) {
            return Ok(());
        }
        self.writer.put(how, &[]).await?;
        loop {
            match self.reader.place.incoming.recv().await {
                Some(StreamPacket::Data(_) | StreamPacket::Hole(_)) => {}
                Some(StreamPacket::Finished) => {
                    self.reader.leave();
                    return Ok(());
                }
                Some(StreamPacket::Failed(error)) => {
                    self.reader.leave();
                    return Err(error);
                }
                None => return Err(self.reader.connection.why_closed().into()),
            }
        }
    }
}

impl StreamReader {
    /// The next data, never empty; none at the end. Holes are made into the zeros that they stand
    /// for. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The server's when it gives the stream up, [`Error::Closed`] when the connection ends.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        std::future::poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The next data or hole; none at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub async fn next_piece(&mut self) -> Result<Option<Piece>> {
        std::future::poll_fn(|cx| self.poll_piece(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Vec<u8>>>> {
        Poll::Ready(match ready!(self.poll_piece(cx))? {
            None => Ok(None),
            Some(Piece::Data(data)) => Ok(Some(data)),
            Some(Piece::Hole(length)) => {
                let count = length.min(ZEROS_BYTES);
                self.hole = length - count;
                Ok(Some(vec![0; usize::try_from(count).unwrap_or_default()]))
            }
        })
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Piece>>> {
        if self.taken < self.rest.len() {
            let rest = self.rest.split_off(self.taken);
            (self.rest, self.taken) = (Vec::new(), 0);
            return Poll::Ready(Ok(Some(Piece::Data(rest))));
        }
        if self.hole > 0 {
            let length = std::mem::take(&mut self.hole);
            return Poll::Ready(Ok(Some(Piece::Hole(length))));
        }
        if !matches!(self.state, Reading::Open) {
            return Poll::Ready(Ok(None));
        }
        Poll::Ready(match ready!(self.place.incoming.poll_recv(cx)) {
            Some(StreamPacket::Data(data)) if data.is_empty() => {
                self.state = Reading::AtEnd;
                Ok(None)
            }
            Some(StreamPacket::Data(data)) => Ok(Some(Piece::Data(data))),
            Some(StreamPacket::Hole(length)) => Ok(Some(Piece::Hole(length))),
            Some(StreamPacket::Finished) => {
                self.leave();
                Ok(None)
            }
            Some(StreamPacket::Failed(error)) => {
                self.leave();
                Err(error)
            }
            None => {
                self.state = Reading::Gone;
                Err(self.connection.why_closed().into())
            }
        })
    }

    fn leave(&mut self) {
        self.state = Reading::Gone;
        self.connection.link().forget_stream(self.place.serial);
    }
}

impl AsyncRead for StreamReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.taken >= self.rest.len() {
            let next = ready!(self.poll_next(cx)).map_err(io::Error::other)?;
            (self.rest, self.taken) = (next.unwrap_or_default(), 0);
        }
        let waiting = self.rest.get(self.taken..).unwrap_or_default();
        let count = waiting.len().min(room.remaining());
        room.put_slice(waiting.get(..count).unwrap_or_default());
        self.taken += count;
        Poll::Ready(Ok(()))
    }
}

impl Drop for StreamReader {
    fn drop(&mut self) {
        if !matches!(self.state, Reading::Gone) {
            self.connection.link().abandon_stream(self.place.row, self.place.serial);
        }
    }
}

impl StreamWriter {
    /// Sends data, in as many packets as it needs; waits while the socket is full.
    ///
    /// Dropping the future may leave a part of `data` sent.
    ///
    /// # Errors
    /// [`Error::Closed`]. That the server could not use the data is told to the reading half, or
    /// to [`Stream::finish`].
    pub async fn send(&self, data: &[u8]) -> Result<()> {
        for chunk in data.chunks(STREAM_CHUNK_BYTES) {
            self.put(Status::Continue, chunk).await?;
        }
        Ok(())
    }

    /// Sends a hole: zeros that the server need not be sent. Only for streams that
    /// [`Connection::call_sparse_stream`] opened; on another it costs the connection.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_hole(&self, length: u64) -> Result<()> {
        let mut left = length;
        while left > 0 {
            let hole = i64::try_from(left).unwrap_or(i64::MAX);
            self.connection.link().send_hole(self.row, self.serial, hole).await?;
            left -= hole.unsigned_abs();
        }
        Ok(())
    }

    async fn put(&self, status: Status, data: &[u8]) -> Result<(), Error> {
        self.connection.link().send_stream(self.row, self.serial, status, data).await
    }
}
