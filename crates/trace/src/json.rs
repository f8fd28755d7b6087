//! Records as JSON: one object a line, for programs.
//!
//! Every object has `at`, seconds since the watcher came, and `kind`: `ready`, `lost`, `opened`,
//! `closed`, `packet`, `unreadable`, `event`, `timer`, `overrun` or `monitor`. What is not known is left out.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use api::procedure::Row;
use api::xdr::{self, Shape};
use api::{Error, ErrorCode};
use serde_json::{Map, Value as Json, json};

use crate::hub::{Feed, Feeds, Item};
use crate::names::{Named, named};
use crate::record::{
    Body, Delivery, Direction, Guest, Identity, Message, MessageKind, Packet, Record, Side,
    TimerKind, Times,
};
use crate::{decode, mask};

/// Makes the lines of one feed.
#[derive(Debug, Clone, Copy)]
pub struct Lines {
    opened: Instant,
    details: bool,
    calls_too: bool,
}

impl Lines {
    /// Lines that count from `opened`; with `details`, what is in packets is shown.
    pub fn new(opened: Instant, details: bool) -> Self {
        Self { opened, details, calls_too: false }
    }

    /// Shows with each reply what was asked, for those who see replies alone.
    #[must_use]
    pub fn with_calls(self, calls_too: bool) -> Self {
        Self { calls_too, ..self }
    }

    /// The first line: from here on nothing is missed.
    pub fn ready(&self, feeds: Feeds) -> Json {
        let names = [(Feed::Calls, "rpc"), (Feed::Events, "events"), (Feed::Monitors, "qmp")];
        let names: Vec<&str> =
            names.into_iter().filter(|(feed, _)| feeds.has(*feed)).map(|(_, name)| name).collect();
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION");
        json!({ "at": 0.0, "kind": "ready", "feeds": names, "epoch": seconds(epoch), "version": version })
    }

    /// One item.
    pub fn item(&self, item: &Item) -> Json {
        match item {
            Item::Record(record) => self.record(record),
            Item::Lost(count) => {
                json!({ "at": self.at(Instant::now()), "kind": "lost", "count": count })
            }
        }
    }

    /// One record.
    pub fn record(&self, record: &Record) -> Json {
        let mut line = Map::new();
        line.insert("at".to_owned(), self.at(record.at).into());
        match &record.body {
            Body::Opened(peer) => {
                put(&mut line, "kind", "opened");
                put_peer(&mut line, peer);
            }
            Body::Closed { peer, reason } => {
                put(&mut line, "kind", "closed");
                put_peer(&mut line, peer);
                put(&mut line, "reason", reason.as_str());
            }
            Body::Packet(packet) => self.packet(&mut line, packet),
            Body::Unreadable { peer, direction, why } => {
                put(&mut line, "kind", "unreadable");
                put(&mut line, "direction", self::direction(*direction));
                put_peer(&mut line, peer);
                put(&mut line, "why", why.as_str());
            }
            Body::Delivery(delivery) => put_delivery(&mut line, delivery),
            Body::Timer { peer, kind } => {
                put(&mut line, "kind", "timer");
                put_peer(&mut line, peer);
                put(&mut line, "timer", timer(*kind));
            }
            Body::Overrun { peer, queued_bytes } => {
                put(&mut line, "kind", "overrun");
                put_peer(&mut line, peer);
                put(&mut line, "queued", *queued_bytes);
            }
            Body::Message(message) => put_message(&mut line, message),
        }
        line.into()
    }

    fn at(&self, instant: Instant) -> f64 {
        seconds(instant.saturating_duration_since(self.opened))
    }

    fn packet(&self, line: &mut Map<String, Json>, packet: &Packet) {
        let header = &packet.header;
        let known = named(header.program, header.procedure);
        put(line, "kind", "packet");
        put(line, "side", side(packet.side));
        put(line, "direction", direction(packet.direction));
        put_peer(line, &packet.peer);
        match known {
            Some(known) => put(line, "program", known.program),
            None => put(line, "program", format!("{:#x}", header.program)),
        }
        put(line, "version", header.version);
        match known {
            Some(known) => put(line, "procedure", known.name.as_str()),
            None => put(line, "procedure", header.procedure.to_string()),
        }
        put(line, "number", header.procedure);
        put(line, "type", packet_type(header.kind));
        put(line, "status", status(header.status));
        put(line, "serial", header.serial);
        put(line, "len", packet.length);
        if packet.fds > 0 {
            put(line, "fds", packet.fds);
        }
        if let Some(times) = packet.times {
            put_times(line, times);
        }
        put_fault(line, packet);
        if self.details {
            self.contents(line, packet);
        }
    }

    fn contents(&self, line: &mut Map<String, Json>, packet: &Packet) {
        let header = &packet.header;
        let Some(Named { row, .. }) = named(header.program, header.procedure) else { return };
        let is_call = matches!(header.kind, 0 | 2 | 4);
        if !is_call && !packet.is_reply() || packet.failed() && !self.calls_too {
            return;
        }
        if packet.payload.is_none() {
            put(line, "omitted", packet.length);
        }
        if is_call {
            let args = packet.payload.as_deref().and_then(|args| contents(row, row.args, args));
            put_some(line, "args", args);
            return;
        }
        let args = packet.args.as_deref().and_then(|args| contents(row, row.args, args));
        let ret = packet.payload.as_deref().filter(|_| !packet.failed());
        if let Some(mut ret) = ret.and_then(|ret| contents(row, row.ret, ret)) {
            mask::secure_results(row, args.as_ref(), &mut ret);
            put(line, "ret", ret);
        }
        if self.calls_too {
            put_some(line, "args", args);
        }
    }
}

/// Arguments, results or the body of an event, without secrets.
fn contents(row: &Row, shape: &Shape, bytes: &[u8]) -> Option<Json> {
    let mut shown = decode::json(shape, bytes)?;
    mask::fields(row, &mut shown);
    Some(shown)
}

fn put(line: &mut Map<String, Json>, name: &str, value: impl Into<Json>) {
    line.insert(name.to_owned(), value.into());
}

fn put_some(line: &mut Map<String, Json>, name: &str, value: Option<impl Into<Json>>) {
    if let Some(value) = value {
        put(line, name, value);
    }
}

fn put_peer(line: &mut Map<String, Json>, peer: &Identity) {
    put(line, "client", peer.client);
    put(line, "transport", peer.transport);
    put(line, "local", peer.local.as_str());
    put(line, "remote", peer.remote.as_str());
    put_some(line, "pid", peer.pid);
    put_some(line, "uid", peer.uid);
    put_some(line, "tls_name", peer.tls_name.as_deref());
    put_some(line, "sasl_name", peer.sasl_name.as_deref());
}

fn put_guest(line: &mut Map<String, Json>, guest: &Guest) {
    put(line, "domain", guest.name.as_str());
    put(line, "uuid", guest.uuid.to_string());
}

fn put_times(line: &mut Map<String, Json>, times: Times) {
    let Times { queued, job, monitor, total } = times;
    put(line, "queued_us", micros(queued));
    put(line, "job_us", micros(job));
    put(line, "monitor_us", micros(monitor));
    put(line, "total_us", micros(total));
}

/// Why a call or a stream failed; that is told without details, too.
fn put_fault(line: &mut Map<String, Json>, packet: &Packet) {
    if !packet.failed() {
        return;
    }
    let Some(payload) = packet.payload.as_deref() else { return };
    let Ok(wire) = xdr::from_bytes::<api::remote::Error>(payload) else { return };
    let error = Error::from_wire(wire);
    let name = |code: ErrorCode| code.name().map(str::to_owned).unwrap_or_default();
    let message = mask::text(&error.message);
    put(
        line,
        "error",
        json!({ "code": error.code.0, "name": name(error.code), "domain": error.domain.0, "message": message }),
    );
}

fn put_delivery(line: &mut Map<String, Json>, delivery: &Delivery) {
    put(line, "kind", "event");
    put(line, "event", delivery.event.as_str());
    if let Some(guest) = &delivery.domain {
        put_guest(line, guest);
    }
    put(line, "told", delivery.told);
    put(line, "queued", delivery.queued_bytes);
}

fn put_message(line: &mut Map<String, Json>, message: &Message) {
    put(line, "kind", "monitor");
    let (direction, kind) = match message.kind {
        MessageKind::Command => (Direction::Sent, "command"),
        MessageKind::Reply => (Direction::Received, "reply"),
        MessageKind::Refusal => (Direction::Received, "error"),
        MessageKind::Event => (Direction::Received, "event"),
    };
    put(line, "direction", self::direction(direction));
    put_guest(line, &message.domain);
    put(line, "type", kind);
    let parsed = serde_json::from_str::<Json>(&message.text).ok();
    let said =
        |name: &str| parsed.as_ref().and_then(|it| it.get(name)?.as_str()).map(str::to_owned);
    match &message.command {
        Some((name, took)) => {
            put(line, "name", name.as_str());
            put(line, "took_us", micros(*took));
        }
        None => put_some(line, "name", said("execute").or_else(|| said("event"))),
    }
    match parsed {
        Some(mut parsed) => {
            mask::monitor(&mut parsed);
            put(line, "message", parsed);
        }
        None => put(line, "omitted", message.length),
    }
}

fn seconds(duration: Duration) -> f64 {
    // Whole microseconds, so that the text stays short.
    (duration.as_secs_f64() * 1e6).round() / 1e6
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Server => "server",
        Side::Client => "client",
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Received => "rx",
        Direction::Sent => "tx",
    }
}

fn timer(kind: TimerKind) -> &'static str {
    match kind {
        TimerKind::Ping => "ping",
        TimerKind::Silent => "silent",
        TimerKind::Unauthenticated => "unauthenticated",
        TimerKind::Stalled => "stalled",
    }
}

/// The names of libvirt's tapset.
fn packet_type(kind: u32) -> String {
    let names =
        ["call", "reply", "event", "stream", "call-with-fds", "reply-with-fds", "stream-hole"];
    let name = usize::try_from(kind).ok().and_then(|kind| names.get(kind));
    name.map_or_else(|| kind.to_string(), |name| (*name).to_owned())
}

fn status(status: u32) -> String {
    let name = usize::try_from(status)
        .ok()
        .and_then(|status| ["ok", "error", "continue"].get(status).copied());
    name.map_or_else(|| status.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
