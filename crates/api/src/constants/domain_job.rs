//! Constants: jobs, block jobs and migration of domains.

open_enums! {
    /// Values of `virDomainBlockedReason`.
    pub struct DomainBlockedReason {
        /// `VIR_DOMAIN_BLOCKED_UNKNOWN`, since 0.9.2.
        UNKNOWN = 0,
    }

    /// Values of `virDomainCoreDumpFormat`.
    pub struct DomainCoreDumpFormat {
        /// `VIR_DOMAIN_CORE_DUMP_FORMAT_RAW`, since 1.2.3.
        RAW = 0,
        /// `VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_ZLIB`, since 1.2.3.
        KDUMP_ZLIB = 1,
        /// `VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_LZO`, since 1.2.3.
        KDUMP_LZO = 2,
        /// `VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_SNAPPY`, since 1.2.3.
        KDUMP_SNAPPY = 3,
        /// `VIR_DOMAIN_CORE_DUMP_FORMAT_WIN_DMP`, since 7.4.0.
        WIN_DMP = 4,
    }

    /// Values of `virDomainBlockJobType`.
    pub struct DomainBlockJobType {
        /// `VIR_DOMAIN_BLOCK_JOB_TYPE_UNKNOWN`, since 0.9.4.
        UNKNOWN = 0,
        /// `VIR_DOMAIN_BLOCK_JOB_TYPE_PULL`, since 0.9.4.
        PULL = 1,
        /// `VIR_DOMAIN_BLOCK_JOB_TYPE_COPY`, since 0.9.12.
        COPY = 2,
        /// `VIR_DOMAIN_BLOCK_JOB_TYPE_COMMIT`, since 0.10.2.
        COMMIT = 3,
        /// `VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT`, since 1.2.6.
        ACTIVE_COMMIT = 4,
        /// `VIR_DOMAIN_BLOCK_JOB_TYPE_BACKUP`, since 6.0.0.
        BACKUP = 5,
    }

    /// Values of `virDomainDiskErrorCode`.
    pub struct DomainDiskErrorCode {
        /// `VIR_DOMAIN_DISK_ERROR_NONE`, since 0.9.10.
        NONE = 0,
        /// `VIR_DOMAIN_DISK_ERROR_UNSPEC`, since 0.9.10.
        UNSPEC = 1,
        /// `VIR_DOMAIN_DISK_ERROR_NO_SPACE`, since 0.9.10.
        NO_SPACE = 2,
    }

    /// Values of `virDomainJobType`.
    pub struct DomainJobType {
        /// `VIR_DOMAIN_JOB_NONE`, since 0.7.7.
        NONE = 0,
        /// `VIR_DOMAIN_JOB_BOUNDED`, since 0.7.7.
        BOUNDED = 1,
        /// `VIR_DOMAIN_JOB_UNBOUNDED`, since 0.7.7.
        UNBOUNDED = 2,
        /// `VIR_DOMAIN_JOB_COMPLETED`, since 0.7.7.
        COMPLETED = 3,
        /// `VIR_DOMAIN_JOB_FAILED`, since 0.7.7.
        FAILED = 4,
        /// `VIR_DOMAIN_JOB_CANCELLED`, since 0.7.7.
        CANCELLED = 5,
    }

    /// Values of `virDomainJobOperation`.
    pub struct DomainJobOperation {
        /// `VIR_DOMAIN_JOB_OPERATION_UNKNOWN`, since 3.3.0.
        UNKNOWN = 0,
        /// `VIR_DOMAIN_JOB_OPERATION_START`, since 3.3.0.
        START = 1,
        /// `VIR_DOMAIN_JOB_OPERATION_SAVE`, since 3.3.0.
        SAVE = 2,
        /// `VIR_DOMAIN_JOB_OPERATION_RESTORE`, since 3.3.0.
        RESTORE = 3,
        /// `VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN`, since 3.3.0.
        MIGRATION_IN = 4,
        /// `VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT`, since 3.3.0.
        MIGRATION_OUT = 5,
        /// `VIR_DOMAIN_JOB_OPERATION_SNAPSHOT`, since 3.3.0.
        SNAPSHOT = 6,
        /// `VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT`, since 3.3.0.
        SNAPSHOT_REVERT = 7,
        /// `VIR_DOMAIN_JOB_OPERATION_DUMP`, since 3.3.0.
        DUMP = 8,
        /// `VIR_DOMAIN_JOB_OPERATION_BACKUP`, since 6.0.0.
        BACKUP = 9,
        /// `VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_DELETE`, since 9.0.0.
        SNAPSHOT_DELETE = 10,
    }

    /// Values of `virDomainDirtyRateStatus`.
    pub struct DomainDirtyRateStatus {
        /// `VIR_DOMAIN_DIRTYRATE_UNSTARTED`, since 7.2.0.
        UNSTARTED = 0,
        /// `VIR_DOMAIN_DIRTYRATE_MEASURING`, since 7.2.0.
        MEASURING = 1,
        /// `VIR_DOMAIN_DIRTYRATE_MEASURED`, since 7.2.0.
        MEASURED = 2,
    }
}

flags! {
    /// Values of `virDomainCoreDumpFlags`.
    pub struct DomainCoreDumpFlags {
        /// `VIR_DUMP_CRASH`, since 0.7.5.
        CRASH = 0x1,
        /// `VIR_DUMP_LIVE`, since 0.7.5.
        LIVE = 0x2,
        /// `VIR_DUMP_BYPASS_CACHE`, since 0.9.4.
        BYPASS_CACHE = 0x4,
        /// `VIR_DUMP_RESET`, since 0.9.7.
        RESET = 0x8,
        /// `VIR_DUMP_MEMORY_ONLY`, since 0.9.13.
        MEMORY_ONLY = 0x10,
    }

    /// Values of `virDomainMigrateFlags`.
    pub struct DomainMigrateFlags {
        /// `VIR_MIGRATE_LIVE`, since 0.3.2.
        LIVE = 0x1,
        /// `VIR_MIGRATE_PEER2PEER`, since 0.7.2.
        PEER2PEER = 0x2,
        /// `VIR_MIGRATE_TUNNELLED`, since 0.7.2.
        TUNNELLED = 0x4,
        /// `VIR_MIGRATE_PERSIST_DEST`, since 0.7.3.
        PERSIST_DEST = 0x8,
        /// `VIR_MIGRATE_UNDEFINE_SOURCE`, since 0.7.3.
        UNDEFINE_SOURCE = 0x10,
        /// `VIR_MIGRATE_PAUSED`, since 0.7.5.
        PAUSED = 0x20,
        /// `VIR_MIGRATE_NON_SHARED_DISK`, since 0.8.2.
        NON_SHARED_DISK = 0x40,
        /// `VIR_MIGRATE_NON_SHARED_INC`, since 0.8.2.
        NON_SHARED_INC = 0x80,
        /// `VIR_MIGRATE_CHANGE_PROTECTION`, since 0.9.4.
        CHANGE_PROTECTION = 0x100,
        /// `VIR_MIGRATE_UNSAFE`, since 0.9.11.
        UNSAFE = 0x200,
        /// `VIR_MIGRATE_OFFLINE`, since 1.0.1.
        OFFLINE = 0x400,
        /// `VIR_MIGRATE_COMPRESSED`, since 1.0.3.
        COMPRESSED = 0x800,
        /// `VIR_MIGRATE_ABORT_ON_ERROR`, since 1.1.0.
        ABORT_ON_ERROR = 0x1000,
        /// `VIR_MIGRATE_AUTO_CONVERGE`, since 1.2.3.
        AUTO_CONVERGE = 0x2000,
        /// `VIR_MIGRATE_RDMA_PIN_ALL`, since 1.2.9.
        RDMA_PIN_ALL = 0x4000,
        /// `VIR_MIGRATE_POSTCOPY`, since 1.3.3.
        POSTCOPY = 0x8000,
        /// `VIR_MIGRATE_TLS`, since 3.2.0.
        TLS = 0x10000,
        /// `VIR_MIGRATE_PARALLEL`, since 5.2.0.
        PARALLEL = 0x20000,
        /// `VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES`, since 8.0.0.
        NON_SHARED_SYNCHRONOUS_WRITES = 0x40000,
        /// `VIR_MIGRATE_POSTCOPY_RESUME`, since 8.5.0.
        POSTCOPY_RESUME = 0x80000,
        /// `VIR_MIGRATE_ZEROCOPY`, since 8.5.0.
        ZEROCOPY = 0x100000,
    }

    /// Values of `virDomainMigrateMaxSpeedFlags`.
    pub struct DomainMigrateMaxSpeedFlags {
        /// `VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY`, since 5.1.0.
        POSTCOPY = 0x1,
    }

    /// Values of `virDomainSaveRestoreFlags`.
    pub struct DomainSaveRestoreFlags {
        /// `VIR_DOMAIN_SAVE_BYPASS_CACHE`, since 0.9.4.
        BYPASS_CACHE = 0x1,
        /// `VIR_DOMAIN_SAVE_RUNNING`, since 0.9.5.
        RUNNING = 0x2,
        /// `VIR_DOMAIN_SAVE_PAUSED`, since 0.9.5.
        PAUSED = 0x4,
        /// `VIR_DOMAIN_SAVE_RESET_NVRAM`, since 8.1.0.
        RESET_NVRAM = 0x8,
    }

    /// Values of `virDomainSaveImageXMLFlags`.
    pub struct DomainSaveImageXMLFlags {
        /// `VIR_DOMAIN_SAVE_IMAGE_XML_SECURE`, since 5.1.0.
        SECURE = 0x1,
    }

    /// Values of `virDomainBlockResizeFlags`.
    pub struct DomainBlockResizeFlags {
        /// `VIR_DOMAIN_BLOCK_RESIZE_BYTES`, since 0.9.11.
        BYTES = 0x1,
        /// `VIR_DOMAIN_BLOCK_RESIZE_CAPACITY`, since 10.0.0.
        CAPACITY = 0x2,
    }

    /// Values of `virDomainBlockJobAbortFlags`.
    pub struct DomainBlockJobAbortFlags {
        /// `VIR_DOMAIN_BLOCK_JOB_ABORT_ASYNC`, since 0.9.12.
        ASYNC = 0x1,
        /// `VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT`, since 0.9.12.
        PIVOT = 0x2,
    }

    /// Values of `virDomainBlockJobInfoFlags`.
    pub struct DomainBlockJobInfoFlags {
        /// `VIR_DOMAIN_BLOCK_JOB_INFO_BANDWIDTH_BYTES`, since 1.2.9.
        BANDWIDTH_BYTES = 0x1,
    }

    /// Values of `virDomainBlockJobSetSpeedFlags`.
    pub struct DomainBlockJobSetSpeedFlags {
        /// `VIR_DOMAIN_BLOCK_JOB_SPEED_BANDWIDTH_BYTES`, since 1.2.9.
        BANDWIDTH_BYTES = 0x1,
    }

    /// Values of `virDomainBlockPullFlags`.
    pub struct DomainBlockPullFlags {
        /// `VIR_DOMAIN_BLOCK_PULL_BANDWIDTH_BYTES`, since 1.2.9.
        BANDWIDTH_BYTES = 0x40,
    }

    /// Values of `virDomainBlockRebaseFlags`.
    pub struct DomainBlockRebaseFlags {
        /// `VIR_DOMAIN_BLOCK_REBASE_SHALLOW`, since 0.9.12.
        SHALLOW = 0x1,
        /// `VIR_DOMAIN_BLOCK_REBASE_REUSE_EXT`, since 0.9.12.
        REUSE_EXT = 0x2,
        /// `VIR_DOMAIN_BLOCK_REBASE_COPY_RAW`, since 0.9.12.
        COPY_RAW = 0x4,
        /// `VIR_DOMAIN_BLOCK_REBASE_COPY`, since 0.9.12.
        COPY = 0x8,
        /// `VIR_DOMAIN_BLOCK_REBASE_RELATIVE`, since 1.2.7.
        RELATIVE = 0x10,
        /// `VIR_DOMAIN_BLOCK_REBASE_COPY_DEV`, since 1.2.9.
        COPY_DEV = 0x20,
        /// `VIR_DOMAIN_BLOCK_REBASE_BANDWIDTH_BYTES`, since 1.2.9.
        BANDWIDTH_BYTES = 0x40,
    }

    /// Values of `virDomainBlockCopyFlags`.
    pub struct DomainBlockCopyFlags {
        /// `VIR_DOMAIN_BLOCK_COPY_SHALLOW`, since 1.2.8.
        SHALLOW = 0x1,
        /// `VIR_DOMAIN_BLOCK_COPY_REUSE_EXT`, since 1.2.8.
        REUSE_EXT = 0x2,
        /// `VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB`, since 3.5.0.
        TRANSIENT_JOB = 0x4,
        /// `VIR_DOMAIN_BLOCK_COPY_SYNCHRONOUS_WRITES`, since 8.0.0.
        SYNCHRONOUS_WRITES = 0x8,
    }

    /// Values of `virDomainBlockCommitFlags`.
    pub struct DomainBlockCommitFlags {
        /// `VIR_DOMAIN_BLOCK_COMMIT_SHALLOW`, since 0.10.2.
        SHALLOW = 0x1,
        /// `VIR_DOMAIN_BLOCK_COMMIT_DELETE`, since 0.10.2.
        DELETE = 0x2,
        /// `VIR_DOMAIN_BLOCK_COMMIT_ACTIVE`, since 1.2.6.
        ACTIVE = 0x4,
        /// `VIR_DOMAIN_BLOCK_COMMIT_RELATIVE`, since 1.2.7.
        RELATIVE = 0x8,
        /// `VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES`, since 1.2.9.
        BANDWIDTH_BYTES = 0x10,
    }

    /// Values of `virDomainGetJobStatsFlags`.
    pub struct DomainGetJobStatsFlags {
        /// `VIR_DOMAIN_JOB_STATS_COMPLETED`, since 1.2.9.
        COMPLETED = 0x1,
        /// `VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED`, since 6.0.0.
        KEEP_COMPLETED = 0x2,
    }

    /// Values of `virDomainAbortJobFlagsValues`.
    pub struct DomainAbortJobFlags {
        /// `VIR_DOMAIN_ABORT_JOB_POSTCOPY`, since 8.5.0.
        POSTCOPY = 0x1,
    }

    /// Values of `virDomainBackupBeginFlags`.
    pub struct DomainBackupBeginFlags {
        /// `VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL`, since 6.0.0.
        REUSE_EXTERNAL = 0x1,
    }

    /// Values of `virDomainDirtyRateCalcFlags`.
    pub struct DomainDirtyRateCalcFlags {
        /// `VIR_DOMAIN_DIRTYRATE_MODE_PAGE_SAMPLING`, since 8.1.0.
        PAGE_SAMPLING = 0x0,
        /// `VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_BITMAP`, since 8.1.0.
        DIRTY_BITMAP = 0x1,
        /// `VIR_DOMAIN_DIRTYRATE_MODE_DIRTY_RING`, since 8.1.0.
        DIRTY_RING = 0x2,
    }
}
