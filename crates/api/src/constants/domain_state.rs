//! Constants: what a domain is doing, and why.

open_enums! {
    /// Values of `virDomainState`.
    pub struct DomainState {
        /// `VIR_DOMAIN_NOSTATE`.
        NOSTATE = 0,
        /// `VIR_DOMAIN_RUNNING`.
        RUNNING = 1,
        /// `VIR_DOMAIN_BLOCKED`.
        BLOCKED = 2,
        /// `VIR_DOMAIN_PAUSED`.
        PAUSED = 3,
        /// `VIR_DOMAIN_SHUTDOWN`.
        SHUTDOWN = 4,
        /// `VIR_DOMAIN_SHUTOFF`.
        SHUTOFF = 5,
        /// `VIR_DOMAIN_CRASHED`, since 0.0.2.
        CRASHED = 6,
        /// `VIR_DOMAIN_PMSUSPENDED`, since 0.9.11.
        PMSUSPENDED = 7,
    }

    /// Values of `virDomainNostateReason`.
    pub struct DomainNostateReason {
        /// `VIR_DOMAIN_NOSTATE_UNKNOWN`, since 0.9.2.
        UNKNOWN = 0,
    }

    /// Values of `virDomainRunningReason`.
    pub struct DomainRunningReason {
        /// `VIR_DOMAIN_RUNNING_UNKNOWN`, since 0.9.2.
        UNKNOWN = 0,
        /// `VIR_DOMAIN_RUNNING_BOOTED`, since 0.9.2.
        BOOTED = 1,
        /// `VIR_DOMAIN_RUNNING_MIGRATED`, since 0.9.2.
        MIGRATED = 2,
        /// `VIR_DOMAIN_RUNNING_RESTORED`, since 0.9.2.
        RESTORED = 3,
        /// `VIR_DOMAIN_RUNNING_FROM_SNAPSHOT`, since 0.9.2.
        FROM_SNAPSHOT = 4,
        /// `VIR_DOMAIN_RUNNING_UNPAUSED`, since 0.9.2.
        UNPAUSED = 5,
        /// `VIR_DOMAIN_RUNNING_MIGRATION_CANCELED`, since 0.9.2.
        MIGRATION_CANCELED = 6,
        /// `VIR_DOMAIN_RUNNING_SAVE_CANCELED`, since 0.9.2.
        SAVE_CANCELED = 7,
        /// `VIR_DOMAIN_RUNNING_WAKEUP`, since 0.9.11.
        WAKEUP = 8,
        /// `VIR_DOMAIN_RUNNING_CRASHED`, since 1.1.1.
        CRASHED = 9,
        /// `VIR_DOMAIN_RUNNING_POSTCOPY`, since 1.3.3.
        POSTCOPY = 10,
        /// `VIR_DOMAIN_RUNNING_POSTCOPY_FAILED`, since 8.5.0.
        POSTCOPY_FAILED = 11,
    }

    /// Values of `virDomainPausedReason`.
    pub struct DomainPausedReason {
        /// `VIR_DOMAIN_PAUSED_UNKNOWN`, since 0.9.2.
        UNKNOWN = 0,
        /// `VIR_DOMAIN_PAUSED_USER`, since 0.9.2.
        USER = 1,
        /// `VIR_DOMAIN_PAUSED_MIGRATION`, since 0.9.2.
        MIGRATION = 2,
        /// `VIR_DOMAIN_PAUSED_SAVE`, since 0.9.2.
        SAVE = 3,
        /// `VIR_DOMAIN_PAUSED_DUMP`, since 0.9.2.
        DUMP = 4,
        /// `VIR_DOMAIN_PAUSED_IOERROR`, since 0.9.2.
        IOERROR = 5,
        /// `VIR_DOMAIN_PAUSED_WATCHDOG`, since 0.9.2.
        WATCHDOG = 6,
        /// `VIR_DOMAIN_PAUSED_FROM_SNAPSHOT`, since 0.9.2.
        FROM_SNAPSHOT = 7,
        /// `VIR_DOMAIN_PAUSED_SHUTTING_DOWN`, since 0.9.5.
        SHUTTING_DOWN = 8,
        /// `VIR_DOMAIN_PAUSED_SNAPSHOT`, since 1.0.1.
        SNAPSHOT = 9,
        /// `VIR_DOMAIN_PAUSED_CRASHED`, since 1.1.1.
        CRASHED = 10,
        /// `VIR_DOMAIN_PAUSED_STARTING_UP`, since 1.2.14.
        STARTING_UP = 11,
        /// `VIR_DOMAIN_PAUSED_POSTCOPY`, since 1.3.3.
        POSTCOPY = 12,
        /// `VIR_DOMAIN_PAUSED_POSTCOPY_FAILED`, since 1.3.3.
        POSTCOPY_FAILED = 13,
        /// `VIR_DOMAIN_PAUSED_API_ERROR`, since 9.2.0.
        API_ERROR = 14,
    }

    /// Values of `virDomainShutdownReason`.
    pub struct DomainShutdownReason {
        /// `VIR_DOMAIN_SHUTDOWN_UNKNOWN`, since 0.9.2.
        UNKNOWN = 0,
        /// `VIR_DOMAIN_SHUTDOWN_USER`, since 0.9.2.
        USER = 1,
    }

    /// Values of `virDomainShutoffReason`.
    pub struct DomainShutoffReason {
        /// `VIR_DOMAIN_SHUTOFF_UNKNOWN`, since 0.9.2.
        UNKNOWN = 0,
        /// `VIR_DOMAIN_SHUTOFF_SHUTDOWN`, since 0.9.2.
        SHUTDOWN = 1,
        /// `VIR_DOMAIN_SHUTOFF_DESTROYED`, since 0.9.2.
        DESTROYED = 2,
        /// `VIR_DOMAIN_SHUTOFF_CRASHED`, since 0.9.2.
        CRASHED = 3,
        /// `VIR_DOMAIN_SHUTOFF_MIGRATED`, since 0.9.2.
        MIGRATED = 4,
        /// `VIR_DOMAIN_SHUTOFF_SAVED`, since 0.9.2.
        SAVED = 5,
        /// `VIR_DOMAIN_SHUTOFF_FAILED`, since 0.9.2.
        FAILED = 6,
        /// `VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT`, since 0.9.2.
        FROM_SNAPSHOT = 7,
        /// `VIR_DOMAIN_SHUTOFF_DAEMON`, since 4.10.0.
        DAEMON = 8,
    }

    /// Values of `virDomainCrashedReason`.
    pub struct DomainCrashedReason {
        /// `VIR_DOMAIN_CRASHED_UNKNOWN`, since 0.9.2.
        UNKNOWN = 0,
        /// `VIR_DOMAIN_CRASHED_PANICKED`, since 1.1.1.
        PANICKED = 1,
    }

    /// Values of `virDomainPMSuspendedReason`.
    pub struct DomainPMSuspendedReason {
        /// `VIR_DOMAIN_PMSUSPENDED_UNKNOWN`, since 0.9.11.
        PMSUSPENDED_UNKNOWN = 0,
    }

    /// Values of `virDomainPMSuspendedDiskReason`.
    pub struct DomainPMSuspendedDiskReason {
        /// `VIR_DOMAIN_PMSUSPENDED_DISK_UNKNOWN`, since 1.0.0.
        PMSUSPENDED_DISK_UNKNOWN = 0,
    }

    /// Values of `virDomainControlState`.
    pub struct DomainControlState {
        /// `VIR_DOMAIN_CONTROL_OK`, since 0.9.3.
        OK = 0,
        /// `VIR_DOMAIN_CONTROL_JOB`, since 0.9.3.
        JOB = 1,
        /// `VIR_DOMAIN_CONTROL_OCCUPIED`, since 0.9.3.
        OCCUPIED = 2,
        /// `VIR_DOMAIN_CONTROL_ERROR`, since 0.9.3.
        ERROR = 3,
    }

    /// Values of `virDomainControlErrorReason`.
    pub struct DomainControlErrorReason {
        /// `VIR_DOMAIN_CONTROL_ERROR_REASON_NONE`, since 1.2.14.
        NONE = 0,
        /// `VIR_DOMAIN_CONTROL_ERROR_REASON_UNKNOWN`, since 1.2.14.
        UNKNOWN = 1,
        /// `VIR_DOMAIN_CONTROL_ERROR_REASON_MONITOR`, since 1.2.14.
        MONITOR = 2,
        /// `VIR_DOMAIN_CONTROL_ERROR_REASON_INTERNAL`, since 1.2.14.
        INTERNAL = 3,
    }
}
