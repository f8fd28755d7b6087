//! The server's end.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, ServerConfig};
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use crate::Role;
use crate::credentials::Credentials;
use crate::error::{Error, Refusal};
use crate::files::Files;
use crate::fitness::{self, OwnCheck};
use crate::pattern::Pattern;
use crate::peer::Authority;
use crate::provider::provider;
use crate::seen::SeenContext;
use crate::session::{Seen, Session};

/// Whom the server lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientCheck {
    /// Whoever has a certificate of an authority of ours that one of the patterns allows; none:
    /// whoever has one.
    Required(Option<Vec<Pattern>>),
    /// Anybody, with whatever certificate or none.
    Skipped,
}

/// Everything the server needs to answer a handshake. It can be read again while clients are
/// connected: they stay, and later ones meet the new certificates.
#[derive(Debug)]
pub struct ServerContext {
    files: Files,
    own: OwnCheck,
    clients: ClientCheck,
    loaded: RwLock<Arc<Loaded>>,
    seen: SeenContext,
}

#[derive(Debug)]
struct Loaded {
    config: Arc<ServerConfig>,
    authority: Authority,
}

/// A client that has shaken hands and is welcome.
#[derive(Debug)]
pub struct Accepted<S> {
    /// What it said and hears, in the clear. It waits for [`crate::READY`].
    pub stream: Session<S>,
    /// The distinguished name that it proved; none where certificates are not checked and its own
    /// would not have passed.
    pub name: Option<String>,
}

impl ServerContext {
    /// Reads certificates and key.
    ///
    /// # Errors
    /// When something is missing, or unfit where that is checked.
    pub fn new(files: Files, own: OwnCheck, clients: ClientCheck) -> Result<Self, Error> {
        let loaded = RwLock::new(Arc::new(load(&files, own)?));
        let checks = matches!(clients, ClientCheck::Required(_));
        let seen = SeenContext::new(&files, own, checks, Role::Server);
        Ok(Self { files, own, clients, loaded, seen })
    }

    /// Reads certificates and key again, from the same files; what is unfit changes nothing.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn reload(&self) -> Result<(), Error> {
        let loaded = Arc::new(load(&self.files, self.own)?);
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    /// Shakes hands and checks the client's certificate. Has no deadline of its own.
    ///
    /// # Errors
    /// Why the client is refused; it has been told nothing but that the connection ends.
    pub async fn accept<S>(&self, stream: S) -> Result<Accepted<S>, Refusal>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let loaded = Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner));
        let acceptor = TlsAcceptor::from(Arc::clone(&loaded.config));
        let seen = Seen::new(self.seen.id(), None);
        let stream = seen.shook(acceptor.accept(stream).await)?;
        let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let checked = loaded.authority.check(shown, Role::Client);
        let verdict = match &self.clients {
            ClientCheck::Skipped => Ok(checked.ok().map(|statement| statement.subject)),
            ClientCheck::Required(allowed) => {
                checked.and_then(|statement| allow(allowed.as_deref(), statement.subject)).map(Some)
            }
        };
        let name = verdict.as_ref().ok().and_then(Option::as_deref);
        seen.judged(&verdict, name);
        Ok(Accepted { name: verdict?, stream: Session::new(stream.into(), seen) })
    }
}

fn allow(allowed: Option<&[Pattern]>, name: String) -> Result<String, Refusal> {
    match allowed {
        Some(patterns) if !patterns.iter().any(|pattern| pattern.matches(&name)) => {
            Err(Refusal::NotAllowed { name })
        }
        Some(_) | None => Ok(name),
    }
}

fn load(files: &Files, own_check: OwnCheck) -> Result<Loaded, Error> {
    let mut credentials = Credentials::read(files)?;
    let authority = Authority::new(&credentials)?;
    if own_check == OwnCheck::Required {
        fitness::check_own(&credentials, &authority, Role::Server)?;
    }
    let own = credentials.own.take();
    let (Some(own), Some((certificate, key))) = (own, &files.own) else {
        return Err(Error::NoPlace { system: files.authorities.clone() });
    };
    warn_if_readable(key);
    let asks = AsksAndTakesAny { names: authority.names(), algorithms: authority.algorithms };
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(Error::Setup)?
        .with_client_cert_verifier(Arc::new(asks))
        .with_single_cert(own.chain, own.key)
        .map_err(|fault| Error::Pair {
            certificate: certificate.clone(),
            key: key.clone(),
            fault,
        })?;
    // A resumed session would skip what may have changed since: lists of names and of what is
    // revoked. libvirt's clients do not resume either.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Loaded { config: Arc::new(config), authority })
}

fn warn_if_readable(key: &Path) {
    let mode = std::fs::metadata(key).map_or(0, |known| known.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(
            "private key '{}' has mode {:04o}: others than its owner may use it",
            key.display(),
            mode & 0o7777
        );
    }
}

/// Asks for a certificate and takes any whose key the client has: whether it is good is decided
/// after the handshake, where the reason can be told to the log.
#[derive(Debug)]
struct AsksAndTakesAny {
    names: Vec<DistinguishedName>,
    algorithms: rustls::crypto::WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for AsksAndTakesAny {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.names
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
