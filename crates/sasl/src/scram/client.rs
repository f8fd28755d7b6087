//! The client's side.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use super::message::{attribute, escape, is_nonce};
use super::{Keys, xor};
use crate::client::Fault;
use crate::verifier::{ITERATIONS_MIN, hmac};
use crate::{Password, random};

/// Most rounds that a server may make the client compute.
const ITERATIONS_MAX: u32 = 1_000_000;
/// Longest salt. **Units**: bytes.
const SALT_BYTES_MAX: usize = 1024;

/// One exchange: [`Self::first`], [`Self::last`], [`Self::verify`].
pub(crate) struct Client {
    bare: String,
    nonce: String,
    password: Password,
    /// What the server has to prove.
    expected: Option<[u8; 32]>,
}

impl Client {
    pub(crate) fn new(user: &str, password: Password) -> io::Result<Self> {
        Ok(Self::with_nonce(user, password, &random::nonce()?))
    }

    pub(crate) fn with_nonce(user: &str, password: Password, nonce: &str) -> Self {
        let bare = format!("n={},r={nonce}", escape(user));
        Self { bare, nonce: nonce.to_owned(), password, expected: None }
    }

    /// Says who we are.
    pub(crate) fn first(&self) -> String {
        format!("n,,{}", self.bare)
    }

    /// Answers the challenge.
    pub(crate) fn last(&mut self, challenge: &[u8]) -> Result<String, Fault> {
        let malformed = || Fault::Malformed("SCRAM challenge");
        let challenge = std::str::from_utf8(challenge).map_err(|_| malformed())?;
        let (nonce, rest) = attribute(challenge, "r").ok_or_else(malformed)?;
        let (salt, rest) = attribute(rest, "s").ok_or_else(malformed)?;
        let (iterations, _) = attribute(rest, "i").ok_or_else(malformed)?;
        // A nonce that adds nothing to ours would let an old conversation be replayed.
        if !is_nonce(nonce) || !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(malformed());
        }
        let salt = STANDARD.decode(salt).map_err(|_| malformed())?;
        let iterations: u32 = iterations.parse().map_err(|_| malformed())?;
        if salt.len() > SALT_BYTES_MAX || !(ITERATIONS_MIN..=ITERATIONS_MAX).contains(&iterations) {
            return Err(malformed());
        }
        let keys = Keys::derive(&self.password, &salt, iterations);
        let bare = format!("c=biws,r={nonce}");
        let signed = format!("{},{challenge},{bare}", self.bare);
        let proof = xor(keys.client_key(), hmac(&keys.stored_key(), &[signed.as_bytes()]));
        self.expected = Some(hmac(&keys.server_key(), &[signed.as_bytes()]));
        Ok(format!("{bare},p={}", STANDARD.encode(proof)))
    }

    /// Checks that the server knows the password, too.
    pub(crate) fn verify(&self, message: &[u8]) -> Result<(), Fault> {
        let message = std::str::from_utf8(message).unwrap_or_default();
        let proof = attribute(message, "v").and_then(|(value, _)| STANDARD.decode(value).ok());
        match (proof, self.expected) {
            (Some(proof), Some(expected)) if bool::from(proof.as_slice().ct_eq(&expected)) => {
                Ok(())
            }
            _ => Err(Fault::Server),
        }
    }
}
