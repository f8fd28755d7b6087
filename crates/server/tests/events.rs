//! Events of every kind of object: registration, delivery, and its end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use api::procedure::Row;
use api::qemu::*;
use api::remote::*;
use api::xdr::{self, Reader, Value};
use api::{ErrorCode, ErrorDomain, EventMessage, Procedure, Uuid};
use driver::{
    Event, NetworkEvent, NetworkEventBody, NodeDeviceEvent, NodeDeviceEventBody, SecretEvent,
    SecretEventBody, StoragePoolEvent, StoragePoolEventBody,
};
use rpc::{PacketType, Status};
use support::{Peer, Received, Stage, domain, facts, header};

const HERE: Uuid = Uuid([1; 16]);
const ELSEWHERE: Uuid = Uuid([2; 16]);

/// The calls of one kind of object, and two events of one of them.
struct Kind {
    name: &'static str,
    register: &'static Row,
    deregister: &'static Row,
    /// The object on the wire, and another.
    here: Vec<u8>,
    elsewhere: Vec<u8>,
    /// By their numbers: the event, and the message that tells it.
    events: [(Event, &'static Row); 2],
}

fn network(uuid: Uuid) -> NonnullNetwork {
    NonnullNetwork { name: "net".to_owned(), uuid }
}

fn pool(uuid: Uuid) -> NonnullStoragePool {
    NonnullStoragePool { name: "pool".to_owned(), uuid }
}

fn device(name: &str) -> NonnullNodeDevice {
    NonnullNodeDevice { name: name.to_owned() }
}

fn secret(uuid: Uuid) -> NonnullSecret {
    NonnullSecret { uuid, usage_type: 2, usage_id: "ceph".to_owned() }
}

fn kinds() -> [Kind; 4] {
    let networks = |body| {
        Event::Network(NetworkEvent { network: network(HERE), body, tags: Default::default() })
    };
    let pools = |body| {
        Event::StoragePool(StoragePoolEvent { pool: pool(HERE), body, tags: Default::default() })
    };
    let devices = |body| {
        Event::NodeDevice(NodeDeviceEvent {
            device: device("here"),
            body,
            tags: Default::default(),
        })
    };
    let secrets =
        |body| Event::Secret(SecretEvent { secret: secret(HERE), body, tags: Default::default() });
    let (event, detail) = (Default::default(), 0);
    [
        Kind {
            name: "network",
            register: ConnectNetworkEventRegisterAny::ROW,
            deregister: ConnectNetworkEventDeregisterAny::ROW,
            here: xdr::to_bytes(&network(HERE)).unwrap(),
            elsewhere: xdr::to_bytes(&network(ELSEWHERE)).unwrap(),
            events: [
                (
                    networks(NetworkEventBody::Lifecycle { event, detail }),
                    NetworkEventLifecycle::ROW,
                ),
                (
                    networks(NetworkEventBody::MetadataChange {
                        kind: Default::default(),
                        ns_uri: Some("urn:x".to_owned()),
                    }),
                    NetworkEventCallbackMetadataChange::ROW,
                ),
            ],
        },
        Kind {
            name: "storage pool",
            register: ConnectStoragePoolEventRegisterAny::ROW,
            deregister: ConnectStoragePoolEventDeregisterAny::ROW,
            here: xdr::to_bytes(&pool(HERE)).unwrap(),
            elsewhere: xdr::to_bytes(&pool(ELSEWHERE)).unwrap(),
            events: [
                (
                    pools(StoragePoolEventBody::Lifecycle { event: Default::default(), detail }),
                    StoragePoolEventLifecycle::ROW,
                ),
                (pools(StoragePoolEventBody::Refresh), StoragePoolEventRefresh::ROW),
            ],
        },
        Kind {
            name: "node device",
            register: ConnectNodeDeviceEventRegisterAny::ROW,
            deregister: ConnectNodeDeviceEventDeregisterAny::ROW,
            here: xdr::to_bytes(&device("here")).unwrap(),
            elsewhere: xdr::to_bytes(&device("elsewhere")).unwrap(),
            events: [
                (
                    devices(NodeDeviceEventBody::Lifecycle { event: Default::default(), detail }),
                    NodeDeviceEventLifecycle::ROW,
                ),
                (devices(NodeDeviceEventBody::Update), NodeDeviceEventUpdate::ROW),
            ],
        },
        Kind {
            name: "secret",
            register: ConnectSecretEventRegisterAny::ROW,
            deregister: ConnectSecretEventDeregisterAny::ROW,
            here: xdr::to_bytes(&secret(HERE)).unwrap(),
            elsewhere: xdr::to_bytes(&secret(ELSEWHERE)).unwrap(),
            events: [
                (
                    secrets(SecretEventBody::Lifecycle { event: Default::default(), detail }),
                    SecretEventLifecycle::ROW,
                ),
                (secrets(SecretEventBody::ValueChanged), SecretEventValueChanged::ROW),
            ],
        },
    ]
}

impl Peer {
    /// Makes a call whose payload is at hand.
    async fn call_with(&mut self, row: &Row, payload: &[u8]) -> Received {
        self.serial += 1;
        let mut out = rpc::begin(Vec::new(), &header(row, self.serial));
        out.put(payload);
        self.send_bytes(rpc::seal(out).unwrap()).await;
        let reply = self.receive().await;
        assert_eq!((reply.header.kind, reply.header.serial), (PacketType::Reply, self.serial));
        reply
    }

    async fn try_register(&mut self, kind: &Kind, event: i32, object: Option<&[u8]>) -> Received {
        let mut payload = [event.to_be_bytes(), i32::from(object.is_some()).to_be_bytes()].concat();
        payload.extend(object.unwrap_or_default());
        self.call_with(kind.register, &payload).await
    }

    async fn register(&mut self, kind: &Kind, event: i32, object: Option<&[u8]>) -> i32 {
        self.try_register(kind, event, object).await.result().unwrap()
    }

    async fn deregister(&mut self, kind: &Kind, id: i32) -> Result<(), api::Error> {
        self.call_with(kind.deregister, &id.to_be_bytes()).await.result()
    }

    /// The next packet tells of this event, with this callback id.
    async fn is_told(&mut self, row: &'static Row, id: i32) -> Value {
        let packet = self.receive().await;
        assert_eq!((packet.header.kind, packet.header.status), (PacketType::Message, Status::Ok));
        assert_eq!((packet.header.program, packet.header.procedure), (row.program, row.number));
        let mut payload = Reader::new(&packet.payload);
        let value = row.args.decode(&mut payload).unwrap();
        assert_eq!(payload.remaining(), 0);
        assert_eq!(value.field("callback_id"), Some(&Value::Int(id.into())));
        value
    }
}

#[tokio::test]
async fn every_kind_is_told_to_whoever_registered_for_it() {
    for kind in kinds() {
        let stage = Stage::new();
        let (mut all, mut one, mut other) =
            (stage.open().await, stage.open().await, stage.open().await);
        let mut ids = Vec::new();
        for number in 0..2 {
            let all = all.register(&kind, number, None).await;
            let one = one.register(&kind, number, Some(&kind.here)).await;
            other.register(&kind, number, Some(&kind.elsewhere)).await;
            ids.push((all, one));
        }
        for (event, _) in &kind.events {
            stage.puppet.events.publish(event.clone());
        }
        for ((_, row), (all_id, one_id)) in kind.events.iter().zip(&ids) {
            all.is_told(row, *all_id).await;
            one.is_told(row, *one_id).await;
        }
        // A reply comes next, and no event before it.
        other.call::<ConnectGetHostname>(&()).await.unwrap();
        all.deregister(&kind, ids[0].0).await.unwrap();
        stage.puppet.events.publish(kind.events[0].0.clone());
        stage.puppet.events.publish(kind.events[1].0.clone());
        all.is_told(kind.events[1].1, ids[1].0).await;
    }
}

#[tokio::test]
async fn what_an_event_says_reaches_the_client() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let [networks, ..] = kinds();
    let id = peer.register(&networks, 1, None).await;
    stage.puppet.events.publish(networks.events[1].0.clone());
    let told = peer.is_told(networks.events[1].1, id).await;
    assert_eq!(told.field("nsuri"), Some(&Value::Text("urn:x".to_owned())));
    let name = told.field("net").and_then(|net| net.field("name"));
    assert_eq!(name, Some(&Value::Text("net".to_owned())));
}

#[tokio::test]
async fn a_second_registration_for_the_same_is_refused_in_every_kind() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    for kind in kinds() {
        for object in [None, Some(&kind.here[..])] {
            peer.register(&kind, 0, object).await;
            let error = peer.try_register(&kind, 0, object).await.error();
            let message = "invalid argument: event callback already tracked";
            assert_eq!(facts(&error), (ErrorCode::INVALID_ARG, ErrorDomain::NONE, message));
        }
        // Of another object it is another registration.
        peer.register(&kind, 0, Some(&kind.elsewhere)).await;
    }
}

#[tokio::test]
async fn unknown_events_and_ids_are_refused_in_every_kind() {
    let stage = Stage::new();
    let (mut peer, mut neighbour) = (stage.open().await, stage.open().await);
    for kind in kinds() {
        for number in [-1, 2, 99] {
            let error = peer.try_register(&kind, number, None).await.error();
            let message = format!("internal error: unsupported {} event ID {number}", kind.name);
            let internal = (ErrorCode::INTERNAL_ERROR, ErrorDomain::RPC);
            assert_eq!(facts(&error), (internal.0, internal.1, &*message));
        }
        let theirs = neighbour.register(&kind, 0, None).await;
        for id in [theirs, -1, i32::MAX] {
            let error = peer.deregister(&kind, id).await.unwrap_err();
            let message =
                format!("internal error: {} event callback {id} not registered", kind.name);
            assert_eq!(error.message, message);
        }
        neighbour.deregister(&kind, theirs).await.unwrap();
        neighbour.deregister(&kind, theirs).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_registration_of_one_kind_is_not_ended_by_the_calls_of_another() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let [networks, pools, ..] = kinds();
    let id = peer.register(&networks, 0, None).await;
    peer.deregister(&pools, id).await.unwrap_err();
    peer.deregister(&networks, id).await.unwrap();
}

#[tokio::test]
async fn a_domain_event_is_registered_for_once_in_whatever_form() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let modern = ConnectDomainEventCallbackRegisterAnyArgs { event_id: 0, dom: None };
    peer.call::<ConnectDomainEventCallbackRegisterAny>(&modern).await.unwrap();
    let again = peer.call::<ConnectDomainEventRegister>(&()).await.unwrap_err();
    assert_eq!(again.message, "invalid argument: event callback already tracked");
    // As with libvirtd, the old call ends what the new one began.
    peer.call::<ConnectDomainEventDeregister>(&()).await.unwrap();
    peer.call::<ConnectDomainEventRegister>(&()).await.unwrap();
    stage.puppet.publish(3);
    let told = peer.receive().await;
    assert_eq!(told.header.procedure, DomainEventLifecycle::ROW.number);
    assert_eq!(told.result::<DomainEventLifecycleMsg>().unwrap().detail, 3);
}

#[tokio::test]
async fn monitors_may_be_asked_twice_for_a_name_but_not_for_everything() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let ask = |event: Option<&str>| ConnectDomainMonitorEventRegisterArgs {
        dom: Some(domain()),
        event: event.map(str::to_owned),
        flags: 0,
    };
    peer.call::<ConnectDomainMonitorEventRegister>(&ask(Some("STOP"))).await.unwrap();
    peer.call::<ConnectDomainMonitorEventRegister>(&ask(Some("STOP"))).await.unwrap();
    peer.call::<ConnectDomainMonitorEventRegister>(&ask(None)).await.unwrap();
    let again = peer.call::<ConnectDomainMonitorEventRegister>(&ask(None)).await.unwrap_err();
    assert_eq!(again.message, "invalid argument: event callback already tracked");
    let odd = ConnectDomainMonitorEventRegisterArgs { flags: 8, ..ask(None) };
    let error = peer.call::<ConnectDomainMonitorEventRegister>(&odd).await.unwrap_err();
    let message = "unsupported flags (0x8) in function virDomainQemuMonitorEventStateRegisterID";
    assert_eq!(facts(&error), (ErrorCode::INVALID_ARG, ErrorDomain::NONE, message));
    stage.puppet.monitor_says("STOP");
    for _ in 0..3 {
        peer.receive().await.result::<DomainMonitorEventMsg>().unwrap();
    }
}

#[tokio::test]
async fn events_of_all_kinds_come_in_the_order_in_which_they_happened() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let kinds = kinds();
    let mut ids = Vec::new();
    for kind in &kinds {
        ids.push(peer.register(kind, 0, None).await);
    }
    for _ in 0..50 {
        kinds.iter().for_each(|kind| stage.puppet.events.publish(kind.events[0].0.clone()));
    }
    for _ in 0..50 {
        for (kind, id) in kinds.iter().zip(&ids) {
            peer.is_told(kind.events[0].1, *id).await;
        }
    }
}
