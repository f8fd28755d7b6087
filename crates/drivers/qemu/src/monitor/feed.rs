//! What those who watch see of a guest's monitor, and what a call waits for it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use driver::timing::{self, Reason};
use qmp::{Answer, Observer};
use trace::{Body, Feed, Guest, Message, MessageKind, PAYLOAD_BYTES_MAX, Record};

use crate::domain::Domain;

/// Tells of one guest's monitor. The domain owns the monitor, not the other way round.
#[derive(Debug)]
struct MonitorFeed(Weak<Domain>);

/// Looks on at the monitor of `domain`.
pub(crate) fn observer(domain: &Arc<Domain>) -> Arc<dyn Observer> {
    Arc::new(MonitorFeed(Arc::downgrade(domain)))
}

impl MonitorFeed {
    fn tell(&self, kind: MessageKind, line: &str, command: Option<(String, Duration)>) {
        let Some(domain) = self.0.upgrade() else { return };
        let domain = Guest { name: domain.name(), uuid: domain.uuid };
        let line = line.trim_end();
        let text = if line.len() <= PAYLOAD_BYTES_MAX { line.to_owned() } else { String::new() };
        let length = line.len();
        trace::publish(Record::now(Body::Message(Message { domain, kind, text, length, command })));
    }
}

impl Observer for MonitorFeed {
    fn is_watching(&self) -> bool {
        trace::wants(Feed::Monitors)
    }

    fn sent(&self, line: &str) {
        self.tell(MessageKind::Command, line, None);
    }

    fn answered(&self, command: &str, took: Duration, answer: Answer, line: &str) {
        let kind = match answer {
            Answer::Done => MessageKind::Reply,
            Answer::Refused => MessageKind::Refusal,
        };
        self.tell(kind, line, Some((command.to_owned(), took)));
    }

    fn event(&self, line: &str) {
        self.tell(MessageKind::Event, line, None);
    }

    fn waited(&self, time: Duration) {
        timing::waited(Reason::Monitor, time);
    }
}
