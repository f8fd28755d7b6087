//! What can be wrong with files, certificates and peers.

use std::io;
use std::path::PathBuf;

/// Why TLS cannot be used at all: something of our own is missing or unfit.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {what} '{}': {fault}", path.display())]
    Read {
        /// What is in the file.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        fault: io::Error,
    },
    /// A file does not hold what it should.
    #[error("'{}' has no {what}: {fault}", path.display())]
    Malformed {
        /// What should be there.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is there.
        fault: String,
    },
    /// A certificate of our own that peers would refuse.
    #[error("certificate '{}' is unfit: {fault}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Which field, its value, and what is wrong with it.
        fault: CertificateFault,
    },
    /// The key belongs to another certificate, or is of a kind that cannot be used.
    #[error("key '{}' does not go with certificate '{}': {fault}", key.display(), certificate.display())]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why not.
        fault: rustls::Error,
    },
    /// The TLS library refuses its configuration.
    #[error("TLS cannot be set up: {0}")]
    Setup(rustls::Error),
    /// There is no place for certificates.
    #[error("neither '{}' nor a home directory has certificates", system.display())]
    NoPlace {
        /// Where the machine's are.
        system: PathBuf,
    },
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// It is no certificate, or has an extension that is none.
    #[error("it cannot be decoded: {0}")]
    Malformed(String),
    /// Its time has not come.
    #[error("notBefore is {0}, which is in the future")]
    NotYetValid(String),
    /// Its time is over.
    #[error("notAfter is {0}, which is past")]
    Expired(String),
    /// A leaf that says it is an authority.
    #[error("basicConstraints is CA:TRUE, but it is to prove a server or client")]
    IsAuthority,
    /// An authority that does not say so.
    #[error("basicConstraints is {0}, but it is to sign certificates")]
    IsNoAuthority(&'static str),
    /// Its key must not be used so.
    #[error("keyUsage is {found}, without {needed}")]
    KeyUsage {
        /// The usages that it has.
        found: String,
        /// One that it should have.
        needed: &'static str,
    },
    /// It must not be used so.
    #[error("extendedKeyUsage is {found}, without {needed}")]
    ExtendedKeyUsage {
        /// The purposes that it has.
        found: String,
        /// One that it should have.
        needed: &'static str,
    },
    /// None of the authorities vouches for it.
    #[error("issuer is {issuer}, and no certificate authority of ours has signed it")]
    UnknownIssuer {
        /// Who signed it, by its own account.
        issuer: String,
    },
    /// Its authority has taken it back.
    #[error("serialNumber is {serial}, which the revocation list names")]
    Revoked {
        /// Its number, in hexadecimal.
        serial: String,
    },
    /// The revocation list says that there is a newer one.
    #[error("the revocation list is out of date")]
    StaleRevocationList,
    /// Another rule of certificate chains is broken.
    #[error("its chain does not hold: {0}")]
    Chain(String),
    /// It proves another host.
    #[error("it is not for host '{host}'")]
    Host {
        /// The host that was wanted.
        host: String,
    },
}

/// Why a peer is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The peer does not speak TLS as we do, or went away.
    #[error("TLS handshake failed: {0}")]
    Handshake(io::Error),
    /// The peer showed no certificate.
    #[error("peer showed no certificate")]
    NoCertificate,
    /// The peer's certificate is no good.
    #[error("certificate of '{name}': {fault}")]
    Certificate {
        /// Distinguished name, as far as it can be read.
        name: String,
        /// What is wrong.
        fault: CertificateFault,
    },
    /// The certificate is good, but not allowed here.
    #[error("'{name}' is not in tls_allowed_dn_list")]
    NotAllowed {
        /// Distinguished name.
        name: String,
    },
    /// The server ended the connection instead of saying that it is ready.
    #[error("server does not accept our certificate or address")]
    NotReady,
}
