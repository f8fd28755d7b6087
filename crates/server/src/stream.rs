//! Streams: bytes between a client and what a driver opened for it.
//!
//! Each stream is one task that reads, writes and waits for the client's word to finish or abort.
//! Both ways are bounded: what the driver has to say waits for room in the outgoing line, and the
//! session stops reading while too much from its client waits to be written.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api::{Error, ErrorDomain};
use driver::Stream;
use rpc::{HEADER_BYTES, Header, PacketType, STREAM_CHUNK_BYTES, Status};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::call::failure_packet;
use crate::outgoing::Outgoing;

/// Most streams of one connection.
const STREAMS_MAX: usize = 64;
/// What the first read of a stream may bring; it doubles up to a whole chunk. **Units**: bytes.
const FIRST_READ_BYTES: usize = 4096;

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
    Hole {
        /// Bytes.
        length: i64,
    },
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
}

#[derive(Default)]
struct Open {
    closed: bool,
    streams: HashMap<StreamKey, (UnboundedSender<Queued>, AbortHandle)>,
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
    pub(crate) fn new(outgoing: &Arc<Outgoing>) -> Self {
        Self { outgoing: Arc::clone(outgoing), open: Mutex::default(), unwritten: Arc::default() }
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
        if table.streams.len() >= STREAMS_MAX || table.streams.contains_key(&key) {
            return Err(Error::operation_failed(
                ErrorDomain::STREAMS,
                format!("connection has {} streams open already", table.streams.len()),
            ));
        }
        let (sender, queue) = unbounded_channel();
        let flow = run(Arc::clone(self), key, stream, queue);
        let task = tokio::spawn(async move {
            // Ends either way, for it is only ever dropped.
            let _ = released.await;
            flow.await;
        });
        table.streams.insert(key, (sender, task.abort_handle()));
        Ok(hold)
    }

    /// Hands a stream what its client said; a stream that ended does not hear it.
    pub(crate) fn deliver(&self, key: StreamKey, message: FromClient) {
        let bytes = match &message {
            FromClient::Data(bytes) => bytes.len(),
            FromClient::Hole { .. } | FromClient::Finish | FromClient::Abort => 0,
        };
        let table = self.table();
        let Some((sender, _)) = table.streams.get(&key) else { return };
        self.unwritten.fetch_add(bytes, Ordering::Relaxed);
        let unwritten = Arc::clone(&self.unwritten);
        let outgoing = Arc::clone(&self.outgoing);
        // A task that has ended drops the message with its queue, which counts it off again.
        drop(sender.send(Queued { message, bytes, unwritten, outgoing }));
    }

    /// Bytes from the client that wait to be written.
    pub(crate) fn unwritten_bytes(&self) -> usize {
        self.unwritten.load(Ordering::Relaxed)
    }

    /// Ends all streams with their connection.
    pub(crate) fn close(&self) {
        let mut table = self.table();
        table.closed = true;
        table.streams.drain().for_each(|(_, (_, task))| task.abort());
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.unwritten.fetch_sub(self.bytes, Ordering::Relaxed);
            // The session may have stopped reading because of these bytes.
            self.outgoing.wake();
        }
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
        end = upload(writer, queue) => end,
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
        streams.outgoing.send(packet, Vec::new()).await;
    }
}

/// Writes what the client sends, until the client ends the stream or writing fails.
async fn upload(
    mut writer: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    mut queue: UnboundedReceiver<Queued>,
) -> End {
    while let Some(mut queued) = queue.recv().await {
        let done = match (&mut queued.message, &mut writer) {
            (FromClient::Data(bytes), Some(writer)) => write(writer, bytes).await,
            (FromClient::Data(_), None) => Err(Error::operation_invalid(
                ErrorDomain::STREAMS,
                "stream is not open for writing",
            )),
            (FromClient::Hole { length }, _) => Err(Error::operation_unsupported(
                ErrorDomain::STREAMS,
                format!("stream takes no hole of {length} bytes"),
            )),
            (FromClient::Finish, Some(writer)) => match writer.shutdown().await {
                Ok(()) => return End::Confirmed,
                Err(error) => Err(fault(&error, "cannot finish stream")),
            },
            (FromClient::Finish, None) | (FromClient::Abort, _) => return End::Confirmed,
        };
        if let Err(error) = done {
            return End::Failed(error);
        }
    }
    End::Gone
}

async fn write(writer: &mut (dyn AsyncWrite + Send + Unpin), bytes: &[u8]) -> Result<(), Error> {
    writer.write_all(bytes).await.map_err(|error| fault(&error, "cannot write to stream"))?;
    writer.flush().await.map_err(|error| fault(&error, "cannot write to stream"))
}

/// Sends what there is to read; after its end it waits for ever: the client has the last word.
async fn download(
    outgoing: &Outgoing,
    key: StreamKey,
    reader: Option<Box<dyn AsyncRead + Send + Unpin>>,
) -> Error {
    let Some(mut reader) = reader else { return std::future::pending().await };
    let header = key.header(PacketType::Stream, Status::Continue);
    let mut room = FIRST_READ_BYTES;
    loop {
        outgoing.wait_for_room().await;
        let buffer = Vec::with_capacity(HEADER_BYTES.saturating_add(room));
        let mut packet = rpc::begin(buffer, &header).into_bytes();
        let count = match (&mut reader).take(room as u64).read_buf(&mut packet).await {
            Ok(count) => count,
            Err(error) => return fault(&error, "cannot read from stream"),
        };
        match rpc::seal(api::xdr::Writer::append_to(packet)) {
            Ok(packet) => outgoing.send(packet, Vec::new()).await,
            Err(fault) => return Error::internal(ErrorDomain::STREAMS, fault.to_string()),
        }
        if count == 0 {
            return std::future::pending().await;
        }
        if count == room {
            room = room.saturating_mul(2).min(STREAM_CHUNK_BYTES);
        }
    }
}

fn fault(error: &std::io::Error, what: &str) -> Error {
    Error::io(ErrorDomain::STREAMS, error, what)
}
