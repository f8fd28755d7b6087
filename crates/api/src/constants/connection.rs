//! Constants: connections and typed parameters.

open_enums! {
    /// Values of `virConnectCloseReason`.
    pub struct ConnectCloseReason {
        /// `VIR_CONNECT_CLOSE_REASON_ERROR`, since 0.10.0.
        ERROR = 0,
        /// `VIR_CONNECT_CLOSE_REASON_EOF`, since 0.10.0.
        EOF = 1,
        /// `VIR_CONNECT_CLOSE_REASON_KEEPALIVE`, since 0.10.0.
        KEEPALIVE = 2,
        /// `VIR_CONNECT_CLOSE_REASON_CLIENT`, since 0.10.0.
        CLIENT = 3,
    }

    /// Values of `virTypedParameterType`.
    pub struct TypedParameterType {
        /// `VIR_TYPED_PARAM_INT`, since 0.9.2.
        INT = 1,
        /// `VIR_TYPED_PARAM_UINT`, since 0.9.2.
        UINT = 2,
        /// `VIR_TYPED_PARAM_LLONG`, since 0.9.2.
        LLONG = 3,
        /// `VIR_TYPED_PARAM_ULLONG`, since 0.9.2.
        ULLONG = 4,
        /// `VIR_TYPED_PARAM_DOUBLE`, since 0.9.2.
        DOUBLE = 5,
        /// `VIR_TYPED_PARAM_BOOLEAN`, since 0.9.2.
        BOOLEAN = 6,
        /// `VIR_TYPED_PARAM_STRING`, since 0.9.8.
        STRING = 7,
    }
}

flags! {
    /// Values of `virTypedParameterFlags`.
    pub struct TypedParameterFlags {
        /// `VIR_TYPED_PARAM_STRING_OKAY`, since 0.9.8.
        PARAM_STRING_OKAY = 0x4,
    }
}
