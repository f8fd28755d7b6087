//! Clients that misbehave.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use api::Procedure;
use api::procedure::Lane;
use api::remote::*;
use rpc::{Header, PacketType, Status};
use server::Limits;
use support::{PATIENCE, Peer, Received, Stage, domain, header};

/// Whoever else is connected must not notice.
async fn cut_off_after(bytes: Vec<u8>) {
    let stage = Stage::new();
    let mut bystander = stage.open().await;
    let mut peer = stage.open().await;
    peer.send_bytes(bytes.clone()).await;
    assert!(peer.receive_or_end().await.is_none(), "{bytes:?}");
    bystander.call::<ConnectGetHostname>(&()).await.unwrap();
}

fn raw(length: u32, kind: u32, status: u32) -> Vec<u8> {
    [length, 0x2000_8086, 1, 59, kind, 7, status].iter().flat_map(|w| w.to_be_bytes()).collect()
}

#[tokio::test]
async fn packets_that_break_the_rules_cost_the_connection() {
    for bytes in [
        raw(0, 0, 0),
        raw(27, 0, 0),
        raw(33_554_437, 0, 0),
        raw(u32::MAX, 0, 0),
        raw(28, 7, 0),
        raw(28, 0, 3),
        // Descriptors announced without room for their count, and too many.
        raw(28, 4, 0),
        [raw(32, 4, 0), vec![0, 0, 0, 33]].concat(),
        // One announced; its byte carries none.
        [raw(32, 4, 0), vec![0, 0, 0, 1, 0]].concat(),
    ] {
        cut_off_after(bytes).await;
    }
}

#[tokio::test]
async fn packets_that_make_no_sense_from_a_client_are_dropped() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let call = header(ConnectGetHostname::ROW, 5);
    for kind in [PacketType::Reply, PacketType::Message, PacketType::Stream, PacketType::StreamHole]
    {
        peer.send(&Header { kind, status: Status::Continue, ..call }, &[0u8; 12]).await;
    }
    peer.call::<ConnectGetHostname>(&()).await.unwrap();
}

/// Bytes that look like nothing, like huge counts, and like long lists of nothing.
#[tokio::test]
async fn every_procedure_answers_whatever_its_arguments_are() {
    let stage = Stage::new();
    let calls = api::MAIN_PROGRAMS.iter().flat_map(|program| program.rows());
    for row in calls.filter(|row| row.lane != Lane::Event) {
        for word in [0u32, 1, 0x0000_ffff, 0x7fff_ffff, u32::MAX] {
            // Reboots of the puppet wait for a word of ours.
            if row.number == DomainReboot::ROW.number && word == 0 {
                continue;
            }
            let mut peer = stage.open().await;
            let payload = word.to_be_bytes().repeat(50);
            let mut out = rpc::begin(Vec::new(), &header(row, 1000));
            out.put(&payload);
            peer.send_bytes(rpc::seal(out).unwrap()).await;
            let reply = peer.receive().await.header;
            assert_eq!((reply.serial, reply.procedure), (1000, row.number), "{}", row.name);
        }
    }
}

#[tokio::test]
async fn a_connection_cut_inside_a_packet_ends_its_session() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    peer.send_bytes(raw(28, 0, 0)[..20].to_vec()).await;
    drop(peer);
    tokio::time::timeout(PATIENCE, stage.server.idle()).await.unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_read_its_events_is_cut_off() {
    let stage = Stage::with(Limits { outgoing_max_bytes: 100_000, ..Limits::default() });
    let (mut slow, mut quick) = (stage.open().await, stage.open().await);
    let args = ConnectDomainEventCallbackRegisterAnyArgs::default();
    slow.call::<ConnectDomainEventCallbackRegisterAny>(&args).await.unwrap();
    quick.call::<ConnectDomainEventCallbackRegisterAny>(&args).await.unwrap();
    for detail in 0..20_000 {
        stage.puppet.publish(detail);
        let event: DomainEventCallbackLifecycleMsg = quick.receive().await.result().unwrap();
        assert_eq!(event.msg.detail, detail);
        if stage.server.clients() == 1 {
            return;
        }
    }
    panic!("a client that reads nothing is still there");
}

#[tokio::test]
async fn calls_of_a_client_that_does_not_read_wait_and_take_no_memory() {
    let limits = Limits { stall_timeout: Duration::from_millis(200), ..Limits::default() };
    let stage = Stage::with(limits);
    let mut peer = stage.open().await;
    // Each answer is a mebibyte; some fit into socket and line, the rest is not even begun.
    let args = DomainGetXmlDescArgs { dom: domain(), flags: 4 };
    let mut bytes = Vec::new();
    for serial in 0..500 {
        bytes.extend(
            rpc::encode(Vec::new(), &header(DomainGetXmlDesc::ROW, serial), &args).unwrap(),
        );
    }
    peer.send_bytes(bytes).await;
    // It takes nothing for the time it has, and is given up.
    tokio::time::timeout(PATIENCE, stage.server.idle()).await.unwrap();
    let mut answered = 0;
    while peer.receive_or_end_or_cut().await.is_some() {
        answered += 1;
    }
    assert!(answered < 10, "{answered} answers were made for nobody");
}

#[tokio::test]
async fn a_slow_reader_gets_everything_in_the_end() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let args = DomainGetXmlDescArgs { dom: domain(), flags: 4 };
    for _ in 0..20 {
        peer.begin::<DomainGetXmlDesc>(&args).await;
    }
    for serial in 3..23 {
        let reply = peer.receive().await;
        assert_eq!(reply.header.serial, serial);
        assert_eq!(reply.payload.len(), (1 << 20) + 4);
    }
}

impl Peer {
    /// As `receive_or_end`, for a connection that may end inside a packet.
    async fn receive_or_end_or_cut(&mut self) -> Option<Received> {
        match tokio::time::timeout(PATIENCE, self.reader.next()).await.unwrap() {
            Ok(packet) => packet.map(|packet| Received {
                header: packet.header,
                payload: Vec::new(),
                fds: packet.fds,
            }),
            Err(_) => None,
        }
    }
}
