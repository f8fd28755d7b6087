//! `secret` objects: what QEMU must know and no process list may show.

use config::Error;
use config::domain::disk::{BackingStore, Disk};
use config::domain::hostdev::{Hostdev, HostdevSource};
use config::domain::storage::{
    Auth, Cookie, Encryption, EncryptionEngine, EncryptionFormat, StorageProtocol, StorageSource,
};
use driver::SecretStore;

use super::Result;
use super::line::Line;
use super::props::Props;
use super::source::is_empty;
use crate::secrets::{GuestSecrets, Sealed, Wanted};

/// What opens a layer of a disk; each secret is the name of an object.
#[derive(Debug, Default)]
pub(super) struct Credentials<'a> {
    /// Who logs in at the server.
    pub(super) user: Option<&'a str>,
    /// What with.
    pub(super) password: Option<String>,
    /// What the server is told of earlier visits.
    pub(super) cookies: Option<String>,
    /// What opens the image.
    pub(super) encryption: Option<Opener>,
}

/// What opens an encrypted image.
#[derive(Debug)]
pub(super) struct Opener {
    /// How it is encrypted.
    pub(super) format: EncryptionFormat,
    /// Who decrypts.
    pub(super) engine: EncryptionEngine,
    /// The secret; none if the document names none.
    pub(super) secret: Option<String>,
}

impl Opener {
    /// QEMU's words for it, below `encrypt`; nothing without a secret.
    pub(super) fn props(&self) -> Option<Props> {
        let mut props = Props::new();
        props.set("format", self.format.word()).set("key-secret", Some(self.secret.clone()?));
        Some(props)
    }
}

impl<'a> Credentials<'a> {
    /// What QEMU itself decrypts with.
    pub(super) fn of_format(&self) -> Option<&Opener> {
        self.encryption.as_ref().filter(|opener| opener.engine == EncryptionEngine::Qemu)
    }

    /// What the storage's library decrypts with.
    pub(super) fn of_storage(&self) -> Option<&Opener> {
        self.encryption.as_ref().filter(|opener| opener.engine == EncryptionEngine::Librbd)
    }
}

impl Line<'_> {
    /// Has everything at hand that opens a layer.
    pub(super) fn credentials<'a>(
        &mut self,
        node: &str,
        source: &StorageSource,
        auth: Option<&'a Auth>,
        encryption: Option<&Encryption>,
    ) -> Result<Credentials<'a>> {
        if is_empty(source) {
            return Ok(Credentials::default());
        }
        let mut credentials = Credentials::default();
        if let (StorageSource::Network(network), Some(auth)) = (source, auth) {
            credentials.user = Some(&auth.username);
            let wanted = Wanted::of_auth(auth, network.source.protocol);
            let id = format!("{node}-storage-auth-secret0");
            credentials.password = Some(self.secret(id, wanted)?);
        }
        credentials.encryption =
            encryption.map(|encryption| self.opener(node, encryption)).transpose()?;
        if let StorageSource::Network(network) = source
            && let Some(cookies) = &network.source.cookies
        {
            let pair = |cookie: &Cookie| format!("{}={}", cookie.name, cookie.value);
            let text = cookies.cookies.iter().map(pair).collect::<Vec<_>>().join("; ");
            let sealed = self.context.secrets.seal(text.as_bytes());
            let id = format!("{node}-storage-httpcookie-secret0");
            credentials.cookies = Some(self.secret_object(id, &sealed));
        }
        Ok(credentials)
    }

    fn opener(&mut self, node: &str, encryption: &Encryption) -> Result<Opener> {
        let wanted = Wanted::of_encryption(encryption);
        let id = format!("{node}-format-encryption-secret0");
        let secret = wanted.map(|wanted| self.secret(id, Some(wanted))).transpose()?;
        let engine = encryption.engine.unwrap_or(EncryptionEngine::Qemu);
        Ok(Opener { format: encryption.format, engine, secret })
    }

    /// Has the password of an iSCSI unit at hand; the name of its object.
    pub(super) fn unit_password(&mut self, node: &str, auth: &Auth) -> Result<String> {
        let wanted = Wanted::of_auth(auth, StorageProtocol::Iscsi);
        self.secret(format!("{node}-secret0"), wanted)
    }

    /// Has a secret at hand; the name of its object.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if the document names none.
    pub(super) fn secret(&mut self, id: String, wanted: Option<Wanted>) -> Result<String> {
        let wanted = wanted.ok_or_else(|| Error::internal("credentials without a secret"))?;
        let sealed = self.context.secrets.secret(&wanted);
        Ok(self.secret_object(id, &sealed))
    }

    fn secret_object(&mut self, id: String, sealed: &Sealed) -> String {
        let mut object = Props::object("secret", &id);
        object
            .set("data", sealed.data.as_str())
            .set("keyid", "masterKey0")
            .set("iv", sealed.iv.as_str())
            .set("format", "base64");
        self.object(&object);
        id
    }
}

/// Looks up the secrets of a disk.
///
/// # Errors
/// `NO_SECRET`, or `INVALID_ARG` for one that is for something else.
pub(crate) fn gather_disk(
    secrets: &mut GuestSecrets,
    disk: &Disk,
    store: &dyn SecretStore,
) -> api::Result<()> {
    let options = disk.source.options();
    let auth = options.auth.as_deref().or(disk.auth.as_deref());
    let encryption = options.encryption.as_deref().or(disk.encryption.as_deref());
    gather(secrets, (&disk.source, auth, encryption), store)?;
    let mut below = disk.backing.as_ref();
    while let Some(BackingStore::Layer(layer)) = below {
        let options = layer.source.options();
        let (auth, encryption) = (options.auth.as_deref(), options.encryption.as_deref());
        gather(secrets, (&layer.source, auth, encryption), store)?;
        below = layer.backing.as_ref();
    }
    Ok(())
}

/// Looks up the secret of a host device.
///
/// # Errors
/// Those of [`gather_disk`].
pub(crate) fn gather_hostdev(
    secrets: &mut GuestSecrets,
    device: &Hostdev,
    store: &dyn SecretStore,
) -> api::Result<()> {
    let HostdevSource::Scsi(scsi) = &device.source else { return Ok(()) };
    let auth = scsi.source.auth.as_deref();
    let wanted = auth.and_then(|auth| Wanted::of_auth(auth, StorageProtocol::Iscsi));
    secrets.fetch(wanted, store)
}

fn gather(
    secrets: &mut GuestSecrets,
    (source, auth, encryption): (&StorageSource, Option<&Auth>, Option<&Encryption>),
    store: &dyn SecretStore,
) -> api::Result<()> {
    if is_empty(source) {
        return Ok(());
    }
    if let StorageSource::Network(network) = source {
        let wanted = auth.and_then(|auth| Wanted::of_auth(auth, network.source.protocol));
        secrets.fetch(wanted, store)?;
        if network.source.cookies.is_some() {
            secrets.will_seal();
        }
    }
    secrets.fetch(encryption.and_then(Wanted::of_encryption), store)
}
