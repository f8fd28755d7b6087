//! Constants: stream.

flags! {
    /// Values of `virStreamFlags`.
    pub struct StreamFlags {
        /// `VIR_STREAM_NONBLOCK`, since 0.7.2.
        NONBLOCK = 0x1,
    }

    /// Values of `virStreamRecvFlagsValues`.
    pub struct StreamRecvFlags {
        /// `VIR_STREAM_RECV_STOP_AT_HOLE`, since 3.4.0.
        STOP_AT_HOLE = 0x1,
    }

    /// Values of `virStreamEventType`.
    pub struct StreamEventType {
        /// `VIR_STREAM_EVENT_READABLE`, since 0.7.2.
        READABLE = 0x1,
        /// `VIR_STREAM_EVENT_WRITABLE`, since 0.7.2.
        WRITABLE = 0x2,
        /// `VIR_STREAM_EVENT_ERROR`, since 0.7.2.
        ERROR = 0x4,
        /// `VIR_STREAM_EVENT_HANGUP`, since 0.7.2.
        HANGUP = 0x8,
    }
}
