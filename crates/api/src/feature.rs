//! Optional features that a client may ask a server for.

/// A feature number of [`crate::remote::ConnectSupportsFeature`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Feature(pub i32);

impl Feature {
    /// Migration, protocol 1.
    pub const MIGRATION_V1: Self = Self(1);
    /// The driver is remote; a client answers this itself.
    pub const REMOTE: Self = Self(2);
    /// Migration, protocol 2.
    pub const MIGRATION_V2: Self = Self(3);
    /// Peer-to-peer migration.
    pub const MIGRATION_P2P: Self = Self(4);
    /// Migration, protocol 3.
    pub const MIGRATION_V3: Self = Self(6);
    /// Changes are held off while a guest migrates.
    pub const MIGRATE_CHANGE_PROTECTION: Self = Self(7);
    /// File descriptors may be passed.
    pub const FD_PASSING: Self = Self(8);
    /// Typed parameters may be strings.
    pub const TYPED_PARAM_STRING: Self = Self(9);
    /// Keepalive; asking for it starts the server's own pings.
    pub const PROGRAM_KEEPALIVE: Self = Self(10);
    /// The flag for XML fit for migration.
    pub const XML_MIGRATABLE: Self = Self(11);
    /// Migration of guests that do not run.
    pub const MIGRATION_OFFLINE: Self = Self(12);
    /// Migration calls with typed parameters.
    pub const MIGRATION_PARAMS: Self = Self(13);
    /// Events carry callback ids.
    pub const EVENT_CALLBACK: Self = Self(14);
    /// The close callback procedures exist.
    pub const CLOSE_CALLBACK: Self = Self(15);
    /// `network_update` has its arguments in the right order.
    pub const NETWORK_UPDATE_ORDER: Self = Self(16);
}
