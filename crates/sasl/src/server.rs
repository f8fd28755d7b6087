//! The server's side of an exchange.

use crate::digest_md5::Server as Digest;
use crate::scram::Server as Scram;
use crate::store::{Records, Store, StoreError};
use crate::{Layer, Mechanism, plain};

/// One attempt of a client to log in. Each step may read a file and may compute for some
/// milliseconds: it belongs on a thread that may block.
pub struct Exchange {
    store: Store,
    mechanism: Mechanism,
    state: State,
}

enum State {
    /// The client has said nothing yet.
    Begun,
    Scram(Box<Conversation<Scram>>),
    Digest(Box<Conversation<Digest>>),
    /// It succeeded or failed; it goes no further.
    Over,
}

/// A conversation with the file as it was when it began.
struct Conversation<M> {
    mechanism: M,
    records: Records,
}

/// What a step leads to.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and it is taken apart at once")]
pub enum Step {
    /// The client has to answer this.
    Challenge(Vec<u8>),
    /// The client has proved its name.
    Proven(Proven),
}

/// A name, proved.
#[derive(Debug)]
pub struct Proven {
    /// The name.
    pub user: String,
    /// What the client may still want to know: the server's own proof.
    pub farewell: Option<Vec<u8>>,
    /// What encrypts all that follows.
    pub layer: Option<Layer>,
}

/// Why a client is refused; for the log, not for the client.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Its messages make no sense.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// It wants to act for somebody else.
    #[error("it wants to act for somebody else")]
    Authority,
    /// It does not know the password, or there is no such user.
    #[error("unknown user or wrong password")]
    Proof,
    /// It goes on where the exchange is over.
    #[error("the exchange is over")]
    Over,
    /// Those who may log in are not known.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system has no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] std::io::Error),
}

impl Exchange {
    /// An exchange by `mechanism` with those in `store`.
    pub fn new(mechanism: Mechanism, store: Store) -> Self {
        Self { store, mechanism, state: State::Begun }
    }

    /// The name that the client goes by, proved or not; empty before it gave one.
    pub fn claimed(&self) -> &str {
        match &self.state {
            State::Scram(scram) => scram.mechanism.user(),
            State::Begun | State::Digest(_) | State::Over => "",
        }
    }

    /// Takes what the client said; none is not the same as nothing: it has yet to speak.
    ///
    /// # Errors
    /// A [`Refusal`]; the exchange is over, and the name beside it is the one that was claimed.
    pub fn step(&mut self, said: Option<&[u8]>) -> Result<Step, (String, Refusal)> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Begun => self.begin(said),
            State::Scram(mut scram) => {
                let outcome = scram.mechanism.last(said.unwrap_or_default());
                let user = scram.mechanism.user().to_owned();
                match outcome {
                    Err(refusal) => Err((user, refusal)),
                    Ok(farewell) if scram.records.is_real(&user) => Ok(Step::Proven(Proven {
                        user,
                        farewell: Some(farewell.into_bytes()),
                        layer: None,
                    })),
                    Ok(_) => Err((user, Refusal::Proof)),
                }
            }
            State::Digest(mut digest) => {
                let Conversation { mechanism, records } = digest.as_mut();
                mechanism.answer(said.unwrap_or_default(), records).map(Step::Proven)
            }
            State::Over => Err((String::new(), Refusal::Over)),
        }
    }

    fn begin(&mut self, said: Option<&[u8]>) -> Result<Step, (String, Refusal)> {
        let nobody = |refusal| (String::new(), refusal);
        match (self.mechanism, said) {
            (Mechanism::ScramSha256, Some(said)) if !said.is_empty() => {
                let records = self.store.read().map_err(|fault| nobody(fault.into()))?;
                let mut scram = Scram::new().map_err(|fault| nobody(fault.into()))?;
                let outcome = scram.first(said, |user| records.verifier(user));
                let challenge = outcome.map_err(|refusal| (scram.user().to_owned(), refusal))?;
                self.state = State::Scram(Box::new(Conversation { mechanism: scram, records }));
                Ok(Step::Challenge(challenge.into_bytes()))
            }
            (Mechanism::Plain, Some(said)) if !said.is_empty() => {
                let (user, password) = plain::parse(said).map_err(nobody)?;
                let records = self.store.read().map_err(|fault| nobody(fault.into()))?;
                // The password is hashed for those who do not exist, too.
                let right = records.verifier(&user).is_of(&password);
                if right && records.is_real(&user) {
                    Ok(Step::Proven(Proven { user, farewell: None, layer: None }))
                } else {
                    Err((user, Refusal::Proof))
                }
            }
            // Here the client speaks first; asked for nothing, it does.
            (Mechanism::ScramSha256 | Mechanism::Plain, _) => {
                self.state = State::Begun;
                Ok(Step::Challenge(Vec::new()))
            }
            (Mechanism::DigestMd5, None | Some([])) => {
                let records = self.store.read().map_err(|fault| nobody(fault.into()))?;
                let digest = Digest::new().map_err(|fault| nobody(fault.into()))?;
                let challenge = digest.challenge().into_bytes();
                self.state = State::Digest(Box::new(Conversation { mechanism: digest, records }));
                Ok(Step::Challenge(challenge))
            }
            (Mechanism::DigestMd5, Some(_)) => {
                Err(nobody(Refusal::Malformed("message of DIGEST-MD5: the server speaks first")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exchange, Refusal, Step};
    use crate::client::Login;
    use crate::{Mechanism, Password, Store, Verifier};

    fn store(directory: &tempfile::TempDir) -> Store {
        let store = Store::at(directory.path().join("sasl.db"));
        let verifier = Verifier::of("ann", &Password::new("secret".to_owned())).unwrap();
        store.put("ann", &verifier).unwrap();
        store
    }

    fn log_in(
        mechanism: Mechanism,
        store: &Store,
        user: &str,
        secret: &str,
    ) -> Result<String, Refusal> {
        let mut exchange = Exchange::new(mechanism, store.clone());
        let (mut login, mut said) =
            Login::begin(mechanism, user, &Password::new(secret.to_owned())).unwrap();
        for _ in 0..4 {
            match exchange.step(Some(&said)).map_err(|(_, refusal)| refusal)? {
                Step::Challenge(challenge) => said = login.next(&challenge).unwrap().unwrap(),
                Step::Proven(proven) => {
                    if let Some(farewell) = proven.farewell {
                        assert_eq!(login.next(&farewell).unwrap(), None);
                    }
                    assert!(login.is_done());
                    return Ok(proven.user);
                }
            }
        }
        panic!("the exchange has no end");
    }

    #[test]
    fn who_knows_the_password_gets_in_and_nobody_else() {
        let directory = tempfile::tempdir().unwrap();
        let store = store(&directory);
        for mechanism in [Mechanism::ScramSha256, Mechanism::Plain] {
            assert_eq!(log_in(mechanism, &store, "ann", "secret").unwrap(), "ann");
            for (user, secret) in [("ann", "wrong"), ("eve", "secret"), ("ANN", "secret")] {
                let refusal = log_in(mechanism, &store, user, secret).unwrap_err();
                assert!(matches!(refusal, Refusal::Proof), "{mechanism:?} {user}: {refusal}");
            }
        }
    }

    #[test]
    fn without_a_file_nobody_gets_in_and_the_exchange_looks_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::at(directory.path().join("sasl.db"));
        let refusal = log_in(Mechanism::ScramSha256, &store, "ann", "secret").unwrap_err();
        assert!(matches!(refusal, Refusal::Proof), "{refusal}");
    }

    #[test]
    fn an_exchange_that_is_over_stays_over() {
        let directory = tempfile::tempdir().unwrap();
        let mut exchange = Exchange::new(Mechanism::Plain, store(&directory));
        assert!(exchange.step(Some(b"\0ann\0wrong")).is_err());
        let (_, refusal) = exchange.step(Some(b"\0ann\0secret")).unwrap_err();
        assert!(matches!(refusal, Refusal::Over), "{refusal}");
    }

    #[test]
    fn the_refused_ones_name_is_known() {
        let directory = tempfile::tempdir().unwrap();
        let mut exchange = Exchange::new(Mechanism::Plain, store(&directory));
        let (user, _) = exchange.step(Some(b"\0eve\0guess")).unwrap_err();
        assert_eq!(user, "eve");
    }
}
