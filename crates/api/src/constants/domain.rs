//! Constants: domains.

open_enums! {
    /// Values of `virDomainMemoryStatTags`.
    pub struct DomainMemoryStatTags {
        /// `VIR_DOMAIN_MEMORY_STAT_SWAP_IN`, since 0.7.5.
        SWAP_IN = 0,
        /// `VIR_DOMAIN_MEMORY_STAT_SWAP_OUT`, since 0.7.5.
        SWAP_OUT = 1,
        /// `VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT`, since 0.7.5.
        MAJOR_FAULT = 2,
        /// `VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT`, since 0.7.5.
        MINOR_FAULT = 3,
        /// `VIR_DOMAIN_MEMORY_STAT_UNUSED`, since 0.7.5.
        UNUSED = 4,
        /// `VIR_DOMAIN_MEMORY_STAT_AVAILABLE`, since 0.7.5.
        AVAILABLE = 5,
        /// `VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON`, since 0.9.3.
        ACTUAL_BALLOON = 6,
        /// `VIR_DOMAIN_MEMORY_STAT_RSS`, since 0.9.10.
        RSS = 7,
        /// `VIR_DOMAIN_MEMORY_STAT_USABLE`, since 2.1.0.
        USABLE = 8,
        /// `VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE`, since 2.1.0.
        LAST_UPDATE = 9,
        /// `VIR_DOMAIN_MEMORY_STAT_DISK_CACHES`, since 4.6.0.
        DISK_CACHES = 10,
        /// `VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC`, since 5.4.0.
        HUGETLB_PGALLOC = 11,
        /// `VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL`, since 5.4.0.
        HUGETLB_PGFAIL = 12,
        /// `VIR_DOMAIN_MEMORY_STAT_NR`, since 0.7.5.
        NR = 13,
    }

    /// Values of `virDomainNumatuneMemMode`.
    pub struct DomainNumatuneMemMode {
        /// `VIR_DOMAIN_NUMATUNE_MEM_STRICT`, since 0.9.9.
        STRICT = 0,
        /// `VIR_DOMAIN_NUMATUNE_MEM_PREFERRED`, since 0.9.9.
        PREFERRED = 1,
        /// `VIR_DOMAIN_NUMATUNE_MEM_INTERLEAVE`, since 0.9.9.
        INTERLEAVE = 2,
        /// `VIR_DOMAIN_NUMATUNE_MEM_RESTRICTIVE`, since 7.3.0.
        RESTRICTIVE = 3,
    }

    /// Values of `virDomainMetadataType`.
    pub struct DomainMetadataType {
        /// `VIR_DOMAIN_METADATA_DESCRIPTION`, since 0.9.10.
        DESCRIPTION = 0,
        /// `VIR_DOMAIN_METADATA_TITLE`, since 0.9.10.
        TITLE = 1,
        /// `VIR_DOMAIN_METADATA_ELEMENT`, since 0.9.10.
        ELEMENT = 2,
    }

    /// Values of `virVcpuState`.
    pub struct VcpuState {
        /// `VIR_VCPU_OFFLINE`, since 0.1.4.
        OFFLINE = 0,
        /// `VIR_VCPU_RUNNING`, since 0.1.4.
        RUNNING = 1,
        /// `VIR_VCPU_BLOCKED`, since 0.1.4.
        BLOCKED = 2,
    }

    /// Values of `virVcpuHostCpuState`.
    pub struct VcpuHostCpuState {
        /// `VIR_VCPU_INFO_CPU_OFFLINE`, since 6.10.0.
        OFFLINE = -1,
        /// `VIR_VCPU_INFO_CPU_UNAVAILABLE`, since 6.10.0.
        UNAVAILABLE = -2,
    }

    /// Values of `virSchedParameterType`.
    pub struct SchedParameterType {
        /// `VIR_DOMAIN_SCHED_FIELD_INT`, since 0.2.3.
        INT = 1,
        /// `VIR_DOMAIN_SCHED_FIELD_UINT`, since 0.2.3.
        UINT = 2,
        /// `VIR_DOMAIN_SCHED_FIELD_LLONG`, since 0.2.3.
        LLONG = 3,
        /// `VIR_DOMAIN_SCHED_FIELD_ULLONG`, since 0.2.3.
        ULLONG = 4,
        /// `VIR_DOMAIN_SCHED_FIELD_DOUBLE`, since 0.2.3.
        DOUBLE = 5,
        /// `VIR_DOMAIN_SCHED_FIELD_BOOLEAN`, since 0.2.3.
        BOOLEAN = 6,
    }

    /// Values of `virBlkioParameterType`.
    pub struct BlkioParameterType {
        /// `VIR_DOMAIN_BLKIO_PARAM_INT`, since 0.9.0.
        INT = 1,
        /// `VIR_DOMAIN_BLKIO_PARAM_UINT`, since 0.9.0.
        UINT = 2,
        /// `VIR_DOMAIN_BLKIO_PARAM_LLONG`, since 0.9.0.
        LLONG = 3,
        /// `VIR_DOMAIN_BLKIO_PARAM_ULLONG`, since 0.9.0.
        ULLONG = 4,
        /// `VIR_DOMAIN_BLKIO_PARAM_DOUBLE`, since 0.9.0.
        DOUBLE = 5,
        /// `VIR_DOMAIN_BLKIO_PARAM_BOOLEAN`, since 0.9.0.
        BOOLEAN = 6,
    }

    /// Values of `virMemoryParameterType`.
    pub struct MemoryParameterType {
        /// `VIR_DOMAIN_MEMORY_PARAM_INT`, since 0.8.5.
        INT = 1,
        /// `VIR_DOMAIN_MEMORY_PARAM_UINT`, since 0.8.5.
        UINT = 2,
        /// `VIR_DOMAIN_MEMORY_PARAM_LLONG`, since 0.8.5.
        LLONG = 3,
        /// `VIR_DOMAIN_MEMORY_PARAM_ULLONG`, since 0.8.5.
        ULLONG = 4,
        /// `VIR_DOMAIN_MEMORY_PARAM_DOUBLE`, since 0.8.5.
        DOUBLE = 5,
        /// `VIR_DOMAIN_MEMORY_PARAM_BOOLEAN`, since 0.8.5.
        BOOLEAN = 6,
    }

    /// Values of `virDomainInterfaceAddressesSource`.
    pub struct DomainInterfaceAddressesSource {
        /// `VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE`, since 1.2.14.
        LEASE = 0,
        /// `VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT`, since 1.2.14.
        AGENT = 1,
        /// `VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP`, since 4.2.0.
        ARP = 2,
    }

    /// Values of `virDomainLifecycle`.
    pub struct DomainLifecycle {
        /// `VIR_DOMAIN_LIFECYCLE_POWEROFF`, since 3.9.0.
        POWEROFF = 0,
        /// `VIR_DOMAIN_LIFECYCLE_REBOOT`, since 3.9.0.
        REBOOT = 1,
        /// `VIR_DOMAIN_LIFECYCLE_CRASH`, since 3.9.0.
        CRASH = 2,
    }

    /// Values of `virDomainLifecycleAction`.
    pub struct DomainLifecycleAction {
        /// `VIR_DOMAIN_LIFECYCLE_ACTION_DESTROY`, since 3.9.0.
        DESTROY = 0,
        /// `VIR_DOMAIN_LIFECYCLE_ACTION_RESTART`, since 3.9.0.
        RESTART = 1,
        /// `VIR_DOMAIN_LIFECYCLE_ACTION_RESTART_RENAME`, since 3.9.0.
        RESTART_RENAME = 2,
        /// `VIR_DOMAIN_LIFECYCLE_ACTION_PRESERVE`, since 3.9.0.
        PRESERVE = 3,
        /// `VIR_DOMAIN_LIFECYCLE_ACTION_COREDUMP_DESTROY`, since 3.9.0.
        COREDUMP_DESTROY = 4,
        /// `VIR_DOMAIN_LIFECYCLE_ACTION_COREDUMP_RESTART`, since 3.9.0.
        COREDUMP_RESTART = 5,
    }

    /// Values of `virDomainAgentResponseTimeoutValues`.
    pub struct DomainAgentResponseTimeout {
        /// `VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK`, since 5.10.0.
        BLOCK = -2,
        /// `VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_DEFAULT`, since 5.10.0.
        DEFAULT = -1,
        /// `VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_NOWAIT`, since 5.10.0.
        NOWAIT = 0,
    }

    /// Values of `virDomainGraphicsReloadType`.
    pub struct DomainGraphicsReloadType {
        /// `VIR_DOMAIN_GRAPHICS_RELOAD_TYPE_ANY`, since 10.2.0.
        ANY = 0,
        /// `VIR_DOMAIN_GRAPHICS_RELOAD_TYPE_VNC`, since 10.2.0.
        VNC = 1,
    }
}

flags! {
    /// Values of `virDomainModificationImpact`.
    pub struct DomainModificationImpact {
        /// `VIR_DOMAIN_AFFECT_CURRENT`, since 0.9.2.
        CURRENT = 0x0,
        /// `VIR_DOMAIN_AFFECT_LIVE`, since 0.9.2.
        LIVE = 0x1,
        /// `VIR_DOMAIN_AFFECT_CONFIG`, since 0.9.2.
        CONFIG = 0x2,
    }

    /// Values of `virDomainCreateFlags`.
    pub struct DomainCreateFlags {
        /// `VIR_DOMAIN_NONE`.
        NONE = 0x0,
        /// `VIR_DOMAIN_START_PAUSED`, since 0.8.2.
        START_PAUSED = 0x1,
        /// `VIR_DOMAIN_START_AUTODESTROY`, since 0.9.3.
        START_AUTODESTROY = 0x2,
        /// `VIR_DOMAIN_START_BYPASS_CACHE`, since 0.9.4.
        START_BYPASS_CACHE = 0x4,
        /// `VIR_DOMAIN_START_FORCE_BOOT`, since 0.9.5.
        START_FORCE_BOOT = 0x8,
        /// `VIR_DOMAIN_START_VALIDATE`, since 1.2.12.
        START_VALIDATE = 0x10,
        /// `VIR_DOMAIN_START_RESET_NVRAM`, since 8.1.0.
        START_RESET_NVRAM = 0x20,
    }

    /// Values of `virConnectGetDomainCapabilitiesFlags`.
    pub struct ConnectGetDomainCapabilitiesFlags {
        /// `VIR_CONNECT_GET_DOMAIN_CAPABILITIES_DISABLE_DEPRECATED_FEATURES`, since 11.0.0.
        DISABLE_DEPRECATED_FEATURES = 0x1,
    }

    /// Values of `virDomainShutdownFlagValues`.
    pub struct DomainShutdownFlags {
        /// `VIR_DOMAIN_SHUTDOWN_DEFAULT`, since 0.9.10.
        DEFAULT = 0x0,
        /// `VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN`, since 0.9.10.
        ACPI_POWER_BTN = 0x1,
        /// `VIR_DOMAIN_SHUTDOWN_GUEST_AGENT`, since 0.9.10.
        GUEST_AGENT = 0x2,
        /// `VIR_DOMAIN_SHUTDOWN_INITCTL`, since 1.0.1.
        INITCTL = 0x4,
        /// `VIR_DOMAIN_SHUTDOWN_SIGNAL`, since 1.0.1.
        SIGNAL = 0x8,
        /// `VIR_DOMAIN_SHUTDOWN_PARAVIRT`, since 1.2.5.
        PARAVIRT = 0x10,
    }

    /// Values of `virDomainRebootFlagValues`.
    pub struct DomainRebootFlags {
        /// `VIR_DOMAIN_REBOOT_DEFAULT`, since 0.9.10.
        DEFAULT = 0x0,
        /// `VIR_DOMAIN_REBOOT_ACPI_POWER_BTN`, since 0.9.10.
        ACPI_POWER_BTN = 0x1,
        /// `VIR_DOMAIN_REBOOT_GUEST_AGENT`, since 0.9.10.
        GUEST_AGENT = 0x2,
        /// `VIR_DOMAIN_REBOOT_INITCTL`, since 1.0.1.
        INITCTL = 0x4,
        /// `VIR_DOMAIN_REBOOT_SIGNAL`, since 1.0.1.
        SIGNAL = 0x8,
        /// `VIR_DOMAIN_REBOOT_PARAVIRT`, since 1.2.5.
        PARAVIRT = 0x10,
    }

    /// Values of `virDomainDestroyFlagsValues`.
    pub struct DomainDestroyFlags {
        /// `VIR_DOMAIN_DESTROY_DEFAULT`, since 0.9.10.
        DEFAULT = 0x0,
        /// `VIR_DOMAIN_DESTROY_GRACEFUL`, since 0.9.10.
        GRACEFUL = 0x1,
        /// `VIR_DOMAIN_DESTROY_REMOVE_LOGS`, since 8.3.0.
        REMOVE_LOGS = 0x2,
    }

    /// Values of `virDomainMemoryModFlags`.
    pub struct DomainMemoryModFlags {
        /// `VIR_DOMAIN_MEM_CURRENT`, since 0.9.1.
        CURRENT = 0x0,
        /// `VIR_DOMAIN_MEM_LIVE`, since 0.9.0.
        LIVE = 0x1,
        /// `VIR_DOMAIN_MEM_CONFIG`, since 0.9.0.
        CONFIG = 0x2,
        /// `VIR_DOMAIN_MEM_MAXIMUM`, since 0.9.1.
        MAXIMUM = 0x4,
    }

    /// Values of `virDomainGetHostnameFlags`.
    pub struct DomainGetHostnameFlags {
        /// `VIR_DOMAIN_GET_HOSTNAME_LEASE`, since 6.1.0.
        LEASE = 0x1,
        /// `VIR_DOMAIN_GET_HOSTNAME_AGENT`, since 6.1.0.
        AGENT = 0x2,
    }

    /// Values of `virDomainXMLFlags`.
    pub struct DomainXMLFlags {
        /// `VIR_DOMAIN_XML_SECURE`, since 0.3.3.
        SECURE = 0x1,
        /// `VIR_DOMAIN_XML_INACTIVE`, since 0.3.3.
        INACTIVE = 0x2,
        /// `VIR_DOMAIN_XML_UPDATE_CPU`, since 0.8.0.
        UPDATE_CPU = 0x4,
        /// `VIR_DOMAIN_XML_MIGRATABLE`, since 1.0.0.
        MIGRATABLE = 0x8,
    }

    /// Values of `virDomainMemoryFlags`.
    pub struct DomainMemoryFlags {
        /// `VIR_MEMORY_VIRTUAL`, since 0.4.4.
        VIRTUAL = 0x1,
        /// `VIR_MEMORY_PHYSICAL`, since 0.7.0.
        PHYSICAL = 0x2,
    }

    /// Values of `virDomainDefineFlags`.
    pub struct DomainDefineFlags {
        /// `VIR_DOMAIN_DEFINE_VALIDATE`, since 1.2.12.
        VALIDATE = 0x1,
    }

    /// Values of `virDomainUndefineFlagsValues`.
    pub struct DomainUndefineFlags {
        /// `VIR_DOMAIN_UNDEFINE_MANAGED_SAVE`, since 0.9.4.
        MANAGED_SAVE = 0x1,
        /// `VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA`, since 0.9.5.
        SNAPSHOTS_METADATA = 0x2,
        /// `VIR_DOMAIN_UNDEFINE_NVRAM`, since 1.2.9.
        NVRAM = 0x4,
        /// `VIR_DOMAIN_UNDEFINE_KEEP_NVRAM`, since 2.3.0.
        KEEP_NVRAM = 0x8,
        /// `VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA`, since 5.6.0.
        CHECKPOINTS_METADATA = 0x10,
        /// `VIR_DOMAIN_UNDEFINE_TPM`, since 8.9.0.
        TPM = 0x20,
        /// `VIR_DOMAIN_UNDEFINE_KEEP_TPM`, since 8.9.0.
        KEEP_TPM = 0x40,
    }

    /// Values of `virConnectListAllDomainsFlags`.
    pub struct ConnectListAllDomainsFlags {
        /// `VIR_CONNECT_LIST_DOMAINS_ACTIVE`, since 0.9.13.
        ACTIVE = 0x1,
        /// `VIR_CONNECT_LIST_DOMAINS_INACTIVE`, since 0.9.13.
        INACTIVE = 0x2,
        /// `VIR_CONNECT_LIST_DOMAINS_PERSISTENT`, since 0.9.13.
        PERSISTENT = 0x4,
        /// `VIR_CONNECT_LIST_DOMAINS_TRANSIENT`, since 0.9.13.
        TRANSIENT = 0x8,
        /// `VIR_CONNECT_LIST_DOMAINS_RUNNING`, since 0.9.13.
        RUNNING = 0x10,
        /// `VIR_CONNECT_LIST_DOMAINS_PAUSED`, since 0.9.13.
        PAUSED = 0x20,
        /// `VIR_CONNECT_LIST_DOMAINS_SHUTOFF`, since 0.9.13.
        SHUTOFF = 0x40,
        /// `VIR_CONNECT_LIST_DOMAINS_OTHER`, since 0.9.13.
        OTHER = 0x80,
        /// `VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE`, since 0.9.13.
        MANAGEDSAVE = 0x100,
        /// `VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE`, since 0.9.13.
        NO_MANAGEDSAVE = 0x200,
        /// `VIR_CONNECT_LIST_DOMAINS_AUTOSTART`, since 0.9.13.
        AUTOSTART = 0x400,
        /// `VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART`, since 0.9.13.
        NO_AUTOSTART = 0x800,
        /// `VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT`, since 0.9.13.
        HAS_SNAPSHOT = 0x1000,
        /// `VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT`, since 0.9.13.
        NO_SNAPSHOT = 0x2000,
        /// `VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT`, since 5.6.0.
        HAS_CHECKPOINT = 0x4000,
        /// `VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT`, since 5.6.0.
        NO_CHECKPOINT = 0x8000,
    }

    /// Values of `virDomainVcpuFlags`.
    pub struct DomainVcpuFlags {
        /// `VIR_DOMAIN_VCPU_CURRENT`, since 0.9.4.
        CURRENT = 0x0,
        /// `VIR_DOMAIN_VCPU_LIVE`, since 0.8.5.
        LIVE = 0x1,
        /// `VIR_DOMAIN_VCPU_CONFIG`, since 0.8.5.
        CONFIG = 0x2,
        /// `VIR_DOMAIN_VCPU_MAXIMUM`, since 0.8.5.
        MAXIMUM = 0x4,
        /// `VIR_DOMAIN_VCPU_GUEST`, since 1.1.0.
        GUEST = 0x8,
        /// `VIR_DOMAIN_VCPU_HOTPLUGGABLE`, since 2.4.0.
        HOTPLUGGABLE = 0x10,
    }

    /// Values of `virDomainDeviceModifyFlags`.
    pub struct DomainDeviceModifyFlags {
        /// `VIR_DOMAIN_DEVICE_MODIFY_CURRENT`, since 0.7.7.
        CURRENT = 0x0,
        /// `VIR_DOMAIN_DEVICE_MODIFY_LIVE`, since 0.7.7.
        LIVE = 0x1,
        /// `VIR_DOMAIN_DEVICE_MODIFY_CONFIG`, since 0.7.7.
        CONFIG = 0x2,
        /// `VIR_DOMAIN_DEVICE_MODIFY_FORCE`, since 0.8.6.
        FORCE = 0x4,
    }

    /// Values of `virDomainStatsTypes`.
    pub struct DomainStatsTypes {
        /// `VIR_DOMAIN_STATS_STATE`, since 1.2.8.
        STATE = 0x1,
        /// `VIR_DOMAIN_STATS_CPU_TOTAL`, since 1.2.9.
        CPU_TOTAL = 0x2,
        /// `VIR_DOMAIN_STATS_BALLOON`, since 1.2.9.
        BALLOON = 0x4,
        /// `VIR_DOMAIN_STATS_VCPU`, since 1.2.9.
        VCPU = 0x8,
        /// `VIR_DOMAIN_STATS_INTERFACE`, since 1.2.9.
        INTERFACE = 0x10,
        /// `VIR_DOMAIN_STATS_BLOCK`, since 1.2.9.
        BLOCK = 0x20,
        /// `VIR_DOMAIN_STATS_PERF`, since 1.3.3.
        PERF = 0x40,
        /// `VIR_DOMAIN_STATS_IOTHREAD`, since 4.10.0.
        IOTHREAD = 0x80,
        /// `VIR_DOMAIN_STATS_MEMORY`, since 6.0.0.
        MEMORY = 0x100,
        /// `VIR_DOMAIN_STATS_DIRTYRATE`, since 7.2.0.
        DIRTYRATE = 0x200,
        /// `VIR_DOMAIN_STATS_VM`, since 8.9.0.
        VM = 0x400,
    }

    /// Values of `virConnectGetAllDomainStatsFlags`.
    pub struct ConnectGetAllDomainStatsFlags {
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE`, since 1.2.8.
        ACTIVE = 0x1,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE`, since 1.2.8.
        INACTIVE = 0x2,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT`, since 1.2.8.
        PERSISTENT = 0x4,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT`, since 1.2.8.
        TRANSIENT = 0x8,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING`, since 1.2.8.
        RUNNING = 0x10,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_PAUSED`, since 1.2.8.
        PAUSED = 0x20,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_SHUTOFF`, since 1.2.8.
        SHUTOFF = 0x40,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_OTHER`, since 1.2.8.
        OTHER = 0x80,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT`, since 4.5.0.
        NOWAIT = 0x20000000,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING`, since 1.2.12.
        BACKING = 0x40000000,
        /// `VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS`, since 1.2.8.
        ENFORCE_STATS = 0x80000000,
    }

    /// Values of `virDomainConsoleFlags`.
    pub struct DomainConsoleFlags {
        /// `VIR_DOMAIN_CONSOLE_FORCE`, since 0.9.11.
        FORCE = 0x1,
        /// `VIR_DOMAIN_CONSOLE_SAFE`, since 0.9.11.
        SAFE = 0x2,
    }

    /// Values of `virDomainChannelFlags`.
    pub struct DomainChannelFlags {
        /// `VIR_DOMAIN_CHANNEL_FORCE`, since 1.0.2.
        FORCE = 0x1,
    }

    /// Values of `virDomainOpenGraphicsFlags`.
    pub struct DomainOpenGraphicsFlags {
        /// `VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH`, since 0.9.7.
        SKIPAUTH = 0x1,
    }

    /// Values of `virDomainSetTimeFlags`.
    pub struct DomainSetTimeFlags {
        /// `VIR_DOMAIN_TIME_SYNC`, since 1.2.5.
        SYNC = 0x1,
    }

    /// Values of `virDomainSetUserPasswordFlags`.
    pub struct DomainSetUserPasswordFlags {
        /// `VIR_DOMAIN_PASSWORD_ENCRYPTED`, since 1.2.16.
        ENCRYPTED = 0x1,
    }

    /// Values of `virDomainGuestInfoTypes`.
    pub struct DomainGuestInfoTypes {
        /// `VIR_DOMAIN_GUEST_INFO_USERS`, since 5.7.0.
        USERS = 0x1,
        /// `VIR_DOMAIN_GUEST_INFO_OS`, since 5.7.0.
        OS = 0x2,
        /// `VIR_DOMAIN_GUEST_INFO_TIMEZONE`, since 5.7.0.
        TIMEZONE = 0x4,
        /// `VIR_DOMAIN_GUEST_INFO_HOSTNAME`, since 5.7.0.
        HOSTNAME = 0x8,
        /// `VIR_DOMAIN_GUEST_INFO_FILESYSTEM`, since 5.7.0.
        FILESYSTEM = 0x10,
        /// `VIR_DOMAIN_GUEST_INFO_DISKS`, since 7.0.0.
        DISKS = 0x20,
        /// `VIR_DOMAIN_GUEST_INFO_INTERFACES`, since 7.10.0.
        INTERFACES = 0x40,
        /// `VIR_DOMAIN_GUEST_INFO_LOAD`, since 11.2.0.
        LOAD = 0x80,
    }

    /// Values of `virDomainAuthorizedSSHKeysSetFlags`.
    pub struct DomainAuthorizedSSHKeysSetFlags {
        /// `VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND`, since 6.10.0.
        APPEND = 0x1,
        /// `VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE`, since 6.10.0.
        REMOVE = 0x2,
    }

    /// Values of `virDomainMessageType`.
    pub struct DomainMessageType {
        /// `VIR_DOMAIN_MESSAGE_DEPRECATION`, since 7.1.0.
        DEPRECATION = 0x1,
        /// `VIR_DOMAIN_MESSAGE_TAINTING`, since 7.1.0.
        TAINTING = 0x2,
        /// `VIR_DOMAIN_MESSAGE_IOERRORS`, since 11.1.0.
        IOERRORS = 0x4,
    }

    /// Values of `virDomainFDAssociateFlags`.
    pub struct DomainFDAssociateFlags {
        /// `VIR_DOMAIN_FD_ASSOCIATE_SECLABEL_RESTORE`, since 9.0.0.
        RESTORE = 0x1,
        /// `VIR_DOMAIN_FD_ASSOCIATE_SECLABEL_WRITABLE`, since 9.0.0.
        WRITABLE = 0x2,
    }
}
