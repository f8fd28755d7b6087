//! The client's end.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, Resumption};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio_rustls::TlsConnector;

use crate::credentials::Credentials;
use crate::error::{CertificateFault, Error, Refusal};
use crate::files::Files;
use crate::fitness::{self, OwnCheck};
use crate::peer::{Authority, check_host};
use crate::provider::provider;
use crate::seen::SeenContext;
use crate::session::{Seen, Session};
use crate::{READY, Role};

/// Which servers the client talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerCheck {
    /// The one whose certificate is of an authority of ours and for the host that was asked for.
    #[default]
    Required,
    /// Any.
    Skipped,
}

/// Everything a client needs for a handshake.
#[derive(Debug)]
pub struct ClientContext {
    config: Arc<ClientConfig>,
    authority: Arc<Authority>,
    servers: ServerCheck,
    seen: SeenContext,
}

impl ClientContext {
    /// Reads certificates and key.
    ///
    /// # Errors
    /// When something is missing, or unfit where that is checked.
    pub fn new(files: &Files, own: OwnCheck, servers: ServerCheck) -> Result<Self, Error> {
        let mut credentials = Credentials::read(files)?;
        let authority = Arc::new(Authority::new(&credentials)?);
        if own == OwnCheck::Required {
            fitness::check_own(&credentials, &authority, Role::Client)?;
        }
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(Error::Setup)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TakesAny(Arc::clone(&authority))));
        let mut config =
            match (credentials.own.take(), &files.own) {
                (Some(own), Some((certificate, key))) => {
                    config.with_client_auth_cert(own.chain, own.key).map_err(|fault| {
                        Error::Pair { certificate: certificate.clone(), key: key.clone(), fault }
                    })?
                }
                _ => config.with_no_client_auth(),
            };
        config.resumption = Resumption::disabled();
        let checks = servers == ServerCheck::Required;
        let seen = SeenContext::new(files, own, checks, Role::Client);
        Ok(Self { config: Arc::new(config), authority, servers, seen })
    }

    /// Shakes hands, checks that the server is `host`, and waits until it is content with us.
    ///
    /// # Errors
    /// Why the server is not talked to, or does not talk to us.
    pub async fn connect<S>(&self, host: &str, stream: S) -> Result<Session<S>, Refusal>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| Refusal::Certificate {
            name: String::new(),
            fault: CertificateFault::Host { host: host.to_owned() },
        })?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let seen = Seen::new(self.seen.id(), Some(host));
        let mut stream = seen.shook(connector.connect(name.clone(), stream).await)?;
        if self.servers == ServerCheck::Required {
            let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
            let verdict = self.check(shown, &name);
            seen.judged(&verdict, verdict.as_ref().ok().map(String::as_str));
            verdict?;
        }
        match stream.read_u8().await {
            Ok(READY) => Ok(Session::new(stream.into(), seen)),
            Ok(_) | Err(_) => Err(Refusal::NotReady),
        }
    }

    /// Checks who the server is; the answer is the name in its certificate.
    fn check(
        &self,
        shown: &[CertificateDer<'_>],
        host: &ServerName<'_>,
    ) -> Result<String, Refusal> {
        let statement = self.authority.check(shown, Role::Server)?;
        let leaf = shown.first().ok_or(Refusal::NoCertificate)?;
        match check_host(leaf, &statement, host) {
            Ok(()) => Ok(statement.subject),
            Err(fault) => Err(Refusal::Certificate { name: statement.subject, fault }),
        }
    }
}

/// Takes any certificate whose key the server has: whether it is good is decided after the
/// handshake and before a word is said.
#[derive(Debug)]
struct TakesAny(Arc<Authority>);

impl ServerCertVerifier for TakesAny {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.algorithms.supported_schemes()
    }
}
