//! A driver that does what a test tells it to, and a client that speaks in packets.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use api::procedure::Row;
use api::remote::*;
use api::xdr::{self, Writer, Xdr};
use api::{DomainEventType, Error, ErrorCode, ErrorDomain, Feature, Procedure, Result, Uuid};
use driver::{
    Answer, CallContext, DomainEvent, DomainEventBody, Driver, Event, EventBus, Handler,
    MonitorEvent, Pending, Piece, Routes, SparseRead, SparseWrite, Stream, routes,
};
use rpc::{Header, PacketReader, PacketType, PacketWriter, Status, UnixTransport};
use server::{Door, Limits, ListenerKind, Server};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;

/// Long enough for a loaded machine; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Answers at once, late or never, as the procedure says.
pub struct Puppet {
    pub events: Arc<EventBus>,
    /// Lets one waiting [`DomainReboot`] go on.
    pub release: Notify,
    /// Calls of [`DomainReboot`] that have begun and ended.
    pub begun: AtomicUsize,
    pub ended: AtomicUsize,
    /// Told whenever one of the two changes.
    pub changed: Notify,
    /// What a sparse download yields.
    pub pieces: Arc<Mutex<VecDeque<Piece>>>,
    /// What uploads brought.
    pub taken: Arc<Mutex<Vec<Piece>>>,
    /// Bytes that the endless download was asked for.
    pub given: Arc<AtomicUsize>,
    routes: Routes<Puppet>,
}

impl Puppet {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            events: Arc::default(),
            release: Notify::new(),
            begun: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            changed: Notify::new(),
            pieces: Arc::default(),
            taken: Arc::default(),
            given: Arc::default(),
            routes: routes! { Puppet:
                ConnectGetType, ConnectGetVersion, ConnectGetLibVersion, ConnectGetHostname,
                ConnectListAllDomains, DomainLookupByName, DomainGetState, DomainGetXmlDesc,
                DomainReboot, DomainSuspend, DomainResume,
                DomainOpenConsole, DomainScreenshot, DomainOpenGraphicsFd, DomainOpenGraphics,
                StorageVolDownload, StorageVolUpload,
            },
        })
    }

    /// Waits until so many reboots have begun.
    pub async fn reboots_begun(&self, count: usize) {
        self.reached(&self.begun, count).await;
    }

    /// Waits until so many reboots have ended.
    pub async fn reboots_ended(&self, count: usize) {
        self.reached(&self.ended, count).await;
    }

    async fn reached(&self, counter: &AtomicUsize, count: usize) {
        let reached = async {
            loop {
                let changed = self.changed.notified();
                if counter.load(Ordering::SeqCst) >= count {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(PATIENCE, reached).await.expect("the driver is called");
    }

    pub fn publish(&self, detail: i32) {
        let event = DomainEventType::STARTED;
        self.events.publish(Event::Domain(DomainEvent {
            domain: domain(),
            body: DomainEventBody::Lifecycle { event, detail },
            tags: Default::default(),
        }));
    }

    pub fn monitor_says(&self, name: &str) {
        self.events.publish(Event::Monitor(MonitorEvent {
            domain: domain(),
            name: name.to_owned(),
            seconds: 1,
            micros: 2,
            details: None,
            tags: Default::default(),
        }));
    }
}

pub fn domain() -> NonnullDomain {
    NonnullDomain { name: "vm".to_owned(), uuid: Uuid([7; 16]), id: 1 }
}

impl Driver for Puppet {
    fn scheme(&self) -> &'static str {
        "qemu"
    }
    fn open(&self, path: &str) -> Result<String> {
        match path {
            "/system" => Ok("qemu:///system".to_owned()),
            _ => Err(Error::internal(ErrorDomain::NONE, format!("unexpected path '{path}'"))),
        }
    }
    fn supports(&self, feature: Feature) -> bool {
        feature == Feature::MIGRATION_V3
    }
    fn events(&self) -> &Arc<EventBus> {
        &self.events
    }
    fn begin(
        self: Arc<Self>,
        cx: CallContext,
        args: &[u8],
        out: Writer,
    ) -> Result<Option<Answer>, xdr::Error> {
        let driver = Arc::clone(&self);
        self.routes.begin(driver, cx, args, out)
    }
}

macro_rules! handlers {
    ($($procedure:ident |$self:ident, $cx:ident, $args:ident| $body:expr;)*) => {$(
        impl Handler<$procedure> for Puppet {
            async fn handle(
                &self,
                $cx: &CallContext,
                $args: <$procedure as Procedure>::Args,
            ) -> Result<<$procedure as Procedure>::Ret> {
                let $self = self;
                let _ = (&$self, &$cx, &$args);
                $body
            }
        }
    )*};
}
handlers! {
    ConnectGetType |this, cx, args| Ok(ConnectGetTypeRet { kind: "QEMU".to_owned() });
    ConnectGetVersion |this, cx, args| Ok(ConnectGetVersionRet { hv_ver: 7_002_000 });
    ConnectGetLibVersion |this, cx, args| Ok(ConnectGetLibVersionRet { lib_ver: 11_003_000 });
    ConnectGetHostname |this, cx, args| Ok(ConnectGetHostnameRet { hostname: "puppet".to_owned() });
    ConnectListAllDomains |this, cx, args| Ok(ConnectListAllDomainsRet {
        domains: vec![domain()].into(),
        ret: 1,
    });
    DomainLookupByName |this, cx, args| match args.name.as_str() {
        "vm" => Ok(DomainLookupByNameRet { dom: domain() }),
        name => Err(Error::no_domain(ErrorDomain::QEMU, format!("no domain '{name}'"))),
    };
    DomainGetState |this, cx, args| Ok(DomainGetStateRet { state: 1, reason: 1 });
    // A mebibyte for every flag bit beyond the first two.
    DomainGetXmlDesc |this, cx, args| Ok(DomainGetXmlDescRet {
        xml: "x".repeat((args.flags as usize >> 2) << 20),
    });
    DomainReboot |this, cx, args| {
        this.begun.fetch_add(1, Ordering::SeqCst);
        this.changed.notify_waiters();
        this.release.notified().await;
        this.ended.fetch_add(1, Ordering::SeqCst);
        this.changed.notify_waiters();
        Ok(())
    };
    DomainSuspend |this, cx, args| panic!("on purpose");
    DomainResume |this, cx, args| {
        tokio::task::yield_now().await;
        panic!("on purpose, later")
    };
    // Echoes what the client writes.
    DomainOpenConsole |this, cx, args| {
        let (near, far) = tokio::io::duplex(1024);
        let (reader, writer) = tokio::io::split(near);
        let (mut from, mut to) = tokio::io::split(far);
        tokio::spawn(async move {
            let _ = tokio::io::copy(&mut from, &mut to).await;
        });
        cx.open_stream(Stream::both(reader, writer));
        Ok(())
    };
    // As many bytes as `screen` says.
    DomainScreenshot |this, cx, args| {
        use tokio::io::AsyncReadExt;
        let bytes = tokio::io::repeat(b'p').take(u64::from(args.screen));
        cx.open_stream(Stream::download(bytes));
        Ok(DomainScreenshotRet { mime: Some("image/x-portable-pixmap".to_owned()) })
    };
    // The pieces that the test laid out, by the sparse flag; else what the volume's name says.
    StorageVolDownload |this, cx, args| {
        cx.open_stream(match (args.flags, args.vol.name.as_str()) {
            (1, _) => Stream::sparse_download(Script(Arc::clone(&this.pieces))),
            (_, "endless") => Stream::download(Endless(Arc::clone(&this.given))),
            (_, "broken") => Stream::download(Broken),
            (_, name) => Stream::download(io::Cursor::new(name.repeat(10_000).into_bytes())),
        });
        Ok(())
    };
    StorageVolUpload |this, cx, args| {
        let record = Record { taken: Arc::clone(&this.taken), fails: args.vol.name == "full" };
        cx.open_stream(match (args.flags, args.vol.name.as_str()) {
            (1, _) => Stream::sparse_upload(record),
            (_, "stuck") => Stream::upload(Stuck),
            (_, "none") => {
                let (code, domain) = (ErrorCode::NO_STORAGE_VOL, ErrorDomain::STORAGE);
                return Err(Error::new(code, domain, "no storage vol"));
            }
            _ => Stream::upload(Plain(record)),
        });
        Ok(())
    };
    DomainOpenGraphics |this, cx, args| {
        match &cx.take_fds()[..] {
            [] => Err(Error::internal(ErrorDomain::RPC, "No FD available at slot 0")),
            fds => Err(Error::internal(ErrorDomain::QEMU, format!("{} came", fds.len()))),
        }
    };
    DomainOpenGraphicsFd |this, cx, args| {
        let (mut near, far) = std::os::unix::net::UnixStream::pair()
            .map_err(|error| Error::io(ErrorDomain::QEMU, &error, "no sockets"))?;
        std::io::Write::write_all(&mut near, b"hello")
            .map_err(|error| Error::io(ErrorDomain::QEMU, &error, "cannot greet"))?;
        cx.send_fds(vec![far.into()]);
        Ok(())
    };
}

/// Yields what was laid out.
struct Script(Arc<Mutex<VecDeque<Piece>>>);

impl SparseRead for Script {
    fn next(&mut self, _: usize) -> Pending<'_, Piece> {
        let piece = self.0.lock().unwrap().pop_front().unwrap_or(Piece::End);
        Box::pin(std::future::ready(Ok(piece)))
    }
}

/// Keeps what it is given.
struct Record {
    taken: Arc<Mutex<Vec<Piece>>>,
    /// Whether there turns out to be no space.
    fails: bool,
}

impl Record {
    fn keep(&self, piece: Piece) -> io::Result<()> {
        let last = piece == Piece::End;
        self.taken.lock().unwrap().push(piece);
        if last && self.fails { Err(io::Error::from_raw_os_error(28)) } else { Ok(()) }
    }
}

impl SparseWrite for Record {
    fn data<'a>(&'a mut self, bytes: &'a [u8]) -> Pending<'a, ()> {
        Box::pin(async { self.keep(Piece::Data(bytes.to_vec())) })
    }
    fn hole(&mut self, length: u64) -> Pending<'_, ()> {
        Box::pin(async move { self.keep(Piece::Hole(length)) })
    }
    fn finish(&mut self) -> Pending<'_, ()> {
        Box::pin(async { self.keep(Piece::End) })
    }
}

/// The same for bytes.
struct Plain(Record);

impl AsyncWrite for Plain {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.keep(Piece::Data(bytes.to_vec())).map(|()| bytes.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.keep(Piece::End))
    }
}

/// Takes nothing, ever.
struct Stuck;

impl AsyncWrite for Stuck {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Pending
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

/// Never ends; counts.
struct Endless(Arc<AtomicUsize>);

impl AsyncRead for Endless {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = buffer.remaining();
        buffer.put_slice(&vec![b'e'; room]);
        self.0.fetch_add(room, Ordering::SeqCst);
        Poll::Ready(Ok(()))
    }
}

/// A disk that cannot be read.
struct Broken;

impl AsyncRead for Broken {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::Error::from_raw_os_error(5)))
    }
}

/// A server in a directory of its own, with both sockets.
pub struct Stage {
    pub puppet: Arc<Puppet>,
    pub server: Arc<Server>,
    directory: tempfile::TempDir,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(Limits::default())
    }

    pub fn with(limits: Limits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let puppet = Puppet::new();
        let server = Server::new(limits, vec![Arc::clone(&puppet) as _]);
        let doors = [
            ("rw", ListenerKind::ReadWrite),
            ("ro", ListenerKind::ReadOnly),
            ("admin", ListenerKind::Admin),
        ];
        for (name, kind) in doors {
            let listener = UnixListener::bind(directory.path().join(name)).unwrap();
            let server = Arc::clone(&server);
            tokio::spawn(async move { server.serve(listener, Door::open(kind)).await });
        }
        Self { puppet, server, directory }
    }

    pub async fn connect(&self, socket: &str) -> Peer {
        Peer::connect(&self.directory.path().join(socket)).await
    }

    /// A client that has opened the driver.
    pub async fn open(&self) -> Peer {
        let mut peer = self.connect("rw").await;
        peer.open().await;
        peer
    }
}

/// A client that speaks in packets.
pub struct Peer {
    pub reader: PacketReader<UnixTransport>,
    pub writer: PacketWriter,
    pub transport: UnixTransport,
    pub serial: u32,
}

/// A packet of a peer's own.
#[derive(Debug)]
pub struct Received {
    pub header: Header,
    pub payload: Vec<u8>,
    pub fds: Vec<OwnedFd>,
}

pub fn header(row: &Row, serial: u32) -> Header {
    Header {
        program: row.program,
        version: 1,
        procedure: row.number,
        kind: PacketType::Call,
        serial,
        status: Status::Ok,
    }
}

impl Peer {
    pub async fn connect(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).await.unwrap();
        let transport = UnixTransport::new(stream).unwrap();
        Self {
            reader: PacketReader::new(transport.clone()),
            writer: PacketWriter::default(),
            transport,
            serial: 0,
        }
    }

    pub async fn open(&mut self) {
        self.call::<AuthList>(&()).await.unwrap();
        let args = ConnectOpenArgs { name: Some("qemu:///system".to_owned()), flags: 0 };
        self.call::<ConnectOpen>(&args).await.unwrap();
    }

    pub async fn send_bytes(&mut self, bytes: Vec<u8>) {
        self.writer.push(bytes, Vec::new());
        self.writer.flush(&mut self.transport).await.unwrap();
    }

    /// Sends a call with descriptors, of which it says that there are `announced`.
    pub async fn begin_with_fds<P: Procedure>(
        &mut self,
        args: &P::Args,
        announced: usize,
        fds: Vec<OwnedFd>,
    ) -> u32 {
        self.serial += 1;
        let call = Header { kind: PacketType::CallWithFds, ..header(P::ROW, self.serial) };
        let mut out = rpc::begin(Vec::new(), &call);
        out.put(&u32::try_from(announced).unwrap().to_be_bytes());
        args.encode(&mut out).unwrap();
        self.writer.push(rpc::seal(out).unwrap(), fds);
        self.writer.flush(&mut self.transport).await.unwrap();
        self.serial
    }

    pub async fn send<T: Xdr>(&mut self, header: &Header, payload: &T) {
        let packet = rpc::encode(Vec::new(), header, payload).unwrap();
        self.send_bytes(packet).await;
    }

    /// Sends a call; its serial.
    pub async fn begin<P: Procedure>(&mut self, args: &P::Args) -> u32 {
        self.serial += 1;
        let header = header(P::ROW, self.serial);
        self.send(&header, args).await;
        self.serial
    }

    pub async fn receive(&mut self) -> Received {
        self.receive_or_end().await.expect("the connection goes on")
    }

    /// The next packet, or none at the end of the connection.
    pub async fn receive_or_end(&mut self) -> Option<Received> {
        let next = tokio::time::timeout(PATIENCE, self.reader.next());
        let packet = match next.await.expect("something comes in time") {
            Ok(packet) => packet?,
            Err(rpc::Error::Io(_)) => return None,
            Err(error) => panic!("server misbehaves: {error}"),
        };
        let rpc::Packet { header, payload, fds } = packet;
        Some(Received { header, payload: payload.to_vec(), fds })
    }

    pub async fn call<P: Procedure>(&mut self, args: &P::Args) -> Result<P::Ret> {
        let serial = self.begin::<P>(args).await;
        let reply = self.receive().await;
        assert_eq!(reply.header.serial, serial);
        assert_eq!(reply.header.procedure, P::ROW.number);
        reply.result()
    }
}

impl Received {
    pub fn result<T: Xdr>(&self) -> Result<T> {
        match self.header.status {
            Status::Ok => Ok(xdr::from_bytes(&self.payload).unwrap()),
            Status::Error | Status::Continue => Err(self.error()),
        }
    }

    pub fn error(&self) -> Error {
        Error::from_wire(xdr::from_bytes(&self.payload).unwrap())
    }
}

/// Code, domain and message.
pub fn facts(error: &Error) -> (ErrorCode, ErrorDomain, &str) {
    (error.code, error.domain, &error.message)
}
