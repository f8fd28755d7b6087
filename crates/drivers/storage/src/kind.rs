//! Storage pools as definitions.

use api::{Error, ErrorCode, ErrorDomain, Uuid};
use config::storagepool::StoragePool;
use definitions::{Kind, Taken};
use driver::ObjectKind;

/// The domain of a pool's errors.
pub(crate) const STORAGE: ErrorDomain = ErrorDomain::STORAGE;

/// Storage pools.
pub(crate) struct Pools;

impl Kind for Pools {
    type Document = StoragePool;
    type State = ();

    const OBJECT: ObjectKind = ObjectKind::StoragePool;
    const NOUN: &'static str = "storage pool";
    const DOMAIN: ErrorDomain = STORAGE;
    const MISSING: ErrorCode = ErrorCode::NO_STORAGE_POOL;
    const EDIT: &'static str = "virsh pool-edit, or fv pool-define";

    fn uuid(pool: &StoragePool) -> Option<Uuid> {
        pool.uuid.map(|uuid| Uuid(*uuid.as_bytes()))
    }

    fn name(pool: &StoragePool) -> String {
        pool.name.to_string()
    }

    fn taken(taken: Taken<'_>) -> Error {
        Error::operation_failed(STORAGE, taken.words("pool"))
    }

    fn read(text: &str) -> Result<StoragePool, config::Error> {
        StoragePool::parse(text)
    }

    fn print(pool: &StoragePool) -> String {
        pool.format()
    }
}
