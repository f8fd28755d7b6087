//! DIGEST-MD5: RFC 2831, with `auth-conf` and nothing less, for clients of plain TCP.
//!
//! It is old and MD5 and RC4 are weak; it is also the one mechanism that an unmodified client of
//! the usual distributions can encrypt with. TLS is better in every way.

mod directives;
mod layer;

use std::io;

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use crate::store::Records;
use crate::verifier::REALM;
use crate::{Proven, Refusal, random};
use directives::Directives;

pub use layer::{Layer, LayerError};

/// Longest message that either side takes through the layer. **Units**: bytes.
const BUFFER_BYTES: usize = 65_536;
/// The service that a client names.
const SERVICE: &str = "libvirt/";
/// What stands for the body's hash where the body is protected.
const NO_BODY_HASH: &str = ":00000000000000000000000000000000";

/// One exchange: [`Self::challenge`], then [`Self::answer`].
pub(crate) struct Server {
    nonce: String,
}

impl Server {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { nonce: random::nonce()? })
    }

    /// What the client has to answer.
    pub(crate) fn challenge(&self) -> String {
        format!(
            "nonce=\"{}\",realm=\"{REALM}\",qop=\"auth-conf\",cipher=\"rc4\",\
             maxbuf={BUFFER_BYTES},charset=utf-8,algorithm=md5-sess",
            self.nonce
        )
    }

    /// Takes the client's answer.
    pub(crate) fn answer(
        &self,
        answer: &[u8],
        records: &Records,
    ) -> Result<Proven, (String, Refusal)> {
        let malformed = || (String::new(), Refusal::Malformed("answer of DIGEST-MD5"));
        let answer = Directives::parse(answer).ok_or_else(malformed)?;
        let user = answer.get("username").ok_or_else(malformed)?.to_owned();
        let refused = |refusal| (user.clone(), refusal);
        let answer = Answer::of(&answer, &user, &self.nonce).map_err(refused)?;
        let session = answer.session_hash(&records.verifier(&user).digest);
        let right = answer.proof(&session, "AUTHENTICATE:");
        // Both first, so that it takes the same time whichever is wrong.
        let proven = bool::from(right.as_bytes().ct_eq(answer.response.as_bytes()));
        if !(proven && records.is_real(&user)) {
            return Err(refused(Refusal::Proof));
        }
        let farewell = format!("rspauth={}", answer.proof(&session, ":"));
        let layer = Layer::of_server(&session, answer.buffer_bytes);
        let farewell = Some(farewell.into_bytes());
        Ok(Proven { user: answer.user.to_owned(), farewell, layer: Some(layer) })
    }
}

/// A client's answer, checked but for its proof.
struct Answer<'a> {
    user: &'a str,
    nonce: &'a str,
    client_nonce: &'a str,
    uri: &'a str,
    authority: Option<&'a str>,
    response: &'a str,
    /// Longest message that the client takes.
    buffer_bytes: usize,
}

impl<'a> Answer<'a> {
    fn of(given: &'a Directives, user: &'a str, nonce: &'a str) -> Result<Self, Refusal> {
        let malformed = || Refusal::Malformed("answer of DIGEST-MD5");
        let expected = [
            ("nonce", nonce),
            ("realm", REALM),
            ("nc", "00000001"),
            ("qop", "auth-conf"),
            ("cipher", "rc4"),
        ];
        for (key, value) in expected {
            if given.get(key) != Some(value) {
                return Err(malformed());
            }
        }
        let authority = given.get("authzid").filter(|authority| !authority.is_empty());
        if authority.is_some_and(|authority| authority != user) {
            return Err(Refusal::Authority);
        }
        let uri = given.get("digest-uri").filter(|uri| uri.starts_with(SERVICE));
        let buffer_bytes = match given.get("maxbuf") {
            Some(bytes) => bytes.parse().map_err(|_| malformed())?,
            None => BUFFER_BYTES,
        };
        if buffer_bytes < Layer::BUFFER_BYTES_MIN {
            return Err(malformed());
        }
        Ok(Self {
            user,
            nonce,
            client_nonce: given.get("cnonce").filter(|n| !n.is_empty()).ok_or_else(malformed)?,
            uri: uri.ok_or_else(malformed)?,
            authority,
            response: given.get("response").ok_or_else(malformed)?,
            buffer_bytes: buffer_bytes.min(BUFFER_BYTES),
        })
    }

    /// H(A1) of the RFC.
    fn session_hash(&self, digest: &[u8; 16]) -> [u8; 16] {
        let mut md5 = Md5::new();
        md5.update(digest);
        md5.update(format!(":{}:{}", self.nonce, self.client_nonce));
        if let Some(authority) = self.authority {
            md5.update(format!(":{authority}"));
        }
        md5.finalize().into()
    }

    /// What proves the knowledge of the password; `prefix` tells the client's proof from the
    /// server's.
    fn proof(&self, session: &[u8; 16], prefix: &str) -> String {
        let what = hex(&Md5::digest(format!("{prefix}{}{NO_BODY_HASH}", self.uri)));
        let (session, nonce, client_nonce) = (hex(session), self.nonce, self.client_nonce);
        hex(&Md5::digest(format!("{session}:{nonce}:00000001:{client_nonce}:auth-conf:{what}")))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Answer, Layer, Server, hex};
    use crate::store::{Records, Store};
    use crate::{Password, Proven, Refusal, Verifier};

    fn records() -> Records {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::at(directory.path().join("sasl.db"));
        let verifier = Verifier::of("ann", &Password::new("secret".to_owned())).unwrap();
        store.put("ann", &verifier).unwrap();
        store.read().unwrap()
    }

    /// A client's answer, with `changes` to its fields.
    fn answer(server: &Server, records: &Records, changes: &[(&str, &str)]) -> String {
        let mut fields = vec![
            ("username", "ann".to_owned()),
            ("realm", "libvirt".to_owned()),
            ("nonce", server.nonce.clone()),
            ("cnonce", "abc".to_owned()),
            ("nc", "00000001".to_owned()),
            ("qop", "auth-conf".to_owned()),
            ("cipher", "rc4".to_owned()),
            ("maxbuf", "65536".to_owned()),
            ("digest-uri", "libvirt/host".to_owned()),
        ];
        let digest = records.verifier("ann").digest;
        let checked = Answer {
            user: "ann",
            nonce: &server.nonce,
            client_nonce: "abc",
            uri: "libvirt/host",
            authority: None,
            response: "",
            buffer_bytes: 65_536,
        };
        fields.push(("response", checked.proof(&checked.session_hash(&digest), "AUTHENTICATE:")));
        for (key, value) in changes {
            match fields.iter_mut().find(|(name, _)| name == key) {
                Some((_, old)) => *old = (*value).to_owned(),
                None => fields.push((key, (*value).to_owned())),
            }
        }
        let fields = fields.iter().map(|(key, value)| format!("{key}=\"{value}\""));
        fields.collect::<Vec<_>>().join(",")
    }

    #[test]
    fn the_right_answer_opens_a_layer() {
        let (server, records) = (Server::new().unwrap(), records());
        let said = answer(&server, &records, &[]);
        let Proven { user, farewell, layer } = server.answer(said.as_bytes(), &records).unwrap();
        assert_eq!(user, "ann");
        assert!(farewell.unwrap().starts_with(b"rspauth="));
        assert!(layer.is_some());
    }

    #[test]
    fn everything_else_is_refused() {
        let (server, records) = (Server::new().unwrap(), records());
        for (key, value) in [
            ("nonce", "old"),
            ("nc", "00000002"),
            ("realm", "other"),
            ("qop", "auth"),
            ("qop", "auth-int"),
            ("cipher", "rc4-40"),
            ("digest-uri", "imap/host"),
            ("cnonce", ""),
            ("maxbuf", "12"),
            ("maxbuf", "-1"),
        ] {
            let said = answer(&server, &records, &[(key, value)]);
            let (_, refusal) = server.answer(said.as_bytes(), &records).unwrap_err();
            assert!(matches!(refusal, Refusal::Malformed(_)), "{key}={value}: {refusal}");
        }
        for (key, value) in [("username", "eve"), ("response", "0"), ("cnonce", "other")] {
            let said = answer(&server, &records, &[(key, value)]);
            let (_, refusal) = server.answer(said.as_bytes(), &records).unwrap_err();
            assert!(matches!(refusal, Refusal::Proof), "{key}={value}: {refusal}");
        }
        let said = answer(&server, &records, &[("authzid", "root")]);
        let (_, refusal) = server.answer(said.as_bytes(), &records).unwrap_err();
        assert!(matches!(refusal, Refusal::Authority), "{refusal}");
    }

    #[test]
    fn a_forged_message_ends_the_layer() {
        let mut layer = Layer::of_server(&[7; 16], 65_536);
        assert!(layer.unwrap(&[0, 0, 0, 20, 1, 2, 3], &mut Vec::new()).is_ok(), "incomplete");
        assert!(layer.unwrap(&[0; 17], &mut Vec::new()).is_err());
    }

    #[test]
    fn hex_is_hex() {
        assert_eq!(hex(&[0, 0xaf, 0x10]), "00af10");
    }
}
