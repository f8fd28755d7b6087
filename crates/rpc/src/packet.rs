//! One packet: a length word, six header words, for some a count of descriptors, the payload.

use xdr::{Reader, Writer, Xdr};

use crate::PeerMisbehaved;

/// Length of the length word and the header. **Units**: bytes.
pub const HEADER_BYTES: usize = 28;
/// Longest packet, with its length word. **Units**: bytes.
pub const PACKET_BYTES_MAX: usize = 33_554_436;
/// Most file descriptors that travel with one packet.
pub const FDS_MAX: usize = 32;
/// Most stream data that is sent in one packet: what the oldest peers take. **Units**: bytes.
pub const STREAM_CHUNK_BYTES: usize = 262_120;

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum PacketType {
    /// A client asks.
    Call = 0,
    /// A server answers.
    Reply = 1,
    /// An event, or keepalive.
    Message = 2,
    /// Data, end or failure of a stream.
    Stream = 3,
    /// A client asks and passes descriptors.
    CallWithFds = 4,
    /// A server answers and passes descriptors.
    ReplyWithFds = 5,
    /// A hole in the data of a stream.
    StreamHole = 6,
}

/// How it went, or how a stream goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    /// Calls, good replies, events; the orderly end of a stream.
    Ok = 0,
    /// Bad replies; the disorderly end of a stream.
    Error = 1,
    /// A stream goes on.
    Continue = 2,
}

/// The six words after the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Number of the program.
    pub program: u32,
    /// Version of the program.
    pub version: u32,
    /// Number of the procedure or event.
    pub procedure: i32,
    /// What the packet is.
    pub kind: PacketType,
    /// The number that the client gave the call; streams bear that of the call that opened them.
    pub serial: u32,
    /// How it went.
    pub status: Status,
}

impl PacketType {
    /// Whether a count of descriptors stands before the payload.
    pub fn has_fds(self) -> bool {
        matches!(self, Self::CallWithFds | Self::ReplyWithFds)
    }
}

impl TryFrom<u32> for PacketType {
    type Error = PeerMisbehaved;

    fn try_from(value: u32) -> Result<Self, PeerMisbehaved> {
        Ok(match value {
            0 => Self::Call,
            1 => Self::Reply,
            2 => Self::Message,
            3 => Self::Stream,
            4 => Self::CallWithFds,
            5 => Self::ReplyWithFds,
            6 => Self::StreamHole,
            _ => return Err(PeerMisbehaved::UnknownType { value }),
        })
    }
}

impl TryFrom<u32> for Status {
    type Error = PeerMisbehaved;

    fn try_from(value: u32) -> Result<Self, PeerMisbehaved> {
        Ok(match value {
            0 => Self::Ok,
            1 => Self::Error,
            2 => Self::Continue,
            _ => return Err(PeerMisbehaved::UnknownStatus { value }),
        })
    }
}

impl Header {
    /// The answer to the call with this header.
    #[must_use]
    pub fn reply(self, kind: PacketType, status: Status) -> Self {
        Self { kind, status, ..self }
    }

    /// The header that stands in `words`, the bytes after the length word.
    ///
    /// # Errors
    /// When type or status is unknown.
    pub fn decode(words: &[u8; 24]) -> Result<Self, PeerMisbehaved> {
        let mut input = Reader::new(words);
        // Six words are there by type, so none of these falls back.
        let mut word = || u32::decode(&mut input).unwrap_or_default();
        let (program, version, procedure) = (word(), word(), word());
        let (kind, serial, status) = (word(), word(), word());
        Ok(Self {
            program,
            version,
            procedure: procedure.cast_signed(),
            kind: PacketType::try_from(kind)?,
            serial,
            status: Status::try_from(status)?,
        })
    }

    /// The six words, in their order on the wire.
    pub fn words(&self) -> [u32; 6] {
        let procedure = self.procedure.cast_unsigned();
        [self.program, self.version, procedure, self.kind as u32, self.serial, self.status as u32]
    }

    fn put(&self, out: &mut Writer) {
        out.put(&[0; 4]);
        self.words().iter().for_each(|word| out.put(&word.to_be_bytes()));
    }
}

/// Begins a packet in `buffer`, which is cleared: the payload goes behind the header, then
/// [`seal`] fills in the length.
pub fn begin(mut buffer: Vec<u8>, header: &Header) -> Writer {
    buffer.clear();
    let mut out = Writer::append_to(buffer);
    header.put(&mut out);
    out
}

/// Ends a packet: fills in the length word.
///
/// # Errors
/// [`xdr::Error::TooLong`] when the peer would refuse the packet.
pub fn seal(packet: Writer) -> Result<Vec<u8>, xdr::Error> {
    let mut bytes = packet.into_bytes();
    let length = bytes.len();
    match (u32::try_from(length), bytes.first_chunk_mut::<4>()) {
        (Ok(word), Some(place)) if length <= PACKET_BYTES_MAX => *place = word.to_be_bytes(),
        _ => return Err(xdr::Error::TooLong { length, limit: PACKET_BYTES_MAX }),
    }
    Ok(bytes)
}

/// Ends a reply that turned out to pass `count` descriptors: makes it one of the type that does.
///
/// # Errors
/// As [`seal`], and when there are more than [`FDS_MAX`].
pub fn seal_with_fds(packet: Writer, count: usize) -> Result<Vec<u8>, xdr::Error> {
    let word = u32::try_from(count).ok().filter(|_| count <= FDS_MAX);
    let word = word.ok_or(xdr::Error::TooLong { length: count, limit: FDS_MAX })?;
    let mut bytes = packet.into_bytes();
    if let Some(kind) = bytes.get_mut(16..20) {
        kind.copy_from_slice(&(PacketType::ReplyWithFds as u32).to_be_bytes());
    }
    let payload = HEADER_BYTES.min(bytes.len());
    bytes.splice(payload..payload, word.to_be_bytes());
    seal(Writer::append_to(bytes))
}

/// The six words of the header of a sealed packet; zeros where it ends too early.
pub fn header_words(packet: &[u8]) -> [u32; 6] {
    let mut words = packet.chunks_exact(4).skip(1).filter_map(|word| word.first_chunk());
    std::array::from_fn(|_| words.next().map_or(0, |word| u32::from_be_bytes(*word)))
}

/// Encodes a whole packet into `buffer`, which is cleared.
///
/// For [`PacketType::CallWithFds`] `payload` begins with the count of descriptors.
///
/// # Errors
/// When `payload` is over a limit of the protocol.
pub fn encode<T: Xdr>(
    buffer: Vec<u8>,
    header: &Header,
    payload: &T,
) -> Result<Vec<u8>, xdr::Error> {
    let mut out = begin(buffer, header);
    payload.encode(&mut out)?;
    seal(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Header, PacketType, Status, begin, encode, header_words, seal, seal_with_fds};
    use crate::PeerMisbehaved;

    fn any_header() -> impl Strategy<Value = Header> {
        (any::<u32>(), any::<u32>(), any::<i32>(), 0u32..7, any::<u32>(), 0u32..3).prop_map(
            |(program, version, procedure, kind, serial, status)| Header {
                program,
                version,
                procedure,
                kind: PacketType::try_from(kind).unwrap(),
                serial,
                status: Status::try_from(status).unwrap(),
            },
        )
    }

    proptest! {
        #[test]
        fn a_header_survives_the_wire(header in any_header()) {
            let bytes = seal(begin(Vec::new(), &header)).unwrap();
            prop_assert_eq!(bytes.len(), 28);
            prop_assert_eq!(Header::decode(bytes.last_chunk().unwrap()), Ok(header));
            prop_assert_eq!(header_words(&bytes), header.words());
        }

        #[test]
        fn any_bytes_are_a_header_or_a_fault(words in any::<[u8; 24]>()) {
            let kind = u32::from_be_bytes(*words[12..].first_chunk().unwrap());
            let status = u32::from_be_bytes(*words[20..].first_chunk().unwrap());
            prop_assert_eq!(Header::decode(&words).is_ok(), kind < 7 && status < 3);
        }
    }

    const HEADER: Header = Header {
        program: 0x2000_8086,
        version: 1,
        procedure: 66,
        kind: PacketType::Reply,
        serial: 7,
        status: Status::Ok,
    };

    #[test]
    fn the_length_counts_the_whole_packet() {
        let bytes = encode(Vec::new(), &HEADER, &"vda".to_owned()).unwrap();
        assert_eq!(bytes[..4], [0, 0, 0, 36]);
        assert_eq!(bytes[28..], [0, 0, 0, 3, b'v', b'd', b'a', 0]);
    }

    #[test]
    fn descriptors_are_counted_before_the_payload() {
        let mut out = begin(Vec::new(), &HEADER);
        out.put(&[1, 2, 3, 4]);
        let bytes = seal_with_fds(out, 2).unwrap();
        assert_eq!(bytes[..4], [0, 0, 0, 36]);
        assert_eq!(bytes[16..20], [0, 0, 0, 5]);
        assert_eq!(bytes[28..], [0, 0, 0, 2, 1, 2, 3, 4]);
    }

    #[test]
    fn an_unknown_type_or_status_is_named() {
        let mut words = [0; 24];
        words[15] = 7;
        assert_eq!(Header::decode(&words), Err(PeerMisbehaved::UnknownType { value: 7 }));
        words[15] = 0;
        words[23] = 3;
        assert_eq!(Header::decode(&words), Err(PeerMisbehaved::UnknownStatus { value: 3 }));
    }
}
