use std::io;
use std::os::fd::OwnedFd;

use proptest::prelude::*;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;

use super::PacketReader;
use crate::{
    Bytes, Error, Header, PacketType, PacketWriter, PeerMisbehaved, Status, UnixTransport, begin,
    encode, seal,
};

fn header(kind: PacketType, serial: u32) -> Header {
    Header { program: 0x2000_8086, version: 1, procedure: 1, kind, serial, status: Status::Ok }
}

fn packet(serial: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = begin(Vec::new(), &header(PacketType::Call, serial));
    out.put(payload);
    seal(out).unwrap()
}

/// Serials and payloads.
type Seen = Vec<(u32, Vec<u8>)>;

/// What reading `bytes` in pieces of `piece` brings: serials and payloads, and how it ended.
fn read_all(bytes: &[u8], piece: usize) -> (Seen, Result<(), Error>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (mut near, far) = tokio::io::duplex(piece);
        let write = async move {
            // The reader may give up first.
            let _ = near.write_all(bytes).await;
            drop(near);
        };
        let read = async move {
            let mut reader = PacketReader::new(Bytes(far));
            let mut seen = Vec::new();
            loop {
                match reader.next().await {
                    Ok(Some(packet)) => seen.push((packet.header.serial, packet.payload.to_vec())),
                    Ok(None) => return (seen, Ok(())),
                    Err(error) => return (seen, Err(error)),
                }
            }
        };
        tokio::join!(write, read).1
    })
}

proptest! {
    #[test]
    fn packets_arrive_whole_in_whatever_pieces(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9000), 0..8),
        piece in 1usize..6000,
    ) {
        let payloads: Vec<(u32, Vec<u8>)> = (0u32..).zip(payloads).collect();
        let bytes: Vec<u8> =
            payloads.iter().flat_map(|(serial, payload)| packet(*serial, payload)).collect();
        let (seen, end) = read_all(&bytes, piece);
        prop_assert!(end.is_ok());
        prop_assert_eq!(seen, payloads);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_all(&bytes, 64);
    }
}

#[test]
fn a_length_is_refused_before_anything_of_the_packet_came() {
    for length in [0u32, 3, 4, 27] {
        let (_, end) = read_all(&length.to_be_bytes(), 64);
        let fault = PeerMisbehaved::PacketTooShort { length };
        assert!(matches!(end, Err(Error::Peer(seen)) if seen == fault), "{length}: {end:?}");
    }
    for length in [33_554_437u32, u32::MAX] {
        let (_, end) = read_all(&length.to_be_bytes(), 64);
        assert!(matches!(end, Err(Error::Peer(PeerMisbehaved::PacketTooLong { .. }))), "{end:?}");
    }
}

#[test]
fn a_large_claim_alone_allocates_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (mut near, far) = tokio::io::duplex(64);
        let mut reader = PacketReader::new(Bytes(far));
        near.write_all(&33_554_436u32.to_be_bytes()).await.unwrap();
        reader.fill().await.unwrap();
        assert!(reader.arrived().unwrap().is_none());
        assert!(reader.buffer.capacity() <= super::BUFFER_BYTES);
    });
}

#[test]
fn a_reader_at_rest_holds_nothing_and_loses_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (mut near, far) = tokio::io::duplex(1 << 20);
        let mut reader = PacketReader::new(Bytes(far));
        let packet = packet(7, &[1; 100_000]);
        near.write_all(&[&packet[..], &packet[..30]].concat()).await.unwrap();
        assert_eq!(reader.next().await.unwrap().unwrap().payload.len(), 100_000);
        while reader.end - reader.start < 30 {
            reader.fill().await.unwrap();
        }
        reader.rest();
        near.write_all(&packet[30..]).await.unwrap();
        assert_eq!(reader.next().await.unwrap().unwrap().payload.len(), 100_000);
        reader.rest();
        assert_eq!(reader.buffer.capacity(), 0);
    });
}

#[test]
fn an_end_inside_a_packet_is_told_from_one_between_packets() {
    let whole = packet(1, b"abcd");
    assert!(read_all(&whole, 64).1.is_ok());
    let (_, end) = read_all(&whole[..30], 64);
    assert!(matches!(end, Err(Error::Truncated { arrived: 30 })), "{end:?}");
}

async fn pair() -> (UnixTransport, PacketReader<UnixTransport>) {
    let (near, far) = UnixStream::pair().unwrap();
    let far = PacketReader::new(UnixTransport::new(far).unwrap());
    (UnixTransport::new(near).unwrap(), far)
}

fn pipe() -> (io::PipeReader, OwnedFd) {
    let (reader, writer) = io::pipe().unwrap();
    (reader, writer.into())
}

#[tokio::test]
async fn descriptors_come_with_their_packet() {
    let (mut near, mut reader) = pair().await;
    let mut writer = PacketWriter::default();
    let ((mut first, first_fd), (mut second, second_fd)) = (pipe(), pipe());
    let with_fds =
        encode(Vec::new(), &header(PacketType::CallWithFds, 2), &(2u32.to_be_bytes())).unwrap();
    writer.push(packet(1, b""), Vec::new());
    writer.push(with_fds, vec![first_fd, second_fd]);
    writer.push(packet(3, b""), Vec::new());
    writer.flush(&mut near).await.unwrap();

    assert!(reader.next().await.unwrap().unwrap().fds.is_empty());
    let fds = reader.next().await.unwrap().unwrap().fds;
    assert_eq!(fds.len(), 2);
    for (fd, word) in fds.into_iter().zip(["one", "two"]) {
        io::Write::write_all(&mut std::fs::File::from(fd), word.as_bytes()).unwrap();
    }
    assert_eq!(reader.next().await.unwrap().unwrap().header.serial, 3);
    drop(writer);
    assert_eq!(io::read_to_string(&mut first).unwrap(), "one");
    assert_eq!(io::read_to_string(&mut second).unwrap(), "two");
}

#[tokio::test]
async fn announced_descriptors_must_come() {
    let (mut near, mut reader) = pair().await;
    let mut writer = PacketWriter::default();
    let mut bytes =
        encode(Vec::new(), &header(PacketType::CallWithFds, 1), &(1u32.to_be_bytes())).unwrap();
    bytes.push(0);
    writer.push(bytes, Vec::new());
    writer.flush(&mut near).await.unwrap();
    let fault = PeerMisbehaved::MissingFds { announced: 1, arrived: 0 };
    assert!(matches!(reader.next().await, Err(Error::Peer(seen)) if seen == fault));
}

#[tokio::test]
async fn descriptors_must_have_been_announced() {
    let (mut near, mut reader) = pair().await;
    let mut writer = PacketWriter::default();
    // The byte that carries the descriptor is read as the start of a packet of length 28.
    writer.push(packet(1, b"")[..27].to_vec(), Vec::new());
    writer.push(vec![0], vec![]);
    let (_keep, fd) = pipe();
    let mut odd = packet(2, b"");
    odd.remove(0);
    writer.push(Vec::new(), vec![fd]);
    writer.push(odd, Vec::new());
    writer.flush(&mut near).await.unwrap();
    assert_eq!(reader.next().await.unwrap().unwrap().header.serial, 1);
    assert_eq!(reader.next().await.unwrap().unwrap().header.serial, 2);
    let fault = PeerMisbehaved::UninvitedFds { count: 1 };
    assert!(matches!(reader.next().await, Err(Error::Peer(seen)) if seen == fault));
}
