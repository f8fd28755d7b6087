use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use api::Uuid;

use super::{Feed, Feeds, Item, QUEUE_BYTES_MAX, WATCHERS_MAX, Watcher, publish, wants, watch};
use crate::filter::{Filter, Which};
use crate::record::{Body, Delivery, Guest, Identity, Message, MessageKind, Record, TimerKind};

/// The hub is the process's: tests take turns where they are threads of one.
static TURN: Mutex<()> = Mutex::new(());

fn message(guest: &str, text: String) -> Record {
    let domain = Guest { name: guest.to_owned(), uuid: Uuid([7; 16]) };
    let (kind, length, command) = (MessageKind::Command, text.len(), None);
    Record::now(Body::Message(Message { domain, kind, text, length, command }))
}

fn timer(client: u64) -> Record {
    let peer = Arc::new(Identity { client, ..Identity::default() });
    Record::now(Body::Timer { peer, kind: TimerKind::Ping })
}

fn next(watcher: &mut Watcher) -> Option<Item> {
    match watcher.poll_next(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(item) => Some(item),
        Poll::Pending => None,
    }
}

fn text(item: Option<Item>) -> Option<usize> {
    match item {
        Some(Item::Record(record)) => match &record.body {
            Body::Message(message) => Some(message.text.len()),
            _ => None,
        },
        _ => None,
    }
}

#[test]
fn what_nobody_watches_is_not_wanted() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(!wants(Feed::Calls) && !super::wants_payloads());
    let calls = watch(Feed::Calls.into(), Filter::default(), true).unwrap();
    assert!(wants(Feed::Calls) && !wants(Feed::Events) && super::wants_payloads());
    let events = watch(Feed::Events.into(), Filter::default(), false).unwrap();
    drop(calls);
    assert!(!wants(Feed::Calls) && wants(Feed::Events) && !super::wants_payloads());
    drop(events);
    assert!(!wants(Feed::Events));
}

#[test]
fn a_slow_watcher_loses_records_where_the_count_stands_and_then_sees_on() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut watcher = watch(Feeds::ALL, Filter::default(), false).unwrap();
    let long = || message("vm", "x".repeat(QUEUE_BYTES_MAX / 4));
    // Three have room with what each counts for beside its text; two are lost.
    (0..5).for_each(|_| publish(long()));
    assert_eq!(text(next(&mut watcher)), Some(QUEUE_BYTES_MAX / 4));
    publish(message("vm", "after".to_owned()));
    assert_eq!(text(next(&mut watcher)), Some(QUEUE_BYTES_MAX / 4));
    assert_eq!(text(next(&mut watcher)), Some(QUEUE_BYTES_MAX / 4));
    assert!(matches!(next(&mut watcher), Some(Item::Lost(2))));
    assert_eq!(text(next(&mut watcher)), Some(5));
    assert!(next(&mut watcher).is_none());
    publish(message("vm", "x".repeat(QUEUE_BYTES_MAX + 1)));
    assert!(matches!(next(&mut watcher), Some(Item::Lost(1))), "told although nothing follows");
}

#[test]
fn a_filter_keeps_what_it_does_not_ask_for_out_of_the_queue() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let of_client = Filter { client: Some(2), ..Filter::default() };
    let mut of_client = watch(Feeds::ALL, of_client, false).unwrap();
    let of_domain = Filter { domain: Some(Which::new("vm")), ..Filter::default() };
    let mut of_domain = watch(Feeds::ALL, of_domain, false).unwrap();
    let by_uuid = Which::new("07070707-0707-0707-0707-070707070707");
    let slow = Some(Duration::from_millis(5));
    let slow = Filter { domain: Some(by_uuid), slower_than: slow, ..Filter::default() };
    let mut slow = watch(Feeds::ALL, slow, false).unwrap();
    publish(timer(1));
    publish(timer(2));
    publish(message("other", String::new()));
    publish(message("vm", "ask".to_owned()));
    for took in [5, 6] {
        let Body::Message(mut reply) = message("vm", took.to_string()).body else { return };
        reply.kind = MessageKind::Reply;
        reply.command = Some(("stop".to_owned(), Duration::from_millis(took)));
        publish(Record::now(Body::Message(reply)));
    }
    let delivery =
        Delivery { event: "lifecycle".to_owned(), domain: None, told: 0, queued_bytes: 0 };
    publish(Record::now(Body::Delivery(delivery)));
    let Some(Item::Record(record)) = next(&mut of_client) else { panic!("client 2 is seen") };
    assert!(matches!(&record.body, Body::Timer { peer, .. } if peer.client == 2));
    assert!(next(&mut of_client).is_none());
    for length in [3, 1, 1] {
        assert_eq!(text(next(&mut of_domain)), Some(length));
    }
    assert!(next(&mut of_domain).is_none());
    assert!(text(next(&mut slow)).is_some() && next(&mut slow).is_none(), "6 ms are more than 5");
}

#[test]
fn the_number_of_watchers_has_a_limit() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let watch = || watch(Feeds::ALL, Filter::default(), false);
    let watchers: Vec<_> = (0..WATCHERS_MAX).map(|_| watch().unwrap()).collect();
    assert!(watch().is_err());
    drop(watchers);
    assert!(watch().is_ok());
}
