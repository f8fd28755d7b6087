//! How clients prove who they are.
//!
//! ```text
//!            ┌── none, or root where polkit decides ──────────────────────────┐
//! auth_list ─┼── sasl_init ── sasl_start ── sasl_step … ── proved, allowed ───┼──> authenticated
//!            └── auth_polkit ── polkit says yes ──────────────────────────────┘
//! ```
//!
//! What has to compute, read a file or ask somebody does so beside the session's task, which goes
//! on reading: it answers pings and sees a client leave, and with that the question is taken back.
//! Whoever fails too often on one connection loses it.

mod polkit;
mod sasl;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::polkit::Polkit;
use ::sasl::{Mechanism, Store};
use api::procedure::Row;
use api::remote::{AuthList, AuthListRet, AuthPolkit, AuthSaslStart, AuthSaslStep, AuthType};
use api::xdr::Xdr;
use api::{Error, ErrorCode, ErrorDomain, Procedure, Result};
use rpc::{Header, PacketType, Status};

use crate::answers::Answer;
use crate::call::{Reply, error_packet};
use crate::outgoing::End;
use crate::server::Auth;
use crate::session::{Phase, Session};

/// Proofs that may fail on one connection.
const FAILURES_MAX: u32 = 5;

/// What authentication goes by.
#[derive(Debug, Clone)]
pub struct Authentication {
    /// Who may log in by SASL.
    pub store: Store,
    /// The mechanisms that may be used where they are fit for the transport.
    pub mechanisms: Vec<Mechanism>,
    /// Names that may log in; none: all that are in the store.
    pub allowed: Option<Vec<tls::Pattern>>,
    /// How strong a mechanism has to encrypt over plain TCP. **Units**: bits.
    pub tcp_strength_bits: u32,
    /// Who is asked where polkit decides.
    pub polkit: Arc<Polkit>,
}

impl Authentication {
    /// With every mechanism, for all names in the store.
    pub fn new(store: Store, polkit: Arc<Polkit>) -> Self {
        let mechanisms = Mechanism::ALL.to_vec();
        Self { store, mechanisms, allowed: None, tcp_strength_bits: 112, polkit }
    }
}

/// A client's attempt to prove who it is.
#[derive(Default)]
pub(crate) struct Attempt {
    sasl: sasl::Stage,
    /// The process that connected, where polkit will be asked about it.
    subject: Option<::polkit::Subject>,
    failures: u32,
    deciding: Option<Deciding>,
}

/// A call that is answered once somebody else has decided.
struct Deciding {
    call: Header,
    verdict: Pending,
}

type Pending = Pin<Box<dyn Future<Output = Verdict> + Send>>;

/// How a call of authentication ends.
#[expect(clippy::large_enum_variant, reason = "one at a time, and it is taken apart at once")]
enum Verdict {
    Sasl(sasl::Outcome),
    Polkit(Result<()>),
    /// Whoever was to decide did not.
    Lost,
}

impl Attempt {
    /// The attempt of a client that comes through a door with such authentication.
    pub(crate) fn new(auth: Auth, peer: &driver::Peer) -> Self {
        let subject = match auth {
            Auth::Polkit => polkit::subject(peer),
            Auth::None | Auth::Sasl => None,
        };
        Self { subject, ..Self::default() }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(Header, Verdict)> {
        let Some(deciding) = &mut self.deciding else { return Poll::Pending };
        let verdict = std::task::ready!(deciding.verdict.as_mut().poll(cx));
        let call = deciding.call;
        self.deciding = None;
        Poll::Ready((call, verdict))
    }
}

impl Answer<AuthList> for Session {
    /// Where nothing is to be proved, this very call authenticates, as it does with libvirtd.
    fn answer(&mut self, (): ()) -> Result<AuthListRet> {
        let offered = match self.door.auth {
            _ if !self.is_anonymous() => AuthType::NONE,
            Auth::None => AuthType::NONE,
            Auth::Polkit if self.client.peer.uid == Some(0) => AuthType::NONE,
            Auth::Polkit => AuthType::POLKIT,
            Auth::Sasl => AuthType::SASL,
        };
        if offered == AuthType::NONE {
            self.authenticated();
        }
        Ok(AuthListRet { types: vec![offered].into() })
    }
}

impl Session {
    fn is_anonymous(&self) -> bool {
        matches!(self.phase, Phase::Anonymous)
    }

    /// Begins a call whose answer takes its time; false if it is none of those.
    ///
    /// # Errors
    /// When it comes at the wrong time.
    pub(crate) fn begin_proof(&mut self, row: &Row, call: Header, payload: &[u8]) -> Result<bool> {
        let is = |proof: &Row| (row.program, row.number) == (proof.program, proof.number);
        let verdict = if is(AuthSaslStart::ROW) {
            self.sasl_start(row, payload)?
        } else if is(AuthSaslStep::ROW) {
            self.sasl_step(row, payload)?
        } else if is(AuthPolkit::ROW) {
            self.ask_polkit()?
        } else {
            return Ok(false);
        };
        self.attempt.deciding = Some(Deciding { call, verdict });
        Ok(true)
    }

    /// Answers the call that was decided, if one was.
    pub(crate) fn poll_proof(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (call, verdict) = std::task::ready!(self.attempt.poll(cx));
        let packet = match verdict {
            Verdict::Sasl(outcome) => self.sasl_decided(outcome).and_then(|ret| encode(call, &ret)),
            Verdict::Polkit(outcome) => {
                self.polkit_decided(outcome).and_then(|ret| encode(call, &ret))
            }
            Verdict::Lost => Err(refused()),
        };
        let failed = packet.is_err();
        let packet = packet.unwrap_or_else(|error| error_packet(call, &error));
        self.reply(Reply::plain(packet));
        if failed {
            self.attempt.failures = self.attempt.failures.saturating_add(1);
            if self.attempt.failures >= FAILURES_MAX {
                self.log_refusal(&"too many failed attempts; the connection ends");
                self.outgoing.end(End::Orderly);
            }
        }
        Poll::Ready(())
    }

    fn log_refusal(&self, reason: &dyn std::fmt::Display) {
        let peer = &self.client.peer;
        let (uid, pid, remote) = (peer.uid, peer.pid, &peer.remote);
        tracing::warn!(client = self.client.id, uid, pid, remote, "client is not let in: {reason}");
    }
}

fn encode<T: Xdr>(call: Header, ret: &T) -> Result<Vec<u8>> {
    let header = call.reply(PacketType::Reply, Status::Ok);
    rpc::encode(Vec::new(), &header, ret)
        .map_err(|fault| Error::internal(ErrorDomain::RPC, format!("result is too long: {fault}")))
}

/// All that a client is told, whatever was wrong: as libvirtd does it.
fn refused() -> Error {
    Error::new(ErrorCode::AUTH_FAILED, ErrorDomain::RPC, "authentication failed")
}
