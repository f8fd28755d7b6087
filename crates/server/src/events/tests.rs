use api::procedure::Lane;
use api::remote::NonnullDomain;
use api::{DomainEventID, DomainEventType, Uuid};
use driver::{DomainEvent, DomainEventBody as Body, GraphicsAddress};

use super::{Form, domain};

fn every_body() -> Vec<Body> {
    let alias = String::from("virtio-disk0");
    let text = String::from("text");
    vec![
        Body::Lifecycle { event: DomainEventType::STARTED, detail: 1 },
        Body::Reboot,
        Body::RtcChange { offset_s: -1 },
        Body::Watchdog { action: Default::default() },
        Body::IoError {
            path: text.clone(),
            alias: alias.clone(),
            action: Default::default(),
            reason: text.clone(),
        },
        Body::Graphics {
            phase: Default::default(),
            local: GraphicsAddress::default(),
            remote: GraphicsAddress::default(),
            auth_scheme: text.clone(),
            subject: vec![(text.clone(), text.clone())],
        },
        Body::BlockJob { path: text.clone(), target: text.clone(), kind: 1, status: 2 },
        Body::DiskChange { old: None, new: None, alias: alias.clone(), reason: Default::default() },
        Body::TrayChange { alias: alias.clone(), reason: Default::default() },
        Body::PmWakeup,
        Body::PmSuspend,
        Body::PmSuspendDisk,
        Body::BalloonChange { actual_kib: 1 },
        Body::DeviceRemoved { alias: alias.clone() },
        Body::DeviceAdded { alias: alias.clone() },
        Body::DeviceRemovalFailed { alias: alias.clone() },
        Body::Tunable { params: Vec::new() },
        Body::AgentLifecycle { state: Default::default(), reason: Default::default() },
        Body::MetadataChange { kind: Default::default(), ns_uri: None },
        Body::BlockThreshold { dev: text.clone(), path: None, threshold: 1, excess: 1 },
        Body::MemoryFailure { recipient: 0, action: 0, flags: 0 },
        Body::MemoryDeviceSizeChange { alias, size_kib: 1 },
        Body::MigrationIteration { iteration: 2 },
        Body::NicMacChange { alias: text.clone(), old_mac: text.clone(), new_mac: text.clone() },
        Body::JobCompleted { params: Vec::new() },
        Body::ControlError,
    ]
}

fn event(body: Body) -> DomainEvent {
    DomainEvent {
        domain: NonnullDomain { name: "vm".to_owned(), uuid: Uuid([7; 16]), id: 3 },
        body,
        tags: Default::default(),
    }
}

fn procedure(packet: &[u8]) -> i32 {
    i32::from_be_bytes(*packet[12..].first_chunk().unwrap())
}

#[test]
fn every_event_has_a_message_of_its_own_under_every_id() {
    let mut seen = std::collections::HashSet::new();
    for body in every_body() {
        for id in body.ids() {
            let packet = domain::packet(&event(body.clone()), *id, Form::Callback).unwrap();
            let packet = packet.unwrap_or_else(|| panic!("{id:?} is not told"));
            let row = api::remote::PROGRAM.rows().find(|row| row.number == procedure(&packet));
            assert_eq!(row.map(|row| row.lane), Some(Lane::Event), "{id:?}");
            assert!(seen.insert(procedure(&packet)), "{id:?} shares its message");
        }
    }
}

#[test]
fn clients_without_callback_ids_hear_of_the_events_they_know() {
    for body in every_body() {
        for id in body.ids() {
            let packet = domain::packet(&event(body.clone()), *id, Form::Legacy).unwrap();
            assert_eq!(packet.is_some(), id.0 <= 15, "{id:?}");
        }
    }
}

#[test]
fn a_callback_message_is_the_old_one_behind_its_id() {
    let lifecycle = event(Body::Lifecycle { event: DomainEventType::STARTED, detail: 5 });
    let id = DomainEventID::LIFECYCLE;
    let old = domain::packet(&lifecycle, id, Form::Legacy).unwrap().unwrap();
    let new = domain::packet(&lifecycle, id, Form::Callback).unwrap().unwrap();
    assert_eq!((procedure(&old), procedure(&new)), (107, 318));
    assert_eq!(old[28..], new[32..]);

    let wakeup = event(Body::PmWakeup);
    let id = DomainEventID::PMWAKEUP;
    let old = domain::packet(&wakeup, id, Form::Legacy).unwrap().unwrap();
    let new = domain::packet(&wakeup, id, Form::Callback).unwrap().unwrap();
    assert_eq!(old[28..], new[36..], "a reason stands between the two");
}
