//! What a certificate says about itself.

use std::time::SystemTime;

use rustls::pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
use x509_cert::time::Time;

use crate::error::CertificateFault;
use crate::name;

/// The fields of a certificate that anybody here looks at.
#[derive(Debug)]
pub(crate) struct Statement {
    /// Whom it names.
    pub(crate) subject: String,
    /// Common names among that.
    pub(crate) common_names: Vec<String>,
    /// Who signed it.
    pub(crate) issuer: String,
    /// Its number, in hexadecimal.
    pub(crate) serial: String,
    pub(crate) not_before: Time,
    pub(crate) not_after: Time,
    /// Whether it is an authority; none: it does not say.
    pub(crate) is_authority: Option<bool>,
    pub(crate) key_usage: Option<Critical<KeyUsage>>,
    /// Purposes, as object identifiers.
    pub(crate) purposes: Option<Critical<Vec<String>>>,
    /// Whether it names hosts where hosts belong.
    pub(crate) has_alternative_names: bool,
}

/// An extension.
#[derive(Debug)]
pub(crate) struct Critical<T> {
    /// Whether whoever does not understand it must refuse the certificate.
    pub(crate) critical: bool,
    pub(crate) value: T,
}

const ALTERNATIVE_NAMES: &str = "2.5.29.17";
const COMMON_NAME: &str = "CN=";

impl Statement {
    /// Reads a certificate.
    pub(crate) fn read(der: &CertificateDer<'_>) -> Result<Self, CertificateFault> {
        let malformed =
            |error: x509_cert::der::Error| CertificateFault::Malformed(error.to_string());
        let certificate = Certificate::from_der(der).map_err(malformed)?;
        let body = certificate.tbs_certificate();
        let constraints = body.get_extension::<BasicConstraints>().map_err(malformed)?;
        let key_usage = body.get_extension::<KeyUsage>().map_err(malformed)?;
        let purposes = body.get_extension::<ExtendedKeyUsage>().map_err(malformed)?;
        let extensions = body.extensions().map(Vec::as_slice).unwrap_or_default();
        let names = body.subject().iter_rdn().flat_map(|part| part.iter());
        let common_names = names
            .map(name::print_one)
            .filter_map(|text| Some(text.strip_prefix(COMMON_NAME)?.to_owned()));
        Ok(Self {
            subject: name::print(body.subject()),
            common_names: common_names.collect(),
            issuer: name::print(body.issuer()),
            serial: body.serial_number().to_string(),
            not_before: body.validity().not_before,
            not_after: body.validity().not_after,
            is_authority: constraints.map(|(_, constraints)| constraints.ca),
            key_usage: key_usage.map(|(critical, value)| Critical { critical, value }),
            purposes: purposes.map(|(critical, purposes)| {
                let value = purposes.0.iter().map(ToString::to_string).collect();
                Critical { critical, value }
            }),
            has_alternative_names: extensions
                .iter()
                .any(|extension| extension.extn_id.to_string() == ALTERNATIVE_NAMES),
        })
    }

    /// Whether its time has come and is not over.
    pub(crate) fn is_timely(&self, now: SystemTime) -> Result<(), CertificateFault> {
        if now < self.not_before.to_system_time() {
            return Err(CertificateFault::NotYetValid(self.not_before.to_string()));
        }
        if now > self.not_after.to_system_time() {
            return Err(CertificateFault::Expired(self.not_after.to_string()));
        }
        Ok(())
    }
}
