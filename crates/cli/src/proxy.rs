//! A proxy before any daemon that speaks libvirt's protocol, which tells what passes.
//!
//! ```text
//!  client ──> Listening ──> forward: bytes and descriptors, as they are ──> daemon
//!                              │ a copy of the bytes
//!                              └─> Conversation ──> trace hub ──bounded──> the thread that prints
//! ```
//!
//! Each direction is one read, one write, and then the next read, so that whoever reads slowly
//! holds up the one who writes to it and nobody else. Printing has a thread and a queue of its own:
//! when it is slow, lines are lost and counted, and no call waits.

mod conversation;
mod dissect;
mod place;
mod stream;

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use trace::{Body, Direction, Identity, Record};

use conversation::Conversation;
use place::{Listening, Place};
use stream::Stream;

use crate::failure::Failure;

/// Connections at a time; further clients wait to be accepted.
const CONNECTIONS_MAX: usize = 1024;
/// What is read at once. **Units**: bytes.
const READ_BYTES: usize = 1 << 16;
/// How long a daemon may take to accept a connection.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
/// How long to wait when the kernel has no descriptor for a new connection.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// A proxy that listens.
#[derive(Debug)]
pub(crate) struct Proxy {
    daemon: Place,
    listening: Listening,
}

impl Proxy {
    /// Listens for clients of `daemon`, a path or `host:port`; at `listen`, or where only our user
    /// can come.
    pub(crate) async fn open(daemon: &str, listen: Option<&str>) -> Result<Self, Failure> {
        let failed = |error: io::Error| match listen {
            Some(place) => Failure::io(&format!("cannot listen at '{place}'"), &error),
            None => Failure::io("cannot listen at a place of our own", &error),
        };
        let listening = Listening::at(listen.map(Place::named)).await.map_err(failed)?;
        Ok(Self { daemon: Place::named(daemon), listening })
    }

    /// Where it listens.
    pub(crate) fn place(&self) -> String {
        self.listening.place.to_string()
    }

    /// The URI for a client of QEMU's driver.
    pub(crate) fn uri(&self) -> String {
        self.listening.place.uri()
    }

    /// Serves clients and publishes what passes; connections last until the runtime ends.
    pub(crate) async fn run(&self) -> Infallible {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut number = 0_u64;
        loop {
            let place = Arc::clone(&places).acquire_owned().await;
            match self.listening.accept().await {
                Ok(client) => {
                    number = number.saturating_add(1);
                    let daemon = self.daemon.clone();
                    tokio::spawn(async move {
                        serve(client, daemon, number).await;
                        drop(place);
                    });
                }
                Err(_) => tokio::time::sleep(ACCEPT_RETRY).await,
            }
        }
    }
}

async fn serve(client: Stream, daemon: Place, number: u64) {
    let (pid, uid) = client.peer();
    let peer = Arc::new(Identity {
        client: number,
        transport: daemon.transport(),
        local: daemon.to_string(),
        remote: client.remote(),
        pid,
        uid,
        ..Identity::default()
    });
    trace::publish(Record::now(Body::Opened(Arc::clone(&peer))));
    let outcome = match tokio::time::timeout(CONNECT_DEADLINE, daemon.connect()).await {
        Ok(Ok(daemon)) => exchange(client, daemon, &peer).await,
        Ok(Err(error)) => Err(format!("cannot connect to the daemon: {error}")),
        Err(_) => Err("the daemon does not accept".to_owned()),
    };
    let reason = outcome.err().unwrap_or_else(|| "both sides closed the connection".to_owned());
    trace::publish(Record::now(Body::Closed { peer, reason }));
}

/// Passes on what both sides say until both have ended, or one fails.
async fn exchange(client: Stream, daemon: Stream, peer: &Arc<Identity>) -> Result<(), String> {
    let conversation = Mutex::new(Conversation::new(Arc::clone(peer)));
    let from_client = forward(&client, &daemon, Direction::Received, &conversation);
    let from_daemon = forward(&daemon, &client, Direction::Sent, &conversation);
    let failed = |who: &str| {
        let who = who.to_owned();
        move |error: io::Error| format!("{who}: {error}")
    };
    tokio::try_join!(async { from_client.await.map_err(failed("from the client")) }, async {
        from_daemon.await.map_err(failed("from the daemon"))
    },)
    .map(|_| ())
}

async fn forward(
    from: &Stream,
    to: &Stream,
    direction: Direction,
    conversation: &Mutex<Conversation>,
) -> io::Result<()> {
    let mut room = vec![0; READ_BYTES];
    loop {
        let mut fds = Vec::new();
        let count = from.receive(&mut room, &mut fds).await?;
        let bytes = room.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            to.end();
            return Ok(());
        }
        // Told before it is passed on: no reply is told before its call.
        let records = {
            let mut conversation = conversation.lock().unwrap_or_else(PoisonError::into_inner);
            conversation.pass(direction, bytes)
        };
        records.into_iter().for_each(trace::publish);
        to.send(bytes, &fds).await?;
    }
}
