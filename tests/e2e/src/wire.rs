//! The protocol's packets made by hand, right and wrong.
//!
//! Deliberately without the project's own encoder: a test of the daemon's decoder must not share its mistakes.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use crate::process::DEADLINE;

/// The program number of libvirt's main protocol.
pub const REMOTE: u32 = 0x2000_8086;
/// `REMOTE_PROC_CONNECT_OPEN`.
pub const OPEN: u32 = 1;
/// `REMOTE_PROC_CONNECT_GET_HOSTNAME`.
pub const HOSTNAME: u32 = 59;
/// `REMOTE_PROC_AUTH_LIST`.
pub const AUTH_LIST: u32 = 66;

/// A connection that sends what it is told to.
pub struct Wire(UnixStream);

/// A packet the daemon sent.
#[derive(Debug)]
pub struct Reply {
    /// Header words after the length: program, version, procedure, type, serial, status.
    pub header: [u32; 6],
    /// What follows the header.
    pub payload: Vec<u8>,
}

impl Reply {
    /// Whether the call failed.
    pub fn is_error(&self) -> bool {
        self.header[5] == 1
    }

    /// The error's code, the first word of an error reply.
    #[track_caller]
    pub fn code(&self) -> u32 {
        assert!(self.is_error(), "{self:?} is no error");
        word(&self.payload, 0)
    }
}

impl Wire {
    /// Connects, and does nothing else.
    #[track_caller]
    pub fn connect(socket: &str) -> Self {
        let stream = UnixStream::connect(socket)
            .unwrap_or_else(|error| panic!("cannot connect to {socket}: {error}"));
        stream.set_read_timeout(Some(DEADLINE)).expect("a deadline can be set");
        stream.set_write_timeout(Some(DEADLINE)).expect("a deadline can be set");
        Self(stream)
    }

    /// Connects and opens `qemu:///system`, as a client does before it asks for anything.
    #[track_caller]
    pub fn opened(socket: &str) -> Self {
        let mut wire = Self::connect(socket);
        wire.send(&call(AUTH_LIST, 0, &[]));
        assert!(!wire.reply().is_error(), "the list of authentications is free");
        wire.send(&call(OPEN, 1, &open_arguments()));
        let reply = wire.reply();
        assert!(!reply.is_error(), "{reply:?}");
        wire
    }

    /// Sends bytes as they are. A daemon may already have hung up on earlier ones.
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes);
    }

    /// The next packet.
    #[track_caller]
    pub fn reply(&mut self) -> Reply {
        self.try_reply().unwrap_or_else(|error| panic!("no reply: {error}"))
    }

    /// The next packet, or how the connection ended.
    pub fn try_reply(&mut self) -> io::Result<Reply> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        assert!((28..=33_554_436).contains(&length), "a packet of {length} bytes");
        let mut packet = vec![0; length - 4];
        self.0.read_exact(&mut packet)?;
        let header = std::array::from_fn(|index| word(&packet, index));
        Ok(Reply { header, payload: packet.split_off(24) })
    }

    /// Asserts that the daemon hangs up without a word.
    #[track_caller]
    pub fn is_hung_up(&mut self) {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Ok(_) => assert!(rest.is_empty(), "words before hanging up: {rest:?}"),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{error}"),
        }
    }
}

/// A call of the main program.
pub fn call(procedure: u32, serial: u32, payload: &[u8]) -> Vec<u8> {
    packet([REMOTE, 1, procedure, 0, serial, 0], payload)
}

/// A packet with this header and the length that belongs to it.
pub fn packet(header: [u32; 6], payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(28 + payload.len()).expect("a test sends small packets");
    let words = std::iter::once(length).chain(header);
    words.flat_map(u32::to_be_bytes).chain(payload.iter().copied()).collect()
}

/// Arguments of CONNECT_OPEN: an optional string and flags.
pub fn open_arguments() -> Vec<u8> {
    let name = b"qemu:///system\0\0";
    [&1_u32.to_be_bytes()[..], &14_u32.to_be_bytes(), name, &0_u32.to_be_bytes()].concat()
}

#[track_caller]
fn word(bytes: &[u8], index: usize) -> u32 {
    let bytes = bytes.get(index * 4..index * 4 + 4).expect("the packet is long enough");
    u32::from_be_bytes(bytes.try_into().expect("four bytes are a word"))
}
