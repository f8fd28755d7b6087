//! Constants: secret.

open_enums! {
    /// Values of `virSecretUsageType`.
    pub struct SecretUsageType {
        /// `VIR_SECRET_USAGE_TYPE_NONE`, since 0.7.1.
        NONE = 0,
        /// `VIR_SECRET_USAGE_TYPE_VOLUME`, since 0.7.1.
        VOLUME = 1,
        /// `VIR_SECRET_USAGE_TYPE_CEPH`, since 0.9.7.
        CEPH = 2,
        /// `VIR_SECRET_USAGE_TYPE_ISCSI`, since 1.0.4.
        ISCSI = 3,
        /// `VIR_SECRET_USAGE_TYPE_TLS`, since 2.3.0.
        TLS = 4,
        /// `VIR_SECRET_USAGE_TYPE_VTPM`, since 5.6.0.
        VTPM = 5,
    }

    /// Values of `virSecretEventID`.
    pub struct SecretEventID {
        /// `VIR_SECRET_EVENT_ID_LIFECYCLE`, since 3.0.0.
        LIFECYCLE = 0,
        /// `VIR_SECRET_EVENT_ID_VALUE_CHANGED`, since 3.0.0.
        VALUE_CHANGED = 1,
    }

    /// Values of `virSecretEventLifecycleType`.
    pub struct SecretEventLifecycleType {
        /// `VIR_SECRET_EVENT_DEFINED`, since 3.0.0.
        DEFINED = 0,
        /// `VIR_SECRET_EVENT_UNDEFINED`, since 3.0.0.
        UNDEFINED = 1,
    }
}

flags! {
    /// Values of `virConnectListAllSecretsFlags`.
    pub struct ConnectListAllSecretsFlags {
        /// `VIR_CONNECT_LIST_SECRETS_EPHEMERAL`, since 0.10.2.
        EPHEMERAL = 0x1,
        /// `VIR_CONNECT_LIST_SECRETS_NO_EPHEMERAL`, since 0.10.2.
        NO_EPHEMERAL = 0x2,
        /// `VIR_CONNECT_LIST_SECRETS_PRIVATE`, since 0.10.2.
        PRIVATE = 0x4,
        /// `VIR_CONNECT_LIST_SECRETS_NO_PRIVATE`, since 0.10.2.
        NO_PRIVATE = 0x8,
    }

    /// Values of `virSecretDefineFlags`.
    pub struct SecretDefineFlags {
        /// `VIR_SECRET_DEFINE_VALIDATE`, since 7.7.0.
        VALIDATE = 0x1,
    }
}
