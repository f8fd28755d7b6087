//! Calls, from the socket to a driver and back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::os::fd::OwnedFd;
use std::time::Duration;

use api::qemu::{ConnectDomainMonitorEventRegister, ConnectDomainMonitorEventRegisterArgs};
use api::remote::*;
use api::{DomainEventType, Error, ErrorCode, ErrorDomain, EventMessage, Procedure};
use rpc::{Header, PacketType, Status};
use server::Limits;
use support::{PATIENCE, Stage, domain, facts, header};

fn hostname() -> Header {
    header(ConnectGetHostname::ROW, 9)
}

fn reboot() -> DomainRebootArgs {
    DomainRebootArgs { dom: domain(), flags: 0 }
}

#[tokio::test]
async fn a_session_opens_step_by_step() {
    let stage = Stage::new();
    let mut peer = stage.connect("rw").await;
    let early = peer.call::<ConnectGetHostname>(&()).await.unwrap_err();
    let rpc = (ErrorCode::RPC, ErrorDomain::RPC);
    assert_eq!(facts(&early), (rpc.0, rpc.1, "authentication required"));
    peer.call::<AuthList>(&()).await.unwrap();
    let unopened = peer.call::<ConnectGetHostname>(&()).await.unwrap_err();
    assert_eq!(
        facts(&unopened),
        (
            ErrorCode::INTERNAL_ERROR,
            ErrorDomain::RPC,
            "internal error: hypervisor connection not open"
        )
    );
    let keepalive = ConnectSupportsFeatureArgs { feature: 10 };
    assert_eq!(peer.call::<ConnectSupportsFeature>(&keepalive).await.unwrap().supported, 1);
    peer.open().await;
    assert_eq!(peer.call::<ConnectGetUri>(&()).await.unwrap().uri, "qemu:///system");
    assert_eq!(peer.call::<ConnectGetHostname>(&()).await.unwrap().hostname, "puppet");
    peer.call::<ConnectClose>(&()).await.unwrap();
    assert!(peer.receive_or_end().await.is_none());
}

#[tokio::test]
async fn opening_twice_fails_and_drops_the_first() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let args = ConnectOpenArgs { name: Some(String::new()), flags: 0 };
    let again = peer.call::<ConnectOpen>(&args).await.unwrap_err();
    assert_eq!(again.message, "internal error: connection already open");
    let after = peer.call::<ConnectGetHostname>(&()).await.unwrap_err();
    assert_eq!(after.message, "internal error: hypervisor connection not open");
}

#[tokio::test]
async fn uris_that_lead_nowhere_are_named() {
    let stage = Stage::new();
    for (uri, code, message) in [
        (
            "xx",
            ErrorCode::NO_CONNECT,
            "no connection driver available for URI 'xx' does not include a driver name",
        ),
        ("vmx:///x", ErrorCode::NO_CONNECT, "no connection driver available for vmx:///x"),
        (
            "qemu://host/system",
            ErrorCode::NO_CONNECT,
            "no connection driver available for qemu://host/system",
        ),
        ("qemu:///bogus", ErrorCode::INTERNAL_ERROR, "internal error: unexpected path '/bogus'"),
    ] {
        let mut peer = stage.connect("rw").await;
        peer.call::<AuthList>(&()).await.unwrap();
        let args = ConnectOpenArgs { name: Some(uri.to_owned()), flags: 0 };
        let error = peer.call::<ConnectOpen>(&args).await.unwrap_err();
        assert_eq!(facts(&error), (code, ErrorDomain::NONE, message));
    }
}

/// Sends one packet and returns the error that comes back.
async fn refusal(header: Header, payload: &[u8; 4]) -> Error {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    peer.send(&header, payload).await;
    let reply = peer.receive().await;
    assert_eq!(reply.header, header.reply(PacketType::Reply, Status::Error));
    reply.error()
}

#[tokio::test]
async fn packets_that_name_nothing_are_answered_with_what_they_named() {
    let base = hostname();
    for (header, message) in [
        (Header { program: 77, ..base }, "Cannot find program 77 version 1"),
        (Header { version: 2, ..base }, "Cannot find program 536903814 version 2"),
        (Header { procedure: 9999, ..base }, "unknown procedure: 9999"),
        (Header { procedure: -3, ..base }, "unknown procedure: -3"),
        (Header { procedure: 107, ..base }, "unknown procedure: 107"),
        (Header { status: Status::Error, ..base }, "Unexpected message status 1"),
        (
            Header { procedure: DomainLookupByName::ROW.number, ..base },
            "Unable to decode message payload",
        ),
    ] {
        let error = refusal(header, &[0xff; 4]).await;
        assert_eq!(facts(&error), (ErrorCode::RPC, ErrorDomain::RPC, message));
    }
}

#[tokio::test]
async fn a_call_that_no_route_serves_is_not_supported() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let args = DomainDestroyArgs { dom: domain() };
    let error = peer.call::<DomainDestroy>(&args).await.unwrap_err();
    let message = "this function is not supported by the connection driver: virDomainDestroy";
    assert_eq!(facts(&error), (ErrorCode::NO_SUPPORT, ErrorDomain::DOMAIN, message));
}

#[tokio::test]
async fn both_ways_to_read_only_refuse_to_touch() {
    let stage = Stage::new();
    for (socket, flags) in [("ro", 0), ("rw", 1)] {
        let mut peer = stage.connect(socket).await;
        peer.call::<AuthList>(&()).await.unwrap();
        let args = ConnectOpenArgs { name: Some(String::new()), flags };
        peer.call::<ConnectOpen>(&args).await.unwrap();
        let error = peer.call::<DomainReboot>(&reboot()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::OPERATION_DENIED, "{socket}");
        peer.call::<ConnectGetHostname>(&()).await.unwrap();
    }
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_own_call_only() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let at_once = peer.call::<DomainSuspend>(&DomainSuspendArgs { dom: domain() }).await;
    assert_eq!(at_once.unwrap_err().code, ErrorCode::INTERNAL_ERROR);
    let later = peer.call::<DomainResume>(&DomainResumeArgs { dom: domain() }).await;
    assert_eq!(later.unwrap_err().code, ErrorCode::INTERNAL_ERROR);
    peer.call::<ConnectGetHostname>(&()).await.unwrap();
}

#[tokio::test]
async fn a_call_outlives_its_client() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    peer.begin::<DomainReboot>(&reboot()).await;
    stage.puppet.reboots_begun(1).await;
    drop(peer);
    tokio::time::timeout(PATIENCE, stage.server.idle()).await.unwrap();
    stage.puppet.release.notify_one();
    stage.puppet.reboots_ended(1).await;
}

#[tokio::test]
async fn quick_calls_overtake_those_that_wait() {
    let stage = Stage::with(Limits { max_client_requests: 2, ..Limits::default() });
    let mut peer = stage.open().await;
    for _ in 0..4 {
        peer.begin::<DomainReboot>(&reboot()).await;
    }
    // Two run, two wait for their turn, and these are answered.
    for _ in 0..100 {
        peer.call::<ConnectGetHostname>(&()).await.unwrap();
    }
    stage.puppet.reboots_begun(2).await;
    for ended in 1..=4 {
        stage.puppet.reboots_begun(ended).await;
        stage.puppet.release.notify_one();
        stage.puppet.reboots_ended(ended).await;
        assert_eq!(peer.receive().await.header.procedure, DomainReboot::ROW.number);
    }
}

#[tokio::test]
async fn reading_stops_while_too_many_calls_wait_and_goes_on_after() {
    let limits = Limits { max_client_requests: 1, max_client_queue: 2, ..Limits::default() };
    let stage = Stage::with(limits);
    let mut peer = stage.open().await;
    for _ in 0..2 {
        peer.begin::<DomainReboot>(&reboot()).await;
    }
    let late = peer.begin::<ConnectGetHostname>(&()).await;
    stage.puppet.reboots_begun(1).await;
    stage.puppet.release.notify_one();
    let first = peer.receive().await;
    assert_eq!(first.header.procedure, DomainReboot::ROW.number);
    assert_eq!(peer.receive().await.header.serial, late);
}

#[tokio::test]
async fn a_client_that_leaves_while_it_is_not_read_from_is_let_go() {
    let limits = Limits { max_client_requests: 1, max_client_queue: 1, ..Limits::default() };
    for unread in [0, 1] {
        let stage = Stage::with(limits.clone());
        let mut peer = stage.open().await;
        peer.begin::<DomainReboot>(&reboot()).await;
        stage.puppet.reboots_begun(1).await;
        for _ in 0..unread {
            peer.begin::<ConnectGetHostname>(&()).await;
        }
        drop(peer);
        tokio::time::timeout(PATIENCE, stage.server.idle()).await.unwrap();
        stage.puppet.release.notify_one();
    }
}

#[tokio::test]
async fn a_thousand_calls_in_one_go_are_answered_in_order() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let mut bytes = Vec::new();
    for serial in 0..1000 {
        let header = header(ConnectGetLibVersion::ROW, serial);
        bytes.extend(rpc::encode(Vec::new(), &header, &()).unwrap());
    }
    let received = async {
        for serial in 0..1000 {
            let next = peer.reader.next().await.unwrap().unwrap();
            assert_eq!((next.header.serial, next.header.status), (serial, Status::Ok));
        }
    };
    peer.writer.push(bytes, Vec::new());
    let sent = peer.writer.flush(&mut peer.transport);
    let both = async { tokio::join!(sent, received).0.unwrap() };
    tokio::time::timeout(PATIENCE, both).await.unwrap();
}

#[tokio::test]
async fn descriptors_travel_with_a_reply() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let args = DomainOpenGraphicsFdArgs { dom: domain(), idx: 0, flags: 0 };
    peer.begin::<DomainOpenGraphicsFd>(&args).await;
    let reply = peer.receive().await;
    assert_eq!(reply.header.kind, PacketType::ReplyWithFds);
    let [fd] = <[_; 1]>::try_from(reply.fds).unwrap();
    let stream = std::os::unix::net::UnixStream::from(fd);
    assert_eq!(std::io::read_to_string(stream).unwrap(), "hello");
}

fn open_graphics() -> DomainOpenGraphicsArgs {
    DomainOpenGraphicsArgs { dom: domain(), idx: 0, flags: 0 }
}

/// One end of a pair of sockets, and the other, which sees when the first is closed.
fn pair() -> (OwnedFd, std::os::unix::net::UnixStream) {
    let (theirs, ours) = std::os::unix::net::UnixStream::pair().unwrap();
    (theirs.into(), ours)
}

#[tokio::test]
async fn descriptors_travel_with_a_call_as_many_as_may_be() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    for count in [1, 2, 32] {
        let fds = (0..count).map(|_| pair().0).collect();
        peer.begin_with_fds::<DomainOpenGraphics>(&open_graphics(), count, fds).await;
        let error = peer.receive().await.error();
        assert_eq!(error.detail, Some(format!("{count} came")));
    }
}

#[tokio::test]
async fn a_call_without_the_descriptors_it_needs_is_refused() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let error = peer.call::<DomainOpenGraphics>(&open_graphics()).await.unwrap_err();
    assert_eq!(error.message, "internal error: No FD available at slot 0");
    peer.begin_with_fds::<DomainOpenGraphics>(&open_graphics(), 0, Vec::new()).await;
    assert_eq!(peer.receive().await.error().message, error.message);
}

#[tokio::test]
async fn descriptors_with_a_call_that_takes_none_are_closed() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let (theirs, ours) = pair();
    peer.begin_with_fds::<ConnectGetHostname>(&(), 1, vec![theirs]).await;
    let reply = peer.receive().await;
    assert_eq!((reply.header.kind, reply.header.status), (PacketType::Reply, Status::Ok));
    assert_eq!(std::io::read_to_string(ours).unwrap(), "");
}

#[tokio::test]
async fn descriptors_that_were_not_as_announced_cost_the_connection() {
    let stage = Stage::new();
    // More than a packet may have.
    let mut peer = stage.open().await;
    peer.begin_with_fds::<ConnectGetHostname>(&(), 33, Vec::new()).await;
    assert!(peer.receive_or_end().await.is_none());
    // A byte, and nothing with it.
    let mut peer = stage.open().await;
    peer.begin_with_fds::<ConnectGetHostname>(&(), 1, Vec::new()).await;
    peer.send_bytes(vec![0]).await;
    assert!(peer.receive_or_end().await.is_none());
    // Announced by nobody.
    let mut peer = stage.open().await;
    peer.begin_with_fds::<ConnectGetHostname>(&(), 0, vec![pair().0]).await;
    peer.receive().await.result::<ConnectGetHostnameRet>().unwrap();
    peer.begin::<ConnectGetHostname>(&()).await;
    while peer.receive_or_end().await.is_some() {}
    stage.open().await.call::<ConnectGetHostname>(&()).await.unwrap();
}

#[tokio::test]
async fn events_come_in_order_to_whoever_asked() {
    let stage = Stage::new();
    let (mut all, mut one, mut other) =
        (stage.open().await, stage.open().await, stage.open().await);
    let register = |dom| ConnectDomainEventCallbackRegisterAnyArgs { event_id: 0, dom };
    let id = all.call::<ConnectDomainEventCallbackRegisterAny>(&register(None)).await.unwrap();
    let mine = register(Some(domain()));
    one.call::<ConnectDomainEventCallbackRegisterAny>(&mine).await.unwrap();
    let elsewhere = NonnullDomain { uuid: api::Uuid([9; 16]), ..domain() };
    let elsewhere = register(Some(elsewhere));
    other.call::<ConnectDomainEventCallbackRegisterAny>(&elsewhere).await.unwrap();
    (0..100).for_each(|detail| stage.puppet.publish(detail));
    for detail in 0..100 {
        let event = all.receive().await;
        assert_eq!(event.header.procedure, DomainEventCallbackLifecycle::ROW.number);
        let message: DomainEventCallbackLifecycleMsg = event.result().unwrap();
        assert_eq!(message.callback_id, id.callback_id);
        assert_eq!(message.msg.event, DomainEventType::STARTED.0);
        assert_eq!(message.msg.detail, detail);
        let message: DomainEventCallbackLifecycleMsg = one.receive().await.result().unwrap();
        assert_eq!(message.msg.detail, detail);
    }
    // The next packet is the reply: no event came before it.
    other.call::<ConnectGetHostname>(&()).await.unwrap();
    let args = ConnectDomainEventCallbackDeregisterAnyArgs { callback_id: id.callback_id };
    all.call::<ConnectDomainEventCallbackDeregisterAny>(&args).await.unwrap();
    stage.puppet.publish(100);
    all.call::<ConnectGetHostname>(&()).await.unwrap();
}

#[tokio::test]
async fn monitor_events_are_chosen_by_name() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let args = ConnectDomainMonitorEventRegisterArgs {
        dom: None,
        event: Some("^ST".to_owned()),
        flags: 1,
    };
    peer.call::<ConnectDomainMonitorEventRegister>(&args).await.unwrap();
    ["RESUME", "STOP"].iter().for_each(|name| stage.puppet.monitor_says(name));
    let event: api::qemu::DomainMonitorEventMsg = peer.receive().await.result().unwrap();
    assert_eq!(event.event, "STOP");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_authenticate_is_cut_off() {
    let stage = Stage::with(Limits { auth_timeout: Duration::from_secs(9), ..Limits::default() });
    let mut peer = stage.connect("rw").await;
    assert!(peer.receive_or_end().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_asked_for_it_is_pinged_and_given_up_when_silent() {
    let limits = Limits {
        keepalive_interval: Some(Duration::from_secs(2)),
        keepalive_count: 2,
        ..Limits::default()
    };
    let stage = Stage::with(limits);
    let mut peer = stage.open().await;
    let args = ConnectSupportsFeatureArgs { feature: 10 };
    peer.call::<ConnectSupportsFeature>(&args).await.unwrap();
    let asked = tokio::time::Instant::now();
    for _ in 0..2 {
        let ping = peer.receive().await.header;
        assert_eq!((ping.program, ping.procedure), (0x6b65_6570, 1));
    }
    assert!(peer.receive_or_end().await.is_none());
    assert_eq!(asked.elapsed().as_secs(), 6);
}

#[tokio::test]
async fn a_ping_is_answered_before_authentication() {
    let stage = Stage::new();
    let mut peer = stage.connect("rw").await;
    let ping = Header { kind: PacketType::Message, ..header(api::keepalive::Ping::ROW, 0) };
    peer.send(&ping, &()).await;
    assert_eq!(peer.receive().await.header, Header { procedure: 2, ..ping });
}

#[tokio::test]
async fn clients_without_callback_ids_register_by_event() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    peer.call::<ConnectDomainEventRegister>(&()).await.unwrap();
    let again = peer.call::<ConnectDomainEventRegister>(&()).await.unwrap_err();
    assert_eq!(
        facts(&again),
        (
            ErrorCode::INVALID_ARG,
            ErrorDomain::NONE,
            "invalid argument: event callback already tracked"
        )
    );
    stage.puppet.publish(4);
    let event: DomainEventLifecycleMsg = peer.receive().await.result().unwrap();
    assert_eq!(event.detail, 4);
    peer.call::<ConnectDomainEventDeregister>(&()).await.unwrap();
    let gone = peer.call::<ConnectDomainEventDeregister>(&()).await.unwrap_err();
    assert_eq!(gone.message, "internal error: domain event 0 not registered");
    let newer = ConnectDomainEventRegisterAnyArgs { event_id: 16 };
    let unknown = peer.call::<ConnectDomainEventRegisterAny>(&newer).await.unwrap_err();
    assert_eq!(unknown.message, "internal error: unsupported event ID 16");
}

#[tokio::test]
async fn the_server_ends_connections_when_it_stops_but_not_their_calls() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    peer.begin::<DomainReboot>(&reboot()).await;
    stage.puppet.reboots_begun(1).await;
    stage.server.stop();
    assert!(peer.receive_or_end().await.is_none());
    tokio::time::timeout(PATIENCE, stage.server.idle()).await.unwrap();
    stage.puppet.release.notify_one();
    stage.puppet.reboots_ended(1).await;
}
