//! Whether the peer's certificate holds.

use std::path::Path;
use std::time::SystemTime;

use rustls::DistinguishedName;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, ExtendedKeyUsageValidator,
    KeyPurposeIdIter, OwnedCertRevocationList, RevocationOptionsBuilder, UnknownStatusPolicy,
};

use crate::Role;
use crate::certificate::Statement;
use crate::credentials::Credentials;
use crate::error::{CertificateFault, Error, Refusal};
use crate::fitness;
use crate::provider::provider;

/// Those whose signature counts, and what they took back.
#[derive(Debug)]
pub(crate) struct Authority {
    anchors: Vec<TrustAnchor<'static>>,
    revoked: Vec<CertRevocationList<'static>>,
    pub(crate) algorithms: WebPkiSupportedAlgorithms,
}

/// Purposes are checked with their criticality in [`fitness`].
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}

impl Authority {
    /// Reads what the certificates and lists say.
    pub(crate) fn new(credentials: &Credentials) -> Result<Self, Error> {
        let malformed = |what, path: &Path, fault: &webpki::Error| Error::Malformed {
            what,
            path: path.to_owned(),
            fault: format!("{fault:?}"),
        };
        let path = &credentials.files.authorities;
        let anchor = |certificate| match webpki::anchor_from_trusted_cert(certificate) {
            Ok(anchor) => Ok(anchor.to_owned()),
            Err(fault) => Err(malformed("CA certificate", path, &fault)),
        };
        let anchors = credentials.authorities.iter().map(anchor).collect::<Result<_, _>>()?;
        let mut revoked = Vec::new();
        for (path, list) in credentials.files.revoked.iter().zip(&credentials.revoked) {
            let list = OwnedCertRevocationList::from_der(list)
                .map_err(|fault| malformed("certificate revocation list", path, &fault))?;
            revoked.push(CertRevocationList::from(list));
        }
        let algorithms = provider().signature_verification_algorithms;
        Ok(Self { anchors, revoked, algorithms })
    }

    /// The names of the authorities, which tell a peer which of its certificates to show.
    pub(crate) fn names(&self) -> Vec<DistinguishedName> {
        self.anchors.iter().map(|anchor| DistinguishedName::in_sequence(&anchor.subject)).collect()
    }

    /// Checks the certificate that a peer showed, and those behind it; the answer is its name.
    pub(crate) fn check(
        &self,
        chain: &[CertificateDer<'_>],
        role: Role,
    ) -> Result<Statement, Refusal> {
        let leaf = chain.first().ok_or(Refusal::NoCertificate)?;
        let statement = Statement::read(leaf)
            .map_err(|fault| Refusal::Certificate { name: String::new(), fault })?;
        let fit = statement
            .is_timely(SystemTime::now())
            .and_then(|()| self.check_chain(chain))
            .and_then(|()| fitness::may_be(&statement, role));
        match fit {
            Ok(()) => Ok(statement),
            Err(fault) => Err(Refusal::Certificate { name: statement.subject, fault }),
        }
    }

    /// Checks that an authority vouches for the first certificate of a chain.
    pub(crate) fn check_chain(&self, chain: &[CertificateDer<'_>]) -> Result<(), CertificateFault> {
        let Some((leaf, between)) = chain.split_first() else {
            return Err(CertificateFault::Malformed("there is none".to_owned()));
        };
        let checked = EndEntityCert::try_from(leaf).and_then(|leaf| {
            let lists: Vec<_> = self.revoked.iter().collect();
            let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
                options
                    .with_status_policy(UnknownStatusPolicy::Allow)
                    .with_expiration_policy(ExpirationPolicy::Enforce)
                    .build()
            });
            leaf.verify_for_usage(
                self.algorithms.all,
                &self.anchors,
                between,
                UnixTime::now(),
                AnyPurpose,
                revocation,
                None,
            )
            .map(drop)
        });
        checked.map_err(|fault| named(&fault, leaf))
    }
}

/// Checks that a certificate is for `host`. As GnuTLS, the common name counts where the
/// certificate does not say for which hosts it is.
pub(crate) fn check_host(
    certificate: &CertificateDer<'_>,
    statement: &Statement,
    host: &ServerName<'_>,
) -> Result<(), CertificateFault> {
    let named_in_place = EndEntityCert::try_from(certificate)
        .is_ok_and(|leaf| leaf.verify_is_valid_for_subject_name(host).is_ok());
    let text = host.to_str();
    let in_common_name = !statement.has_alternative_names
        && statement.common_names.iter().any(|name| name.eq_ignore_ascii_case(&text));
    if named_in_place || in_common_name {
        return Ok(());
    }
    Err(CertificateFault::Host { host: text.into_owned() })
}

fn named(fault: &webpki::Error, leaf: &CertificateDer<'_>) -> CertificateFault {
    let statement = match Statement::read(leaf) {
        Ok(statement) => statement,
        Err(fault) => return fault,
    };
    match fault {
        // The second is an authority of the same name with another key.
        webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey => {
            CertificateFault::UnknownIssuer { issuer: statement.issuer }
        }
        webpki::Error::CertRevoked => CertificateFault::Revoked { serial: statement.serial },
        webpki::Error::CrlExpired { .. } => CertificateFault::StaleRevocationList,
        webpki::Error::CaUsedAsEndEntity => CertificateFault::IsAuthority,
        other => CertificateFault::Chain(format!("{other:?}")),
    }
}
