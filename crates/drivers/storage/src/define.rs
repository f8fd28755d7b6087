//! Definitions: making, marking and taking them away.

use api::remote::*;
use api::{Error, Result, StoragePoolDefineFlags, StoragePoolEventLifecycleType as Lifecycle};
use config::storagepool::{PoolType, StoragePool};
use definitions::{Candidate, Kind, Others, SystemEntropy, document_error, flags};
use driver::{CallContext, Handler, StoragePoolEventBody};

use crate::conflict::conflicts;
use crate::driver::{StorageDriver, reference};
use crate::kind::{Pools, STORAGE};

impl Handler<StoragePoolDefineXml> for StorageDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: StoragePoolDefineXmlArgs,
    ) -> Result<StoragePoolDefineXmlRet> {
        let refused = |error| document_error(&error, STORAGE);
        let validate = StoragePoolDefineFlags::VALIDATE.0;
        flags::only(args.flags, validate, STORAGE, "storagePoolDefineXML")?;
        let mut pool = StoragePool::parse(&args.xml).map_err(refused)?;
        if args.flags & validate != 0 {
            config::refuse_unprinted(&args.xml, &pool.format()).map_err(refused)?;
        }
        pool.complete(&mut SystemEntropy).map_err(refused)?;
        let (pool, _) = self.pools.define(cx, &candidate(pool)?).await?;
        let (event, detail) = (Lifecycle::DEFINED, 0);
        self.tell(&pool, StoragePoolEventBody::Lifecycle { event, detail });
        Ok(StoragePoolDefineXmlRet { pool: reference(&pool) })
    }
}

fn candidate(pool: StoragePool) -> Result<Candidate<Pools>> {
    let uuid =
        Pools::uuid(&pool).ok_or_else(|| Error::internal(STORAGE, "the definition has no uuid"))?;
    let (name, identity) = (Pools::name(&pool), Pools::identity(&pool));
    let complete = Box::new(move |others: &Others<'_, Pools>| {
        refuse_conflict(&pool, others)?;
        pool.validate(is_served).map_err(|error| document_error(&error, STORAGE))?;
        Ok(pool.clone())
    });
    Ok(Candidate { uuid, name, identity, complete })
}

fn refuse_conflict(pool: &StoragePool, others: &Others<'_, Pools>) -> Result<()> {
    // A pool of the same name is refused, or replaced, for that.
    let mut others = others.documents().chain(others.itself());
    match others.find(|other| other.name != pool.name && conflicts(pool, other)) {
        Some(other) => {
            let detail = format!("Storage source conflict with pool: '{}'", other.name);
            Err(Error::operation_failed(STORAGE, detail))
        }
        None => Ok(()),
    }
}

/// Pools of other types need clients of their own (of Ceph, Gluster, ZFS and others), which libvirtd
/// has as modules that a host may lack.
pub(crate) fn is_served(kind: PoolType) -> bool {
    use PoolType::{Dir, Disk, Fs, Iscsi, Logical, Mpath, Netfs, Scsi};
    matches!(kind, Dir | Fs | Netfs | Logical | Disk | Iscsi | Scsi | Mpath)
}

impl Handler<StoragePoolUndefine> for StorageDriver {
    async fn handle(&self, _: &CallContext, args: StoragePoolUndefineArgs) -> Result<()> {
        let pool = self.find(&args.pool)?;
        self.pools.undefine(&pool).await?;
        let (event, detail) = (Lifecycle::UNDEFINED, 0);
        self.tell(&pool, StoragePoolEventBody::Lifecycle { event, detail });
        Ok(())
    }
}

impl Handler<StoragePoolSetAutostart> for StorageDriver {
    async fn handle(&self, _: &CallContext, args: StoragePoolSetAutostartArgs) -> Result<()> {
        let pool = self.find(&args.pool)?;
        self.pools.set_autostart(&pool, args.autostart != 0).await
    }
}
