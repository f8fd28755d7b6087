//! Constants: event.

flags! {
    /// Values of `virEventHandleType`.
    pub struct EventHandleType {
        /// `VIR_EVENT_HANDLE_READABLE`, since 0.5.0.
        READABLE = 0x1,
        /// `VIR_EVENT_HANDLE_WRITABLE`, since 0.5.0.
        WRITABLE = 0x2,
        /// `VIR_EVENT_HANDLE_ERROR`, since 0.5.0.
        ERROR = 0x4,
        /// `VIR_EVENT_HANDLE_HANGUP`, since 0.5.0.
        HANGUP = 0x8,
    }
}
