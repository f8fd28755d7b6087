//! Which records a watcher wants to see.
//!
//! A filter shows only records that have what it asks for and match: whoever filters by procedure
//! sees packets, whoever filters by client sees all of that client.

use std::time::Duration;

use api::Uuid;

use crate::decode;
use crate::names::named;
use crate::record::{Body, Guest, MessageKind, Packet, Record};

/// What a watcher wants; by default everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this client.
    pub client: Option<u64>,
    /// Only packets of procedures with such a name.
    pub procedure: Option<Glob>,
    /// Only about this domain.
    pub domain: Option<Which>,
    /// Only what failed.
    pub errors_only: bool,
    /// Only replies that took longer.
    pub slower_than: Option<Duration>,
}

/// A text in which `*` stands for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

/// A domain by name or UUID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Which {
    text: String,
    uuid: Option<Uuid>,
}

impl Filter {
    /// Whether it can tell only from what is in packets.
    pub(crate) fn needs_payloads(&self) -> bool {
        self.domain.is_some()
    }

    /// Whether the record is to be seen.
    pub fn passes(&self, record: &Record) -> bool {
        self.client.is_none_or(|client| client_of(record) == Some(client))
            && self.passes_procedure(record)
            && (!self.errors_only || failed(record))
            && self.slower_than.is_none_or(|limit| took(record).is_some_and(|took| took > limit))
            && self.domain.as_ref().is_none_or(|which| is_about(record, which))
    }

    fn passes_procedure(&self, record: &Record) -> bool {
        let Some(glob) = &self.procedure else { return true };
        match &record.body {
            Body::Packet(Packet { header, .. }) => named(header.program, header.procedure)
                .is_some_and(|procedure| glob.matches(&procedure.name)),
            _ => false,
        }
    }
}

fn client_of(record: &Record) -> Option<u64> {
    match &record.body {
        Body::Opened(peer)
        | Body::Closed { peer, .. }
        | Body::Unreadable { peer, .. }
        | Body::Timer { peer, .. }
        | Body::Overrun { peer, .. } => Some(peer.client),
        Body::Packet(packet) => Some(packet.peer.client),
        Body::Delivery(_) | Body::Message(_) => None,
    }
}

fn failed(record: &Record) -> bool {
    match &record.body {
        Body::Packet(packet) => packet.failed(),
        Body::Message(message) => message.kind == MessageKind::Refusal,
        Body::Overrun { .. } | Body::Unreadable { .. } => true,
        Body::Opened(_) | Body::Closed { .. } | Body::Delivery(_) | Body::Timer { .. } => false,
    }
}

fn took(record: &Record) -> Option<Duration> {
    match &record.body {
        Body::Packet(packet) => packet.times.map(|times| times.total),
        Body::Message(message) => message.command.as_ref().map(|(_, took)| *took),
        Body::Opened(_)
        | Body::Closed { .. }
        | Body::Unreadable { .. }
        | Body::Delivery(_)
        | Body::Timer { .. }
        | Body::Overrun { .. } => None,
    }
}

fn is_about(record: &Record, which: &Which) -> bool {
    match &record.body {
        Body::Packet(packet) => subject(packet).is_some_and(|guest| which.is(&guest)),
        Body::Delivery(delivery) => delivery.domain.as_ref().is_some_and(|guest| which.is(guest)),
        Body::Message(message) => which.is(&message.domain),
        Body::Opened(_)
        | Body::Closed { .. }
        | Body::Unreadable { .. }
        | Body::Timer { .. }
        | Body::Overrun { .. } => false,
    }
}

/// The domain that a packet is about: the one that leads its arguments, or its results.
fn subject(packet: &Packet) -> Option<Guest> {
    let row = named(packet.header.program, packet.header.procedure)?.row;
    if !packet.is_reply() {
        return decode::leading_domain(row.args, packet.payload.as_deref()?);
    }
    let from_args = packet.args.as_deref().and_then(|args| decode::leading_domain(row.args, args));
    let from_ret = || match packet.failed() {
        true => None,
        false => decode::leading_domain(row.ret, packet.payload.as_deref()?),
    };
    from_args.or_else(from_ret)
}

impl Glob {
    /// Takes a text as it is, save for `*`.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// Whether the whole of `text` is like it.
    pub fn matches(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
            return false;
        };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        // Each part as early as can be leaves the most for those behind it.
        for part in parts {
            match rest.split_once(part) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

impl Which {
    /// The domain of that name or UUID.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { uuid: text.parse().ok(), text }
    }

    fn is(&self, guest: &Guest) -> bool {
        self.text == guest.name || self.uuid == Some(guest.uuid)
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_star_stands_for_anything() {
        let matches = |pattern: &str, text| Glob::new(pattern).matches(text);
        for pattern in ["domain_get_info", "domain_*", "*info", "*_get_*", "d*o*o", "*", "**"] {
            assert!(matches(pattern, "domain_get_info"), "{pattern}");
        }
        for pattern in ["domain_get", "domain", "info", "*_set_*", "", "domain_get_info*o", "x*"] {
            assert!(!matches(pattern, "domain_get_info"), "{pattern}");
        }
        assert!(matches("", "") && matches("*", ""));
    }
}
