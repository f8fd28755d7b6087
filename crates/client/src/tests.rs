//! The client against a scripted server on a socket pair.

use std::time::Duration;

use api::xdr::{self, Xdr};
use api::{DomainEventID, ErrorCode, ErrorDomain, EventMessage, Procedure, qemu, remote};
use rpc::{Header, PacketReader, PacketType, PacketWriter, Status, UnixTransport};
use tokio::net::UnixStream;

use crate::{
    Closed, Connection, DomainEventBody, Error, KeepalivePolicy, Misbehaviour, MonitorFilter,
    Notice,
};

/// A server that does what a test tells it to, packet by packet.
struct Peer {
    reader: PacketReader<UnixTransport>,
    writer: PacketWriter,
    sink: UnixTransport,
}

impl Peer {
    /// The next call: its header and arguments.
    async fn take(&mut self) -> (Header, Vec<u8>) {
        let packet = self.reader.next().await.unwrap().expect("the client is there");
        (packet.header, packet.payload.to_vec())
    }

    async fn take_call<P: Procedure>(&mut self) -> (Header, P::Args) {
        let (header, payload) = self.take().await;
        assert_eq!(header.procedure, P::ROW.number, "expected {}", P::ROW.name);
        (header, xdr::from_bytes(&payload).unwrap())
    }

    async fn send<T: Xdr>(&mut self, header: Header, payload: &T) {
        self.writer.push(rpc::encode(Vec::new(), &header, payload).unwrap(), Vec::new());
        self.writer.flush(&mut self.sink).await.unwrap();
    }

    async fn reply<T: Xdr>(&mut self, call: Header, ret: &T) {
        self.send(call.reply(PacketType::Reply, Status::Ok), ret).await;
    }

    async fn event<E: EventMessage>(&mut self, body: &E::Body) {
        self.send(event_header(E::ROW.program, E::ROW.number), body).await;
    }

    async fn answer_call<P: Procedure>(&mut self, ret: &P::Ret) {
        let (header, _) = self.take_call::<P>().await;
        self.reply(header, ret).await;
    }
}

fn event_header(program: u32, procedure: i32) -> Header {
    let (kind, status) = (PacketType::Message, Status::Ok);
    Header { program, version: 1, procedure, kind, serial: 1, status }
}

/// An open connection without keepalive, and its peer.
async fn open() -> (Connection, Peer) {
    open_with(KeepalivePolicy::Never).await
}

async fn open_with(keepalive: KeepalivePolicy) -> (Connection, Peer) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (ours, theirs) = (UnixTransport::new(ours).unwrap(), UnixTransport::new(theirs).unwrap());
    let mut peer = Peer {
        reader: PacketReader::new(theirs.clone()),
        writer: PacketWriter::default(),
        sink: theirs,
    };
    let builder = Connection::builder("qemu:///system").keepalive(keepalive);
    let opening = tokio::spawn(builder.open_over(ours.clone(), ours));
    peer.answer_call::<remote::AuthList>(&remote::AuthListRet::default()).await;
    if keepalive != KeepalivePolicy::Never {
        let yes = remote::ConnectSupportsFeatureRet { supported: 1 };
        peer.answer_call::<remote::ConnectSupportsFeature>(&yes).await;
    }
    let (call, args) = peer.take_call::<remote::ConnectOpen>().await;
    assert_eq!(args.name.as_deref(), Some("qemu:///system"));
    peer.reply(call, &()).await;
    (opening.await.unwrap().unwrap(), peer)
}

fn hostname(text: &str) -> remote::ConnectGetHostnameRet {
    remote::ConnectGetHostnameRet { hostname: text.to_owned() }
}

fn spawn_hostname(connection: &Connection) -> tokio::task::JoinHandle<crate::Result<String>> {
    let connection = connection.clone();
    tokio::spawn(async move { connection.hostname().await })
}

fn misbehaviour(error: Error) -> Misbehaviour {
    match error {
        Error::Closed(Closed::Misbehaved(fault)) => fault,
        other => panic!("not a misbehaviour: {other:?}"),
    }
}

#[tokio::test]
async fn replies_find_their_calls_in_any_order() {
    let (connection, mut peer) = open().await;
    let first = spawn_hostname(&connection);
    let (first_call, _) = peer.take().await;
    let second = spawn_hostname(&connection);
    let (second_call, _) = peer.take().await;
    peer.reply(second_call, &hostname("second")).await;
    peer.reply(first_call, &hostname("first")).await;
    assert_eq!(first.await.unwrap().unwrap(), "first");
    assert_eq!(second.await.unwrap().unwrap(), "second");
}

#[tokio::test]
async fn a_refusal_carries_the_servers_code_and_leaves_the_connection_open() {
    let (connection, mut peer) = open().await;
    let call = spawn_hostname(&connection);
    let (header, _) = peer.take().await;
    let refusal = api::Error::no_domain(ErrorDomain::QEMU, "no domain 'x'");
    peer.send(header.reply(PacketType::Reply, Status::Error), &refusal.to_wire()).await;
    let error = call.await.unwrap().unwrap_err();
    assert!(error.is(ErrorCode::NO_DOMAIN));
    assert_eq!(error.to_string(), "Domain not found: no domain 'x'");
    assert!(connection.is_open());
}

#[tokio::test]
async fn a_reply_to_no_call_closes_the_connection() {
    let (connection, mut peer) = open().await;
    let call = spawn_hostname(&connection);
    let (header, _) = peer.take().await;
    peer.reply(Header { serial: header.serial + 1, ..header }, &hostname("x")).await;
    let fault = misbehaviour(call.await.unwrap().unwrap_err());
    assert_eq!(fault, Misbehaviour::UnknownSerial { serial: header.serial + 1 });
    assert!(!connection.is_open());
}

#[tokio::test]
async fn a_reply_to_another_procedure_closes_the_connection() {
    let (connection, mut peer) = open().await;
    let call = spawn_hostname(&connection);
    let (header, _) = peer.take().await;
    peer.reply(Header { procedure: 999, ..header }, &hostname("x")).await;
    let fault = misbehaviour(call.await.unwrap().unwrap_err());
    assert!(matches!(fault, Misbehaviour::WrongProcedure { procedure: 999, .. }), "{fault}");
}

#[tokio::test]
async fn a_result_that_cannot_be_decoded_closes_the_connection() {
    let (connection, mut peer) = open().await;
    let call = spawn_hostname(&connection);
    let (header, _) = peer.take().await;
    peer.reply(header, &77u32).await;
    let fault = misbehaviour(call.await.unwrap().unwrap_err());
    assert!(matches!(fault, Misbehaviour::Payload { name: "ConnectGetHostname", .. }), "{fault}");
    assert!(!connection.is_open());
}

#[tokio::test]
async fn the_end_of_the_connection_fails_all_that_is_in_flight() {
    let (connection, mut peer) = open().await;
    let calls = [spawn_hostname(&connection), spawn_hostname(&connection)];
    peer.take().await;
    peer.take().await;
    drop(peer);
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Closed(Closed::Eof)), "{error:?}");
    }
    let error = connection.hostname().await.unwrap_err();
    assert!(matches!(error, Error::Closed(Closed::Eof)), "{error:?}");
}

#[tokio::test]
async fn the_end_inside_a_reply_is_told_apart() {
    let (connection, mut peer) = open().await;
    let call = spawn_hostname(&connection);
    let (header, _) = peer.take().await;
    let header = header.reply(PacketType::Reply, Status::Ok);
    let mut packet = rpc::encode(Vec::new(), &header, &hostname("cut")).unwrap();
    packet.truncate(30);
    peer.writer.push(packet, Vec::new());
    peer.writer.flush(&mut peer.sink).await.unwrap();
    drop(peer);
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Closed(Closed::Truncated { arrived: 30 })), "{error:?}");
}

#[tokio::test]
async fn a_cancelled_calls_late_reply_is_thrown_away() {
    let (connection, mut peer) = open().await;
    let cancelled = spawn_hostname(&connection);
    let (late, _) = peer.take().await;
    cancelled.abort();
    assert!(cancelled.await.unwrap_err().is_cancelled());
    let next = spawn_hostname(&connection);
    let (header, _) = peer.take().await;
    peer.reply(late, &hostname("late")).await;
    peer.reply(header, &hostname("in time")).await;
    assert_eq!(next.await.unwrap().unwrap(), "in time");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_call_and_not_the_connection() {
    let (connection, mut peer) = open().await;
    let deadline = Duration::from_secs(3);
    let error =
        connection.call_within::<remote::ConnectGetHostname>(deadline, ()).await.unwrap_err();
    assert!(matches!(error, Error::Deadline { call: "ConnectGetHostname", .. }), "{error:?}");
    let (late, _) = peer.take().await;
    peer.reply(late, &hostname("late")).await;
    let next = spawn_hostname(&connection);
    let (header, _) = peer.take().await;
    peer.reply(header, &hostname("next")).await;
    assert_eq!(next.await.unwrap().unwrap(), "next");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_asked_and_then_given_up() {
    let interval = Duration::from_secs(5);
    let (connection, mut peer) = open_with(KeepalivePolicy::After { interval, count: 2 }).await;
    let call = spawn_hostname(&connection);
    peer.take().await;
    for _ in 0..2 {
        let (ping, _) = peer.take().await;
        assert_eq!((ping.program, ping.procedure), (0x6b65_6570, 1));
    }
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Closed(Closed::Keepalive)), "{error:?}");
}

#[tokio::test]
async fn a_ping_is_answered() {
    let (_connection, mut peer) = open().await;
    peer.event::<api::keepalive::Ping>(&()).await;
    let (pong, _) = peer.take().await;
    assert_eq!((pong.program, pong.procedure, pong.serial), (0x6b65_6570, 2, 0));
}

fn balloon(callback_id: i32, actual: u64) -> remote::DomainEventCallbackBalloonChangeMsg {
    let dom = remote::NonnullDomain { name: "g".to_owned(), ..Default::default() };
    let msg = remote::DomainEventBalloonChangeMsg { dom, actual };
    remote::DomainEventCallbackBalloonChangeMsg { callback_id, msg }
}

#[tokio::test]
async fn events_of_a_registration_are_kept_even_when_they_overtake_its_reply() {
    let (connection, mut peer) = open().await;
    let registering = {
        let connection = connection.clone();
        tokio::spawn(async move { connection.events(&[DomainEventID::BALLOON_CHANGE], None).await })
    };
    let (call, args) = peer.take_call::<remote::ConnectDomainEventCallbackRegisterAny>().await;
    assert_eq!(args.event_id, DomainEventID::BALLOON_CHANGE.0);
    peer.event::<remote::DomainEventCallbackBalloonChange>(&balloon(9, 1)).await;
    peer.event::<remote::DomainEventCallbackBalloonChange>(&balloon(8, 2)).await;
    let ret = remote::ConnectDomainEventCallbackRegisterAnyRet { callback_id: 8 };
    peer.reply(call, &ret).await;
    // Of a kind that this client does not know: passed over.
    peer.send(event_header(0x2000_8086, 99_999), &8i32).await;
    peer.event::<remote::DomainEventCallbackBalloonChange>(&balloon(8, 3)).await;
    let mut events = registering.await.unwrap().unwrap();
    for expected in [2, 3] {
        match events.next().await.unwrap() {
            Notice::Event(event) => {
                assert_eq!(event.body, DomainEventBody::BalloonChange { actual_kib: expected });
            }
            Notice::Lost { count } => panic!("{count} lost"),
        }
    }
    drop(events);
    let (_, args) = peer.take_call::<remote::ConnectDomainEventCallbackDeregisterAny>().await;
    assert_eq!(args.callback_id, 8);
}

#[tokio::test]
async fn a_flood_of_events_is_bounded_and_the_loss_is_told() {
    let (connection, mut peer) = open().await;
    let registering = {
        let connection = connection.clone();
        tokio::spawn(async move { connection.monitor_events(&MonitorFilter::All, None).await })
    };
    let (call, _) = peer.take_call::<qemu::ConnectDomainMonitorEventRegister>().await;
    peer.reply(call, &qemu::ConnectDomainMonitorEventRegisterRet { callback_id: 3 }).await;
    let mut events = registering.await.unwrap().unwrap();
    for seconds in 0..2000 {
        let event = qemu::DomainMonitorEventMsg { callback_id: 3, seconds, ..Default::default() };
        peer.event::<qemu::DomainMonitorEvent>(&event).await;
    }
    // A call behind the events: when it is answered, all of them were read.
    let barrier = spawn_hostname(&connection);
    let (header, _) = peer.take().await;
    peer.reply(header, &hostname("")).await;
    barrier.await.unwrap().unwrap();
    let mut received = 0;
    let lost = loop {
        match events.next().await.unwrap() {
            Notice::Event(event) => {
                assert_eq!(event.seconds, received);
                received += 1;
            }
            Notice::Lost { count } => break count,
        }
    };
    assert_eq!((received, lost), (1024, 976));
}

#[tokio::test]
async fn a_stream_flows_both_ways_and_ends_in_agreement() {
    let (connection, mut peer) = open().await;
    let domain = connection.domain(remote::NonnullDomain::default());
    let opening =
        tokio::spawn(async move { domain.console(None, api::DomainConsoleFlags::default()).await });
    let (call, _) = peer.take_call::<remote::DomainOpenConsole>().await;
    let data = call.reply(PacketType::Stream, Status::Continue);
    // Stream packets may come before the reply is seen.
    peer.reply(call, &()).await;
    peer.send(data, &u32::from_be_bytes(*b"boot")).await;
    let mut stream = opening.await.unwrap().unwrap();
    assert_eq!(stream.next().await.unwrap().as_deref(), Some(&b"boot"[..]));
    stream.send(b"root").await.unwrap();
    let (header, payload) = peer.take().await;
    assert_eq!((header.kind, header.serial), (PacketType::Stream, call.serial));
    assert_eq!(payload, b"root");
    peer.send(data, &()).await;
    assert_eq!(stream.next().await.unwrap(), None);
    let finishing = tokio::spawn(stream.finish());
    let (header, _) = peer.take().await;
    assert_eq!(header.status, Status::Ok);
    peer.send(call.reply(PacketType::Stream, Status::Ok), &()).await;
    finishing.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stream_that_the_server_gives_up_says_why() {
    let (connection, mut peer) = open().await;
    let domain = connection.domain(remote::NonnullDomain::default());
    let opening = tokio::spawn(async move { domain.screenshot(0).await });
    let (call, _) = peer.take_call::<remote::DomainScreenshot>().await;
    peer.reply(call, &remote::DomainScreenshotRet { mime: None }).await;
    let (_, mut stream) = opening.await.unwrap().unwrap();
    let reason = api::Error::operation_failed(ErrorDomain::STREAMS, "disk on fire");
    peer.send(call.reply(PacketType::Stream, Status::Error), &reason.to_wire()).await;
    let error = stream.next().await.unwrap_err();
    assert_eq!(error.to_string(), "operation failed: disk on fire");
    assert!(connection.is_open());
}

#[tokio::test]
async fn a_dropped_stream_is_aborted() {
    let (connection, mut peer) = open().await;
    let domain = connection.domain(remote::NonnullDomain::default());
    let opening = tokio::spawn(async move { domain.screenshot(0).await });
    let (call, _) = peer.take_call::<remote::DomainScreenshot>().await;
    peer.reply(call, &remote::DomainScreenshotRet { mime: None }).await;
    drop(opening.await.unwrap().unwrap());
    let (header, _) = peer.take().await;
    assert_eq!((header.kind, header.status), (PacketType::Stream, Status::Error));
    assert_eq!(header.serial, call.serial);
}

#[tokio::test]
async fn kinds_of_object_have_callback_ids_of_their_own() {
    let (connection, mut peer) = open().await;
    let network = connection.clone();
    let lifecycle = [api::NetworkEventID::LIFECYCLE];
    let opening = tokio::spawn(async move { network.network_events(&lifecycle, None).await });
    let ret = remote::ConnectNetworkEventRegisterAnyRet { callback_id: 5 };
    peer.answer_call::<remote::ConnectNetworkEventRegisterAny>(&ret).await;
    let mut networks = opening.await.unwrap().unwrap();
    let changed = [api::SecretEventID::VALUE_CHANGED];
    let opening = tokio::spawn(async move { connection.secret_events(&changed, None).await });
    let ret = remote::ConnectSecretEventRegisterAnyRet { callback_id: 5 };
    peer.answer_call::<remote::ConnectSecretEventRegisterAny>(&ret).await;
    let mut secrets = opening.await.unwrap().unwrap();
    let secret = remote::NonnullSecret { usage_id: "disk".to_owned(), ..Default::default() };
    peer.event::<remote::SecretEventValueChanged>(&remote::SecretEventValueChangedMsg {
        callback_id: 5,
        secret: secret.clone(),
    })
    .await;
    let net = remote::NonnullNetwork { name: "net".to_owned(), ..Default::default() };
    peer.event::<remote::NetworkEventLifecycle>(&remote::NetworkEventLifecycleMsg {
        callback_id: 5,
        net: net.clone(),
        event: 77,
        detail: 1,
    })
    .await;
    let body = crate::SecretEventBody::ValueChanged;
    let expected = Notice::Event(crate::SecretEvent { secret, body });
    assert_eq!(secrets.next().await.unwrap(), expected);
    // A number that only a newer server knows is carried.
    let event = api::NetworkEventLifecycleType(77);
    let body = crate::NetworkEventBody::Lifecycle { event, detail: 1 };
    let expected = Notice::Event(crate::NetworkEvent { network: net, body });
    assert_eq!(networks.next().await.unwrap(), expected);
    drop(networks);
    let (_, args) = peer.take_call::<remote::ConnectNetworkEventDeregisterAny>().await;
    assert_eq!(args.callback_id, 5);
}

#[tokio::test]
async fn events_of_unknown_kinds_are_carried_to_whoever_asks() {
    let (connection, mut peer) = open().await;
    let mut unknown = connection.unknown_events();
    peer.send(event_header(0x2000_8086, 99_999), &8i32).await;
    let expected = crate::UnknownEvent {
        program: 0x2000_8086,
        procedure: 99_999,
        payload: 8i32.to_be_bytes().to_vec(),
    };
    assert_eq!(unknown.next().await.unwrap(), Notice::Event(expected));
}

fn volume_args(flags: u32) -> remote::StorageVolDownloadArgs {
    remote::StorageVolDownloadArgs { flags, ..Default::default() }
}

#[tokio::test]
async fn a_sparse_stream_carries_holes_both_ways() {
    let (connection, mut peer) = open().await;
    let opening = tokio::spawn(async move {
        connection.call_sparse_stream::<remote::StorageVolDownload>(volume_args(1)).await
    });
    let (call, _) = peer.take_call::<remote::StorageVolDownload>().await;
    peer.reply(call, &()).await;
    let ((), mut stream) = opening.await.unwrap().unwrap();
    let hole_header = call.reply(PacketType::StreamHole, Status::Continue);
    for length in [1 << 40, 70_000] {
        peer.send(hole_header, &remote::StreamHole { length, flags: 0 }).await;
    }
    peer.send(call.reply(PacketType::Stream, Status::Continue), &7u32).await;
    assert_eq!(stream.next_piece().await.unwrap(), Some(crate::Piece::Hole(1 << 40)));
    // Whoever does not ask for pieces reads zeros.
    let mut zeros = 0;
    let data = loop {
        let data = stream.next().await.unwrap().unwrap();
        match data.iter().all(|byte| *byte == 0) {
            true => zeros += data.len(),
            false => break data,
        }
    };
    assert_eq!((zeros, data), (70_000, 7u32.to_be_bytes().to_vec()));
    stream.send_hole(4096).await.unwrap();
    let (header, payload) = peer.take().await;
    assert_eq!(header, hole_header);
    let hole: remote::StreamHole = xdr::from_bytes(&payload).unwrap();
    assert_eq!((hole.length, hole.flags), (4096, 0));
}

#[tokio::test]
async fn a_hole_that_nobody_asked_for_ends_the_connection() {
    let (connection, mut peer) = open().await;
    let caller = connection.clone();
    let opening = tokio::spawn(async move {
        caller.call_stream::<remote::StorageVolDownload>(volume_args(0)).await
    });
    let (call, _) = peer.take_call::<remote::StorageVolDownload>().await;
    peer.reply(call, &()).await;
    let (_, mut stream) = opening.await.unwrap().unwrap();
    let header = call.reply(PacketType::StreamHole, Status::Continue);
    peer.send(header, &remote::StreamHole { length: 1, flags: 0 }).await;
    let fault = misbehaviour(stream.next().await.unwrap_err());
    assert!(matches!(fault, Misbehaviour::UnexpectedPacket { .. }), "{fault:?}");
}
