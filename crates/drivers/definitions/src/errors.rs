//! From the faults of documents and files to errors that a client knows.

use api::{Error, ErrorCode, ErrorDomain};
use host::files::FileError;

/// How libvirt begins what it says of any XML, whatever the document is.
const OF_ALL_XML: &[&str] = &[
    "expecting root element of ",
    "Missing required attribute ",
    "Invalid value for attribute ",
    "invalid char in name: ",
];

/// A document was refused; `domain` is that of its kind.
pub fn document(error: &config::Error, domain: ErrorDomain) -> Error {
    let code = ErrorCode(error.code.number().cast_signed());
    let detail = error.message.strip_prefix(error.code.prefix()).unwrap_or_default().to_owned();
    let of_all_xml = code == ErrorCode::XML_INVALID_SCHEMA
        || OF_ALL_XML.iter().any(|words| detail.starts_with(words));
    let domain = if of_all_xml { ErrorDomain::XML } else { domain };
    Error { code, domain, detail: Some(detail), message: error.message.clone(), errno: -1 }
}

/// A file could not be written; `what` was tried.
pub fn file(error: &FileError, domain: ErrorDomain, what: &str) -> Error {
    match error {
        FileError::System { path, error, .. } => {
            Error::io(domain, error, format_args!("{what} '{}'", path.display()))
        }
        other => Error::new(ErrorCode::SYSTEM_ERROR, domain, format!("{what}: {other}")),
    }
}
