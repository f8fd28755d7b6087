//! Secrets on their way to QEMU.
//!
//! ```text
//! document ─> which secrets ─(the secret driver)─> values ─(master key, AES-256-CBC)─> -object secret
//! ```
//!
//! Values are looked up before a command line is made of the document, which says with libvirt's error what is
//! missing. On the command line, in logs and in the native form there is only what the master key encrypts: it is
//! in a file of the guest's directory that nobody else may read.

use std::path::Path;

use aes::Aes256;
use api::{Error, ErrorDomain, Result, SecretUsageType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::Encryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use config::Entropy;
use config::domain::storage::{Auth, Encryption, StorageProtocol};
use definitions::SystemEntropy;
use driver::{SecretKey, SecretStore};
use zeroize::Zeroizing;

const QEMU: ErrorDomain = ErrorDomain::QEMU;

/// Length of a master key. **Units**: bytes.
const KEY_BYTES: usize = 32;

/// Length of what makes equal values differ. **Units**: bytes.
const IV_BYTES: usize = 16;

/// The key that protects what QEMU is told over its command line and its monitor.
pub(crate) struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

impl MasterKey {
    /// A key that nobody knows.
    pub(crate) fn fresh() -> Self {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        SystemEntropy.fill(&mut *key);
        Self(key)
    }

    /// Writes it where QEMU reads it.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`.
    fn write(&self, path: &Path) -> Result<()> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = std::fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(path);
        file.and_then(|mut file| file.write_all(&*self.0)).map_err(|error| {
            let what = format_args!("cannot write master key file '{}'", path.display());
            Error::io(QEMU, &error, what)
        })
    }

    /// Reads the key of a guest that runs.
    ///
    /// # Errors
    /// `INTERNAL_ERROR`.
    fn read(path: &Path) -> Result<Self> {
        let wrong = |reason: String| {
            let path = path.display();
            Error::internal(QEMU, format!("cannot read master key file '{path}': {reason}"))
        };
        let read = host::files::read_limited(path, KEY_BYTES as u64);
        let bytes = Zeroizing::new(read.map_err(|error| wrong(error.to_string()))?);
        let key = bytes.as_slice().try_into().map_err(|_| wrong("wrong length".to_owned()))?;
        Ok(Self(Zeroizing::new(key)))
    }
}

/// What a device names a secret by, and what the secret has to be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    key: SecretKey,
    usage: SecretUsageType,
}

impl Wanted {
    /// The secret of credentials for storage of `protocol`; none if the document names none.
    pub(crate) fn of_auth(auth: &Auth, protocol: StorageProtocol) -> Option<Self> {
        let usage = match protocol {
            StorageProtocol::Rbd => SecretUsageType::CEPH,
            _ => SecretUsageType::ISCSI,
        };
        let (uuid, text) = (auth.secret.uuid, auth.secret.usage.as_deref());
        Some(Self { key: key(uuid, text)?, usage })
    }

    /// The secret that opens an image; QEMU takes one.
    pub(crate) fn of_encryption(encryption: &Encryption) -> Option<Self> {
        let secret = encryption.secrets.first()?;
        let key = key(secret.uuid, secret.usage.as_deref())?;
        Some(Self { key, usage: SecretUsageType::VOLUME })
    }

    /// The secret of a TPM's state.
    pub(crate) fn of_tpm(uuid: config::Uuid) -> Self {
        Self { key: SecretKey::Uuid(api::Uuid(*uuid.as_bytes())), usage: SecretUsageType::VTPM }
    }

    /// Its value.
    ///
    /// # Errors
    /// `NO_SECRET`, or `INVALID_ARG` for one that is for something else.
    pub(crate) fn look_up(&self, store: &dyn SecretStore) -> Result<Zeroizing<Vec<u8>>> {
        store.value(&self.key, self.usage)
    }
}

fn key(uuid: Option<config::Uuid>, usage: Option<&str>) -> Option<SecretKey> {
    let uuid = uuid.map(|uuid| SecretKey::Uuid(api::Uuid(*uuid.as_bytes())));
    uuid.or_else(|| usage.map(|usage| SecretKey::Usage(usage.to_owned())))
}

/// An encrypted value as QEMU takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    /// The value, in base64.
    pub(crate) data: String,
    /// What it was begun with, in base64.
    pub(crate) iv: String,
}

/// The secrets of some devices, and the key that seals them.
pub(crate) struct GuestSecrets {
    key: MasterKey,
    entropy: fn(&mut [u8]),
    values: Vec<(Wanted, Zeroizing<Vec<u8>>)>,
    seals: bool,
}

impl GuestSecrets {
    /// None, sealed with `key`.
    pub(crate) fn new(key: MasterKey) -> Self {
        Self { key, entropy: |bytes| SystemEntropy.fill(bytes), values: Vec::new(), seals: false }
    }

    /// For somebody who only wants to know the names of things.
    pub(crate) fn none() -> Self {
        Self::new(MasterKey(Zeroizing::new([0; KEY_BYTES])))
    }

    /// Writes the key where QEMU reads it.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`.
    pub(crate) fn write_key(&self, path: &Path) -> Result<()> {
        self.key.write(path)
    }

    /// The same secrets, sealed with the key in a file if there is anything to seal.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` when the file cannot be read.
    pub(crate) fn sealed_by(self, path: &Path) -> Result<Self> {
        match self.seals {
            true => Ok(Self { key: MasterKey::read(path)?, ..self }),
            false => Ok(self),
        }
    }

    /// Says that there is something to seal besides secrets.
    pub(crate) fn will_seal(&mut self) {
        self.seals = true;
    }

    /// Looks up a secret, if one is wanted.
    ///
    /// # Errors
    /// `NO_SECRET`, or `INVALID_ARG` for one that is for something else.
    pub(crate) fn fetch(&mut self, wanted: Option<Wanted>, store: &dyn SecretStore) -> Result<()> {
        self.seals |= wanted.is_some();
        if let Some(wanted) = wanted
            && !self.values.iter().any(|(known, _)| *known == wanted)
        {
            let value = wanted.look_up(store)?;
            self.values.push((wanted, value));
        }
        Ok(())
    }

    /// A secret's value, sealed; empty if it was not looked up, as nobody wants it.
    pub(crate) fn secret(&self, wanted: &Wanted) -> Sealed {
        let found = self.values.iter().find(|(known, _)| known == wanted);
        self.seal(found.map_or(&[], |(_, value)| value.as_slice()))
    }

    /// Any bytes, sealed.
    pub(crate) fn seal(&self, plain: &[u8]) -> Sealed {
        let mut iv = [0; IV_BYTES];
        (self.entropy)(&mut iv);
        let cipher = Encryptor::<Aes256>::new((&*self.key.0).into(), (&iv).into());
        let data = STANDARD.encode(cipher.encrypt_padded_vec::<Pkcs7>(plain));
        Sealed { data, iv: STANDARD.encode(iv) }
    }
}

#[cfg(test)]
impl GuestSecrets {
    /// None yet; all are sealed alike.
    pub(crate) fn of_test() -> Self {
        let key = MasterKey(Zeroizing::new([7; KEY_BYTES]));
        Self { entropy: |bytes| bytes.fill(7), ..Self::new(key) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// **Source**: NIST SP 800-38A, F.2.5, CBC-AES256, its first block; the second is the padding of a whole
    /// block, which openssl gives for the same.
    #[test]
    fn what_is_sealed_is_aes_256_in_cbc_mode() {
        let key = [
            0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d,
            0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61, 0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3,
            0x09, 0x14, 0xdf, 0xf4,
        ];
        let count = |bytes: &mut [u8]| (0..).zip(bytes).for_each(|(n, byte)| *byte = n);
        let secrets =
            GuestSecrets { entropy: count, ..GuestSecrets::new(MasterKey(Zeroizing::new(key))) };
        let plain = 0x6bc1_bee2_2e40_9f96_e93d_7e11_7393_172a_u128.to_be_bytes();
        let sealed = secrets.seal(&plain);
        let data = STANDARD.decode(&sealed.data).unwrap();
        let first = 0xf58c_4c04_d6e5_f1ba_779e_abfb_5f7b_fbd6_u128.to_be_bytes();
        assert_eq!((data.get(..16), data.len()), (Some(first.as_slice()), 32));
        assert_eq!(sealed.iv, "AAECAwQFBgcICQoLDA0ODw==");
    }

    #[test]
    fn a_key_is_read_back_and_one_of_another_length_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master-key.aes");
        let key = MasterKey::fresh();
        key.write(&path).unwrap();
        assert_eq!(*MasterKey::read(&path).unwrap().0, *key.0);
        std::fs::write(&path, [1; 31]).unwrap();
        assert!(MasterKey::read(&path).is_err());
    }
}
