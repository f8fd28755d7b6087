//! A connection to a daemon, and making calls on it.

use std::sync::Arc;
use std::time::Duration;

use api::xdr::{Reader, Xdr};
use api::{Feature, Procedure, remote};
use rpc::{Receive, Transmit};
use tokio::task::JoinHandle;

use crate::error::{Closed, Error, Misbehaviour, Result};
use crate::event::Subscriber;
use crate::link::{self, Link, Opens, StreamPlace};

/// When a silent server is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepalivePolicy {
    /// Never; the server's own pings are still answered.
    Never,
    /// After `interval * (count + 1)` without a byte from it.
    After {
        /// Silence after which it is asked.
        interval: Duration,
        /// How often it is asked in vain.
        count: u32,
    },
}

impl Default for KeepalivePolicy {
    /// 5 seconds and 6 times, as virsh.
    fn default() -> Self {
        Self::After { interval: Duration::from_secs(5), count: 6 }
    }
}

/// An open connection; clones are the same one, and it closes with the last of them.
///
/// Any number of tasks may make calls on it at the same time.
#[derive(Debug, Clone)]
pub struct Connection {
    shared: Arc<Core>,
}

#[derive(Debug)]
struct Core {
    link: Arc<Link>,
    tasks: [JoinHandle<()>; 2],
    uri: String,
    call_deadline: Option<Duration>,
}

impl Drop for Core {
    fn drop(&mut self) {
        self.link.close(Closed::Local);
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Connection {
    /// A connection through what stands already; nothing is said yet.
    pub(crate) fn over<R, W>(
        source: R,
        sink: W,
        uri: String,
        keepalive: KeepalivePolicy,
        call_deadline: Option<Duration>,
    ) -> Self
    where
        R: Receive + 'static,
        W: Transmit + 'static,
    {
        let (link, queue) = Link::new(source.socket());
        let link = Arc::new(link);
        let keepalive = match keepalive {
            KeepalivePolicy::Never => None,
            KeepalivePolicy::After { interval, count } => Some((interval, count)),
        };
        let tasks = [
            tokio::spawn(link::read(Arc::clone(&link), source, keepalive)),
            tokio::spawn(link::write(Arc::clone(&link), queue, sink)),
        ];
        Self { shared: Arc::new(Core { link, tasks, uri, call_deadline }) }
    }

    /// The URI that the connection was opened with, or that the server chose.
    pub fn uri(&self) -> &str {
        &self.shared.uri
    }

    /// Makes one call and waits for its reply, for as long as the connection's deadline says.
    ///
    /// Dropping the future is safe; the server may carry the call out all the same.
    ///
    /// # Errors
    /// [`Error::Remote`] when the server refuses, [`Error::Closed`], [`Error::Deadline`],
    /// [`Error::Arguments`].
    pub async fn call<P: Procedure>(&self, args: P::Args) -> Result<P::Ret> {
        Ok(self.exchange::<P>(args, Opens::Nothing).await?.0)
    }

    /// The same with a deadline of its own.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_within<P: Procedure>(
        &self,
        deadline: Duration,
        args: P::Args,
    ) -> Result<P::Ret> {
        Ok(self.exchange_within::<P>(args, Opens::Nothing, Some(deadline)).await?.0)
    }

    /// Makes a call that registers for events, which go to `subscriber`.
    pub(crate) async fn subscribe<P: Procedure>(
        &self,
        args: P::Args,
        subscriber: Subscriber,
    ) -> Result<P::Ret> {
        Ok(self.exchange::<P>(args, Opens::Subscription(subscriber)).await?.0)
    }

    /// Makes a call; `opens` is what it brings to life beside its reply.
    pub(crate) async fn exchange<P: Procedure>(
        &self,
        args: P::Args,
        opens: Opens,
    ) -> Result<(P::Ret, Option<StreamPlace>)> {
        self.exchange_within::<P>(args, opens, self.shared.call_deadline).await
    }

    async fn exchange_within<P: Procedure>(
        &self,
        args: P::Args,
        opens: Opens,
        deadline: Option<Duration>,
    ) -> Result<(P::Ret, Option<StreamPlace>)> {
        let exchange = self.shared.link.call(P::ROW, &args, opens);
        let (payload, place) = match deadline {
            None => exchange.await?,
            Some(deadline) => tokio::time::timeout(deadline, exchange)
                .await
                .map_err(|_| Error::Deadline { call: P::ROW.name, deadline })??,
        };
        Ok((self.decode::<P>(&payload)?, place))
    }

    fn decode<P: Procedure>(&self, payload: &[u8]) -> Result<P::Ret> {
        // A newer server may have appended fields.
        P::Ret::decode(&mut Reader::new(payload)).map_err(|fault| {
            let reason = Closed::from(Misbehaviour::Payload { name: P::ROW.name, fault });
            self.shared.link.close(reason.clone());
            reason.into()
        })
    }

    /// Whether the server has an optional feature.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn supports(&self, feature: Feature) -> Result<bool> {
        let args = remote::ConnectSupportsFeatureArgs { feature: feature.0 };
        Ok(self.call::<remote::ConnectSupportsFeature>(args).await?.supported != 0)
    }

    /// Whether calls can still be made.
    pub fn is_open(&self) -> bool {
        self.shared.link.is_open()
    }

    /// Says goodbye and closes; all clones of the connection are closed too.
    ///
    /// # Errors
    /// When the server does not answer any more; the connection is closed all the same.
    pub async fn close(self) -> Result<()> {
        let farewell = self.call::<remote::ConnectClose>(()).await;
        self.shared.link.close(Closed::Local);
        farewell
    }

    /// The server has chosen the URI; only whoever has just opened the connection can tell it so.
    pub(crate) fn set_uri(&mut self, uri: String) {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.uri = uri;
        }
    }

    pub(crate) fn link(&self) -> &Link {
        &self.shared.link
    }

    pub(crate) fn why_closed(&self) -> Closed {
        self.shared.link.why_closed()
    }
}
