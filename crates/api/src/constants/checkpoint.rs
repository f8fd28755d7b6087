//! Constants: checkpoint.

flags! {
    /// Values of `virDomainCheckpointCreateFlags`.
    pub struct DomainCheckpointCreateFlags {
        /// `VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE`, since 5.6.0.
        REDEFINE = 0x1,
        /// `VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE`, since 5.6.0.
        QUIESCE = 0x2,
        /// `VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE`, since 6.10.0.
        REDEFINE_VALIDATE = 0x4,
    }

    /// Values of `virDomainCheckpointXMLFlags`.
    pub struct DomainCheckpointXMLFlags {
        /// `VIR_DOMAIN_CHECKPOINT_XML_SECURE`, since 5.6.0.
        SECURE = 0x1,
        /// `VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN`, since 5.6.0.
        NO_DOMAIN = 0x2,
        /// `VIR_DOMAIN_CHECKPOINT_XML_SIZE`, since 5.6.0.
        SIZE = 0x4,
    }

    /// Values of `virDomainCheckpointListFlags`.
    pub struct DomainCheckpointListFlags {
        /// `VIR_DOMAIN_CHECKPOINT_LIST_ROOTS`, since 5.6.0.
        ROOTS = 0x1,
        /// `VIR_DOMAIN_CHECKPOINT_LIST_DESCENDANTS`, since 5.6.0.
        DESCENDANTS = 0x1,
        /// `VIR_DOMAIN_CHECKPOINT_LIST_TOPOLOGICAL`, since 5.6.0.
        TOPOLOGICAL = 0x2,
        /// `VIR_DOMAIN_CHECKPOINT_LIST_LEAVES`, since 5.6.0.
        LEAVES = 0x4,
        /// `VIR_DOMAIN_CHECKPOINT_LIST_NO_LEAVES`, since 5.6.0.
        NO_LEAVES = 0x8,
    }

    /// Values of `virDomainCheckpointDeleteFlags`.
    pub struct DomainCheckpointDeleteFlags {
        /// `VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN`, since 5.6.0.
        CHILDREN = 0x1,
        /// `VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY`, since 5.6.0.
        METADATA_ONLY = 0x2,
        /// `VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY`, since 5.6.0.
        CHILDREN_ONLY = 0x4,
    }
}
