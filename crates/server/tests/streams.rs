//! Streams in every form, packet by packet.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use api::remote::*;
use api::{ErrorCode, ErrorDomain, Procedure};
use driver::Piece;
use rpc::{Header, PacketType, Status, Transmit};
use server::Limits;
use support::{PATIENCE, Peer, Received, Stage, domain, header};

fn stream_packet(call: &Header, status: Status) -> Header {
    Header { kind: PacketType::Stream, status, ..*call }
}

impl Peer {
    async fn stream_bytes(&mut self, call: &Header, data: &[u8]) {
        let mut out = rpc::begin(Vec::new(), &stream_packet(call, Status::Continue));
        out.put(data);
        self.send_bytes(rpc::seal(out).unwrap()).await;
    }
}

async fn console(peer: &mut Peer) -> Header {
    let args = DomainOpenConsoleArgs { dom: domain(), dev_name: None, flags: 0 };
    let serial = peer.begin::<DomainOpenConsole>(&args).await;
    assert_eq!(peer.receive().await.header.status, Status::Ok);
    header(DomainOpenConsole::ROW, serial)
}

#[tokio::test]
async fn a_download_ends_with_an_empty_packet_and_the_clients_word() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let args = DomainScreenshotArgs { dom: domain(), screen: 1_000_000, flags: 0 };
    let serial = peer.begin::<DomainScreenshot>(&args).await;
    let call = header(DomainScreenshot::ROW, serial);
    let reply: DomainScreenshotRet = peer.receive().await.result().unwrap();
    assert!(reply.mime.is_some());
    let mut total = 0;
    loop {
        let packet = peer.receive().await;
        assert_eq!(packet.header, stream_packet(&call, Status::Continue));
        assert!(packet.payload.len() <= 262_120);
        if packet.payload.is_empty() {
            break;
        }
        total += packet.payload.len();
    }
    assert_eq!(total, 1_000_000);
    peer.send(&stream_packet(&call, Status::Ok), &()).await;
    assert_eq!(peer.receive().await.header, stream_packet(&call, Status::Ok));
}

#[tokio::test]
async fn a_console_carries_both_ways_until_finished() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = console(&mut peer).await;
    for word in ["hello", "there"] {
        peer.stream_bytes(&call, word.as_bytes()).await;
        assert_eq!(peer.receive().await.payload, word.as_bytes());
    }
    peer.send(&stream_packet(&call, Status::Ok), &()).await;
    // The echo may say its end before or after the daemon confirms.
    loop {
        let packet = peer.receive().await;
        if packet.header == stream_packet(&call, Status::Ok) {
            break;
        }
        assert!(packet.payload.is_empty());
    }
    peer.stream_bytes(&call, b"too late").await;
    peer.call::<ConnectGetHostname>(&()).await.unwrap();
}

#[tokio::test]
async fn an_abort_is_confirmed() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = console(&mut peer).await;
    peer.send(&stream_packet(&call, Status::Error), &()).await;
    assert_eq!(peer.receive().await.header, stream_packet(&call, Status::Ok));
}

#[tokio::test]
async fn writing_to_a_download_fails_that_stream() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let args = DomainScreenshotArgs { dom: domain(), screen: 0, flags: 0 };
    let serial = peer.begin::<DomainScreenshot>(&args).await;
    let call = header(DomainScreenshot::ROW, serial);
    assert_eq!(peer.receive().await.header.kind, PacketType::Reply);
    assert!(peer.receive().await.payload.is_empty());
    peer.stream_bytes(&call, b"scribble").await;
    let end = peer.receive().await;
    assert_eq!(end.header, stream_packet(&call, Status::Error));
    let words = "stream had unexpected termination";
    assert_eq!(end.error().detail.as_deref(), Some(words));
    assert_eq!((end.error().code, end.error().domain), (ErrorCode::RPC, ErrorDomain::STREAMS));
    peer.call::<ConnectGetHostname>(&()).await.unwrap();
}

#[tokio::test]
async fn an_upload_that_nobody_takes_holds_up_its_sender_not_the_daemon() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = console(&mut peer).await;
    // The echo holds a kibibyte each way and waits for us to read, which we do not.
    let mut out = rpc::begin(Vec::new(), &stream_packet(&call, Status::Continue));
    out.put(&[b'x'; 100_000]);
    let packet = rpc::seal(out).unwrap();
    let mut sent = 0usize;
    let flood = async {
        loop {
            let mut rest = &packet[..];
            while !rest.is_empty() {
                let write = std::future::poll_fn(|cx| peer.transport.poll_transmit(cx, rest));
                let count = write.await.unwrap();
                sent += count;
                rest = &rest[count..];
            }
        }
    };
    let stuck = tokio::time::timeout(Duration::from_millis(500), flood).await;
    assert!(stuck.is_err());
    // What the sockets, the line, the stream's queue and the echo hold: a few mebibytes.
    assert!(sent < 16 << 20, "{sent} bytes were taken for a stream that nobody reads");
    let mut bystander = stage.open().await;
    bystander.call::<ConnectGetHostname>(&()).await.unwrap();
}

fn volume(name: &str) -> NonnullStorageVol {
    NonnullStorageVol { pool: "pool".to_owned(), name: name.to_owned(), key: name.to_owned() }
}

fn hole_packet(call: &Header) -> Header {
    Header { kind: PacketType::StreamHole, status: Status::Continue, ..*call }
}

fn hole(length: i64) -> StreamHole {
    StreamHole { length, flags: 0 }
}

impl Peer {
    async fn begin_download(&mut self, name: &str, flags: u32) -> Header {
        let args = StorageVolDownloadArgs { vol: volume(name), offset: 0, length: 0, flags };
        let serial = self.begin::<StorageVolDownload>(&args).await;
        header(StorageVolDownload::ROW, serial)
    }

    async fn upload(&mut self, name: &str, flags: u32) -> Header {
        let args = StorageVolUploadArgs { vol: volume(name), offset: 0, length: 0, flags };
        let serial = self.begin::<StorageVolUpload>(&args).await;
        assert_eq!(self.receive().await.header.status, Status::Ok);
        header(StorageVolUpload::ROW, serial)
    }

    async fn say(&mut self, call: &Header, status: Status) {
        self.send(&stream_packet(call, status), &()).await;
    }

    /// The stream's end, which must be the next packet.
    async fn end(&mut self, call: &Header, status: Status) -> Received {
        let end = self.receive().await;
        assert_eq!(end.header, stream_packet(call, status));
        end
    }

    async fn is_served(&mut self) {
        self.call::<ConnectGetHostname>(&()).await.unwrap();
    }
}

fn taken(stage: &Stage) -> Vec<Piece> {
    std::mem::take(&mut *stage.puppet.taken.lock().unwrap())
}

fn data(text: &str) -> Piece {
    Piece::Data(text.as_bytes().to_vec())
}

#[tokio::test]
async fn an_upload_arrives_in_order_and_is_complete_when_its_finish_is_confirmed() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = peer.upload("v", 0).await;
    peer.stream_bytes(&call, b"one").await;
    peer.stream_bytes(&call, b"").await;
    peer.stream_bytes(&call, b"two").await;
    peer.say(&call, Status::Ok).await;
    peer.end(&call, Status::Ok).await;
    assert_eq!(taken(&stage), [data("one"), data("two"), Piece::End]);
}

#[tokio::test]
async fn a_sparse_upload_takes_holes_in_their_place() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = peer.upload("v", 1).await;
    peer.send(&hole_packet(&call), &hole(4096)).await;
    peer.stream_bytes(&call, b"one").await;
    peer.send(&hole_packet(&call), &hole(1 << 40)).await;
    peer.say(&call, Status::Ok).await;
    peer.end(&call, Status::Ok).await;
    assert_eq!(taken(&stage), [Piece::Hole(4096), data("one"), Piece::Hole(1 << 40), Piece::End]);
}

#[tokio::test]
async fn a_sparse_download_sends_holes_in_their_place() {
    let stage = Stage::new();
    let pieces = [data("one"), Piece::Hole(1 << 40), data("two"), Piece::Hole(512)];
    *stage.puppet.pieces.lock().unwrap() = pieces.into();
    let mut peer = stage.open().await;
    let call = peer.begin_download("v", 1).await;
    assert_eq!(peer.receive().await.header.kind, PacketType::Reply);
    let mut come = Vec::new();
    for _ in 0..5 {
        let packet = peer.receive().await;
        come.push(match packet.header {
            header if header == hole_packet(&call) => {
                let hole: StreamHole = api::xdr::from_bytes(&packet.payload).unwrap();
                assert_eq!(hole.flags, 0);
                Piece::Hole(hole.length.cast_unsigned())
            }
            header if header == stream_packet(&call, Status::Continue) => match packet.payload {
                none if none.is_empty() => Piece::End,
                bytes => Piece::Data(bytes),
            },
            header => panic!("{header:?}"),
        });
    }
    assert_eq!(
        come,
        [data("one"), Piece::Hole(1 << 40), data("two"), Piece::Hole(512), Piece::End]
    );
    peer.say(&call, Status::Ok).await;
    peer.end(&call, Status::Ok).await;
}

#[tokio::test]
async fn an_uninvited_hole_costs_the_connection_and_nobody_else() {
    let stage = Stage::new();
    let mut bystander = stage.open().await;
    let mut peer = stage.open().await;
    let call = peer.upload("v", 0).await;
    peer.send(&hole_packet(&call), &hole(4096)).await;
    assert!(peer.receive_or_end().await.is_none());
    bystander.is_served().await;
}

#[tokio::test]
async fn a_hole_packet_without_a_hole_costs_the_connection() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = peer.upload("v", 1).await;
    peer.send(&hole_packet(&call), &7u32).await;
    assert!(peer.receive_or_end().await.is_none());
}

#[tokio::test]
async fn a_hole_of_no_length_or_with_flags_fails_its_stream() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let odd = [hole(0), hole(-1), hole(i64::MIN), StreamHole { length: 1, flags: 1 }];
    for hole in odd {
        let call = peer.upload("v", 1).await;
        peer.send(&hole_packet(&call), &hole).await;
        let error = peer.end(&call, Status::Error).await.error();
        assert_eq!(error.code, ErrorCode::INVALID_ARG, "{hole:?}");
        peer.is_served().await;
    }
}

#[tokio::test]
async fn a_driver_that_fails_at_the_end_fails_the_finish() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = peer.upload("full", 0).await;
    peer.stream_bytes(&call, b"one").await;
    peer.say(&call, Status::Ok).await;
    let error = peer.end(&call, Status::Error).await.error();
    assert_eq!((error.code, error.errno), (ErrorCode::SYSTEM_ERROR, 28));
    peer.is_served().await;
}

#[tokio::test]
async fn a_driver_that_cannot_read_fails_the_download() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = peer.begin_download("broken", 0).await;
    assert_eq!(peer.receive().await.header.kind, PacketType::Reply);
    let error = peer.end(&call, Status::Error).await.error();
    assert_eq!((error.code, error.errno), (ErrorCode::SYSTEM_ERROR, 5));
    peer.say(&call, Status::Ok).await;
    peer.is_served().await;
}

#[tokio::test]
async fn packets_for_a_stream_that_is_gone_or_never_was_are_dropped() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let args = StorageVolUploadArgs { vol: volume("none"), ..Default::default() };
    let serial = peer.begin::<StorageVolUpload>(&args).await;
    let call = header(StorageVolUpload::ROW, serial);
    let failed = peer.receive().await;
    assert_eq!((failed.header.kind, failed.header.status), (PacketType::Reply, Status::Error));
    for header in [call, Header { serial: 9999, ..call }] {
        peer.stream_bytes(&header, b"late").await;
        peer.send(&hole_packet(&header), &hole(1)).await;
        peer.say(&header, Status::Ok).await;
        peer.say(&header, Status::Error).await;
    }
    peer.is_served().await;
}

#[tokio::test]
async fn a_serial_may_be_used_again_once_its_stream_is_over() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = peer.upload("v", 0).await;
    let args = StorageVolUploadArgs { vol: volume("v"), ..Default::default() };
    peer.send(&call, &args).await;
    let error = peer.receive().await.error();
    assert!(error.message.contains("is open already"), "{error}");
    peer.say(&call, Status::Ok).await;
    peer.end(&call, Status::Ok).await;
    peer.send(&call, &args).await;
    assert_eq!(peer.receive().await.header.status, Status::Ok);
    peer.stream_bytes(&call, b"anew").await;
    peer.say(&call, Status::Ok).await;
    peer.end(&call, Status::Ok).await;
    assert_eq!(taken(&stage), [Piece::End, data("anew"), Piece::End]);
}

#[tokio::test]
async fn sixty_four_streams_flow_at_once_and_no_more() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let mut expected = std::collections::HashMap::new();
    for number in 0..64 {
        let name = format!("volume {number} ");
        let call = peer.begin_download(&name, 0).await;
        expected.insert(call.serial, (name.repeat(10_000).into_bytes(), 0, false));
    }
    let one_more = peer.begin_download("one more", 0).await;
    let mut open = expected.len();
    let mut refused = false;
    while open > 0 || !refused {
        let packet = peer.receive().await;
        if packet.header.kind == PacketType::Reply {
            refused |= packet.header.serial == one_more.serial;
            let fails = packet.header.status == Status::Error;
            assert_eq!(fails, packet.header.serial == one_more.serial);
            continue;
        }
        let (bytes, come, _) = expected.get_mut(&packet.header.serial).unwrap();
        assert_eq!(bytes[*come..][..packet.payload.len()], packet.payload);
        *come += packet.payload.len();
        if packet.payload.is_empty() {
            assert_eq!(*come, bytes.len());
            open -= 1;
        }
    }
    let first = header(StorageVolDownload::ROW, *expected.keys().min().unwrap());
    peer.say(&first, Status::Ok).await;
    peer.end(&first, Status::Ok).await;
    let again = peer.begin_download("one more", 0).await;
    let reply = peer.receive().await.header;
    assert_eq!((reply.serial, reply.status), (again.serial, Status::Ok));
}

#[tokio::test]
async fn a_download_that_nobody_reads_takes_little_memory_and_nobody_elses_time() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    peer.begin_download("endless", 0).await;
    let mut bystander = stage.open().await;
    let mut before = usize::MAX;
    loop {
        for _ in 0..100 {
            bystander.is_served().await;
        }
        let given = stage.puppet.given.load(Ordering::SeqCst);
        assert!(given < 8 << 20, "{given} bytes were read for a client that reads nothing");
        // Once it stands still while others are served, it waits for its client.
        if given == before && given > 0 {
            break;
        }
        before = given;
    }
    // It goes on where it stopped, and ends at its client's word.
    let call = header(StorageVolDownload::ROW, peer.serial);
    assert_eq!(peer.receive().await.header.kind, PacketType::Reply);
    let enough = before + (4 << 20);
    let mut come = 0;
    while come < enough {
        come += peer.receive().await.payload.len();
    }
    peer.say(&call, Status::Error).await;
    while peer.receive().await.header != stream_packet(&call, Status::Ok) {}
    peer.is_served().await;
}

#[tokio::test]
async fn an_upload_that_nobody_takes_is_given_up_so_that_its_client_is_heard() {
    let limits = Limits {
        outgoing_pause_bytes: 1 << 16,
        stall_timeout: Duration::from_millis(100),
        ..Limits::default()
    };
    let stage = Stage::with(limits);
    let mut peer = stage.open().await;
    let call = peer.upload("stuck", 0).await;
    // Enough that the session reads no more from this client.
    peer.stream_bytes(&call, &[b'x'; 1 << 17]).await;
    let error = peer.end(&call, Status::Error).await.error();
    assert_eq!(error.code, ErrorCode::OPERATION_TIMEOUT);
    peer.is_served().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_connection() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    peer.upload("v", 0).await;
    drop(peer);
    let gone = async {
        // The recorder is dropped with its stream.
        while std::sync::Arc::strong_count(&stage.puppet.taken) > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.unwrap();
}
