//! Packets, keepalive and transports of libvirt's wire protocol; client and server share it.
//!
//! A [`PacketReader`] turns bytes into [`Packet`]s and a [`PacketWriter`] the other way round, over
//! any [`Receive`] and [`Transmit`]. Whatever a peer sends is a packet or a [`PeerMisbehaved`]:
//! every length is checked before a byte is allocated for it, and memory grows only with what has
//! arrived. What a packet means is not known here.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects))]

mod error;
mod keepalive;
mod packet;
mod reader;
mod transport;
mod writer;

pub use error::{Error, PeerMisbehaved};
pub use keepalive::{Keepalive, KeepaliveAction};
pub use packet::{
    FDS_MAX, HEADER_BYTES, Header, PACKET_BYTES_MAX, PacketType, STREAM_CHUNK_BYTES, Status, begin,
    encode, header_words, seal, seal_with_fds,
};
pub use reader::{Packet, PacketReader};
pub use transport::{
    Bytes, Layer, LayerSlot, Layered, Receive, Shared, ShortCut, TcpTransport, Transmit,
    UnixTransport, opened,
};
pub use writer::PacketWriter;
