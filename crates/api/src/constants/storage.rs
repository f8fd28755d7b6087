//! Constants: storage.

open_enums! {
    /// Values of `virStoragePoolState`.
    pub struct StoragePoolState {
        /// `VIR_STORAGE_POOL_INACTIVE`, since 0.4.1.
        INACTIVE = 0,
        /// `VIR_STORAGE_POOL_BUILDING`, since 0.4.1.
        BUILDING = 1,
        /// `VIR_STORAGE_POOL_RUNNING`, since 0.4.1.
        RUNNING = 2,
        /// `VIR_STORAGE_POOL_DEGRADED`, since 0.4.1.
        DEGRADED = 3,
        /// `VIR_STORAGE_POOL_INACCESSIBLE`, since 0.8.2.
        INACCESSIBLE = 4,
    }

    /// Values of `virStorageVolType`.
    pub struct StorageVolType {
        /// `VIR_STORAGE_VOL_FILE`, since 0.4.1.
        FILE = 0,
        /// `VIR_STORAGE_VOL_BLOCK`, since 0.4.1.
        BLOCK = 1,
        /// `VIR_STORAGE_VOL_DIR`, since 0.9.5.
        DIR = 2,
        /// `VIR_STORAGE_VOL_NETWORK`, since 0.9.13.
        NETWORK = 3,
        /// `VIR_STORAGE_VOL_NETDIR`, since 1.2.0.
        NETDIR = 4,
        /// `VIR_STORAGE_VOL_PLOOP`, since 1.3.4.
        PLOOP = 5,
    }

    /// Values of `virStorageVolWipeAlgorithm`.
    pub struct StorageVolWipeAlgorithm {
        /// `VIR_STORAGE_VOL_WIPE_ALG_ZERO`, since 0.9.10.
        ZERO = 0,
        /// `VIR_STORAGE_VOL_WIPE_ALG_NNSA`, since 0.9.10.
        NNSA = 1,
        /// `VIR_STORAGE_VOL_WIPE_ALG_DOD`, since 0.9.10.
        DOD = 2,
        /// `VIR_STORAGE_VOL_WIPE_ALG_BSI`, since 0.9.10.
        BSI = 3,
        /// `VIR_STORAGE_VOL_WIPE_ALG_GUTMANN`, since 0.9.10.
        GUTMANN = 4,
        /// `VIR_STORAGE_VOL_WIPE_ALG_SCHNEIER`, since 0.9.10.
        SCHNEIER = 5,
        /// `VIR_STORAGE_VOL_WIPE_ALG_PFITZNER7`, since 0.9.10.
        PFITZNER7 = 6,
        /// `VIR_STORAGE_VOL_WIPE_ALG_PFITZNER33`, since 0.9.10.
        PFITZNER33 = 7,
        /// `VIR_STORAGE_VOL_WIPE_ALG_RANDOM`, since 0.9.10.
        RANDOM = 8,
        /// `VIR_STORAGE_VOL_WIPE_ALG_TRIM`, since 1.3.2.
        TRIM = 9,
    }

    /// Values of `virStoragePoolEventID`.
    pub struct StoragePoolEventID {
        /// `VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE`, since 2.0.0.
        LIFECYCLE = 0,
        /// `VIR_STORAGE_POOL_EVENT_ID_REFRESH`, since 2.0.0.
        REFRESH = 1,
    }

    /// Values of `virStoragePoolEventLifecycleType`.
    pub struct StoragePoolEventLifecycleType {
        /// `VIR_STORAGE_POOL_EVENT_DEFINED`, since 2.0.0.
        DEFINED = 0,
        /// `VIR_STORAGE_POOL_EVENT_UNDEFINED`, since 2.0.0.
        UNDEFINED = 1,
        /// `VIR_STORAGE_POOL_EVENT_STARTED`, since 2.0.0.
        STARTED = 2,
        /// `VIR_STORAGE_POOL_EVENT_STOPPED`, since 2.0.0.
        STOPPED = 3,
        /// `VIR_STORAGE_POOL_EVENT_CREATED`, since 3.8.0.
        CREATED = 4,
        /// `VIR_STORAGE_POOL_EVENT_DELETED`, since 3.8.0.
        DELETED = 5,
    }
}

flags! {
    /// Values of `virStoragePoolBuildFlags`.
    pub struct StoragePoolBuildFlags {
        /// `VIR_STORAGE_POOL_BUILD_NEW`, since 0.4.1.
        NEW = 0x0,
        /// `VIR_STORAGE_POOL_BUILD_REPAIR`, since 0.4.1.
        REPAIR = 0x1,
        /// `VIR_STORAGE_POOL_BUILD_RESIZE`, since 0.4.1.
        RESIZE = 0x2,
        /// `VIR_STORAGE_POOL_BUILD_NO_OVERWRITE`, since 0.9.5.
        NO_OVERWRITE = 0x4,
        /// `VIR_STORAGE_POOL_BUILD_OVERWRITE`, since 0.9.5.
        OVERWRITE = 0x8,
    }

    /// Values of `virStoragePoolDeleteFlags`.
    pub struct StoragePoolDeleteFlags {
        /// `VIR_STORAGE_POOL_DELETE_NORMAL`, since 0.4.1.
        NORMAL = 0x0,
        /// `VIR_STORAGE_POOL_DELETE_ZEROED`, since 0.4.1.
        ZEROED = 0x1,
    }

    /// Values of `virStoragePoolCreateFlags`.
    pub struct StoragePoolCreateFlags {
        /// `VIR_STORAGE_POOL_CREATE_NORMAL`, since 1.3.1.
        NORMAL = 0x0,
        /// `VIR_STORAGE_POOL_CREATE_WITH_BUILD`, since 1.3.1.
        WITH_BUILD = 0x1,
        /// `VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE`, since 1.3.1.
        WITH_BUILD_OVERWRITE = 0x2,
        /// `VIR_STORAGE_POOL_CREATE_WITH_BUILD_NO_OVERWRITE`, since 1.3.1.
        WITH_BUILD_NO_OVERWRITE = 0x4,
    }

    /// Values of `virStorageVolDeleteFlags`.
    pub struct StorageVolDeleteFlags {
        /// `VIR_STORAGE_VOL_DELETE_NORMAL`, since 0.4.1.
        NORMAL = 0x0,
        /// `VIR_STORAGE_VOL_DELETE_ZEROED`, since 0.4.1.
        ZEROED = 0x1,
        /// `VIR_STORAGE_VOL_DELETE_WITH_SNAPSHOTS`, since 1.2.21.
        WITH_SNAPSHOTS = 0x2,
    }

    /// Values of `virStorageVolInfoFlags`.
    pub struct StorageVolInfoFlags {
        /// `VIR_STORAGE_VOL_USE_ALLOCATION`, since 3.0.0.
        USE_ALLOCATION = 0x0,
        /// `VIR_STORAGE_VOL_GET_PHYSICAL`, since 3.0.0.
        GET_PHYSICAL = 0x1,
    }

    /// Values of `virStorageXMLFlags`.
    pub struct StorageXMLFlags {
        /// `VIR_STORAGE_XML_INACTIVE`, since 0.9.13.
        INACTIVE = 0x1,
    }

    /// Values of `virConnectListAllStoragePoolsFlags`.
    pub struct ConnectListAllStoragePoolsFlags {
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE`, since 0.10.2.
        INACTIVE = 0x1,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE`, since 0.10.2.
        ACTIVE = 0x2,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT`, since 0.10.2.
        PERSISTENT = 0x4,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_TRANSIENT`, since 0.10.2.
        TRANSIENT = 0x8,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_AUTOSTART`, since 0.10.2.
        AUTOSTART = 0x10,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_NO_AUTOSTART`, since 0.10.2.
        NO_AUTOSTART = 0x20,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_DIR`, since 0.10.2.
        DIR = 0x40,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_FS`, since 0.10.2.
        FS = 0x80,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_NETFS`, since 0.10.2.
        NETFS = 0x100,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_LOGICAL`, since 0.10.2.
        LOGICAL = 0x200,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_DISK`, since 0.10.2.
        DISK = 0x400,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI`, since 0.10.2.
        ISCSI = 0x800,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_SCSI`, since 0.10.2.
        SCSI = 0x1000,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_MPATH`, since 0.10.2.
        MPATH = 0x2000,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_RBD`, since 0.10.2.
        RBD = 0x4000,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_SHEEPDOG`, since 0.10.2.
        SHEEPDOG = 0x8000,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_GLUSTER`, since 1.2.1.
        GLUSTER = 0x10000,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_ZFS`, since 1.2.8.
        ZFS = 0x20000,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_VSTORAGE`, since 3.1.0.
        VSTORAGE = 0x40000,
        /// `VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI_DIRECT`, since 5.6.0.
        ISCSI_DIRECT = 0x80000,
    }

    /// Values of `virStoragePoolDefineFlags`.
    pub struct StoragePoolDefineFlags {
        /// `VIR_STORAGE_POOL_DEFINE_VALIDATE`, since 7.7.0.
        VALIDATE = 0x1,
    }

    /// Values of `virStorageVolCreateFlags`.
    pub struct StorageVolCreateFlags {
        /// `VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA`, since 1.0.1.
        PREALLOC_METADATA = 0x1,
        /// `VIR_STORAGE_VOL_CREATE_REFLINK`, since 1.2.13.
        REFLINK = 0x2,
        /// `VIR_STORAGE_VOL_CREATE_VALIDATE`, since 8.10.0.
        VALIDATE = 0x4,
    }

    /// Values of `virStorageVolDownloadFlags`.
    pub struct StorageVolDownloadFlags {
        /// `VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM`, since 3.4.0.
        SPARSE_STREAM = 0x1,
    }

    /// Values of `virStorageVolUploadFlags`.
    pub struct StorageVolUploadFlags {
        /// `VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM`, since 3.4.0.
        SPARSE_STREAM = 0x1,
    }

    /// Values of `virStorageVolResizeFlags`.
    pub struct StorageVolResizeFlags {
        /// `VIR_STORAGE_VOL_RESIZE_ALLOCATE`, since 0.9.10.
        ALLOCATE = 0x1,
        /// `VIR_STORAGE_VOL_RESIZE_DELTA`, since 0.9.10.
        DELTA = 0x2,
        /// `VIR_STORAGE_VOL_RESIZE_SHRINK`, since 0.9.10.
        SHRINK = 0x4,
    }
}
