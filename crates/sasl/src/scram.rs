//! SCRAM-SHA-256: RFC 5802 with the hash of RFC 7677, without channel binding.

mod client;
mod message;
mod server;

use pbkdf2::pbkdf2_hmac;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Password;
use crate::verifier::hmac;

pub(crate) use client::Client;
pub(crate) use server::Server;

/// The keys that grow out of a password.
pub(crate) struct Keys {
    salted: Zeroizing<[u8; 32]>,
}

impl Keys {
    pub(crate) fn derive(password: &Password, salt: &[u8], iterations: u32) -> Self {
        let mut salted = Zeroizing::new([0; 32]);
        pbkdf2_hmac::<Sha256>(password.bytes(), salt, iterations, salted.as_mut());
        Self { salted }
    }

    fn client_key(&self) -> [u8; 32] {
        hmac(self.salted.as_ref(), &[b"Client Key"])
    }

    pub(crate) fn stored_key(&self) -> [u8; 32] {
        Sha256::digest(self.client_key()).into()
    }

    pub(crate) fn server_key(&self) -> [u8; 32] {
        hmac(self.salted.as_ref(), &[b"Server Key"])
    }
}

fn xor(one: [u8; 32], other: [u8; 32]) -> [u8; 32] {
    let mut both = one;
    both.iter_mut().zip(other).for_each(|(to, from)| *to ^= from);
    both
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Client, Server};
    use crate::verifier::Verifier;
    use crate::{Password, Refusal};

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    /// The exchange that RFC 7677 prints.
    #[test]
    fn the_example_of_the_rfc() {
        let client_first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
        let server_nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let server_first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                            s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let client_final = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                            p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        let server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
        let salt = [
            0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36,
            0xfa, 0x81,
        ];
        let verifier = Verifier::salted("user", &password("pencil"), salt, 4096);
        let mut server = Server::with_nonce(server_nonce.to_owned());
        let first = server.first(client_first.as_bytes(), |user| {
            assert_eq!(user, "user");
            verifier.clone()
        });
        assert_eq!(first.unwrap(), server_first);
        assert_eq!(server.last(client_final.as_bytes()).unwrap(), server_final);

        let mut client = Client::with_nonce("user", password("pencil"), "rOprNGfwEbeRWgbNEkqO");
        assert_eq!(client.first(), client_first);
        assert_eq!(client.last(server_first.as_bytes()).unwrap(), client_final);
        client.verify(server_final.as_bytes()).unwrap();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_name_and_password_get_through(user in "[^\\p{C}\\s]{1,20}", secret in "\\PC{1,20}") {
            let verifier = Verifier::salted(&user, &password(&secret), [7; 16], 4096);
            let mut client = Client::new(&user, password(&secret)).unwrap();
            let mut server = Server::new().unwrap();
            let challenge = server.first(client.first().as_bytes(), |_| verifier.clone()).unwrap();
            let proof = client.last(challenge.as_bytes()).unwrap();
            client.verify(server.last(proof.as_bytes()).unwrap().as_bytes()).unwrap();
            prop_assert_eq!(server.user(), user);
        }

        #[test]
        fn garbage_is_refused_without_harm(first in any::<Vec<u8>>(), last in any::<Vec<u8>>()) {
            let verifier = Verifier::fake("x", b"y");
            let mut server = Server::new().unwrap();
            let _ = server.first(&first, |_| verifier.clone());
            prop_assert!(server.last(&last).is_err());
        }
    }

    #[test]
    fn a_wrong_password_is_told_as_such() {
        let verifier = Verifier::salted("ann", &password("right"), [7; 16], 4096);
        let mut client = Client::new("ann", password("wrong")).unwrap();
        let mut server = Server::new().unwrap();
        let challenge = server.first(client.first().as_bytes(), |_| verifier).unwrap();
        let proof = client.last(challenge.as_bytes()).unwrap();
        let refusal = server.last(proof.as_bytes()).unwrap_err();
        assert!(matches!(refusal, Refusal::Proof), "{refusal}");
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_found_out() {
        let mut client = Client::new("ann", password("right")).unwrap();
        let mut server = Server::new().unwrap();
        let verifier = Verifier::salted("ann", &password("right"), [7; 16], 4096);
        let challenge = server.first(client.first().as_bytes(), |_| verifier).unwrap();
        client.last(challenge.as_bytes()).unwrap();
        assert!(client.verify(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").is_err());
    }

    #[test]
    fn another_ones_authority_and_channel_binding_are_not_granted() {
        for first in ["n,a=root,n=ann,r=abc", "p=tls-unique,,n=ann,r=abc", "n,,m=1,n=ann,r=abc"] {
            let mut server = Server::new().unwrap();
            let refusal = server.first(first.as_bytes(), |_| Verifier::fake("x", b"y"));
            assert!(refusal.is_err(), "{first}");
        }
    }
}
