//! Networks, storage pools, network filters and secrets by the words that name them.

use ferrovirt::{Network, Nwfilter, Secret, StoragePool, Uuid};

use crate::arguments::{Args, Opt};
use crate::context::Context;
use crate::failure::{Failure, WhileDoing};

/// The network.
pub(crate) const NETWORK: Opt = Opt::value("network", "the network's name or UUID").required();
/// The storage pool.
pub(crate) const POOL: Opt = Opt::value("pool", "the pool's name or UUID").required();
/// The network filter.
pub(crate) const NWFILTER: Opt = Opt::value("nwfilter", "the filter's name or UUID").required();
/// The secret.
pub(crate) const SECRET: Opt = Opt::value("secret", "the secret's UUID").required();
/// Where the document is.
pub(crate) const FILE: Opt = Opt::value("file", "file with the document").required();
/// Whether the document is to have nothing unknown.
pub(crate) const VALIDATE: Opt = Opt::flag("validate", "check the document against the schema");

/// By what an object may be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// UUID, then name.
    Any,
    /// UUID.
    Uuid,
    /// Name.
    Name,
}

/// Looks an object up by the word that names it, in the ways that `by` allows.
macro_rules! look_up {
    ($(#[$meta:meta])* $find:ident -> $object:ident, $noun:literal, $option:literal,
        $with:ident, $named:ident;) => {
        $(#[$meta])*
        pub(crate) async fn $find(cx: &Context, args: &Args, by: Word) -> Result<$object, Failure> {
            let word = args.required($option);
            let connection = cx.connection().await?;
            let failed = || format!(concat!("failed to get ", $noun, " '{}'"), word);
            if by != Word::Name
                && word.len() == 36
                && let Ok(uuid) = word.parse::<Uuid>()
                && let Ok(found) = connection.$with(uuid).await
            {
                return Ok(found);
            }
            if by == Word::Uuid {
                return Err(Failure::new(failed()));
            }
            connection.$named(word).await.while_doing(failed)
        }
    };
}

look_up! {
    /// The network that is named.
    network -> Network, "network", "network", network_with, network_named;
}
look_up! {
    /// The pool that is named.
    pool -> StoragePool, "pool", "pool", storage_pool_with, storage_pool_named;
}
look_up! {
    /// The filter that is named.
    nwfilter -> Nwfilter, "nwfilter", "nwfilter", nwfilter_with, nwfilter_named;
}

/// The secret that is named; secrets have no names but their UUIDs.
pub(crate) async fn secret(cx: &Context, args: &Args) -> Result<Secret, Failure> {
    let word = args.required("secret");
    let failed = || format!("failed to get secret '{word}'");
    let connection = cx.connection().await?;
    let malformed = || Failure::new("uuidstr in virSecretLookupByUUIDString must be a valid UUID");
    let uuid = word.parse::<Uuid>().map_err(|_| malformed().while_doing(failed()))?;
    connection.secret_with(uuid).await.while_doing(failed)
}

/// `yes` or `no`.
pub(crate) fn yes(truth: bool) -> String {
    if truth { "yes" } else { "no" }.to_owned()
}
