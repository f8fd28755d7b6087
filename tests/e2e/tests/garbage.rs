//! Wrong, truncated, oversized and out-of-order packets: the right error, and nobody else is disturbed.
#![forbid(unsafe_code)]

use e2e::Daemon;
use e2e::wire::{HOSTNAME, OPEN, REMOTE, Wire, call, packet};

/// `VIR_ERR_RPC`.
const RPC: u32 = 39;

/// Asserts that a client that was there all the time and a new one are served.
#[track_caller]
fn is_well(daemon: &Daemon, bystander: &mut Wire) {
    bystander.send(&call(HOSTNAME, 77, &[]));
    let reply = bystander.reply();
    assert_eq!(reply.header, [REMOTE, 1, HOSTNAME, 1, 77, 0]);
    daemon.virsh(["uri"]).ok();
}

#[test]
fn a_length_that_no_packet_has_ends_the_connection() {
    let daemon = Daemon::start();
    let mut bystander = Wire::opened(daemon.socket());
    for length in [0_u32, 3, 4, 20, 27, 33_554_437, 0x7fff_ffff, u32::MAX] {
        let mut wire = Wire::connect(daemon.socket());
        wire.send(&length.to_be_bytes());
        wire.send(&[0; 64]);
        wire.is_hung_up();
        let mut wire = Wire::opened(daemon.socket());
        wire.send(&length.to_be_bytes());
        wire.send(&[0; 64]);
        wire.is_hung_up();
    }
    is_well(&daemon, &mut bystander);
}

#[test]
fn another_protocol_ends_the_connection() {
    let daemon = Daemon::start();
    let mut bystander = Wire::opened(daemon.socket());
    let mut wire = Wire::connect(daemon.socket());
    wire.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    wire.is_hung_up();
    is_well(&daemon, &mut bystander);
}

#[test]
fn calls_that_do_not_exist_are_answered_with_an_error() {
    let daemon = Daemon::start();
    let mut wire = Wire::opened(daemon.socket());
    for (header, reason) in [
        ([0x1234_5678, 1, 1, 0, 5, 0], "Cannot find program 305419896 version 1"),
        ([REMOTE, 2, 1, 0, 6, 0], "Cannot find program 536903814 version 2"),
        ([REMOTE, 1, 0, 0, 7, 0], "unknown procedure: 0"),
        ([REMOTE, 1, 9999, 0, 8, 0], "unknown procedure: 9999"),
        ([REMOTE, 1, HOSTNAME, 0, 9, 1], "Unexpected message status 1"),
    ] {
        wire.send(&packet(header, &[]));
        let reply = wire.reply();
        assert_eq!(reply.code(), RPC, "{reply:?}");
        assert_eq!(reply.header[..3], header[..3], "the reply names the call");
        assert_eq!((reply.header[3], reply.header[4]), (1, header[4]));
        let text = String::from_utf8_lossy(&reply.payload).into_owned();
        assert!(text.contains(reason), "no '{reason}' in {text}");
    }
    is_well(&daemon, &mut wire);
}

#[test]
fn nothing_is_done_before_authentication() {
    let daemon = Daemon::start();
    for procedure in [HOSTNAME, OPEN] {
        let mut wire = Wire::connect(daemon.socket());
        wire.send(&call(procedure, 0, &[]));
        let reply = wire.reply();
        assert_eq!(reply.code(), RPC, "{reply:?}");
    }
}

#[test]
fn arguments_that_do_not_decode_are_answered_with_an_error() {
    let daemon = Daemon::start();
    let mut wire = Wire::opened(daemon.socket());
    let lookup = 23;
    // An empty payload, a string longer than the packet, one longer than any string, a length of -1.
    for payload in [&[][..], b"\0\0\0\x40ab", b"\x7f\xff\xff\xffab", b"\xff\xff\xff\xff"] {
        wire.send(&call(lookup, 3, payload));
        let reply = wire.reply();
        assert_eq!((reply.code(), reply.header[4]), (RPC, 3), "{reply:?}");
    }
    is_well(&daemon, &mut wire);
}

#[test]
fn packets_that_only_a_daemon_sends_are_dropped() {
    let daemon = Daemon::start();
    let mut wire = Wire::opened(daemon.socket());
    for kind in [1, 2, 3] {
        wire.send(&packet([REMOTE, 1, HOSTNAME, kind, 5, 0], &[]));
    }
    is_well(&daemon, &mut wire);
}

#[test]
fn a_client_that_stops_in_the_middle_disturbs_nobody() {
    let daemon = Daemon::start();
    let mut bystander = Wire::opened(daemon.socket());
    let whole = call(HOSTNAME, 5, &[]);
    let mut half_done: Vec<Wire> =
        (1..whole.len()).map(|_| Wire::opened(daemon.socket())).collect();
    for (sent, wire) in half_done.iter_mut().enumerate() {
        wire.send(&whole[..sent + 1]);
    }
    is_well(&daemon, &mut bystander);
    // Half of them go on where they stopped, the others hang up.
    for (sent, wire) in half_done.iter_mut().enumerate().filter(|(sent, _)| sent % 2 == 0) {
        wire.send(&whole[sent + 1..]);
        assert!(!wire.reply().is_error());
    }
    drop(half_done);
    is_well(&daemon, &mut bystander);
}

#[test]
fn calls_sent_in_one_burst_are_all_answered() {
    let daemon = Daemon::start();
    let mut wire = Wire::opened(daemon.socket());
    let serials = 100..200_u32;
    let burst: Vec<u8> = serials.clone().flat_map(|serial| call(HOSTNAME, serial, &[])).collect();
    wire.send(&burst);
    let mut answered: Vec<u32> = serials.clone().map(|_| wire.reply().header[4]).collect();
    answered.sort_unstable();
    assert_eq!(answered, serials.collect::<Vec<_>>());
}
