//! Storage pools.

use xdr::List;

use super::shared::{NonnullStoragePool, NonnullStorageVol};
use crate::{Uuid, limits, procedure::procedures};

procedures! { REMOTE
    /// How many storage pools are started.
    ///
    /// **Source**: `virConnectNumOfStoragePools`.
    ConnectNumOfStoragePools = 71, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.4.1";
        args (), ret ConnectNumOfStoragePoolsRet;
    /// Names of the storage pools that are started, at most `maxnames`.
    ///
    /// **Source**: `virConnectListStoragePools`.
    ConnectListStoragePools = 72, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.4.1";
        args ConnectListStoragePoolsArgs, ret ConnectListStoragePoolsRet;
    /// How many storage pools are defined and not started.
    ///
    /// **Source**: `virConnectNumOfDefinedStoragePools`.
    ConnectNumOfDefinedStoragePools = 73, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.4.1";
        args (), ret ConnectNumOfDefinedStoragePoolsRet;
    /// Names of the storage pools that are defined and not started, at most `maxnames`.
    ///
    /// **Source**: `virConnectListDefinedStoragePools`.
    ConnectListDefinedStoragePools = 74, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.4.1";
        args ConnectListDefinedStoragePoolsArgs, ret ConnectListDefinedStoragePoolsRet;
    /// Looks for what could be a pool of a type, such as the exports of a host; a document.
    ///
    /// **Source**: `virConnectFindStoragePoolSources`.
    ConnectFindStoragePoolSources = 75, Ordinary, access: [connect.detect_storage_pools], since: "0.4.5";
        args ConnectFindStoragePoolSourcesArgs, ret ConnectFindStoragePoolSourcesRet;
    /// Starts a pool that has no definition.
    ///
    /// **Source**: `virStoragePoolCreateXML`.
    StoragePoolCreateXml = 76, Ordinary, access: [storage_pool.start, storage_pool.write], since: "0.4.1";
        args StoragePoolCreateXmlArgs, ret StoragePoolCreateXmlRet;
    /// Defines a pool, or changes its definition.
    ///
    /// **Source**: `virStoragePoolDefineXML`.
    StoragePoolDefineXml = 77, Quick, access: [storage_pool.write, storage_pool.save], since: "0.4.1";
        args StoragePoolDefineXmlArgs, ret StoragePoolDefineXmlRet;
    /// Starts a defined pool, by flag built first.
    ///
    /// **Source**: `virStoragePoolCreate`.
    StoragePoolCreate = 78, Ordinary, access: [storage_pool.start], since: "0.4.1";
        args StoragePoolCreateArgs, ret ();
    /// Makes the storage behind a pool: the directory, file system or volume group.
    ///
    /// **Source**: `virStoragePoolBuild`.
    StoragePoolBuild = 79, Ordinary, access: [storage_pool.format], since: "0.4.1";
        args StoragePoolBuildArgs, ret ();
    /// Stops a pool; its storage stays.
    ///
    /// **Source**: `virStoragePoolDestroy`.
    StoragePoolDestroy = 80, Quick, access: [storage_pool.stop], since: "0.4.1";
        args StoragePoolDestroyArgs, ret ();
    /// Deletes the storage behind a stopped pool.
    ///
    /// **Source**: `virStoragePoolDelete`.
    StoragePoolDelete = 81, Ordinary, access: [storage_pool.format], since: "0.4.1";
        args StoragePoolDeleteArgs, ret ();
    /// Takes away a pool's definition.
    ///
    /// **Source**: `virStoragePoolUndefine`.
    StoragePoolUndefine = 82, Quick, access: [storage_pool.delete], since: "0.4.1";
        args StoragePoolUndefineArgs, ret ();
    /// Looks up a pool's volumes anew.
    ///
    /// **Source**: `virStoragePoolRefresh`.
    StoragePoolRefresh = 83, Ordinary, access: [storage_pool.refresh], since: "0.4.1";
        args StoragePoolRefreshArgs, ret ();
    /// Finds a pool by its name.
    ///
    /// **Source**: `virStoragePoolLookupByName`.
    StoragePoolLookupByName = 84, Quick, access: [storage_pool.getattr], since: "0.4.1";
        args StoragePoolLookupByNameArgs, ret StoragePoolLookupByNameRet;
    /// Finds a pool by its UUID.
    ///
    /// **Source**: `virStoragePoolLookupByUUID`.
    StoragePoolLookupByUuid = 85, Quick, access: [storage_pool.getattr], since: "0.4.1";
        args StoragePoolLookupByUuidArgs, ret StoragePoolLookupByUuidRet;
    /// The pool that a volume is in.
    ///
    /// **Source**: `virStoragePoolLookupByVolume`.
    StoragePoolLookupByVolume = 86, Quick, access: [storage_pool.getattr], since: "0.4.1";
        args StoragePoolLookupByVolumeArgs, ret StoragePoolLookupByVolumeRet;
    /// State and sizes of a pool.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virStoragePoolGetInfo`.
    StoragePoolGetInfo = 87, Quick, access: [storage_pool.read], since: "0.4.1";
        args StoragePoolGetInfoArgs, ret StoragePoolGetInfoRet;
    /// The pool's document, as it is or by flag as it is defined.
    ///
    /// **Source**: `virStoragePoolGetXMLDesc`.
    StoragePoolGetXmlDesc = 88, Quick, access: [storage_pool.read], since: "0.4.1";
        args StoragePoolGetXmlDescArgs, ret StoragePoolGetXmlDescRet;
    /// Whether the pool starts with the daemon: 1 or 0.
    ///
    /// **Source**: `virStoragePoolGetAutostart`.
    StoragePoolGetAutostart = 89, Quick, access: [storage_pool.read], since: "0.4.1";
        args StoragePoolGetAutostartArgs, ret StoragePoolGetAutostartRet;
    /// Says whether the pool starts with the daemon.
    ///
    /// **Source**: `virStoragePoolSetAutostart`.
    StoragePoolSetAutostart = 90, Quick, access: [storage_pool.write], since: "0.4.1";
        args StoragePoolSetAutostartArgs, ret ();
    /// How many volumes a started pool has.
    ///
    /// **Source**: `virStoragePoolNumOfVolumes`.
    StoragePoolNumOfVolumes = 91, Quick, access: [storage_pool.search_storage_vols], filter: storage_vol.getattr, since: "0.4.1";
        args StoragePoolNumOfVolumesArgs, ret StoragePoolNumOfVolumesRet;
    /// Names of a pool's volumes, at most `maxnames`.
    ///
    /// **Source**: `virStoragePoolListVolumes`.
    StoragePoolListVolumes = 92, Quick, access: [storage_pool.search_storage_vols], filter: storage_vol.getattr, since: "0.4.1";
        args StoragePoolListVolumesArgs, ret StoragePoolListVolumesRet;
    /// Whether the pool is started: 1 or 0.
    ///
    /// **Source**: `virStoragePoolIsActive`.
    StoragePoolIsActive = 154, Quick, access: [storage_pool.read], since: "0.7.3";
        args StoragePoolIsActiveArgs, ret StoragePoolIsActiveRet;
    /// Whether the pool has a definition: 1 or 0.
    ///
    /// **Source**: `virStoragePoolIsPersistent`.
    StoragePoolIsPersistent = 155, Quick, access: [storage_pool.read], since: "0.7.3";
        args StoragePoolIsPersistentArgs, ret StoragePoolIsPersistentRet;
    /// The storage pools, by flag some of them.
    ///
    /// **Source**: `virConnectListAllStoragePools`.
    ConnectListAllStoragePools = 281, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.10.2";
        args ConnectListAllStoragePoolsArgs, ret ConnectListAllStoragePoolsRet;
    /// The volumes of a pool.
    ///
    /// **Source**: `virStoragePoolListAllVolumes`.
    StoragePoolListAllVolumes = 282, Quick, access: [storage_pool.search_storage_vols], filter: storage_vol.getattr, since: "0.10.2";
        args StoragePoolListAllVolumesArgs, ret StoragePoolListAllVolumesRet;
    /// Registers for one kind of event of storage pools, of one or of all; the reply has the
    /// callback id.
    ///
    /// **Source**: `virConnectStoragePoolEventRegisterAny`.
    ConnectStoragePoolEventRegisterAny = 368, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "2.0.0";
        args ConnectStoragePoolEventRegisterAnyArgs, ret ConnectStoragePoolEventRegisterAnyRet;
    /// Ends a registration by its callback id.
    ///
    /// **Source**: `virConnectStoragePoolEventDeregisterAny`.
    ConnectStoragePoolEventDeregisterAny = 369, Quick, access: [connect.read], since: "2.0.0";
        args ConnectStoragePoolEventDeregisterAnyArgs, ret ();
    /// Event: a pool was defined, started, stopped, undefined, built or deleted.
    StoragePoolEventLifecycle = 370, Event, since: "2.0.0";
        args StoragePoolEventLifecycleMsg, ret ();
    /// Event: a pool's volumes were looked up anew.
    StoragePoolEventRefresh = 373, Event, since: "2.0.0";
        args StoragePoolEventRefreshMsg, ret ();
    /// Finds the pool that shows its volumes in this directory.
    ///
    /// **Source**: `virStoragePoolLookupByTargetPath`.
    StoragePoolLookupByTargetPath = 391, Quick, access: [storage_pool.getattr], since: "4.1.0";
        args StoragePoolLookupByTargetPathArgs, ret StoragePoolLookupByTargetPathRet;
    /// Which types of pool the daemon can serve; a document.
    ///
    /// **Source**: `virConnectGetStoragePoolCapabilities`.
    ConnectGetStoragePoolCapabilities = 403, Ordinary, access: [connect.read], since: "5.2.0";
        args ConnectGetStoragePoolCapabilitiesArgs, ret ConnectGetStoragePoolCapabilitiesRet;
}

xdr::structs! {
    /// Results of [`ConnectNumOfStoragePools`].
    pub struct ConnectNumOfStoragePoolsRet {
        num: i32,
    }

    /// Arguments of [`ConnectListStoragePools`].
    pub struct ConnectListStoragePoolsArgs {
        maxnames: i32,
    }

    /// Results of [`ConnectListStoragePools`].
    pub struct ConnectListStoragePoolsRet {
        names: List<String, { limits::STORAGE_POOL_LIST_MAX }>,
    }

    /// Results of [`ConnectNumOfDefinedStoragePools`].
    pub struct ConnectNumOfDefinedStoragePoolsRet {
        num: i32,
    }

    /// Arguments of [`ConnectListDefinedStoragePools`].
    pub struct ConnectListDefinedStoragePoolsArgs {
        maxnames: i32,
    }

    /// Results of [`ConnectListDefinedStoragePools`].
    pub struct ConnectListDefinedStoragePoolsRet {
        names: List<String, { limits::STORAGE_POOL_LIST_MAX }>,
    }

    /// Arguments of [`ConnectFindStoragePoolSources`].
    pub struct ConnectFindStoragePoolSourcesArgs {
        kind: String,
        src_spec: Option<String>,
        flags: u32,
    }

    /// Results of [`ConnectFindStoragePoolSources`].
    pub struct ConnectFindStoragePoolSourcesRet {
        xml: String,
    }

    /// Arguments of [`StoragePoolLookupByUuid`].
    pub struct StoragePoolLookupByUuidArgs {
        uuid: Uuid,
    }

    /// Results of [`StoragePoolLookupByUuid`].
    pub struct StoragePoolLookupByUuidRet {
        pool: NonnullStoragePool,
    }

    /// Arguments of [`StoragePoolLookupByName`].
    pub struct StoragePoolLookupByNameArgs {
        name: String,
    }

    /// Results of [`StoragePoolLookupByName`].
    pub struct StoragePoolLookupByNameRet {
        pool: NonnullStoragePool,
    }

    /// Arguments of [`StoragePoolLookupByVolume`].
    pub struct StoragePoolLookupByVolumeArgs {
        vol: NonnullStorageVol,
    }

    /// Results of [`StoragePoolLookupByVolume`].
    pub struct StoragePoolLookupByVolumeRet {
        pool: NonnullStoragePool,
    }

    /// Arguments of [`StoragePoolLookupByTargetPath`].
    pub struct StoragePoolLookupByTargetPathArgs {
        path: String,
    }

    /// Results of [`StoragePoolLookupByTargetPath`].
    pub struct StoragePoolLookupByTargetPathRet {
        pool: NonnullStoragePool,
    }

    /// Arguments of [`StoragePoolCreateXml`].
    pub struct StoragePoolCreateXmlArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`StoragePoolCreateXml`].
    pub struct StoragePoolCreateXmlRet {
        pool: NonnullStoragePool,
    }

    /// Arguments of [`StoragePoolDefineXml`].
    pub struct StoragePoolDefineXmlArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`StoragePoolDefineXml`].
    pub struct StoragePoolDefineXmlRet {
        pool: NonnullStoragePool,
    }

    /// Arguments of [`StoragePoolBuild`].
    pub struct StoragePoolBuildArgs {
        pool: NonnullStoragePool,
        flags: u32,
    }

    /// Arguments of [`StoragePoolUndefine`].
    pub struct StoragePoolUndefineArgs {
        pool: NonnullStoragePool,
    }

    /// Arguments of [`StoragePoolCreate`].
    pub struct StoragePoolCreateArgs {
        pool: NonnullStoragePool,
        flags: u32,
    }

    /// Arguments of [`StoragePoolDestroy`].
    pub struct StoragePoolDestroyArgs {
        pool: NonnullStoragePool,
    }

    /// Arguments of [`StoragePoolDelete`].
    pub struct StoragePoolDeleteArgs {
        pool: NonnullStoragePool,
        flags: u32,
    }

    /// Arguments of [`StoragePoolRefresh`].
    pub struct StoragePoolRefreshArgs {
        pool: NonnullStoragePool,
        flags: u32,
    }

    /// Arguments of [`StoragePoolGetXmlDesc`].
    pub struct StoragePoolGetXmlDescArgs {
        pool: NonnullStoragePool,
        flags: u32,
    }

    /// Results of [`StoragePoolGetXmlDesc`].
    pub struct StoragePoolGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`StoragePoolGetInfo`].
    pub struct StoragePoolGetInfoArgs {
        pool: NonnullStoragePool,
    }

    /// Results of [`StoragePoolGetInfo`].
    pub struct StoragePoolGetInfoRet {
        state: u8,
        /// **Units**: bytes.
        capacity: u64,
        /// **Units**: bytes.
        allocation: u64,
        /// **Units**: bytes.
        available: u64,
    }

    /// Arguments of [`StoragePoolGetAutostart`].
    pub struct StoragePoolGetAutostartArgs {
        pool: NonnullStoragePool,
    }

    /// Results of [`StoragePoolGetAutostart`].
    pub struct StoragePoolGetAutostartRet {
        autostart: i32,
    }

    /// Arguments of [`StoragePoolSetAutostart`].
    pub struct StoragePoolSetAutostartArgs {
        pool: NonnullStoragePool,
        autostart: i32,
    }

    /// Arguments of [`StoragePoolNumOfVolumes`].
    pub struct StoragePoolNumOfVolumesArgs {
        pool: NonnullStoragePool,
    }

    /// Results of [`StoragePoolNumOfVolumes`].
    pub struct StoragePoolNumOfVolumesRet {
        num: i32,
    }

    /// Arguments of [`StoragePoolListVolumes`].
    pub struct StoragePoolListVolumesArgs {
        pool: NonnullStoragePool,
        maxnames: i32,
    }

    /// Results of [`StoragePoolListVolumes`].
    pub struct StoragePoolListVolumesRet {
        names: List<String, { limits::STORAGE_VOL_LIST_MAX }>,
    }

    /// Arguments of [`StoragePoolIsActive`].
    pub struct StoragePoolIsActiveArgs {
        pool: NonnullStoragePool,
    }

    /// Results of [`StoragePoolIsActive`].
    pub struct StoragePoolIsActiveRet {
        active: i32,
    }

    /// Arguments of [`StoragePoolIsPersistent`].
    pub struct StoragePoolIsPersistentArgs {
        pool: NonnullStoragePool,
    }

    /// Results of [`StoragePoolIsPersistent`].
    pub struct StoragePoolIsPersistentRet {
        persistent: i32,
    }

    /// Arguments of [`ConnectListAllStoragePools`].
    pub struct ConnectListAllStoragePoolsArgs {
        need_results: i32,
        flags: u32,
    }

    /// Results of [`ConnectListAllStoragePools`].
    pub struct ConnectListAllStoragePoolsRet {
        pools: List<NonnullStoragePool, { limits::STORAGE_POOL_LIST_MAX }>,
        ret: u32,
    }

    /// Arguments of [`StoragePoolListAllVolumes`].
    pub struct StoragePoolListAllVolumesArgs {
        pool: NonnullStoragePool,
        need_results: i32,
        flags: u32,
    }

    /// Results of [`StoragePoolListAllVolumes`].
    pub struct StoragePoolListAllVolumesRet {
        vols: List<NonnullStorageVol, { limits::STORAGE_VOL_LIST_MAX }>,
        ret: u32,
    }

    /// Arguments of [`ConnectStoragePoolEventRegisterAny`].
    pub struct ConnectStoragePoolEventRegisterAnyArgs {
        event_id: i32,
        pool: Option<NonnullStoragePool>,
    }

    /// Results of [`ConnectStoragePoolEventRegisterAny`].
    pub struct ConnectStoragePoolEventRegisterAnyRet {
        callback_id: i32,
    }

    /// Arguments of [`ConnectStoragePoolEventDeregisterAny`].
    pub struct ConnectStoragePoolEventDeregisterAnyArgs {
        callback_id: i32,
    }

    /// Body of [`StoragePoolEventLifecycle`].
    pub struct StoragePoolEventLifecycleMsg {
        callback_id: i32,
        pool: NonnullStoragePool,
        event: i32,
        detail: i32,
    }

    /// Body of [`StoragePoolEventRefresh`].
    pub struct StoragePoolEventRefreshMsg {
        callback_id: i32,
        pool: NonnullStoragePool,
    }

    /// Arguments of [`ConnectGetStoragePoolCapabilities`].
    pub struct ConnectGetStoragePoolCapabilitiesArgs {
        flags: u32,
    }

    /// Results of [`ConnectGetStoragePoolCapabilities`].
    pub struct ConnectGetStoragePoolCapabilitiesRet {
        capabilities: String,
    }
}
