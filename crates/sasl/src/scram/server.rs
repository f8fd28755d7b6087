//! The server's side.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::message::{attribute, is_nonce, unescape};
use super::xor;
use crate::verifier::{Verifier, hmac};
use crate::{Refusal, random};

/// One exchange: [`Self::first`], then [`Self::last`].
pub(crate) struct Server {
    nonce: String,
    user: String,
    challenged: Option<Challenged>,
}

/// What the second message is checked against.
struct Challenged {
    verifier: Verifier,
    /// The client's word on channel binding, as it must repeat it.
    binding: String,
    /// Both nonces.
    nonce: String,
    /// The first two messages, as they are signed.
    signed: String,
}

impl Server {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self::with_nonce(random::nonce()?))
    }

    pub(crate) fn with_nonce(nonce: String) -> Self {
        Self { nonce, user: String::new(), challenged: None }
    }

    /// The name that the client gave.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// Takes the client's name and challenges it.
    pub(crate) fn first(
        &mut self,
        message: &[u8],
        verifier: impl FnOnce(&str) -> Verifier,
    ) -> Result<String, Refusal> {
        let malformed = || Refusal::Malformed("first message of SCRAM");
        let message = std::str::from_utf8(message).map_err(|_| malformed())?;
        let mut parts = message.splitn(3, ',');
        let (binding, authority, bare) =
            (|| Some((parts.next()?, parts.next()?, parts.next()?)))().ok_or_else(malformed)?;
        // `y`: the client could bind to the channel and believes that we cannot, which is so.
        if !matches!(binding, "n" | "y") {
            return Err(Refusal::Malformed("SCRAM with channel binding was not offered"));
        }
        let (name, rest) = attribute(bare, "n").ok_or_else(malformed)?;
        let (nonce, _) = attribute(rest, "r").ok_or_else(malformed)?;
        self.user = unescape(name).ok_or_else(malformed)?;
        if !is_nonce(nonce) {
            return Err(malformed());
        }
        if !authority.is_empty() && authority.strip_prefix("a=") != Some(name) {
            return Err(Refusal::Authority);
        }
        let verifier = verifier(&self.user);
        let nonce = format!("{nonce}{}", self.nonce);
        let salt = STANDARD.encode(verifier.salt);
        let challenge = format!("r={nonce},s={salt},i={}", verifier.iterations);
        self.challenged = Some(Challenged {
            verifier,
            binding: format!("{binding},{authority},"),
            nonce,
            signed: format!("{bare},{challenge}"),
        });
        Ok(challenge)
    }

    /// Takes the client's proof and answers with the server's own.
    pub(crate) fn last(&mut self, message: &[u8]) -> Result<String, Refusal> {
        let malformed = || Refusal::Malformed("last message of SCRAM");
        let Challenged { verifier, binding, nonce, signed } =
            self.challenged.take().ok_or_else(malformed)?;
        let message = std::str::from_utf8(message).map_err(|_| malformed())?;
        // The proof comes last; what it signs is all before it.
        let (bare, proof) = message.rsplit_once(",p=").ok_or_else(malformed)?;
        let (bound, rest) = attribute(bare, "c").ok_or_else(malformed)?;
        let (echoed, _) = attribute(rest, "r").ok_or_else(malformed)?;
        if STANDARD.decode(bound).ok().as_deref() != Some(binding.as_bytes()) || echoed != nonce {
            return Err(malformed());
        }
        let proof: [u8; 32] = STANDARD
            .decode(proof)
            .ok()
            .and_then(|proof| proof.try_into().ok())
            .ok_or_else(malformed)?;
        let signed = format!("{signed},{bare}");
        let client_key = xor(proof, hmac(&verifier.stored_key, &[signed.as_bytes()]));
        if !bool::from(Sha256::digest(client_key).as_slice().ct_eq(&verifier.stored_key)) {
            return Err(Refusal::Proof);
        }
        let signature = hmac(&verifier.server_key, &[signed.as_bytes()]);
        Ok(format!("v={}", STANDARD.encode(signature)))
    }
}
