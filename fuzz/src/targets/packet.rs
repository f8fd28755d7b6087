//! Packets from a stream that comes in whatever pieces, with descriptors or without.
//!
//! The first byte says how long the pieces are and the second which of them bring a descriptor; the
//! rest is the stream. However it is cut, the packets are the same.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll, Waker};

use rpc::{Error, Header, PacketReader, PacketType, Receive, Status};

use crate::Target;

pub(super) const TARGET: Target = Target { name: "packet", run, seeds, words: &[] };

fn run(bytes: &[u8]) {
    let Some(([piece, with_fd], stream)) = bytes.split_first_chunk() else { return };
    let whole = read(Source::new(stream, stream.len().max(1), 0));
    let cut = read(Source::new(stream, usize::from(*piece) + 1, 0));
    assert_eq!(whole, cut, "packets depend on how the stream is cut");
    let packets = read(Source::new(stream, usize::from(*piece) + 1, *with_fd));
    let payload: usize = packets.0.iter().map(|(_, length, _)| 28 + length).sum();
    assert!(payload <= stream.len(), "more was read than came");
}

/// Header words, length of the payload and count of descriptors of each packet; how it ended.
type Seen = (Vec<([u32; 6], usize, usize)>, String);

fn read(source: Source<'_>) -> Seen {
    let mut reader = PacketReader::new(source);
    let mut packets = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        loop {
            match reader.arrived() {
                Ok(Some(packet)) => {
                    let seen = (packet.header.words(), packet.payload.len(), packet.fds.len());
                    packets.push(seen);
                }
                Ok(None) => break,
                Err(error) => return (packets, ending(&error)),
            }
        }
        reader.rest();
        match reader.poll_fill(&mut cx) {
            Poll::Ready(Ok(0)) => return (packets, "end".to_owned()),
            Poll::Ready(Ok(_)) => {}
            Poll::Ready(Err(error)) => return (packets, ending(&error)),
            Poll::Pending => panic!("the source never waits"),
        }
    }
}

fn ending(error: &Error) -> String {
    error.to_string()
}

/// A stream in pieces.
struct Source<'a> {
    rest: &'a [u8],
    piece: usize,
    with_fd: u8,
    pieces: u32,
}

impl<'a> Source<'a> {
    fn new(rest: &'a [u8], piece: usize, with_fd: u8) -> Self {
        Self { rest, piece, with_fd, pieces: 0 }
    }
}

impl Receive for Source<'_> {
    fn poll_receive(
        &mut self,
        _: &mut Context<'_>,
        room: &mut [u8],
        fds: &mut VecDeque<OwnedFd>,
    ) -> Poll<io::Result<usize>> {
        let count = self.piece.min(self.rest.len()).min(room.len());
        let (now, rest) = self.rest.split_at(count);
        room[..count].copy_from_slice(now);
        self.rest = rest;
        // The first eight pieces have a bit each.
        if self.pieces < 8 && self.with_fd >> self.pieces & 1 == 1 {
            fds.push_back(File::open("/dev/null")?.into());
        }
        self.pieces = self.pieces.saturating_add(1);
        Poll::Ready(Ok(count))
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let packet = |kind, payload: &[u32]| {
        let header = Header {
            program: 0x2000_8086,
            version: 1,
            procedure: 1,
            kind,
            serial: 7,
            status: Status::Ok,
        };
        let mut out = rpc::begin(Vec::new(), &header);
        payload.iter().for_each(|word| out.put(&word.to_be_bytes()));
        rpc::seal(out).expect("a small packet fits")
    };
    let input =
        |piece, with_fd, packets: &[Vec<u8>]| [&[piece, with_fd][..], &packets.concat()].concat();
    let call = packet(PacketType::Call, &[1, 2, 3]);
    let with_fds = [packet(PacketType::CallWithFds, &[2, 9]), vec![0; 2]].concat();
    vec![
        input(255, 0, &[call.clone(), call.clone(), packet(PacketType::Message, &[])]),
        input(6, 0, &[call.clone(), packet(PacketType::Stream, &[0; 40])]),
        input(35, 2, &[with_fds.clone(), call]),
        input(255, 3, &[with_fds]),
    ]
}
