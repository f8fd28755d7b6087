//! What a client may say before it has proved who it is, in every wrong order.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::Arc;

use api::remote::*;
use api::{ErrorCode, ErrorDomain, Result};
use polkit::Polkit;
use rpc::{PacketReader, PacketWriter, UnixTransport};
use sasl::client::Login;
use sasl::{Mechanism, Password, Store, Verifier};
use server::{Auth, Authentication, Door, Limits, ListenerKind, Server};
use support::{Peer, Puppet, facts};
use tokio::net::{UnixListener, UnixStream};

/// A server whose only door wants such a proof.
struct Stage {
    directory: tempfile::TempDir,
}

impl Stage {
    fn new(auth: Auth) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::at(directory.path().join("sasl.db"));
        let verifier = Verifier::of("ann", &Password::new("secret".to_owned())).unwrap();
        store.put("ann", &verifier).unwrap();
        let server = Server::new(Limits::default(), vec![Puppet::new() as _]);
        let nowhere = format!("unix:path={}", directory.path().join("bus").display());
        let polkit = Arc::new(Polkit::at(&nowhere));
        server.set_authentication(Authentication::new(store, polkit));
        let listener = UnixListener::bind(directory.path().join("rw")).unwrap();
        let door = Door { kind: ListenerKind::ReadWrite, auth };
        tokio::spawn(async move { server.serve(listener, door).await });
        Self { directory }
    }

    async fn connect(&self) -> Peer {
        let stream = UnixStream::connect(self.directory.path().join("rw")).await.unwrap();
        let transport = UnixTransport::new(stream).unwrap();
        Peer {
            reader: PacketReader::new(transport.clone()),
            writer: PacketWriter::default(),
            transport,
            serial: 0,
        }
    }
}

fn data(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|byte| byte.cast_signed()).collect()
}

async fn start(peer: &mut Peer, mech: &str, said: &[u8]) -> Result<AuthSaslStartRet> {
    let args = AuthSaslStartArgs { mech: mech.to_owned(), nil: 0, data: data(said).into() };
    peer.call::<AuthSaslStart>(&args).await
}

async fn step(peer: &mut Peer, said: &[u8]) -> Result<AuthSaslStepRet> {
    peer.call::<AuthSaslStep>(&AuthSaslStepArgs { nil: 0, data: data(said).into() }).await
}

async fn init(peer: &mut Peer) -> Result<String> {
    Ok(peer.call::<AuthSaslInit>(&()).await?.mechlist)
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(outcome: Result<T>) {
    let text = "authentication failed: authentication failed";
    let error = outcome.unwrap_err();
    assert_eq!(facts(&error), (ErrorCode::AUTH_FAILED, ErrorDomain::RPC, text));
}

/// Logs in as ann, or tries to.
async fn log_in(peer: &mut Peer, password: &str) -> Result<()> {
    init(peer).await?;
    let password = Password::new(password.to_owned());
    let (mut login, first) = Login::begin(Mechanism::ScramSha256, "ann", &password).unwrap();
    let bytes = |data: Vec<i8>| -> Vec<u8> { data.into_iter().map(i8::cast_unsigned).collect() };
    let ret = start(peer, "SCRAM-SHA-256", &first).await?;
    let proof = login.next(&bytes(ret.data.0)).unwrap().unwrap();
    let ret = step(peer, &proof).await?;
    assert_eq!((ret.complete, ret.nil), (1, 0));
    assert_eq!(login.next(&bytes(ret.data.0)).unwrap(), None);
    assert!(login.is_done());
    Ok(())
}

#[tokio::test]
async fn a_name_that_is_proved_opens_the_door() {
    let stage = Stage::new(Auth::Sasl);
    let mut peer = stage.connect().await;
    assert_eq!(peer.call::<AuthList>(&()).await.unwrap().types.0, [AuthType::SASL]);
    let open = ConnectOpenArgs { name: Some("qemu:///system".to_owned()), flags: 0 };
    let early = peer.call::<ConnectOpen>(&open).await.unwrap_err();
    let text = "authentication required";
    assert_eq!(facts(&early), (ErrorCode::RPC, ErrorDomain::RPC, text));
    log_in(&mut peer, "secret").await.unwrap();
    assert_eq!(peer.call::<AuthList>(&()).await.unwrap().types.0, [AuthType::NONE]);
    peer.call::<ConnectOpen>(&open).await.unwrap();
    // It is who it is now.
    assert_refused(init(&mut peer).await);
    assert_refused(step(&mut peer, b"").await);
}

#[tokio::test]
async fn calls_out_of_turn_are_refused_and_do_no_harm() {
    let stage = Stage::new(Auth::Sasl);
    let mut peer = stage.connect().await;
    assert_refused(start(&mut peer, "SCRAM-SHA-256", b"n,,n=ann,r=x").await);
    assert_refused(step(&mut peer, b"").await);
    assert_eq!(init(&mut peer).await.unwrap(), "SCRAM-SHA-256");
    assert_refused(init(&mut peer).await);
    // This order ends libvirtd 9.0.
    assert_refused(step(&mut peer, b"x").await);
    log_in(&mut peer, "secret").await.unwrap();
}

#[tokio::test]
async fn a_mechanism_that_was_not_offered_cannot_be_used() {
    let stage = Stage::new(Auth::Sasl);
    for mechanism in ["PLAIN", "DIGEST-MD5", "ANONYMOUS", "", "scram"] {
        let mut peer = stage.connect().await;
        init(&mut peer).await.unwrap();
        assert_refused(start(&mut peer, mechanism, b"\0ann\0secret").await);
    }
}

#[tokio::test]
async fn an_exchange_that_failed_begins_again_but_not_for_ever() {
    let stage = Stage::new(Auth::Sasl);
    let mut peer = stage.connect().await;
    assert_refused(log_in(&mut peer, "wrong").await);
    log_in(&mut peer, "secret").await.unwrap();

    let mut peer = stage.connect().await;
    for _ in 0..5 {
        assert_refused(log_in(&mut peer, "wrong").await);
    }
    assert!(peer.receive_or_end().await.is_none(), "the connection ends");
}

#[tokio::test]
async fn whoever_breaks_an_exchange_off_begins_again() {
    let stage = Stage::new(Auth::Sasl);
    let mut peer = stage.connect().await;
    init(&mut peer).await.unwrap();
    let begun = start(&mut peer, "SCRAM-SHA-256", b"n,,n=ann,r=x").await.unwrap();
    assert_eq!((begun.complete, begun.nil), (0, 0));
    let abort = AuthSaslStepArgs { nil: 1, data: Vec::new().into() };
    assert_refused(peer.call::<AuthSaslStep>(&abort).await);
    log_in(&mut peer, "secret").await.unwrap();
}

#[tokio::test]
async fn a_client_that_has_yet_to_speak_is_asked_to() {
    let stage = Stage::new(Auth::Sasl);
    let mut peer = stage.connect().await;
    init(&mut peer).await.unwrap();
    let mech = "SCRAM-SHA-256".to_owned();
    let silent = AuthSaslStartArgs { mech, nil: 1, data: Vec::new().into() };
    let asked = peer.call::<AuthSaslStart>(&silent).await.unwrap();
    assert_eq!((asked.complete, asked.nil, asked.data.0.len()), (0, 1, 0));
    let challenge = step(&mut peer, b"n,,n=ann,r=x").await.unwrap();
    assert_eq!((challenge.complete, challenge.nil), (0, 0));
}

#[tokio::test]
async fn a_proof_that_nobody_asked_for_counts_for_nothing() {
    let stage = Stage::new(Auth::Sasl);
    let mut peer = stage.connect().await;
    let error = peer.call::<AuthPolkit>(&()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
    let stage = Stage::new(Auth::None);
    assert_refused(init(&mut stage.connect().await).await);
}

#[tokio::test]
async fn root_need_not_ask_polkit_and_others_hear_that_there_is_none() {
    let stage = Stage::new(Auth::Polkit);
    let mut peer = stage.connect().await;
    let offered = peer.call::<AuthList>(&()).await.unwrap().types.0;
    if rustix::process::geteuid().is_root() {
        assert_eq!(offered, [AuthType::NONE]);
        assert_refused(peer.call::<AuthPolkit>(&()).await);
    } else {
        assert_eq!(offered, [AuthType::POLKIT]);
        let error = peer.call::<AuthPolkit>(&()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::INTERNAL_ERROR, "{}", error.message);
    }
}
