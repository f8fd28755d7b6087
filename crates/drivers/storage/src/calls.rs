//! Finding and listing pools, and what can be asked of one.

use api::remote::*;
use api::xdr::List;
use api::{ConnectListAllStoragePoolsFlags as Flag, Result, StoragePoolState, StorageXMLFlags};
use config::storagepool::PoolType;
use definitions::{View, admits, answers, at_most, count, flags};
use driver::{CallContext, Handler};

use crate::driver::{StorageDriver, none_at, reference};
use crate::kind::{Pools, STORAGE};

answers! { StorageDriver;
    StoragePoolLookupByName(driver, args) => {
        let pool = reference(&*driver.pools.named(&args.name)?);
        Ok(StoragePoolLookupByNameRet { pool })
    };
    StoragePoolLookupByUuid(driver, args) => {
        let pool = reference(&*driver.pools.find(args.uuid, "")?);
        Ok(StoragePoolLookupByUuidRet { pool })
    };
    StoragePoolLookupByVolume(driver, args) => {
        let pool = reference(&*driver.pools.named(&args.vol.pool)?);
        Ok(StoragePoolLookupByVolumeRet { pool })
    };
    StoragePoolLookupByTargetPath(_driver, args) => Err(none_at(&args.path));
    StoragePoolGetXmlDesc(driver, args) => {
        flags::only(args.flags, StorageXMLFlags::INACTIVE.0, STORAGE, "storagePoolGetXMLDesc")?;
        Ok(StoragePoolGetXmlDescRet { xml: driver.find(&args.pool)?.view()?.document.format() })
    };
    StoragePoolGetInfo(driver, args) => {
        driver.find(&args.pool)?;
        let state = StoragePoolState::INACTIVE.0 as u8;
        Ok(StoragePoolGetInfoRet { state, ..Default::default() })
    };
    StoragePoolGetAutostart(driver, args) => {
        let autostart = i32::from(driver.find(&args.pool)?.view()?.autostart);
        Ok(StoragePoolGetAutostartRet { autostart })
    };
    StoragePoolIsActive(driver, args) => {
        driver.find(&args.pool).map(|_| StoragePoolIsActiveRet { active: 0 })
    };
    StoragePoolIsPersistent(driver, args) => {
        driver.find(&args.pool).map(|_| StoragePoolIsPersistentRet { persistent: 1 })
    };
    ConnectNumOfStoragePools(_driver, ()) => Ok(ConnectNumOfStoragePoolsRet { num: 0 });
    ConnectListStoragePools(_driver, args) => {
        at_most(args.maxnames, STORAGE, "maxnames in virConnectListStoragePools")?;
        Ok(ConnectListStoragePoolsRet::default())
    };
}

impl Handler<ConnectListAllStoragePools> for StorageDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListAllStoragePoolsArgs,
    ) -> Result<ConnectListAllStoragePoolsRet> {
        flags::only(args.flags, 0xfffff, STORAGE, "storageConnectListAllStoragePools")?;
        let mut all = self.pools.visible(cx).await;
        all.retain(|(_, view)| is_wanted(args.flags, view));
        let ret = count(all.len()).cast_unsigned();
        let wanted = all.iter().filter(|_| args.need_results != 0);
        let pools = wanted.map(|(pool, _)| reference(pool)).collect();
        Ok(ConnectListAllStoragePoolsRet { pools: List(pools), ret })
    }
}

/// Every pool is defined, and none is active.
fn is_wanted(flags: u32, view: &View<Pools>) -> bool {
    let types = TYPES.map(|(flag, kind)| (flag.0, view.document.kind == kind));
    admits(
        flags,
        &[
            &[(Flag::ACTIVE.0, false), (Flag::INACTIVE.0, true)],
            &[(Flag::PERSISTENT.0, true), (Flag::TRANSIENT.0, false)],
            &[(Flag::AUTOSTART.0, view.autostart), (Flag::NO_AUTOSTART.0, !view.autostart)],
            &types,
        ],
    )
}

const TYPES: [(Flag, PoolType); 14] = [
    (Flag::DIR, PoolType::Dir),
    (Flag::FS, PoolType::Fs),
    (Flag::NETFS, PoolType::Netfs),
    (Flag::LOGICAL, PoolType::Logical),
    (Flag::DISK, PoolType::Disk),
    (Flag::ISCSI, PoolType::Iscsi),
    (Flag::SCSI, PoolType::Scsi),
    (Flag::MPATH, PoolType::Mpath),
    (Flag::RBD, PoolType::Rbd),
    (Flag::SHEEPDOG, PoolType::Sheepdog),
    (Flag::GLUSTER, PoolType::Gluster),
    (Flag::ZFS, PoolType::Zfs),
    (Flag::VSTORAGE, PoolType::Vstorage),
    (Flag::ISCSI_DIRECT, PoolType::IscsiDirect),
];

impl Handler<ConnectNumOfDefinedStoragePools> for StorageDriver {
    async fn handle(&self, cx: &CallContext, (): ()) -> Result<ConnectNumOfDefinedStoragePoolsRet> {
        Ok(ConnectNumOfDefinedStoragePoolsRet { num: count(self.pools.visible(cx).await.len()) })
    }
}

impl Handler<ConnectListDefinedStoragePools> for StorageDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: ConnectListDefinedStoragePoolsArgs,
    ) -> Result<ConnectListDefinedStoragePoolsRet> {
        let what = "maxnames in virConnectListDefinedStoragePools";
        let most = at_most(args.maxnames, STORAGE, what)?;
        let all = self.pools.visible(cx).await;
        let names = all.iter().map(|(pool, _)| pool.name.clone());
        Ok(ConnectListDefinedStoragePoolsRet { names: List(names.take(most).collect()) })
    }
}
