//! Storage pools.

use xdr::List;

use super::shared::{NonnullStoragePool, NonnullStorageVol};
use crate::{Uuid, limits, procedure::procedures};

procedures! { REMOTE
    /// `virConnectNumOfStoragePools`.
    ConnectNumOfStoragePools = 71, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.4.1";
        args (), ret ConnectNumOfStoragePoolsRet;
    /// `virConnectListStoragePools`.
    ConnectListStoragePools = 72, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.4.1";
        args ConnectListStoragePoolsArgs, ret ConnectListStoragePoolsRet;
    /// `virConnectNumOfDefinedStoragePools`.
    ConnectNumOfDefinedStoragePools = 73, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.4.1";
        args (), ret ConnectNumOfDefinedStoragePoolsRet;
    /// `virConnectListDefinedStoragePools`.
    ConnectListDefinedStoragePools = 74, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.4.1";
        args ConnectListDefinedStoragePoolsArgs, ret ConnectListDefinedStoragePoolsRet;
    /// `virConnectFindStoragePoolSources`.
    ConnectFindStoragePoolSources = 75, Ordinary, access: [connect.detect_storage_pools], since: "0.4.5";
        args ConnectFindStoragePoolSourcesArgs, ret ConnectFindStoragePoolSourcesRet;
    /// `virStoragePoolCreateXML`.
    StoragePoolCreateXml = 76, Ordinary, access: [storage_pool.start, storage_pool.write], since: "0.4.1";
        args StoragePoolCreateXmlArgs, ret StoragePoolCreateXmlRet;
    /// `virStoragePoolDefineXML`.
    StoragePoolDefineXml = 77, Quick, access: [storage_pool.write, storage_pool.save], since: "0.4.1";
        args StoragePoolDefineXmlArgs, ret StoragePoolDefineXmlRet;
    /// `virStoragePoolCreate`.
    StoragePoolCreate = 78, Ordinary, access: [storage_pool.start], since: "0.4.1";
        args StoragePoolCreateArgs, ret ();
    /// `virStoragePoolBuild`.
    StoragePoolBuild = 79, Ordinary, access: [storage_pool.format], since: "0.4.1";
        args StoragePoolBuildArgs, ret ();
    /// `virStoragePoolDestroy`.
    StoragePoolDestroy = 80, Quick, access: [storage_pool.stop], since: "0.4.1";
        args StoragePoolDestroyArgs, ret ();
    /// `virStoragePoolDelete`.
    StoragePoolDelete = 81, Ordinary, access: [storage_pool.format], since: "0.4.1";
        args StoragePoolDeleteArgs, ret ();
    /// `virStoragePoolUndefine`.
    StoragePoolUndefine = 82, Quick, access: [storage_pool.delete], since: "0.4.1";
        args StoragePoolUndefineArgs, ret ();
    /// `virStoragePoolRefresh`.
    StoragePoolRefresh = 83, Ordinary, access: [storage_pool.refresh], since: "0.4.1";
        args StoragePoolRefreshArgs, ret ();
    /// `virStoragePoolLookupByName`.
    StoragePoolLookupByName = 84, Quick, access: [storage_pool.getattr], since: "0.4.1";
        args StoragePoolLookupByNameArgs, ret StoragePoolLookupByNameRet;
    /// `virStoragePoolLookupByUUID`.
    StoragePoolLookupByUuid = 85, Quick, access: [storage_pool.getattr], since: "0.4.1";
        args StoragePoolLookupByUuidArgs, ret StoragePoolLookupByUuidRet;
    /// `virStoragePoolLookupByVolume`.
    StoragePoolLookupByVolume = 86, Quick, access: [storage_pool.getattr], since: "0.4.1";
        args StoragePoolLookupByVolumeArgs, ret StoragePoolLookupByVolumeRet;
    /// `virStoragePoolGetInfo`.
    StoragePoolGetInfo = 87, Quick, access: [storage_pool.read], since: "0.4.1";
        args StoragePoolGetInfoArgs, ret StoragePoolGetInfoRet;
    /// `virStoragePoolGetXMLDesc`.
    StoragePoolGetXmlDesc = 88, Quick, access: [storage_pool.read], since: "0.4.1";
        args StoragePoolGetXmlDescArgs, ret StoragePoolGetXmlDescRet;
    /// `virStoragePoolGetAutostart`.
    StoragePoolGetAutostart = 89, Quick, access: [storage_pool.read], since: "0.4.1";
        args StoragePoolGetAutostartArgs, ret StoragePoolGetAutostartRet;
    /// `virStoragePoolSetAutostart`.
    StoragePoolSetAutostart = 90, Quick, access: [storage_pool.write], since: "0.4.1";
        args StoragePoolSetAutostartArgs, ret ();
    /// `virStoragePoolNumOfVolumes`.
    StoragePoolNumOfVolumes = 91, Quick, access: [storage_pool.search_storage_vols], filter: storage_vol.getattr, since: "0.4.1";
        args StoragePoolNumOfVolumesArgs, ret StoragePoolNumOfVolumesRet;
    /// `virStoragePoolListVolumes`.
    StoragePoolListVolumes = 92, Quick, access: [storage_pool.search_storage_vols], filter: storage_vol.getattr, since: "0.4.1";
        args StoragePoolListVolumesArgs, ret StoragePoolListVolumesRet;
    /// `virStoragePoolIsActive`.
    StoragePoolIsActive = 154, Quick, access: [storage_pool.read], since: "0.7.3";
        args StoragePoolIsActiveArgs, ret StoragePoolIsActiveRet;
    /// `virStoragePoolIsPersistent`.
    StoragePoolIsPersistent = 155, Quick, access: [storage_pool.read], since: "0.7.3";
        args StoragePoolIsPersistentArgs, ret StoragePoolIsPersistentRet;
    /// `virConnectListAllStoragePools`.
    ConnectListAllStoragePools = 281, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "0.10.2";
        args ConnectListAllStoragePoolsArgs, ret ConnectListAllStoragePoolsRet;
    /// `virStoragePoolListAllVolumes`.
    StoragePoolListAllVolumes = 282, Quick, access: [storage_pool.search_storage_vols], filter: storage_vol.getattr, since: "0.10.2";
        args StoragePoolListAllVolumesArgs, ret StoragePoolListAllVolumesRet;
    /// `virConnectStoragePoolEventRegisterAny`.
    ConnectStoragePoolEventRegisterAny = 368, Quick, access: [connect.search_storage_pools], filter: storage_pool.getattr, since: "2.0.0";
        args ConnectStoragePoolEventRegisterAnyArgs, ret ConnectStoragePoolEventRegisterAnyRet;
    /// `virConnectStoragePoolEventDeregisterAny`.
    ConnectStoragePoolEventDeregisterAny = 369, Quick, access: [connect.read], since: "2.0.0";
        args ConnectStoragePoolEventDeregisterAnyArgs, ret ();
    /// Event: storage pool event lifecycle.
    StoragePoolEventLifecycle = 370, Event, since: "2.0.0";
        args StoragePoolEventLifecycleMsg, ret ();
    /// Event: storage pool event refresh.
    StoragePoolEventRefresh = 373, Event, since: "2.0.0";
        args StoragePoolEventRefreshMsg, ret ();
    /// `virStoragePoolLookupByTargetPath`.
    StoragePoolLookupByTargetPath = 391, Quick, access: [storage_pool.getattr], since: "4.1.0";
        args StoragePoolLookupByTargetPathArgs, ret StoragePoolLookupByTargetPathRet;
    /// `virConnectGetStoragePoolCapabilities`.
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
        capacity: u64,
        allocation: u64,
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
