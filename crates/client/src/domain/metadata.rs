//! Title, description and the metadata of other programs.

use api::remote;
use api::{DomainMetadataType, DomainModificationImpact};

use super::domain_calls;

domain_calls! {
    /// Title, description, or the metadata element of the namespace `uri`.
    ///
    /// # Errors
    /// Code 80 when there is none.
    metadata(kind: DomainMetadataType, uri: Option<&str>, impact: DomainModificationImpact)
        -> String = |ret: remote::DomainGetMetadataRet| ret.metadata,
        remote::DomainGetMetadata, remote::DomainGetMetadataArgs {
            kind: kind.0, uri: uri.map(str::to_owned), flags: impact.0 };

    /// Sets title, description, or (as `key`, the prefix, and `uri`) a metadata element; without
    /// a value it is removed.
    ///
    /// # Errors
    /// Code 8 for a title with a line break, 27 for an element that is no XML.
    set_metadata(
        kind: DomainMetadataType,
        value: Option<&str>,
        key: Option<&str>,
        uri: Option<&str>,
        impact: DomainModificationImpact),
        remote::DomainSetMetadata, remote::DomainSetMetadataArgs {
            kind: kind.0,
            metadata: value.map(str::to_owned),
            key: key.map(str::to_owned),
            uri: uri.map(str::to_owned),
            flags: impact.0 };
}
