//! Limits of the protocol: how many elements or bytes a variable field may have.

/// Most elements or bytes: 64.
pub const ADMIN_CLIENT_INFO_PARAMETERS_MAX: usize = 64;
/// Most elements or bytes: 16 384.
pub const ADMIN_CLIENT_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 32.
pub const ADMIN_SERVER_CLIENT_LIMITS_MAX: usize = 32;
/// Most elements or bytes: 16 384.
pub const ADMIN_SERVER_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 32.
pub const ADMIN_SERVER_THREADPOOL_PARAMETERS_MAX: usize = 32;
/// Most elements or bytes: 65 536.
pub const AUTH_SASL_DATA_MAX: usize = 65_536;
/// Most elements or bytes: 20.
pub const AUTH_TYPE_LIST_MAX: usize = 20;
/// Most elements or bytes: 8 192.
pub const CONNECT_CPU_MODELS_MAX: usize = 8_192;
/// Most elements or bytes: 262 144.
pub const CONNECT_GET_ALL_DOMAIN_STATS_MAX: usize = 262_144;
/// Most elements or bytes: 20.
pub const CONNECT_IDENTITY_PARAMS_MAX: usize = 20;
/// Most elements or bytes: 8 388 608.
pub const CPUMAPS_MAX: usize = 8_388_608;
/// Most elements or bytes: 2 048.
pub const CPUMAP_MAX: usize = 2_048;
/// Most elements or bytes: 256.
pub const CPU_BASELINE_MAX: usize = 256;
/// Most elements or bytes: 2 048.
pub const DOMAIN_AUTHORIZED_SSH_KEYS_MAX: usize = 2_048;
/// Most elements or bytes: 16.
pub const DOMAIN_BLKIO_PARAMETERS_MAX: usize = 16;
/// Most elements or bytes: 16.
pub const DOMAIN_BLOCK_COPY_PARAMETERS_MAX: usize = 16;
/// Most elements or bytes: 32.
pub const DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX: usize = 32;
/// Most elements or bytes: 4 194 304.
pub const DOMAIN_BLOCK_PEEK_BUFFER_MAX: usize = 4_194_304;
/// Most elements or bytes: 16.
pub const DOMAIN_BLOCK_STATS_PARAMETERS_MAX: usize = 16;
/// Most elements or bytes: 16 384.
pub const DOMAIN_CHECKPOINT_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 256.
pub const DOMAIN_DISK_ERRORS_MAX: usize = 256;
/// Most elements or bytes: 20.
pub const DOMAIN_EVENT_GRAPHICS_IDENTITY_MAX: usize = 20;
/// Most elements or bytes: 2 048.
pub const DOMAIN_EVENT_TUNABLE_MAX: usize = 2_048;
/// Most elements or bytes: 256.
pub const DOMAIN_FSFREEZE_MOUNTPOINTS_MAX: usize = 256;
/// Most elements or bytes: 256.
pub const DOMAIN_FSINFO_DISKS_MAX: usize = 256;
/// Most elements or bytes: 256.
pub const DOMAIN_FSINFO_MAX: usize = 256;
/// Most elements or bytes: 2 048.
pub const DOMAIN_GET_CPU_STATS_MAX: usize = 2_048;
/// Most elements or bytes: 2 048.
pub const DOMAIN_GUEST_INFO_PARAMS_MAX: usize = 2_048;
/// Most elements or bytes: 64.
pub const DOMAIN_GUEST_VCPU_PARAMS_MAX: usize = 64;
/// Most elements or bytes: 2 048.
pub const DOMAIN_INTERFACE_MAX: usize = 2_048;
/// Most elements or bytes: 16.
pub const DOMAIN_INTERFACE_PARAMETERS_MAX: usize = 16;
/// Most elements or bytes: 64.
pub const DOMAIN_IOTHREAD_PARAMS_MAX: usize = 64;
/// Most elements or bytes: 2 048.
pub const DOMAIN_IP_ADDR_MAX: usize = 2_048;
/// Most elements or bytes: 64.
pub const DOMAIN_JOB_STATS_MAX: usize = 64;
/// Most elements or bytes: 64.
pub const DOMAIN_LAUNCH_SECURITY_INFO_PARAMS_MAX: usize = 64;
/// Most elements or bytes: 64.
pub const DOMAIN_LAUNCH_SECURITY_STATE_PARAMS_MAX: usize = 64;
/// Most elements or bytes: 16 384.
pub const DOMAIN_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 16.
pub const DOMAIN_MEMORY_PARAMETERS_MAX: usize = 16;
/// Most elements or bytes: 4 194 304.
pub const DOMAIN_MEMORY_PEEK_BUFFER_MAX: usize = 4_194_304;
/// Most elements or bytes: 1 024.
pub const DOMAIN_MEMORY_STATS_MAX: usize = 1_024;
/// Most elements or bytes: 2 048.
pub const DOMAIN_MESSAGES_MAX: usize = 2_048;
/// Most elements or bytes: 64.
pub const DOMAIN_MIGRATE_PARAM_LIST_MAX: usize = 64;
/// Most elements or bytes: 16.
pub const DOMAIN_NUMA_PARAMETERS_MAX: usize = 16;
/// Most elements or bytes: 64.
pub const DOMAIN_PERF_EVENTS_MAX: usize = 64;
/// Most elements or bytes: 64.
pub const DOMAIN_SAVE_PARAMS_MAX: usize = 64;
/// Most elements or bytes: 16.
pub const DOMAIN_SCHEDULER_PARAMETERS_MAX: usize = 16;
/// Most elements or bytes: 16.
pub const DOMAIN_SEND_KEY_MAX: usize = 16;
/// Most elements or bytes: 16 384.
pub const DOMAIN_SNAPSHOT_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 16 384.
pub const INTERFACE_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 16 384.
pub const IOTHREAD_INFO_MAX: usize = 16_384;
/// Most elements or bytes: 4 194 304.
pub const MIGRATE_COOKIE_MAX: usize = 4_194_304;
/// Most elements or bytes: 65 536.
pub const NETWORK_DHCP_LEASES_MAX: usize = 65_536;
/// Most elements or bytes: 16 384.
pub const NETWORK_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 16 384.
pub const NETWORK_PORT_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 16.
pub const NETWORK_PORT_PARAMETERS_MAX: usize = 16;
/// Most elements or bytes: 16.
pub const NODE_CPU_STATS_MAX: usize = 16;
/// Most elements or bytes: 65 536.
pub const NODE_DEVICE_CAPS_LIST_MAX: usize = 65_536;
/// Most elements or bytes: 65 536.
pub const NODE_DEVICE_LIST_MAX: usize = 65_536;
/// Most elements or bytes: 1 024.
pub const NODE_MAX_CELLS: usize = 1_024;
/// Most elements or bytes: 64.
pub const NODE_MEMORY_PARAMETERS_MAX: usize = 64;
/// Most elements or bytes: 16.
pub const NODE_MEMORY_STATS_MAX: usize = 16;
/// Most elements or bytes: 64.
pub const NODE_SEV_INFO_MAX: usize = 64;
/// Most elements or bytes: 16 384.
pub const NWFILTER_BINDING_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 16 384.
pub const NWFILTER_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 16 384.
pub const SECRET_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 65 536.
pub const SECRET_VALUE_MAX: usize = 65_536;
/// Most elements or bytes: 257.
pub const SECURITY_DOI_MAX: usize = 257;
/// Most elements or bytes: 64.
pub const SECURITY_LABEL_LIST_MAX: usize = 64;
/// Most elements or bytes: 4 097.
pub const SECURITY_LABEL_MAX: usize = 4_097;
/// Most elements or bytes: 257.
pub const SECURITY_MODEL_MAX: usize = 257;
/// Most elements or bytes: 16 384.
pub const STORAGE_POOL_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 16 384.
pub const STORAGE_VOL_LIST_MAX: usize = 16_384;
/// Most elements or bytes: 16 384.
pub const VCPUINFO_MAX: usize = 16_384;
