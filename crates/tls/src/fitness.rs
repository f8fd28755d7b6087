//! Whether a certificate may do what it is used for.
//!
//! As in libvirt, a usage that its extension leaves out is a fault only when the extension is
//! critical; otherwise it is worth a warning. A certificate without the extension may do anything.

use std::path::Path;
use std::time::SystemTime;

use rustls::pki_types::CertificateDer;
use x509_cert::ext::pkix::KeyUsage;

use crate::Role;
use crate::certificate::Statement;
use crate::credentials::Credentials;
use crate::error::{CertificateFault, Error};
use crate::peer::Authority;

/// Whether our own certificates are looked at before peers have to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnCheck {
    /// One that is unfit is refused, with the reason.
    #[default]
    Required,
    /// They are used as they are.
    Skipped,
}

const SERVER_PURPOSE: &str = "1.3.6.1.5.5.7.3.1";
const CLIENT_PURPOSE: &str = "1.3.6.1.5.5.7.3.2";
const ANY_PURPOSE: &str = "2.5.29.37.0";

/// Checks what we would show to peers and hold against them.
pub(crate) fn check_own(
    credentials: &Credentials,
    authority: &Authority,
    role: Role,
) -> Result<(), Error> {
    let now = SystemTime::now();
    for certificate in &credentials.authorities {
        check_one(&credentials.files.authorities, certificate, Role::Authority, now)?;
    }
    if let (Some((path, _)), Some(own)) = (&credentials.files.own, &credentials.own)
        && let Some(leaf) = own.chain.first()
    {
        check_one(path, leaf, role, now)?;
        authority.check_chain(&own.chain).map_err(|fault| unfit(path, fault))?;
    }
    Ok(())
}

fn check_one(
    path: &Path,
    certificate: &CertificateDer<'_>,
    role: Role,
    now: SystemTime,
) -> Result<(), Error> {
    let statement = Statement::read(certificate).map_err(|fault| unfit(path, fault))?;
    let fit = statement.is_timely(now).and_then(|()| may_be(&statement, role));
    fit.map_err(|fault| unfit(path, fault))
}

fn unfit(path: &Path, fault: CertificateFault) -> Error {
    Error::Unfit { path: path.to_owned(), fault }
}

/// Whether a certificate allows itself to be used in this role.
pub(crate) fn may_be(statement: &Statement, role: Role) -> Result<(), CertificateFault> {
    match (role, statement.is_authority) {
        (Role::Authority, Some(true)) | (Role::Server | Role::Client, None | Some(false)) => {}
        (Role::Authority, Some(false)) => return Err(CertificateFault::IsNoAuthority("CA:FALSE")),
        (Role::Authority, None) => return Err(CertificateFault::IsNoAuthority("missing")),
        (Role::Server | Role::Client, Some(true)) => return Err(CertificateFault::IsAuthority),
    }
    check_key_usage(statement, role)?;
    check_purpose(statement, role)
}

fn check_key_usage(statement: &Statement, role: Role) -> Result<(), CertificateFault> {
    let Some(usage) = &statement.key_usage else { return Ok(()) };
    let leaf = [
        ("digitalSignature", usage.value.digital_signature()),
        ("keyEncipherment", usage.value.key_encipherment()),
    ];
    let needed = match role {
        Role::Authority => vec![("keyCertSign", usage.value.key_cert_sign())],
        Role::Server | Role::Client => leaf.to_vec(),
    };
    for (needed, _) in needed.into_iter().filter(|(_, has)| !has) {
        let fault = CertificateFault::KeyUsage { found: usages(&usage.value), needed };
        forgive_unless(usage.critical, statement, fault)?;
    }
    Ok(())
}

fn usages(usage: &KeyUsage) -> String {
    let all = [
        ("digitalSignature", usage.digital_signature()),
        ("nonRepudiation", usage.non_repudiation()),
        ("keyEncipherment", usage.key_encipherment()),
        ("dataEncipherment", usage.data_encipherment()),
        ("keyAgreement", usage.key_agreement()),
        ("keyCertSign", usage.key_cert_sign()),
        ("cRLSign", usage.crl_sign()),
    ];
    let found: Vec<_> = all.into_iter().filter_map(|(name, has)| has.then_some(name)).collect();
    if found.is_empty() { "empty".to_owned() } else { found.join(", ") }
}

fn check_purpose(statement: &Statement, role: Role) -> Result<(), CertificateFault> {
    let (wanted, needed) = match role {
        Role::Authority => return Ok(()),
        Role::Server => (SERVER_PURPOSE, "serverAuth"),
        Role::Client => (CLIENT_PURPOSE, "clientAuth"),
    };
    let Some(purposes) = &statement.purposes else { return Ok(()) };
    if purposes.value.iter().any(|purpose| purpose == wanted || purpose == ANY_PURPOSE) {
        return Ok(());
    }
    let names = purposes.value.iter().map(|purpose| match purpose.as_str() {
        SERVER_PURPOSE => "serverAuth",
        CLIENT_PURPOSE => "clientAuth",
        other => other,
    });
    let found = names.collect::<Vec<_>>().join(", ");
    let fault = CertificateFault::ExtendedKeyUsage { found, needed };
    forgive_unless(purposes.critical, statement, fault)
}

fn forgive_unless(
    critical: bool,
    statement: &Statement,
    fault: CertificateFault,
) -> Result<(), CertificateFault> {
    if critical {
        return Err(fault);
    }
    tracing::warn!("certificate of '{}' is used all the same: {fault}", statement.subject);
    Ok(())
}
