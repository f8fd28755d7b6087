//! What can go wrong below the calls.

/// What a peer did that no peer may do; it costs that peer its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeerMisbehaved {
    /// The length word does not even cover the header.
    #[error("packet of {length} bytes is shorter than its header")]
    PacketTooShort {
        /// The length word.
        length: u32,
    },
    /// The length word is over the limit.
    #[error("packet of {length} bytes is over the limit {limit}")]
    PacketTooLong {
        /// The length word.
        length: u32,
        /// Most bytes of a packet.
        limit: usize,
    },
    /// No packet type has this number.
    #[error("{value} is no packet type")]
    UnknownType {
        /// The word.
        value: u32,
    },
    /// No status has this number.
    #[error("{value} is no packet status")]
    UnknownStatus {
        /// The word.
        value: u32,
    },
    /// More descriptors than a packet may have.
    #[error("{count} file descriptors are over the limit {limit}")]
    TooManyFds {
        /// Descriptors announced or sent.
        count: usize,
        /// Descriptors allowed.
        limit: usize,
    },
    /// A byte that should have carried a descriptor came without one.
    #[error("packet announced {announced} file descriptors, {arrived} came")]
    MissingFds {
        /// Descriptors announced.
        announced: usize,
        /// Descriptors that came.
        arrived: usize,
    },
    /// A hole for a stream that was not opened for holes.
    #[error("hole in a stream that takes none")]
    UninvitedHole,
    /// A hole packet whose payload is no hole.
    #[error("hole packet without a hole")]
    MalformedHole,
    /// Descriptors that no packet announced.
    #[error("{count} file descriptors that no packet announced")]
    UninvitedFds {
        /// Descriptors that came.
        count: usize,
    },
}

/// Why a connection cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The peer broke the rules.
    #[error(transparent)]
    Peer(#[from] PeerMisbehaved),
    /// The peer went away inside a packet.
    #[error("connection ended inside a packet, after {arrived} bytes of it")]
    Truncated {
        /// Bytes of the unfinished packet.
        arrived: usize,
    },
    /// The socket failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
