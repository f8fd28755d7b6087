//! Reading certificates, keys and revocation lists.

use std::io::Read;
use std::path::Path;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use crate::error::Error;
use crate::files::Files;

/// Longest file of certificates. **Units**: bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Most certificates in one file.
const CERTIFICATES_MAX: usize = 16;

/// What is in the files.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) files: Files,
    pub(crate) authorities: Vec<CertificateDer<'static>>,
    pub(crate) revoked: Vec<CertificateRevocationListDer<'static>>,
    pub(crate) own: Option<Own>,
}

/// A certificate and its key.
#[derive(Debug)]
pub(crate) struct Own {
    /// Ours first.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Credentials {
    /// Reads all files; whatever is not as it should be is named with its file.
    pub(crate) fn read(files: &Files) -> Result<Self, Error> {
        let authorities = certificates("CA certificate", &files.authorities)?;
        let revoked = match &files.revoked {
            Some(path) => blocks("certificate revocation list", path)?,
            None => Vec::new(),
        };
        let own = match &files.own {
            Some((certificate, key)) => Some(Own {
                chain: certificates("certificate", certificate)?,
                key: private_key(key)?,
            }),
            None => None,
        };
        Ok(Self { files: files.clone(), authorities, revoked, own })
    }
}

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Vec<_> = blocks(what, path)?;
    if found.len() > CERTIFICATES_MAX {
        let fault = format!("{} certificates are over the limit {CERTIFICATES_MAX}", found.len());
        return Err(Error::Malformed { what, path: path.to_owned(), fault });
    }
    Ok(found)
}

/// All PEM blocks of a kind; there must be one.
fn blocks<T: PemObject>(what: &'static str, path: &Path) -> Result<Vec<T>, Error> {
    let bytes = read(what, path)?;
    let malformed = |fault: pem::Error| Error::Malformed {
        what,
        path: path.to_owned(),
        fault: fault.to_string(),
    };
    let found: Vec<T> = T::pem_slice_iter(&bytes).collect::<Result<_, _>>().map_err(malformed)?;
    if found.is_empty() {
        return Err(malformed(pem::Error::NoItemsFound));
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    const WHAT: &str = "private key";
    PrivateKeyDer::from_pem_slice(&read(WHAT, path)?).map_err(|fault| Error::Malformed {
        what: WHAT,
        path: path.to_owned(),
        fault: fault.to_string(),
    })
}

fn read(what: &'static str, path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|fault| Error::Read { what, path: path.to_owned(), fault })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let fault = format!("it is longer than {FILE_BYTES_MAX} bytes");
        return Err(Error::Malformed { what, path: path.to_owned(), fault });
    }
    Ok(bytes)
}
