//! Searching for what a pool could be made of. Nobody is asked yet, neither hosts nor volume groups.

use api::remote::*;
use api::{Error, ErrorCode, Result};
use config::storagepool::PoolType;
use config::storagepool::source::PoolSource;
use definitions::{answers, document_error};

use crate::define::is_served;
use crate::driver::StorageDriver;
use crate::kind::STORAGE;

answers! { StorageDriver;
    ConnectFindStoragePoolSources(_driver, args) => {
        Err(cannot_search(&args.kind, args.src_spec.as_deref())?)
    };
}

/// Why sources of a type are not found; an error of its own if the question is wrong.
fn cannot_search(kind: &str, source: Option<&str>) -> Result<Error> {
    let refused = |error| document_error(&error, STORAGE);
    let known = PoolType::ALL.iter().find(|known| known.word() == kind);
    let unknown = || Error::internal(STORAGE, format!("unknown storage pool type {kind}"));
    let kind = *known.ok_or_else(unknown)?;
    kind.require(is_served).map_err(refused)?;
    match kind {
        PoolType::Netfs | PoolType::Iscsi => has_host(kind, source)?,
        PoolType::Logical => {}
        _ => {
            let detail = format!("pool type '{kind}' does not support source discovery");
            return Ok(Error::new(ErrorCode::NO_SUPPORT, STORAGE, detail));
        }
    }
    let detail = format!("sources of {kind} pools are not searched for yet");
    Ok(Error::operation_unsupported(STORAGE, detail))
}

/// Refuses a question that does not say which one host to ask.
fn has_host(kind: PoolType, source: Option<&str>) -> Result<()> {
    let Some(text) = source else {
        let detail = format!("hostname must be specified for {kind} sources");
        return Err(Error::new(ErrorCode::INVALID_ARG, STORAGE, detail));
    };
    let source = PoolSource::parse(text, kind).map_err(|error| document_error(&error, STORAGE))?;
    match source.hosts.len() {
        1 => Ok(()),
        _ => {
            let detail = "Expected exactly 1 host for the storage pool";
            Err(Error::new(ErrorCode::CONFIG_UNSUPPORTED, STORAGE, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cannot_search;

    #[test]
    fn each_type_says_why_it_finds_nothing() {
        let one = Some("<source><host name='h'/></source>");
        for (kind, source, code, words) in [
            ("dir", None, 3, "'dir' does not support"),
            ("rbd", None, 1, "missing backend"),
            ("tape", None, 1, "unknown storage pool type tape"),
            ("netfs", None, 8, "hostname must be specified"),
            ("iscsi", Some("<source/>"), 67, "exactly 1 host"),
            ("netfs", Some("<source><host/></source>"), 27, "host name"),
            ("netfs", Some("<source>"), 35, "storage_source_specification"),
            ("netfs", Some("<source><host name='h'/><format type='x'/></source>"), 67, "type x"),
            ("netfs", one, 84, "not searched for yet"),
            ("logical", None, 84, "not searched for yet"),
        ] {
            let error = cannot_search(kind, source).unwrap_or_else(|error| error);
            assert_eq!(error.code.0, code, "{kind} {source:?}: {error:?}");
            assert!(error.message.contains(words), "{kind} {source:?}: {error:?}");
        }
    }
}
