//! Errors as libvirt's clients know them: a code, the domain that raised it, and a message.

use std::fmt;

use crate::constants::{ErrorCode, ErrorDomain, ErrorLevel};
use crate::remote;

/// Result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that goes to a client, or came from a server.
///
/// Code and domain are contract; the message is the code's own words followed by `detail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What kind of fault.
    pub code: ErrorCode,
    /// Which part raised it.
    pub domain: ErrorDomain,
    /// Whole message, as shown to a person.
    pub message: String,
    /// The part of the message that is about this case; none for the code's words alone.
    pub detail: Option<String>,
    /// An errno for system errors, else -1.
    pub errno: i32,
}

impl Error {
    /// An error whose message is the code's words and `detail`.
    pub fn new(code: ErrorCode, domain: ErrorDomain, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let message = words(code).1.replacen("%s", &detail, 1);
        Self { code, domain, message, detail: Some(detail), errno: -1 }
    }

    /// An error whose message is the code's words alone.
    pub fn bare(code: ErrorCode, domain: ErrorDomain) -> Self {
        Self { code, domain, message: words(code).0.to_owned(), detail: None, errno: -1 }
    }

    /// A failed system call: what was tried, then the system's words for `errno`.
    pub fn system(domain: ErrorDomain, errno: i32, what: impl fmt::Display) -> Self {
        let reason = std::io::Error::from_raw_os_error(errno).to_string();
        let reason = reason.split(" (os error").next().unwrap_or_default();
        let mut error = Self::new(ErrorCode::SYSTEM_ERROR, domain, format!("{what}: {reason}"));
        error.errno = errno;
        error
    }

    /// The same from a [`std::io::Error`].
    pub fn io(domain: ErrorDomain, error: &std::io::Error, what: impl fmt::Display) -> Self {
        match error.raw_os_error() {
            Some(errno) => Self::system(domain, errno, what),
            None => Self::new(ErrorCode::SYSTEM_ERROR, domain, format!("{what}: {error}")),
        }
    }

    /// The same error on the wire.
    pub fn to_wire(&self) -> remote::Error {
        let template = self.detail.is_some().then(|| words(self.code).1.to_owned());
        remote::Error {
            code: self.code.0,
            domain: self.domain.0,
            message: Some(self.message.clone()),
            level: ErrorLevel::ERROR.0,
            str1: template,
            str2: self.detail.clone(),
            int1: self.errno,
            int2: -1,
            ..remote::Error::default()
        }
    }

    /// An error that came over the wire.
    pub fn from_wire(wire: remote::Error) -> Self {
        Self {
            code: ErrorCode(wire.code),
            domain: ErrorDomain(wire.domain),
            message: wire.message.unwrap_or_default(),
            detail: wire.str2,
            errno: wire.int1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Constructors for what drivers say most.
macro_rules! shorthands {
    ($($(#[$meta:meta])* $name:ident = $code:ident;)*) => {
        impl Error {
            $($(#[$meta])* pub fn $name(domain: ErrorDomain, detail: impl Into<String>) -> Self {
                Self::new(ErrorCode::$code, domain, detail)
            })*
        }
    };
}
shorthands! {
    /// Our own fault, or one that has no better code.
    internal = INTERNAL_ERROR;
    /// An argument is wrong.
    invalid_arg = INVALID_ARG;
    /// Not in this state.
    operation_invalid = OPERATION_INVALID;
    /// It was tried and did not work.
    operation_failed = OPERATION_FAILED;
    /// This cannot be done here, ever.
    operation_unsupported = OPERATION_UNSUPPORTED;
    /// A deadline passed.
    operation_timeout = OPERATION_TIMEOUT;
    /// The document asks for what is not supported.
    config_unsupported = CONFIG_UNSUPPORTED;
    /// The document is wrong.
    xml_error = XML_ERROR;
    /// No such domain.
    no_domain = NO_DOMAIN;
    /// The guest agent did not answer.
    agent_unresponsive = AGENT_UNRESPONSIVE;
    /// This call is not served by the driver.
    no_support = NO_SUPPORT;
}

/// The words of a code: alone, and as a template for a detail.
fn words(code: ErrorCode) -> (&'static str, &'static str) {
    WORDS
        .iter()
        .find(|(known, ..)| *known == code)
        .map_or(("unknown error", "unknown error: %s"), |(_, bare, template)| (*bare, *template))
}

/// The part of the contract that people read and scripts match.
#[rustfmt::skip]
static WORDS: &[(ErrorCode, &str, &str)] = &[
    (ErrorCode::INTERNAL_ERROR, "internal error", "internal error: %s"),
    (ErrorCode::NO_MEMORY, "out of memory", "out of memory: %s"),
    (ErrorCode::NO_SUPPORT, "this function is not supported by the connection driver", "this function is not supported by the connection driver: %s"),
    (ErrorCode::UNKNOWN_HOST, "unknown host", "unknown host %s"),
    (ErrorCode::NO_CONNECT, "no connection driver available", "no connection driver available for %s"),
    (ErrorCode::INVALID_CONN, "invalid connection pointer in", "invalid connection pointer in %s"),
    (ErrorCode::INVALID_DOMAIN, "invalid domain pointer in", "invalid domain pointer in %s"),
    (ErrorCode::INVALID_ARG, "invalid argument", "invalid argument: %s"),
    (ErrorCode::OPERATION_FAILED, "operation failed", "operation failed: %s"),
    (ErrorCode::OS_TYPE, "unknown OS type", "unknown OS type %s"),
    (ErrorCode::NO_KERNEL, "missing kernel information", "missing kernel information: %s"),
    (ErrorCode::NO_ROOT, "missing root device information", "missing root device information in %s"),
    (ErrorCode::NO_SOURCE, "missing source information for device", "missing source information for device %s"),
    (ErrorCode::NO_TARGET, "missing target information for device", "missing target information for device %s"),
    (ErrorCode::NO_NAME, "missing name information", "missing name information in %s"),
    (ErrorCode::NO_OS, "missing operating system information", "missing operating system information for %s"),
    (ErrorCode::NO_DEVICE, "missing devices information", "missing devices information for %s"),
    (ErrorCode::DRIVER_FULL, "too many drivers registered", "too many drivers registered in %s"),
    (ErrorCode::CALL_FAILED, "library call failed, possibly not supported", "library call %s failed, possibly not supported"),
    (ErrorCode::XML_ERROR, "XML description is invalid or not well formed", "XML error: %s"),
    (ErrorCode::DOM_EXIST, "this domain exists already", "domain %s exists already"),
    (ErrorCode::OPERATION_DENIED, "operation forbidden for read only access", "operation forbidden: %s"),
    (ErrorCode::OPEN_FAILED, "failed to open configuration file", "failed to open configuration file %s"),
    (ErrorCode::READ_FAILED, "failed to read configuration file", "failed to read configuration file %s"),
    (ErrorCode::PARSE_FAILED, "failed to parse configuration file", "failed to parse configuration file %s"),
    (ErrorCode::CONF_SYNTAX, "configuration file syntax error", "configuration file syntax error: %s"),
    (ErrorCode::WRITE_FAILED, "failed to write configuration file", "failed to write configuration file: %s"),
    (ErrorCode::XML_DETAIL, "parser error", "%s"),
    (ErrorCode::INVALID_NETWORK, "invalid network pointer in", "invalid network pointer in %s"),
    (ErrorCode::NETWORK_EXIST, "this network exists already", "network %s exists already"),
    (ErrorCode::SYSTEM_ERROR, "system call error", "%s"),
    (ErrorCode::RPC, "RPC error", "%s"),
    (ErrorCode::GNUTLS_ERROR, "GNUTLS call error", "%s"),
    (ErrorCode::NO_DOMAIN, "Domain not found", "Domain not found: %s"),
    (ErrorCode::NO_NETWORK, "Network not found", "Network not found: %s"),
    (ErrorCode::INVALID_MAC, "invalid MAC address", "invalid MAC address: %s"),
    (ErrorCode::AUTH_FAILED, "authentication failed", "authentication failed: %s"),
    (ErrorCode::INVALID_STORAGE_POOL, "invalid storage pool pointer in", "invalid storage pool pointer in %s"),
    (ErrorCode::INVALID_STORAGE_VOL, "invalid storage volume pointer in", "invalid storage volume pointer in %s"),
    (ErrorCode::NO_STORAGE_POOL, "Storage pool not found", "Storage pool not found: %s"),
    (ErrorCode::NO_STORAGE_VOL, "Storage volume not found", "Storage volume not found: %s"),
    (ErrorCode::NO_NODE_DEVICE, "Node device not found", "Node device not found: %s"),
    (ErrorCode::NO_SECURITY_MODEL, "Security model not found", "Security model not found: %s"),
    (ErrorCode::OPERATION_INVALID, "Requested operation is not valid", "Requested operation is not valid: %s"),
    (ErrorCode::NO_INTERFACE, "Interface not found", "Interface not found: %s"),
    (ErrorCode::NO_NWFILTER, "Network filter not found", "Network filter not found: %s"),
    (ErrorCode::INVALID_SECRET, "Invalid secret", "Invalid secret: %s"),
    (ErrorCode::NO_SECRET, "Secret not found", "Secret not found: %s"),
    (ErrorCode::CONFIG_UNSUPPORTED, "unsupported configuration", "unsupported configuration: %s"),
    (ErrorCode::OPERATION_TIMEOUT, "Timed out during operation", "Timed out during operation: %s"),
    (ErrorCode::NO_DOMAIN_SNAPSHOT, "Domain snapshot not found", "Domain snapshot not found: %s"),
    (ErrorCode::INVALID_STREAM, "invalid stream pointer", "invalid stream pointer in %s"),
    (ErrorCode::ARGUMENT_UNSUPPORTED, "argument unsupported", "argument unsupported: %s"),
    (ErrorCode::OPERATION_ABORTED, "operation aborted", "operation aborted: %s"),
    (ErrorCode::AUTH_CANCELLED, "authentication cancelled", "authentication cancelled: %s"),
    (ErrorCode::NO_DOMAIN_METADATA, "metadata not found", "metadata not found: %s"),
    (ErrorCode::OVERFLOW, "numerical overflow", "numerical overflow: %s"),
    (ErrorCode::BLOCK_COPY_ACTIVE, "block copy still active", "block copy still active: %s"),
    (ErrorCode::OPERATION_UNSUPPORTED, "Operation not supported", "Operation not supported: %s"),
    (ErrorCode::AGENT_UNRESPONSIVE, "Guest agent is not responding", "Guest agent is not responding: %s"),
    (ErrorCode::RESOURCE_BUSY, "resource busy", "resource busy: %s"),
    (ErrorCode::ACCESS_DENIED, "access denied", "access denied: %s"),
    (ErrorCode::DBUS_SERVICE, "error from service", "error from service: %s"),
    (ErrorCode::CPU_INCOMPATIBLE, "the CPU is incompatible with host CPU", "the CPU is incompatible with host CPU: %s"),
    (ErrorCode::XML_INVALID_SCHEMA, "XML document failed to validate against schema", "XML document failed to validate against schema: %s"),
    (ErrorCode::AUTH_UNAVAILABLE, "authentication unavailable", "authentication unavailable: %s"),
    (ErrorCode::NO_SERVER, "Server not found", "Server not found: %s"),
    (ErrorCode::NO_CLIENT, "Client not found", "Client not found: %s"),
    (ErrorCode::AGENT_UNSYNCED, "guest agent replied with wrong id to guest-sync command", "guest agent replied with wrong id to guest-sync command: %s"),
    (ErrorCode::DEVICE_MISSING, "device not found", "device not found: %s"),
    (ErrorCode::NO_DOMAIN_CHECKPOINT, "Domain checkpoint not found", "Domain checkpoint not found: %s"),
    (ErrorCode::NO_DOMAIN_BACKUP, "Domain backup job id not found", "Domain backup job id not found: %s"),
    (ErrorCode::NO_NWFILTER_BINDING, "Network filter binding not found", "Network filter binding not found: %s"),
    (ErrorCode::NO_HOSTNAME, "no hostname found", "no hostname found: %s"),
    (ErrorCode::MULTIPLE_DOMAINS, "multiple matching domains found", "multiple matching domains found: %s"),
    (ErrorCode::AGENT_COMMAND_TIMEOUT, "guest agent command timed out", "guest agent command timed out: %s"),
    (ErrorCode::AGENT_COMMAND_FAILED, "guest agent command failed", "guest agent command failed: %s"),
];

#[cfg(test)]
mod tests {
    use super::{Error, ErrorCode, ErrorDomain};

    #[test]
    fn the_message_is_the_words_of_the_code_and_the_detail() {
        let error = Error::operation_invalid(ErrorDomain::QEMU, "domain is not running");
        assert_eq!(error.message, "Requested operation is not valid: domain is not running");
        let wire = error.to_wire();
        assert_eq!(wire.str1.as_deref(), Some("Requested operation is not valid: %s"));
        assert_eq!(wire.str2.as_deref(), Some("domain is not running"));
        assert_eq!(Error::from_wire(wire), error);
    }

    #[test]
    fn a_system_error_carries_its_errno() {
        let error = Error::system(ErrorDomain::QEMU, 2, "cannot open '/nosuch'");
        assert_eq!(error.code, ErrorCode::SYSTEM_ERROR);
        assert_eq!(error.message, "cannot open '/nosuch': No such file or directory");
        assert_eq!(error.to_wire().int1, 2);
    }
}
