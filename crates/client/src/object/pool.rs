//! Storage pools.

use api::remote;
use api::{
    ConnectListAllStoragePoolsFlags, StoragePoolDefineFlags, StoragePoolState, StorageXMLFlags,
    Uuid,
};

use super::{object, object_calls};
use crate::connection::Connection;
use crate::domain::Autostart;
use crate::error::Result;

object! {
    /// A storage pool of a connection.
    StoragePool(NonnullStoragePool) by storage_pool
}

/// State and sizes of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoragePoolInfo {
    /// Whether it is started, and how well.
    pub state: StoragePoolState,
    /// All the room. **Units**: bytes; 0 while it is not started.
    pub capacity_bytes: u64,
    /// What is taken. **Units**: bytes.
    pub allocation_bytes: u64,
    /// What is left. **Units**: bytes.
    pub available_bytes: u64,
}

impl StoragePool {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.reference.name
    }
}

object_calls! { StoragePool as pool;
    /// Its document.
    ///
    /// # Errors
    /// Code 49 when it is gone.
    xml(flags: StorageXMLFlags) -> String = |ret: remote::StoragePoolGetXmlDescRet| ret.xml,
        StoragePoolGetXmlDesc, StoragePoolGetXmlDescArgs { flags: flags.0 };

    /// Its state and sizes.
    ///
    /// # Errors
    /// Code 49 when it is gone.
    info() -> StoragePoolInfo = info, StoragePoolGetInfo, StoragePoolGetInfoArgs {};

    /// Whether it starts with the server.
    ///
    /// # Errors
    /// As [`Connection::call`].
    autostart() -> bool = |ret: remote::StoragePoolGetAutostartRet| ret.autostart != 0,
        StoragePoolGetAutostart, StoragePoolGetAutostartArgs {};

    /// Sets whether it starts with the server.
    ///
    /// # Errors
    /// Code 55 for one without a definition.
    set_autostart(on: Autostart), StoragePoolSetAutostart,
        StoragePoolSetAutostartArgs { autostart: i32::from(on == Autostart::WithServer) };

    /// Whether it is started.
    ///
    /// # Errors
    /// As [`Connection::call`].
    is_active() -> bool = |ret: remote::StoragePoolIsActiveRet| ret.active != 0,
        StoragePoolIsActive, StoragePoolIsActiveArgs {};

    /// Whether it has a definition.
    ///
    /// # Errors
    /// As [`Connection::call`].
    is_persistent() -> bool = |ret: remote::StoragePoolIsPersistentRet| ret.persistent != 0,
        StoragePoolIsPersistent, StoragePoolIsPersistentArgs {};

    /// Takes its definition away.
    ///
    /// # Errors
    /// Code 49 when it is gone.
    undefine(), StoragePoolUndefine, StoragePoolUndefineArgs {};
}

fn info(ret: remote::StoragePoolGetInfoRet) -> StoragePoolInfo {
    StoragePoolInfo {
        state: StoragePoolState(i32::from(ret.state)),
        capacity_bytes: ret.capacity,
        allocation_bytes: ret.allocation,
        available_bytes: ret.available,
    }
}

impl Connection {
    /// Pools that match; the empty filter matches all.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn storage_pools(
        &self,
        filter: ConnectListAllStoragePoolsFlags,
    ) -> Result<Vec<StoragePool>> {
        let args = remote::ConnectListAllStoragePoolsArgs { need_results: 1, flags: filter.0 };
        let ret = self.call::<remote::ConnectListAllStoragePools>(args).await?;
        Ok(ret.pools.into_iter().map(|reference| self.storage_pool(reference)).collect())
    }

    /// The pool with this name.
    ///
    /// # Errors
    /// Code 49 when there is none.
    pub async fn storage_pool_named(&self, name: &str) -> Result<StoragePool> {
        let args = remote::StoragePoolLookupByNameArgs { name: name.to_owned() };
        Ok(self.storage_pool(self.call::<remote::StoragePoolLookupByName>(args).await?.pool))
    }

    /// The pool with this UUID.
    ///
    /// # Errors
    /// Code 49 when there is none.
    pub async fn storage_pool_with(&self, uuid: Uuid) -> Result<StoragePool> {
        let args = remote::StoragePoolLookupByUuidArgs { uuid };
        Ok(self.storage_pool(self.call::<remote::StoragePoolLookupByUuid>(args).await?.pool))
    }

    /// Defines a pool, or changes its definition.
    ///
    /// # Errors
    /// What is wrong with the document; code 9 when name, UUID or storage belong to another.
    pub async fn define_storage_pool(
        &self,
        xml: &str,
        flags: StoragePoolDefineFlags,
    ) -> Result<StoragePool> {
        let args = remote::StoragePoolDefineXmlArgs { xml: xml.to_owned(), flags: flags.0 };
        Ok(self.storage_pool(self.call::<remote::StoragePoolDefineXml>(args).await?.pool))
    }

    /// A document of the kinds of pools that the server knows.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn storage_pool_capabilities(&self) -> Result<String> {
        let args = remote::ConnectGetStoragePoolCapabilitiesArgs { flags: 0 };
        Ok(self.call::<remote::ConnectGetStoragePoolCapabilities>(args).await?.capabilities)
    }

    /// A document of what pools of a kind could be made of; `source` is a `<source>` element that says
    /// where to look.
    ///
    /// # Errors
    /// Code 3 for a kind that cannot be looked for, 1 for one that is unknown, 84 when nothing is found.
    pub async fn find_storage_pool_sources(
        &self,
        kind: &str,
        source: Option<&str>,
    ) -> Result<String> {
        let (kind, src_spec) = (kind.to_owned(), source.map(str::to_owned));
        let args = remote::ConnectFindStoragePoolSourcesArgs { kind, src_spec, flags: 0 };
        Ok(self.call::<remote::ConnectFindStoragePoolSources>(args).await?.xml)
    }
}
