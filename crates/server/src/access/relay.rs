//! Events that wait for somebody to decide whether their client may have them.
//!
//! One task a client takes them in order, so that no event overtakes another.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::outgoing::{End, Outgoing};

/// Events of one client that may wait.
const WAITING_MAX: usize = 1024;

/// A decision whether an event is told.
type Decision = Pin<Box<dyn Future<Output = bool> + Send>>;

/// Where a client's events wait.
pub(crate) struct Relay {
    runtime: Handle,
    line: OnceLock<mpsc::Sender<Waiting>>,
}

struct Waiting {
    decision: Decision,
    outgoing: Arc<Outgoing>,
    packet: Vec<u8>,
}

impl Relay {
    /// A relay whose task begins with the first event; made within a runtime.
    pub(crate) fn new() -> Self {
        Self { runtime: Handle::current(), line: OnceLock::new() }
    }

    /// Tells an event when its decision has come. A client for whom too many wait is cut off, as
    /// it would not know what it has missed.
    pub(crate) fn send(&self, decision: Decision, outgoing: &Arc<Outgoing>, packet: Vec<u8>) {
        let line = self.line.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(WAITING_MAX);
            self.runtime.spawn(tell_in_order(receiver));
            sender
        });
        let waiting = Waiting { decision, outgoing: Arc::clone(outgoing), packet };
        if line.try_send(waiting).is_err() {
            outgoing.end(End::Overrun);
        }
    }
}

async fn tell_in_order(mut line: mpsc::Receiver<Waiting>) {
    while let Some(Waiting { decision, outgoing, packet }) = line.recv().await {
        if decision.await {
            outgoing.event(packet);
        }
    }
}
