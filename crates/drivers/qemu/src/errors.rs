//! From the faults of the layers below to errors that a client knows.
//!
//! Each layer keeps its own enum; here, and nowhere else in the driver, they get libvirt's code
//! and domain.

use api::{Error, ErrorCode, ErrorDomain};
use host::cgroup::GroupError;
use host::files::FileError;
use qmp::{AgentError, Disconnect, QmpError};

use crate::capabilities::ProbeError;
use crate::domain::Domain;

/// The driver's own error domain.
pub(crate) const QEMU: ErrorDomain = ErrorDomain::QEMU;

/// A document was refused.
pub(crate) fn document(error: &config::Error) -> Error {
    let code = ErrorCode(error.code.number().cast_signed());
    let domain = match code {
        ErrorCode::XML_DETAIL => ErrorDomain::XML,
        ErrorCode::CONFIG_UNSUPPORTED => QEMU,
        _ => ErrorDomain::DOMAIN,
    };
    Error {
        code,
        domain,
        detail: Some(
            error.message.strip_prefix(error.code.prefix()).unwrap_or_default().to_owned(),
        ),
        message: error.message.clone(),
        errno: -1,
    }
}

/// No command line can be made of a document: that is the driver's to say.
pub(crate) fn arguments(error: &config::Error) -> Error {
    Error { domain: QEMU, ..document(error) }
}

/// A file could not be written or removed; `what` was tried.
pub(crate) fn file(error: &FileError, what: &str) -> Error {
    definitions::file_error(error, QEMU, what)
}

/// An emulator cannot be used.
pub(crate) fn probe(error: &ProbeError) -> Error {
    match error {
        ProbeError::Binary { what, error } => Error::io(QEMU, error, what),
        other => Error::internal(QEMU, format!("Failed to probe capabilities: {other}")),
    }
}

/// A monitor command failed.
pub(crate) fn monitor(domain: &Domain, error: &QmpError) -> Error {
    match error {
        QmpError::Refused { command, error } => Error::internal(
            QEMU,
            format!("unable to execute QEMU command '{command}': {}", error.desc),
        ),
        QmpError::Timeout { command, deadline } => Error::operation_timeout(
            QEMU,
            format!(
                "domain '{}' did not answer monitor command '{command}' within {} ms",
                domain.name(),
                deadline.as_millis()
            ),
        ),
        QmpError::Closed(Disconnect::EndOfFile | Disconnect::Dropped)
        | QmpError::Connect { .. } => Error::operation_failed(
            QEMU,
            format!("domain '{}' is no longer running: {error}", domain.name()),
        ),
        QmpError::Closed(_) | QmpError::Decode { .. } => {
            Error::internal(QEMU, format!("monitor of domain '{}': {error}", domain.name()))
        }
        QmpError::Request(fault) => Error::invalid_arg(QEMU, fault.to_string()),
    }
}

/// A control group is not as it should be.
pub(crate) fn group(error: &GroupError) -> Error {
    let domain = ErrorDomain::CGROUP;
    match (error, error.system()) {
        (GroupError::NoKnob("blkio.weight"), _) => {
            let what = "blkio weight is valid only for bfq or cfq scheduler";
            Error::operation_invalid(domain, what)
        }
        (GroupError::NoKnob(_), _) => {
            let what = "blkio device weight is valid only for cfq scheduler";
            Error::operation_invalid(domain, what)
        }
        (_, Some(reason)) => Error::io(domain, reason, error.what()),
        (_, None) => Error::internal(domain, error.what()),
    }
}

/// A guest agent command failed.
pub(crate) fn agent(error: &AgentError) -> Error {
    match error {
        AgentError::Refused { command, error } => Error::internal(
            QEMU,
            format!("unable to execute QEMU agent command '{command}': {}", error.desc),
        ),
        AgentError::Request(fault) => Error::internal(QEMU, fault.to_string()),
        AgentError::Silent { .. } | AgentError::Timeout { .. } | AgentError::Busy => {
            Error::agent_unresponsive(QEMU, "Guest agent not available for now")
        }
        other => Error::agent_unresponsive(QEMU, other.to_string()),
    }
}
