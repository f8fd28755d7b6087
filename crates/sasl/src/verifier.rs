//! What the server keeps instead of a password.

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{Password, random, scram};

/// The realm of every name.
pub(crate) const REALM: &str = "libvirt";
/// Rounds of hashing for new verifiers. The usual clients refuse more than 65536.
pub(crate) const ITERATIONS: u32 = 32_768;
/// Fewest rounds that RFC 7677 allows.
pub(crate) const ITERATIONS_MIN: u32 = 4096;
/// **Units**: bytes.
pub(crate) const SALT_BYTES: usize = 16;

/// What tells one user's password from others without being it.
///
/// The half for SCRAM is of no use to whoever steals it but to guess. The half for DIGEST-MD5 is
/// enough to log in by DIGEST-MD5: that mechanism cannot do better.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    pub(crate) iterations: u32,
    pub(crate) salt: [u8; SALT_BYTES],
    pub(crate) stored_key: [u8; 32],
    pub(crate) server_key: [u8; 32],
    /// MD5 of name, realm and password.
    pub(crate) digest: [u8; 16],
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("iterations", &self.iterations).finish_non_exhaustive()
    }
}

impl Verifier {
    /// For a user's new password.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn of(user: &str, password: &Password) -> std::io::Result<Self> {
        Ok(Self::salted(user, password, random::bytes()?, ITERATIONS))
    }

    pub(crate) fn salted(
        user: &str,
        password: &Password,
        salt: [u8; SALT_BYTES],
        iterations: u32,
    ) -> Self {
        let keys = scram::Keys::derive(password, &salt, iterations);
        Self {
            iterations,
            salt,
            stored_key: keys.stored_key(),
            server_key: keys.server_key(),
            digest: secret_digest(user, password),
        }
    }

    /// For somebody who does not exist: always the same for a name, so that asking twice tells
    /// nothing, and right for no password that anybody could find.
    pub(crate) fn fake(user: &str, secret: &[u8]) -> Self {
        let salt = hmac(secret, &[b"salt", user.as_bytes()]);
        let stored_key = hmac(secret, &[b"stored key", user.as_bytes()]);
        let server_key = hmac(secret, &[b"server key", user.as_bytes()]);
        let digest = hmac(secret, &[b"digest", user.as_bytes()]);
        Self {
            iterations: ITERATIONS,
            salt: first(&salt),
            stored_key,
            server_key,
            digest: first(&digest),
        }
    }

    /// Whether this is the password. Takes as long as hashing it takes.
    pub(crate) fn is_of(&self, password: &Password) -> bool {
        let keys = scram::Keys::derive(password, &self.salt, self.iterations);
        keys.stored_key().ct_eq(&self.stored_key).into()
    }
}

fn first<const N: usize>(bytes: &[u8; 32]) -> [u8; N] {
    let mut part = [0; N];
    part.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    part
}

/// HMAC-SHA-256 over all parts.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// Name and password in ISO 8859-1 if that has all their characters, as RFC 2831 wants it.
fn secret_digest(user: &str, password: &Password) -> [u8; 16] {
    let mut md5 = Md5::new();
    for (part, end) in [(user, ":"), (REALM, ":"), (password.text(), "")] {
        let narrow: Result<Vec<u8>, _> = part.chars().map(|c| u8::try_from(u32::from(c))).collect();
        md5.update(narrow.as_deref().unwrap_or(part.as_bytes()));
        md5.update(end);
    }
    md5.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::{Verifier, hmac};
    use crate::Password;

    #[test]
    fn it_knows_its_password_and_no_other() {
        let verifier = Verifier::of("ann", &Password::new("secret".to_owned())).unwrap();
        assert!(verifier.is_of(&Password::new("secret".to_owned())));
        assert!(!verifier.is_of(&Password::new("Secret".to_owned())));
        let again = Verifier::of("ann", &Password::new("secret".to_owned())).unwrap();
        assert_ne!(verifier, again, "the salt is fresh");
    }

    #[test]
    fn whoever_does_not_exist_always_looks_the_same() {
        let (one, other) = (hmac(b"1", &[]), hmac(b"2", &[]));
        assert_eq!(Verifier::fake("eve", &one), Verifier::fake("eve", &one));
        assert_ne!(Verifier::fake("eve", &one), Verifier::fake("eva", &one));
        assert_ne!(Verifier::fake("eve", &one), Verifier::fake("eve", &other));
    }
}
