//! A name and a password, by SASL.
//!
//! An exchange begins with `init`; whatever goes wrong in it ends it, and the client begins again.
//! A step runs on a thread that may block: it reads the file of those who may log in, and hashes.

use api::procedure::Row;
use api::remote::{
    AuthSaslInit, AuthSaslInitRet, AuthSaslStart, AuthSaslStep, AuthSaslStepRet, AuthType,
};
use api::{Procedure, Result};
use driver::Transport;
use sasl::{Exchange, Mechanism, Proven, Refusal, Step, Wire};
use trace::probes;

use super::{Authentication, Pending, Verdict, refused};
use crate::answers::Answer;
use crate::dispatch::decode;
use crate::server::Auth;
use crate::session::Session;

/// Where an attempt stands.
#[derive(Default)]
pub(super) enum Stage {
    /// There is none, or a step of it is being decided.
    #[default]
    Idle,
    /// The client was told which mechanisms there are.
    Offered(Vec<Mechanism>),
    /// The client has to answer a challenge.
    Challenged(Box<Exchange>),
}

/// What a step came to.
pub(super) struct Outcome {
    exchange: Box<Exchange>,
    step: Result<Step, (String, Refusal)>,
}

impl Answer<AuthSaslInit> for Session {
    fn answer(&mut self, (): ()) -> Result<AuthSaslInitRet> {
        let idle = matches!(self.attempt.sasl, Stage::Idle) && self.attempt.deciding.is_none();
        if self.door.auth != Auth::Sasl || !self.is_anonymous() || !idle {
            return Err(refused());
        }
        let authentication = self.server.authentication().ok_or_else(refused)?;
        let offered = offered(&authentication, self.client.peer.transport);
        if offered.is_empty() {
            self.log_refusal(&"no mechanism that is allowed is fit for the transport");
            return Err(refused());
        }
        let names: Vec<&str> = offered.iter().map(|mechanism| mechanism.name()).collect();
        let mechlist = names.join(",");
        self.attempt.sasl = Stage::Offered(offered);
        Ok(AuthSaslInitRet { mechlist })
    }
}

/// The mechanisms for clients of a transport.
fn offered(authentication: &Authentication, transport: Transport) -> Vec<Mechanism> {
    let (wire, strength) = match transport {
        Transport::Unix => (Wire::Local, 0),
        Transport::Tls => (Wire::Encrypted, 0),
        Transport::Tcp => (Wire::Open, authentication.tcp_strength_bits),
    };
    let fits =
        |mechanism: &Mechanism| mechanism.fits(wire) && mechanism.strength_bits() >= strength;
    authentication.mechanisms.iter().copied().filter(fits).collect()
}

impl Session {
    pub(super) fn sasl_start(&mut self, row: &Row, payload: &[u8]) -> Result<Pending> {
        let args: <AuthSaslStart as Procedure>::Args = decode(row, payload)?;
        let Stage::Offered(offered) = std::mem::take(&mut self.attempt.sasl) else {
            return Err(self.out_of_turn());
        };
        let mechanism = Mechanism::find(&args.mech).filter(|wanted| offered.contains(wanted));
        let Some(mechanism) = mechanism else {
            self.log_refusal(&format_args!("mechanism {:?} was not offered", args.mech));
            return Err(refused());
        };
        let authentication = self.server.authentication().ok_or_else(refused)?;
        let exchange = Box::new(Exchange::new(mechanism, authentication.store.clone()));
        Ok(step(exchange, bytes(args.nil, &args.data.0)))
    }

    pub(super) fn sasl_step(&mut self, row: &Row, payload: &[u8]) -> Result<Pending> {
        let args: <AuthSaslStep as Procedure>::Args = decode(row, payload)?;
        match std::mem::take(&mut self.attempt.sasl) {
            Stage::Challenged(exchange) => Ok(step(exchange, bytes(args.nil, &args.data.0))),
            Stage::Idle | Stage::Offered(_) => Err(self.out_of_turn()),
        }
    }

    fn out_of_turn(&self) -> api::Error {
        self.log_refusal(&"a call of SASL came out of turn");
        refused()
    }

    /// Lets the client in if it has proved a name that is allowed.
    pub(super) fn sasl_decided(&mut self, outcome: Outcome) -> Result<AuthSaslStepRet> {
        let Outcome { exchange, step } = outcome;
        match step {
            Ok(Step::Challenge(challenge)) => {
                self.attempt.sasl = Stage::Challenged(exchange);
                Ok(answer(0, Some(challenge).filter(|challenge| !challenge.is_empty())))
            }
            Ok(Step::Proven(Proven { user, farewell, layer })) => {
                self.check_allowed(&user)?;
                let client = self.client.id;
                probes::rpc_server_client_auth_allow(client, AuthType::SASL.0, &user);
                tracing::info!(client, user, "client has authenticated by SASL");
                self.client.set_sasl_name(user);
                self.authenticated();
                self.next_layer = layer.map(|layer| Box::new(Layer(layer)) as _);
                Ok(answer(1, farewell))
            }
            Err((user, refusal)) => {
                // A name is what the client says it is, so it is shown with its odd characters
                // escaped.
                probes::rpc_server_client_auth_fail(self.client.id, AuthType::SASL.0);
                self.log_refusal(&format_args!("user {user:?}: {refusal}"));
                Err(refused())
            }
        }
    }

    fn check_allowed(&self, user: &str) -> Result<()> {
        let authentication = self.server.authentication().ok_or_else(refused)?;
        match &authentication.allowed {
            Some(allowed) if !allowed.iter().any(|pattern| pattern.matches(user)) => {
                probes::rpc_server_client_auth_deny(self.client.id, AuthType::SASL.0, user);
                self.log_refusal(&format_args!(
                    "user {user:?} is not in sasl_allowed_username_list"
                ));
                Err(refused())
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Takes one step where blocking is no harm.
fn step(mut exchange: Box<Exchange>, said: Option<Vec<u8>>) -> Pending {
    let (sender, outcome) = tokio::sync::oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let step = exchange.step(said.as_deref());
        // A client that has left wants no answer.
        let _ = sender.send(Outcome { exchange, step });
    });
    Box::pin(async move {
        match outcome.await {
            Ok(outcome) => Verdict::Sasl(outcome),
            // The step panicked, or the daemon ends.
            Err(_) => Verdict::Lost,
        }
    })
}

/// What a client says; nothing at all is not the same as no bytes.
fn bytes(nil: i32, data: &[i8]) -> Option<Vec<u8>> {
    (nil == 0).then(|| data.iter().map(|byte| byte.cast_unsigned()).collect())
}

fn answer(complete: i32, said: Option<Vec<u8>>) -> AuthSaslStepRet {
    let nil = i32::from(said.is_none());
    let data: Vec<i8> = said.unwrap_or_default().into_iter().map(u8::cast_signed).collect();
    AuthSaslStepRet { complete, nil, data: data.into() }
}

/// A mechanism's layer as a transport wants it.
struct Layer(sasl::Layer);

impl rpc::Layer for Layer {
    fn wrap(&mut self, plain: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
        self.0.wrap(plain, out);
        Ok(())
    }

    fn unwrap(&mut self, wire: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
        let forged = |fault| std::io::Error::new(std::io::ErrorKind::InvalidData, fault);
        self.0.unwrap(wire, out).map_err(forged)
    }
}
