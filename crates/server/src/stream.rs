//! Streams: bytes between a client and what a driver opened for it.
//!
//! Each stream is one task that reads, writes and waits for the client's word to finish or abort.
//! Both ways are bounded: what the driver has to say waits for room in the outgoing line, and the
//! session stops reading while too much from its client waits to be written. A driver that then
//! takes nothing for too long loses the stream, for its client could not even abort it.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api::remote::StreamHole;
use api::{Error, ErrorCode, ErrorDomain};
use driver::{Piece, Sink, Source, SparseRead, Stream};
use rpc::{HEADER_BYTES, Header, PacketType, PeerMisbehaved, STREAM_CHUNK_BYTES, Status};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::Limits;
use crate::call::failure_packet;
use crate::outgoing::Outgoing;

/// Most streams of one connection.
const STREAMS_MAX: usize = 64;
/// What the first read of a stream may bring; it doubles up to a whole chunk. **Units**: bytes.
const FIRST_READ_BYTES: usize = 4096;
/// What a waiting message takes beside its data: the emptiest costs memory too. **Units**: bytes.
const MESSAGE_BYTES: usize = 128;

/// What tells one stream from another: the call that opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct StreamKey {
    program: u32,
    version: u32,
    procedure: i32,
    serial: u32,
}

/// Holds a stream back until the reply to its call is in line.
pub(crate) type Hold = oneshot::Sender<()>;

/// What a client says on a stream.
#[derive(Debug)]
pub(crate) enum FromClient {
    /// Bytes.
    Data(Vec<u8>),
    /// Zeros that were not sent.
    Hole(StreamHole),
    /// All was said.
    Finish,
    /// Never mind.
    Abort,
}

/// The streams of one connection.
pub(crate) struct Streams {
    outgoing: Arc<Outgoing>,
    open: Mutex<Open>,
    /// Bytes from the client that are not written yet, of all streams.
    unwritten: Arc<AtomicUsize>,
    pause_bytes: usize,
    stall_timeout: Duration,
}

#[derive(Default)]
struct Open {
    closed: bool,
    streams: HashMap<StreamKey, Entry>,
}

/// A stream's place in the table.
struct Entry {
    queue: UnboundedSender<Queued>,
    /// Whether it was opened for data from the client, but for no holes.
    without_holes: bool,
    task: AbortHandle,
}

/// A message in a stream's queue; counts as unwritten until dropped.
struct Queued {
    message: FromClient,
    bytes: usize,
    unwritten: Arc<AtomicUsize>,
    outgoing: Arc<Outgoing>,
}

/// How a stream ended.
enum End {
    /// As the client wished; it waits to hear that.
    Confirmed,
    /// With a fault.
    Failed(Error),
    /// With its connection.
    Gone,
}

impl StreamKey {
    /// The stream of the call, or of the stream packet, with this header.
    pub(crate) fn of(header: &Header) -> Self {
        let Header { program, version, procedure, serial, .. } = *header;
        Self { program, version, procedure, serial }
    }

    fn header(self, kind: PacketType, status: Status) -> Header {
        let Self { program, version, procedure, serial } = self;
        Header { program, version, procedure, kind, serial, status }
    }
}

impl Streams {
    pub(crate) fn new(outgoing: &Arc<Outgoing>, limits: &Limits) -> Self {
        Self {
            outgoing: Arc::clone(outgoing),
            open: Mutex::default(),
            unwritten: Arc::default(),
            pause_bytes: limits.outgoing_pause_bytes,
            stall_timeout: limits.stall_timeout,
        }
    }

    fn table(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers the stream of the call with `header`; it flows once the answer is dropped.
    ///
    /// # Errors
    /// When the connection has too many.
    pub(crate) fn open(self: &Arc<Self>, header: Header, stream: Stream) -> Result<Hold, Error> {
        let (hold, released) = oneshot::channel();
        let key = StreamKey::of(&header);
        let mut table = self.table();
        if table.closed {
            return Ok(hold);
        }
        let refused = |detail| Err(Error::operation_failed(ErrorDomain::STREAMS, detail));
        if table.streams.len() >= STREAMS_MAX {
            return refused(format!("connection has {STREAMS_MAX} streams open already"));
        }
        if table.streams.contains_key(&key) {
            return refused(format!("stream with serial {} is open already", key.serial));
        }
        let without_holes = matches!(stream.writer, Some(Sink::Bytes(_)));
        let (sender, queue) = unbounded_channel();
        let flow = run(Arc::clone(self), key, stream, queue);
        let task = tokio::spawn(async move {
            // Ends either way, for it is only ever dropped.
            let _ = released.await;
            flow.await;
        });
        let task = task.abort_handle();
        table.streams.insert(key, Entry { queue: sender, without_holes, task });
        Ok(hold)
    }

    /// Hands a stream what its client said; a stream that ended does not hear it.
    ///
    /// # Errors
    /// A hole for a stream that takes data and no holes: what follows would be in the wrong place.
    pub(crate) fn deliver(
        &self,
        key: StreamKey,
        message: FromClient,
    ) -> Result<(), PeerMisbehaved> {
        let table = self.table();
        let Some(entry) = table.streams.get(&key) else { return Ok(()) };
        let bytes = MESSAGE_BYTES.saturating_add(match &message {
            FromClient::Hole(_) if entry.without_holes => {
                return Err(PeerMisbehaved::UninvitedHole);
            }
            FromClient::Data(bytes) => bytes.len(),
            FromClient::Hole(_) | FromClient::Finish | FromClient::Abort => 0,
        });
        self.unwritten.fetch_add(bytes, Ordering::Relaxed);
        let unwritten = Arc::clone(&self.unwritten);
        let outgoing = Arc::clone(&self.outgoing);
        // A task that has ended drops the message with its queue, which counts it off again.
        drop(entry.queue.send(Queued { message, bytes, unwritten, outgoing }));
        Ok(())
    }

    /// Whether so much from the client waits to be written that no more may be read.
    pub(crate) fn is_full(&self) -> bool {
        self.unwritten.load(Ordering::Relaxed) >= self.pause_bytes
    }

    /// Whether none is open.
    pub(crate) fn is_empty(&self) -> bool {
        self.table().streams.is_empty()
    }

    /// Ends all streams with their connection.
    pub(crate) fn close(&self) {
        let mut table = self.table();
        table.closed = true;
        table.streams.drain().for_each(|(_, entry)| entry.task.abort());
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.unwritten.fetch_sub(self.bytes, Ordering::Relaxed);
        // The session may have stopped reading because of these bytes.
        self.outgoing.wake();
    }
}

async fn run(
    streams: Arc<Streams>,
    key: StreamKey,
    stream: Stream,
    queue: UnboundedReceiver<Queued>,
) {
    let Stream { reader, writer, guard } = stream;
    let end = tokio::select! {
        end = streams.upload(writer, queue) => end,
        fault = download(&streams.outgoing, key, reader) => End::Failed(fault),
    };
    // Gone from the table before the client knows, for it may use the serial anew.
    streams.table().streams.remove(&key);
    // And closed before the client knows, for it may look at what was written.
    drop(guard);
    let packet = match end {
        End::Confirmed => rpc::encode(Vec::new(), &key.header(PacketType::Stream, Status::Ok), &()),
        End::Failed(error) => {
            Ok(failure_packet(&key.header(PacketType::Stream, Status::Error), &error))
        }
        End::Gone => return,
    };
    if let Ok(packet) = packet {
        streams.outgoing.send(packet, Vec::new(), None).await;
    }
}

impl Streams {
    /// Writes what the client sends, until the client ends the stream or writing fails.
    async fn upload(&self, mut writer: Option<Sink>, mut queue: UnboundedReceiver<Queued>) -> End {
        while let Some(mut queued) = queue.recv().await {
            let done = match (&mut queued.message, &mut writer) {
                (FromClient::Data(bytes), Some(sink)) => self.in_time(write(sink, bytes)).await,
                (FromClient::Hole(hole), Some(Sink::Sparse(sink))) => match hole_length(hole) {
                    Ok(length) => self.in_time(sink.hole(length)).await,
                    Err(error) => Err(error),
                },
                // The words are libvirtd's.
                (FromClient::Data(_) | FromClient::Hole(_), _) => Err(Error::new(
                    ErrorCode::RPC,
                    ErrorDomain::STREAMS,
                    "stream had unexpected termination",
                )),
                (FromClient::Finish, Some(sink)) => match self.in_time(finish(sink)).await {
                    Ok(()) => return End::Confirmed,
                    Err(error) => Err(error),
                },
                (FromClient::Finish, None) | (FromClient::Abort, _) => return End::Confirmed,
            };
            if let Err(error) = done {
                return End::Failed(error);
            }
        }
        End::Gone
    }

    /// Waits for the driver to take something, for as long as the client can still be heard.
    async fn in_time(&self, work: impl Future<Output = io::Result<()>>) -> Result<(), Error> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => {
                    return done.map_err(|error| fault(&error, "cannot write to stream"));
                }
                () = tokio::time::sleep(self.stall_timeout) => {
                    if self.is_full() {
                        let seconds = self.stall_timeout.as_secs();
                        return Err(Error::new(
                            ErrorCode::OPERATION_TIMEOUT,
                            ErrorDomain::STREAMS,
                            format!("nothing of the stream was taken for {seconds} seconds"),
                        ));
                    }
                }
            }
        }
    }
}

/// The length of a hole that a client sends.
fn hole_length(hole: &StreamHole) -> Result<u64, Error> {
    match u64::try_from(hole.length) {
        Ok(length) if length > 0 && hole.flags == 0 => Ok(length),
        _ => Err(Error::invalid_arg(
            ErrorDomain::STREAMS,
            format!("hole of {} bytes with flags 0x{:x}", hole.length, hole.flags),
        )),
    }
}

async fn write(sink: &mut Sink, bytes: &[u8]) -> io::Result<()> {
    match sink {
        Sink::Bytes(writer) => {
            writer.write_all(bytes).await?;
            writer.flush().await
        }
        Sink::Sparse(writer) => writer.data(bytes).await,
    }
}

async fn finish(sink: &mut Sink) -> io::Result<()> {
    match sink {
        Sink::Bytes(writer) => writer.shutdown().await,
        Sink::Sparse(writer) => writer.finish().await,
    }
}

/// Sends what there is to read; after its end it waits for ever: the client has the last word.
async fn download(outgoing: &Outgoing, key: StreamKey, source: Option<Source>) -> Error {
    let sent = match source {
        None => Ok(()),
        Some(Source::Bytes(reader)) => send_bytes(outgoing, key, reader).await,
        Some(Source::Sparse(reader)) => send_pieces(outgoing, key, reader).await,
    };
    match sent {
        Ok(()) => std::future::pending().await,
        Err(error) => fault(&error, "cannot read from stream"),
    }
}

async fn send_bytes(
    outgoing: &Outgoing,
    key: StreamKey,
    mut reader: Box<dyn AsyncRead + Send + Unpin>,
) -> io::Result<()> {
    let header = key.header(PacketType::Stream, Status::Continue);
    let mut room = FIRST_READ_BYTES;
    loop {
        outgoing.wait_for_room().await;
        let buffer = Vec::with_capacity(HEADER_BYTES.saturating_add(room));
        let mut packet = rpc::begin(buffer, &header).into_bytes();
        let count = (&mut reader).take(room as u64).read_buf(&mut packet).await?;
        send(outgoing, api::xdr::Writer::append_to(packet)).await?;
        if count == 0 {
            return Ok(());
        }
        if count == room {
            room = room.saturating_mul(2).min(STREAM_CHUNK_BYTES);
        }
    }
}

async fn send_pieces(
    outgoing: &Outgoing,
    key: StreamKey,
    mut reader: Box<dyn SparseRead>,
) -> io::Result<()> {
    let data = key.header(PacketType::Stream, Status::Continue);
    let hole = key.header(PacketType::StreamHole, Status::Continue);
    loop {
        outgoing.wait_for_room().await;
        match reader.next(STREAM_CHUNK_BYTES).await? {
            Piece::Data(bytes) => {
                for chunk in bytes.chunks(STREAM_CHUNK_BYTES) {
                    let mut packet = rpc::begin(Vec::new(), &data);
                    packet.put(chunk);
                    send(outgoing, packet).await?;
                }
            }
            Piece::Hole(0) => {}
            Piece::Hole(length) => {
                let length = i64::try_from(length).map_err(io::Error::other)?;
                let packet = rpc::encode(Vec::new(), &hole, &StreamHole { length, flags: 0 });
                outgoing.send(packet.map_err(io::Error::other)?, Vec::new(), None).await;
            }
            Piece::End => return send(outgoing, rpc::begin(Vec::new(), &data)).await,
        }
    }
}

async fn send(outgoing: &Outgoing, packet: api::xdr::Writer) -> io::Result<()> {
    outgoing.send(rpc::seal(packet).map_err(io::Error::other)?, Vec::new(), None).await;
    Ok(())
}

fn fault(error: &io::Error, what: &str) -> Error {
    Error::io(ErrorDomain::STREAMS, error, what)
}
