//! What only active pools do, and what would make one active: pools are not started yet.

use std::fmt::Display;

use api::remote::*;
use api::{Error, ErrorCode, ErrorDomain, Result};
use definitions::{Object, answers};
use driver::PoolStore;

use crate::driver::StorageDriver;
use crate::kind::{Pools, STORAGE};

answers! { StorageDriver;
    StoragePoolCreate(driver, args) => driver.find(&args.pool).and_then(|_| Err(not_started()));
    StoragePoolCreateXml(_driver, _) => Err(not_started());
    StoragePoolBuild(driver, args) => driver.find(&args.pool).and_then(|_| Err(not_started()));
    StoragePoolDelete(driver, args) => driver.find(&args.pool).and_then(|_| Err(not_started()));
    StoragePoolDestroy(driver, args) => Err(not_active(&*driver.find(&args.pool)?));
    StoragePoolRefresh(driver, args) => Err(not_active(&*driver.find(&args.pool)?));
    StoragePoolNumOfVolumes(driver, args) => Err(not_active(&*driver.find(&args.pool)?));
    StoragePoolListVolumes(driver, args) => Err(not_active(&*driver.find(&args.pool)?));
    StoragePoolListAllVolumes(driver, args) => Err(not_active(&*driver.find(&args.pool)?));
    StorageVolLookupByName(driver, args) => Err(not_active(&*driver.find(&args.pool)?));
    StorageVolCreateXml(driver, args) => Err(not_active(&*driver.find(&args.pool)?));
    StorageVolLookupByKey(_driver, args) => Err(no_volume(format_args!("key {}", args.key)));
    StorageVolLookupByPath(_driver, args) => Err(no_volume(format_args!("path '{}'", args.path)));
}

impl PoolStore for StorageDriver {
    fn require_volume(&self, pool: &str, volume: &str) -> Result<()> {
        let pool = &self.pools.named(pool)?.name;
        let detail = format!("storage pool '{pool}' containing volume '{volume}' is not active");
        Err(Error::config_unsupported(ErrorDomain::DOMAIN, detail))
    }
}

fn not_started() -> Error {
    let detail = "storage pools are not started or built yet, only defined";
    Error::operation_unsupported(STORAGE, detail)
}

fn not_active(pool: &Object<Pools>) -> Error {
    Error::operation_invalid(STORAGE, format!("storage pool '{}' is not active", pool.name))
}

fn no_volume(known_by: impl Display) -> Error {
    let detail = format!("no storage vol with matching {known_by}");
    Error::new(ErrorCode::NO_STORAGE_VOL, STORAGE, detail)
}
