//! What one driver asks the others, inside the daemon: no client is involved, so no access rule is asked. Who
//! may start a guest gets it started with the secrets that its definition names.
//!
//! The daemon hands a driver its [`Neighbours`]; a driver that is alone has some that know nothing.

use std::sync::Arc;

use api::{Error, ErrorCode, ErrorDomain, Result, SecretUsageType, Uuid};
use zeroize::Zeroizing;

/// What a document names a secret by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretKey {
    /// Its UUID.
    Uuid(Uuid),
    /// What it is for, which the use gives a kind.
    Usage(String),
}

/// Who has the values of secrets.
pub trait SecretStore: Send + Sync {
    /// The value of a secret that is for `usage`, or for nothing in particular. A private one is told, too: it
    /// does not leave the daemon.
    ///
    /// # Errors
    /// `NO_SECRET` when there is none of that key, or it has no value; `INVALID_ARG` when it is for something else.
    fn value(&self, key: &SecretKey, usage: SecretUsageType) -> Result<Zeroizing<Vec<u8>>>;
}

/// Who knows the networks.
pub trait NetworkStore: Send + Sync {
    /// Whether interfaces can be put on a network.
    ///
    /// # Errors
    /// `NO_NETWORK` when there is none of that name, `OPERATION_INVALID` when it is not active.
    fn require_active(&self, network: &str) -> Result<()>;
}

/// Who knows the storage pools.
pub trait PoolStore: Send + Sync {
    /// Whether a volume can be had.
    ///
    /// # Errors
    /// `NO_STORAGE_POOL` when there is no pool of that name, `CONFIG_UNSUPPORTED` when it is not active,
    /// `NO_STORAGE_VOL` when it has no such volume.
    fn require_volume(&self, pool: &str, volume: &str) -> Result<()>;
}

/// The drivers beside one.
#[derive(Clone)]
pub struct Neighbours {
    /// Who has the values of secrets.
    pub secrets: Arc<dyn SecretStore>,
    /// Who knows the networks.
    pub networks: Arc<dyn NetworkStore>,
    /// Who knows the storage pools.
    pub pools: Arc<dyn PoolStore>,
}

impl Neighbours {
    /// Those of a driver that is alone.
    pub fn none() -> Self {
        let nobody = Arc::new(Nobody);
        Self { secrets: nobody.clone(), networks: nobody.clone(), pools: nobody }
    }
}

/// The secret of a key is not there.
pub fn no_secret(key: &SecretKey) -> Error {
    let detail = match key {
        SecretKey::Uuid(uuid) => format!("no secret with matching uuid '{uuid}'"),
        SecretKey::Usage(usage) => format!("no secret with matching usage '{usage}'"),
    };
    Error::new(ErrorCode::NO_SECRET, ErrorDomain::SECRET, detail)
}

/// Knows of nothing.
struct Nobody;

impl SecretStore for Nobody {
    fn value(&self, key: &SecretKey, _: SecretUsageType) -> Result<Zeroizing<Vec<u8>>> {
        Err(no_secret(key))
    }
}

impl NetworkStore for Nobody {
    fn require_active(&self, network: &str) -> Result<()> {
        let detail = format!("no network with matching name '{network}'");
        Err(Error::new(ErrorCode::NO_NETWORK, ErrorDomain::NETWORK, detail))
    }
}

impl PoolStore for Nobody {
    fn require_volume(&self, pool: &str, _: &str) -> Result<()> {
        let detail = format!("no storage pool with matching name '{pool}'");
        Err(Error::new(ErrorCode::NO_STORAGE_POOL, ErrorDomain::STORAGE, detail))
    }
}
