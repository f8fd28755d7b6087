//! Documents in and out of the driver: reading what a client sent, printing it for disk and for
//! readers.

use std::path::PathBuf;

use api::{Error, ErrorCode, ErrorDomain, Result, Uuid};
use config::domain::os::NvramPlace;
use config::domain::storage::StorageSource;
use config::domain::{FormatFlags, ParseFlags};

use crate::errors;

pub(crate) use definitions::{Check, SystemEntropy};

/// Reads a client's document as it is written.
///
/// # Errors
/// What libvirt says of such a document.
pub(crate) fn read_written(xml: &str) -> Result<config::Domain> {
    config::Domain::parse(xml, ParseFlags::Inactive).map_err(|error| errors::document(&error))
}

/// Reads a definition that this daemon has completed and kept.
///
/// # Errors
/// When the file is damaged, or a later daemon wrote it.
pub(crate) fn read_stored(text: &str) -> Result<config::Domain> {
    config::Domain::parse(text, ParseFlags::Inactive).map_err(|error| errors::document(&error))
}

/// Reads the live document of a status.
///
/// # Errors
/// As [`read_stored`].
pub(crate) fn read_live(text: &str) -> Result<config::Domain> {
    config::Domain::parse(text, ParseFlags::Live).map_err(|error| errors::document(&error))
}

/// Prints a definition for disk: all of it.
pub(crate) fn print_stored(definition: &config::Domain) -> String {
    definition.format(FormatFlags::INACTIVE.with(FormatFlags::SECURE))
}

/// Prints a live document for a status: all of it.
pub(crate) fn print_live(live: &config::Domain) -> String {
    live.format(FormatFlags::LIVE.with(FormatFlags::SECURE).with(FormatFlags::STATUS))
}

/// The UUID of a completed document.
///
/// # Errors
/// `INTERNAL_ERROR` when it has none: it was not completed.
pub(crate) fn uuid(definition: &config::Domain) -> Result<Uuid> {
    definition
        .uuid
        .map(|uuid| Uuid(*uuid.as_bytes()))
        .ok_or_else(|| Error::internal(ErrorDomain::DOMAIN, "the definition has no uuid"))
}

/// A name that a client gave.
///
/// # Errors
/// `XML_ERROR` or `INVALID_ARG`, as libvirt refuses it.
pub(crate) fn domain_name(text: &str) -> Result<config::DomainName> {
    text.parse().map_err(|fault: config::InvalidName| {
        Error::new(ErrorCode::XML_ERROR, ErrorDomain::DOMAIN, fault.to_string())
    })
}

/// The file with a guest's firmware variables, if it has one of its own.
pub(crate) fn nvram_file(definition: &config::Domain) -> Option<PathBuf> {
    match &definition.os.nvram.as_deref()?.place {
        NvramPlace::Path(path) => Some(PathBuf::from(&**path)),
        NvramPlace::Source(source) => match &**source {
            StorageSource::File(file) => file.source.file.as_deref().map(PathBuf::from),
            _ => None,
        },
        NvramPlace::Default => None,
    }
}
