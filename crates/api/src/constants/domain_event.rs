//! Constants: events of domains.

open_enums! {
    /// Values of `virDomainEventType`.
    pub struct DomainEventType {
        /// `VIR_DOMAIN_EVENT_DEFINED`, since 0.5.0.
        DEFINED = 0,
        /// `VIR_DOMAIN_EVENT_UNDEFINED`, since 0.5.0.
        UNDEFINED = 1,
        /// `VIR_DOMAIN_EVENT_STARTED`, since 0.5.0.
        STARTED = 2,
        /// `VIR_DOMAIN_EVENT_SUSPENDED`, since 0.5.0.
        SUSPENDED = 3,
        /// `VIR_DOMAIN_EVENT_RESUMED`, since 0.5.0.
        RESUMED = 4,
        /// `VIR_DOMAIN_EVENT_STOPPED`, since 0.5.0.
        STOPPED = 5,
        /// `VIR_DOMAIN_EVENT_SHUTDOWN`, since 0.9.8.
        SHUTDOWN = 6,
        /// `VIR_DOMAIN_EVENT_PMSUSPENDED`, since 0.10.2.
        PMSUSPENDED = 7,
        /// `VIR_DOMAIN_EVENT_CRASHED`, since 1.1.1.
        CRASHED = 8,
    }

    /// Values of `virDomainEventDefinedDetailType`.
    pub struct DomainEventDefinedDetailType {
        /// `VIR_DOMAIN_EVENT_DEFINED_ADDED`, since 0.5.0.
        ADDED = 0,
        /// `VIR_DOMAIN_EVENT_DEFINED_UPDATED`, since 0.5.0.
        UPDATED = 1,
        /// `VIR_DOMAIN_EVENT_DEFINED_RENAMED`, since 1.2.19.
        RENAMED = 2,
        /// `VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT`, since 1.3.3.
        FROM_SNAPSHOT = 3,
    }

    /// Values of `virDomainEventUndefinedDetailType`.
    pub struct DomainEventUndefinedDetailType {
        /// `VIR_DOMAIN_EVENT_UNDEFINED_REMOVED`, since 0.5.0.
        REMOVED = 0,
        /// `VIR_DOMAIN_EVENT_UNDEFINED_RENAMED`, since 1.2.19.
        RENAMED = 1,
    }

    /// Values of `virDomainEventStartedDetailType`.
    pub struct DomainEventStartedDetailType {
        /// `VIR_DOMAIN_EVENT_STARTED_BOOTED`, since 0.5.0.
        BOOTED = 0,
        /// `VIR_DOMAIN_EVENT_STARTED_MIGRATED`, since 0.5.0.
        MIGRATED = 1,
        /// `VIR_DOMAIN_EVENT_STARTED_RESTORED`, since 0.5.0.
        RESTORED = 2,
        /// `VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT`, since 0.8.0.
        FROM_SNAPSHOT = 3,
        /// `VIR_DOMAIN_EVENT_STARTED_WAKEUP`, since 0.9.11.
        WAKEUP = 4,
    }

    /// Values of `virDomainEventSuspendedDetailType`.
    pub struct DomainEventSuspendedDetailType {
        /// `VIR_DOMAIN_EVENT_SUSPENDED_PAUSED`, since 0.5.0.
        PAUSED = 0,
        /// `VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED`, since 0.5.0.
        MIGRATED = 1,
        /// `VIR_DOMAIN_EVENT_SUSPENDED_IOERROR`, since 0.8.0.
        IOERROR = 2,
        /// `VIR_DOMAIN_EVENT_SUSPENDED_WATCHDOG`, since 0.8.0.
        WATCHDOG = 3,
        /// `VIR_DOMAIN_EVENT_SUSPENDED_RESTORED`, since 0.9.5.
        RESTORED = 4,
        /// `VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT`, since 0.9.5.
        FROM_SNAPSHOT = 5,
        /// `VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR`, since 1.0.1.
        API_ERROR = 6,
        /// `VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY`, since 1.3.3.
        POSTCOPY = 7,
        /// `VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED`, since 1.3.3.
        POSTCOPY_FAILED = 8,
    }

    /// Values of `virDomainEventResumedDetailType`.
    pub struct DomainEventResumedDetailType {
        /// `VIR_DOMAIN_EVENT_RESUMED_UNPAUSED`, since 0.5.0.
        UNPAUSED = 0,
        /// `VIR_DOMAIN_EVENT_RESUMED_MIGRATED`, since 0.5.0.
        MIGRATED = 1,
        /// `VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT`, since 0.9.5.
        FROM_SNAPSHOT = 2,
        /// `VIR_DOMAIN_EVENT_RESUMED_POSTCOPY`, since 1.3.3.
        POSTCOPY = 3,
        /// `VIR_DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED`, since 8.5.0.
        POSTCOPY_FAILED = 4,
    }

    /// Values of `virDomainEventStoppedDetailType`.
    pub struct DomainEventStoppedDetailType {
        /// `VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN`, since 0.5.0.
        SHUTDOWN = 0,
        /// `VIR_DOMAIN_EVENT_STOPPED_DESTROYED`, since 0.5.0.
        DESTROYED = 1,
        /// `VIR_DOMAIN_EVENT_STOPPED_CRASHED`, since 0.5.0.
        CRASHED = 2,
        /// `VIR_DOMAIN_EVENT_STOPPED_MIGRATED`, since 0.5.0.
        MIGRATED = 3,
        /// `VIR_DOMAIN_EVENT_STOPPED_SAVED`, since 0.5.0.
        SAVED = 4,
        /// `VIR_DOMAIN_EVENT_STOPPED_FAILED`, since 0.5.0.
        FAILED = 5,
        /// `VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT`, since 0.8.0.
        FROM_SNAPSHOT = 6,
    }

    /// Values of `virDomainEventShutdownDetailType`.
    pub struct DomainEventShutdownDetailType {
        /// `VIR_DOMAIN_EVENT_SHUTDOWN_FINISHED`, since 0.9.8.
        FINISHED = 0,
        /// `VIR_DOMAIN_EVENT_SHUTDOWN_GUEST`, since 3.4.0.
        GUEST = 1,
        /// `VIR_DOMAIN_EVENT_SHUTDOWN_HOST`, since 3.4.0.
        HOST = 2,
    }

    /// Values of `virDomainEventPMSuspendedDetailType`.
    pub struct DomainEventPMSuspendedDetailType {
        /// `VIR_DOMAIN_EVENT_PMSUSPENDED_MEMORY`, since 0.10.2.
        MEMORY = 0,
        /// `VIR_DOMAIN_EVENT_PMSUSPENDED_DISK`, since 1.0.0.
        DISK = 1,
    }

    /// Values of `virDomainEventCrashedDetailType`.
    pub struct DomainEventCrashedDetailType {
        /// `VIR_DOMAIN_EVENT_CRASHED_PANICKED`, since 1.1.1.
        PANICKED = 0,
        /// `VIR_DOMAIN_EVENT_CRASHED_CRASHLOADED`, since 6.1.0.
        CRASHLOADED = 1,
    }

    /// Values of `virDomainMemoryFailureRecipientType`.
    pub struct DomainMemoryFailureRecipientType {
        /// `VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_HYPERVISOR`, since 6.9.0.
        HYPERVISOR = 0,
        /// `VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_GUEST`, since 6.9.0.
        GUEST = 1,
    }

    /// Values of `virDomainMemoryFailureActionType`.
    pub struct DomainMemoryFailureActionType {
        /// `VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_IGNORE`, since 6.9.0.
        IGNORE = 0,
        /// `VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_INJECT`, since 6.9.0.
        INJECT = 1,
        /// `VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_FATAL`, since 6.9.0.
        FATAL = 2,
        /// `VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_RESET`, since 6.9.0.
        RESET = 3,
    }

    /// Values of `virDomainEventWatchdogAction`.
    pub struct DomainEventWatchdogAction {
        /// `VIR_DOMAIN_EVENT_WATCHDOG_NONE`, since 0.8.0.
        NONE = 0,
        /// `VIR_DOMAIN_EVENT_WATCHDOG_PAUSE`, since 0.8.0.
        PAUSE = 1,
        /// `VIR_DOMAIN_EVENT_WATCHDOG_RESET`, since 0.8.0.
        RESET = 2,
        /// `VIR_DOMAIN_EVENT_WATCHDOG_POWEROFF`, since 0.8.0.
        POWEROFF = 3,
        /// `VIR_DOMAIN_EVENT_WATCHDOG_SHUTDOWN`, since 0.8.0.
        SHUTDOWN = 4,
        /// `VIR_DOMAIN_EVENT_WATCHDOG_DEBUG`, since 0.8.0.
        DEBUG = 5,
        /// `VIR_DOMAIN_EVENT_WATCHDOG_INJECTNMI`, since 1.2.17.
        INJECTNMI = 6,
    }

    /// Values of `virDomainEventIOErrorAction`.
    pub struct DomainEventIOErrorAction {
        /// `VIR_DOMAIN_EVENT_IO_ERROR_NONE`, since 0.8.0.
        NONE = 0,
        /// `VIR_DOMAIN_EVENT_IO_ERROR_PAUSE`, since 0.8.0.
        PAUSE = 1,
        /// `VIR_DOMAIN_EVENT_IO_ERROR_REPORT`, since 0.8.0.
        REPORT = 2,
    }

    /// Values of `virDomainEventGraphicsPhase`.
    pub struct DomainEventGraphicsPhase {
        /// `VIR_DOMAIN_EVENT_GRAPHICS_CONNECT`, since 0.8.0.
        CONNECT = 0,
        /// `VIR_DOMAIN_EVENT_GRAPHICS_INITIALIZE`, since 0.8.0.
        INITIALIZE = 1,
        /// `VIR_DOMAIN_EVENT_GRAPHICS_DISCONNECT`, since 0.8.0.
        DISCONNECT = 2,
    }

    /// Values of `virDomainEventGraphicsAddressType`.
    pub struct DomainEventGraphicsAddressType {
        /// `VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_IPV4`, since 0.8.0.
        IPV4 = 0,
        /// `VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_IPV6`, since 0.8.0.
        IPV6 = 1,
        /// `VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_UNIX`, since 0.9.7.
        UNIX = 2,
    }

    /// Values of `virConnectDomainEventBlockJobStatus`.
    pub struct ConnectDomainEventBlockJobStatus {
        /// `VIR_DOMAIN_BLOCK_JOB_COMPLETED`, since 0.9.4.
        COMPLETED = 0,
        /// `VIR_DOMAIN_BLOCK_JOB_FAILED`, since 0.9.4.
        FAILED = 1,
        /// `VIR_DOMAIN_BLOCK_JOB_CANCELED`, since 0.9.12.
        CANCELED = 2,
        /// `VIR_DOMAIN_BLOCK_JOB_READY`, since 1.0.0.
        READY = 3,
    }

    /// Values of `virConnectDomainEventDiskChangeReason`.
    pub struct ConnectDomainEventDiskChangeReason {
        /// `VIR_DOMAIN_EVENT_DISK_CHANGE_MISSING_ON_START`, since 0.9.7.
        CHANGE_MISSING_ON_START = 0,
        /// `VIR_DOMAIN_EVENT_DISK_DROP_MISSING_ON_START`, since 1.1.2.
        DROP_MISSING_ON_START = 1,
    }

    /// Values of `virDomainEventTrayChangeReason`.
    pub struct DomainEventTrayChangeReason {
        /// `VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN`, since 0.9.11.
        OPEN = 0,
        /// `VIR_DOMAIN_EVENT_TRAY_CHANGE_CLOSE`, since 0.9.11.
        CLOSE = 1,
    }

    /// Values of `virConnectDomainEventAgentLifecycleState`.
    pub struct ConnectDomainEventAgentLifecycleState {
        /// `VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED`, since 1.2.11.
        CONNECTED = 1,
        /// `VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED`, since 1.2.11.
        DISCONNECTED = 2,
    }

    /// Values of `virConnectDomainEventAgentLifecycleReason`.
    pub struct ConnectDomainEventAgentLifecycleReason {
        /// `VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_UNKNOWN`, since 1.2.11.
        UNKNOWN = 0,
        /// `VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_DOMAIN_STARTED`, since 1.2.11.
        DOMAIN_STARTED = 1,
        /// `VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_CHANNEL`, since 1.2.11.
        CHANNEL = 2,
    }

    /// Values of `virDomainEventID`.
    pub struct DomainEventID {
        /// `VIR_DOMAIN_EVENT_ID_LIFECYCLE`, since 0.8.0.
        LIFECYCLE = 0,
        /// `VIR_DOMAIN_EVENT_ID_REBOOT`, since 0.8.0.
        REBOOT = 1,
        /// `VIR_DOMAIN_EVENT_ID_RTC_CHANGE`, since 0.8.0.
        RTC_CHANGE = 2,
        /// `VIR_DOMAIN_EVENT_ID_WATCHDOG`, since 0.8.0.
        WATCHDOG = 3,
        /// `VIR_DOMAIN_EVENT_ID_IO_ERROR`, since 0.8.0.
        IO_ERROR = 4,
        /// `VIR_DOMAIN_EVENT_ID_GRAPHICS`, since 0.8.0.
        GRAPHICS = 5,
        /// `VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON`, since 0.8.1.
        IO_ERROR_REASON = 6,
        /// `VIR_DOMAIN_EVENT_ID_CONTROL_ERROR`, since 0.9.2.
        CONTROL_ERROR = 7,
        /// `VIR_DOMAIN_EVENT_ID_BLOCK_JOB`, since 0.9.4.
        BLOCK_JOB = 8,
        /// `VIR_DOMAIN_EVENT_ID_DISK_CHANGE`, since 0.9.7.
        DISK_CHANGE = 9,
        /// `VIR_DOMAIN_EVENT_ID_TRAY_CHANGE`, since 0.9.11.
        TRAY_CHANGE = 10,
        /// `VIR_DOMAIN_EVENT_ID_PMWAKEUP`, since 0.9.11.
        PMWAKEUP = 11,
        /// `VIR_DOMAIN_EVENT_ID_PMSUSPEND`, since 0.9.11.
        PMSUSPEND = 12,
        /// `VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE`, since 0.10.0.
        BALLOON_CHANGE = 13,
        /// `VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK`, since 1.0.0.
        PMSUSPEND_DISK = 14,
        /// `VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED`, since 1.1.1.
        DEVICE_REMOVED = 15,
        /// `VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2`, since 1.2.6.
        BLOCK_JOB_2 = 16,
        /// `VIR_DOMAIN_EVENT_ID_TUNABLE`, since 1.2.9.
        TUNABLE = 17,
        /// `VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE`, since 1.2.11.
        AGENT_LIFECYCLE = 18,
        /// `VIR_DOMAIN_EVENT_ID_DEVICE_ADDED`, since 1.2.15.
        DEVICE_ADDED = 19,
        /// `VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION`, since 1.3.2.
        MIGRATION_ITERATION = 20,
        /// `VIR_DOMAIN_EVENT_ID_JOB_COMPLETED`, since 1.3.3.
        JOB_COMPLETED = 21,
        /// `VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED`, since 1.3.4.
        DEVICE_REMOVAL_FAILED = 22,
        /// `VIR_DOMAIN_EVENT_ID_METADATA_CHANGE`, since 3.0.0.
        METADATA_CHANGE = 23,
        /// `VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD`, since 3.2.0.
        BLOCK_THRESHOLD = 24,
        /// `VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE`, since 6.9.0.
        MEMORY_FAILURE = 25,
        /// `VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE`, since 7.9.0.
        MEMORY_DEVICE_SIZE_CHANGE = 26,
        /// `VIR_DOMAIN_EVENT_ID_NIC_MAC_CHANGE`, since 11.2.0.
        NIC_MAC_CHANGE = 27,
    }
}

flags! {
    /// Values of `virDomainMemoryFailureFlags`.
    pub struct DomainMemoryFailureFlags {
        /// `VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED`, since 6.9.0.
        ACTION_REQUIRED = 0x1,
        /// `VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE`, since 6.9.0.
        RECURSIVE = 0x2,
    }
}
