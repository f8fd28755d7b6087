//! The feed of what the daemon does, over the admin socket.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use api::admin::{ConnectOpen as AdminOpen, ConnectOpenArgs as AdminOpenArgs};
use api::ferrovirt::{TraceOpen, TraceOpenArgs};
use api::remote::*;
use api::{ErrorCode, Procedure};
use rpc::{Header, PacketType, Status};
use serde_json::{Value as Json, json};
use server::Limits;
use support::{Peer, Stage, domain};

/// The feed is the process's: tests take turns where they are threads of one.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A client of the admin socket that watches.
struct Watch {
    peer: Peer,
    serial: u32,
    text: Vec<u8>,
}

/// Calls with what is in them.
fn calls() -> TraceOpenArgs {
    TraceOpenArgs { feeds: 1, flags: 1, ..TraceOpenArgs::default() }
}

async fn administrate(stage: &Stage) -> Peer {
    let mut peer = stage.connect("admin").await;
    peer.call::<AdminOpen>(&AdminOpenArgs::default()).await.unwrap();
    peer
}

impl Watch {
    /// Watches, and has seen the line that says so.
    async fn open(stage: &Stage, args: TraceOpenArgs) -> Self {
        let mut peer = administrate(stage).await;
        peer.call::<TraceOpen>(&args).await.unwrap();
        let mut watch = Self { serial: peer.serial, peer, text: Vec::new() };
        let ready = watch.line().await;
        assert_eq!((&ready["kind"], &ready["at"]), (&json!("ready"), &json!(0.0)));
        watch
    }

    async fn line(&mut self) -> Json {
        loop {
            if let Some(end) = self.text.iter().position(|byte| *byte == b'\n') {
                let rest = self.text.split_off(end + 1);
                let line = std::mem::replace(&mut self.text, rest);
                return serde_json::from_slice(&line).unwrap();
            }
            let data = self.peer.receive().await;
            let Header { kind, serial, status, .. } = data.header;
            assert_eq!((kind, serial), (PacketType::Stream, self.serial));
            assert_eq!(status, Status::Continue);
            self.text.extend_from_slice(&data.payload);
        }
    }

    /// The next line with these members; what else comes is skipped.
    async fn find(&mut self, members: &Json) -> Json {
        loop {
            let line = self.line().await;
            if members.as_object().unwrap().iter().all(|(name, value)| line[name] == *value) {
                return line;
            }
        }
    }
}

#[tokio::test]
async fn a_watcher_sees_who_calls_what_with_which_results_and_how_long_it_took() {
    let _turn = TURN.lock().await;
    let stage = Stage::new();
    let mut watch = Watch::open(&stage, calls()).await;
    let mut peer = stage.open().await;
    let args = DomainGetStateArgs { dom: domain(), flags: 0 };
    peer.call::<DomainGetState>(&args).await.unwrap();
    drop(peer);
    let opened = watch.line().await;
    assert_eq!((&opened["kind"], &opened["transport"]), (&json!("opened"), &json!("unix")));
    assert!(opened["local"].as_str().unwrap().ends_with("/rw"), "{opened}");
    assert_eq!(opened["pid"], std::process::id());
    let call = json!({ "procedure": "domain_get_state", "direction": "rx", "type": "call" });
    let call = watch.find(&call).await;
    assert_eq!(call["client"], opened["client"]);
    assert_eq!((&call["program"], &call["len"]), (&json!("remote"), &json!(60)));
    assert_eq!((&call["args"]["dom"]["name"], &call["args"]["flags"]), (&json!("vm"), &json!(0)));
    let reply = watch.line().await;
    assert_eq!((&reply["direction"], &reply["type"]), (&json!("tx"), &json!("reply")));
    assert_eq!((&reply["serial"], &reply["status"]), (&call["serial"], &json!("ok")));
    assert_eq!(reply["ret"], json!({ "state": 1, "reason": 1 }));
    for time in ["queued_us", "job_us", "monitor_us", "total_us"] {
        assert!(reply[time].is_u64(), "{time}: {reply}");
    }
    let closed = watch.line().await;
    assert_eq!((&closed["kind"], &closed["client"]), (&json!("closed"), &opened["client"]));
}

#[tokio::test]
async fn a_watcher_with_filters_sees_only_what_they_ask_for() {
    let _turn = TURN.lock().await;
    let stage = Stage::new();
    let errors =
        TraceOpenArgs { procedure: Some("domain_*".to_owned()), errors_only: 1, ..calls() };
    let mut errors = Watch::open(&stage, errors).await;
    let mut other = stage.open().await;
    let mut peer = stage.open().await;
    let lookup = |name: &str| DomainLookupByNameArgs { name: name.to_owned() };
    for name in ["vm", "none"] {
        let found = other.call::<DomainLookupByName>(&lookup(name)).await;
        assert_eq!(found.is_ok(), name == "vm");
    }
    let error = errors.line().await;
    assert_eq!(error["error"]["code"], ErrorCode::NO_DOMAIN.0);
    assert_eq!(error["args"]["name"], "none", "a reply alone brings what was asked");
    // Another domain, then the same by another client than the first watcher's.
    let of_client = TraceOpenArgs { client: error["client"].as_u64(), ..calls() };
    let mut of_client = Watch::open(&stage, of_client).await;
    let of_domain = TraceOpenArgs { domain: Some("vm".to_owned()), ..calls() };
    let mut of_domain = Watch::open(&stage, of_domain).await;
    let mut args = DomainGetStateArgs { dom: domain(), flags: 1 };
    args.dom.name = "another".to_owned();
    peer.call::<DomainGetState>(&args).await.unwrap();
    args.dom.name = "vm".to_owned();
    args.flags = 2;
    peer.call::<DomainGetState>(&args).await.unwrap();
    args.flags = 3;
    other.call::<DomainGetState>(&args).await.unwrap();
    assert_eq!(of_client.line().await["args"]["flags"], 3);
    let seen = [of_domain.line().await, of_domain.line().await, of_domain.line().await];
    let seen = seen.map(|line| (line["type"].clone(), line["args"]["flags"].clone()));
    let call = |flags: u32| (json!("call"), json!(flags));
    assert_eq!(seen, [call(2), (json!("reply"), Json::Null), call(3)]);
}

#[tokio::test]
async fn a_slow_call_says_what_it_waited_for() {
    let _turn = TURN.lock().await;
    let stage = Stage::with(Limits { max_client_requests: 1, ..Limits::default() });
    let slow = TraceOpenArgs { procedure: Some("domain_reboot".to_owned()), ..calls() };
    let mut watch = Watch::open(&stage, slow).await;
    let mut peer = stage.open().await;
    let reboot = DomainRebootArgs { dom: domain(), flags: 0 };
    peer.begin::<DomainReboot>(&reboot).await;
    peer.begin::<DomainReboot>(&reboot).await;
    stage.puppet.reboots_begun(1).await;
    let (first, second) = (watch.line().await, watch.line().await);
    assert_eq!([&first["type"], &second["type"]], [&json!("call"), &json!("call")]);
    // The second stands in line for as long as the first runs.
    let paused = std::time::Duration::from_millis(20);
    tokio::time::sleep(paused).await;
    stage.puppet.release.notify_one();
    stage.puppet.reboots_begun(2).await;
    stage.puppet.release.notify_one();
    let (first, second) = (watch.line().await, watch.line().await);
    let micros = |line: &Json, name: &str| line[name].as_u64().unwrap();
    assert!(micros(&first, "total_us") >= 20_000, "{first}");
    assert!(micros(&first, "queued_us") < micros(&first, "total_us"), "{first}");
    assert!(micros(&second, "queued_us") >= 20_000, "{second}");
    assert!(micros(&second, "queued_us") <= micros(&second, "total_us"), "{second}");
}

#[tokio::test]
async fn a_watcher_that_does_not_read_loses_lines_with_a_count_and_holds_up_nobody() {
    let _turn = TURN.lock().await;
    let stage = Stage::new();
    let mut watch = Watch::open(&stage, calls()).await;
    let mut peer = stage.open().await;
    let mut dom = domain();
    dom.name = "x".repeat(200 << 10);
    let args = DomainGetStateArgs { dom, flags: 0 };
    // Several times what socket, line and queue hold together.
    let calls: u64 = 100;
    for _ in 0..calls {
        peer.call::<DomainGetState>(&args).await.unwrap();
    }
    let lost = watch.find(&json!({ "kind": "lost" })).await;
    let count = lost["count"].as_u64().unwrap();
    assert!((1..2 * calls).contains(&count), "{lost}");
    // From here on it sees everything again.
    let args = DomainGetStateArgs { dom: domain(), flags: 77 };
    peer.call::<DomainGetState>(&args).await.unwrap();
    let call = watch.find(&json!({ "procedure": "domain_get_state", "len": 60 })).await;
    assert_eq!(call["args"]["flags"], 77);
}

#[tokio::test]
async fn events_show_how_far_they_came() {
    let _turn = TURN.lock().await;
    let stage = Stage::new();
    let events = TraceOpenArgs { feeds: 2, ..TraceOpenArgs::default() };
    let mut watch = Watch::open(&stage, events).await;
    let mut peer = stage.open().await;
    stage.puppet.publish(0);
    let untold = watch.line().await;
    assert_eq!((&untold["event"], &untold["told"]), (&json!("lifecycle"), &json!(0)));
    let args = ConnectDomainEventCallbackRegisterAnyArgs { event_id: 0, dom: None };
    peer.call::<ConnectDomainEventCallbackRegisterAny>(&args).await.unwrap();
    stage.puppet.publish(0);
    stage.puppet.monitor_says("STOP");
    let told = watch.line().await;
    assert_eq!((&told["domain"], &told["told"]), (&json!("vm"), &json!(1)));
    assert!(told["queued"].as_u64().unwrap() > 28, "{told}");
    assert_eq!(watch.line().await["event"], "monitor:STOP");
}

#[tokio::test]
async fn who_watches_is_not_watched_and_what_makes_no_sense_is_refused() {
    let _turn = TURN.lock().await;
    let stage = Stage::new();
    let mut first = Watch::open(&stage, calls()).await;
    let mut second = Watch::open(&stage, calls()).await;
    // Were either shown, its lines would make lines without end before this one.
    let mut peer = stage.open().await;
    peer.call::<ConnectGetHostname>(&()).await.unwrap();
    for watch in [&mut first, &mut second] {
        loop {
            let line = watch.line().await;
            assert_ne!(line["type"], "stream", "{line}");
            if line["procedure"] == "connect_get_hostname" {
                break;
            }
        }
    }
    let mut admin = administrate(&stage).await;
    for args in [
        TraceOpenArgs { feeds: 0, ..calls() },
        TraceOpenArgs { feeds: 8, ..calls() },
        TraceOpenArgs { flags: 2, ..calls() },
    ] {
        let error = admin.call::<TraceOpen>(&args).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::INVALID_ARG);
    }
    let mut outsider = stage.open().await;
    let serial = outsider.begin::<TraceOpen>(&calls()).await;
    let refused = outsider.receive().await;
    assert_eq!((refused.header.serial, refused.header.status), (serial, Status::Error));
    let text = refused.error().message;
    let number = TraceOpen::ROW.program;
    assert_eq!(text, format!("Cannot find program {number} version 1"));
}
