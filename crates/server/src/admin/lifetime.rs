//! When the daemon ends by itself.

use std::future::pending;
use std::time::Duration;

use api::Result;
use api::admin::{ConnectSetDaemonTimeout, ConnectSetDaemonTimeoutArgs};
use driver::{CallContext, Handler};
use tokio::sync::watch;
use tokio::time::sleep;

use super::{AdminDriver, check_flags};

/// What administrators said about the daemon's end.
#[derive(Debug, Default)]
pub(crate) struct Lifetime(watch::Sender<Wish>);

#[derive(Debug, Clone, Copy, Default)]
struct Wish {
    end: bool,
    /// The daemon ends when nobody has needed it for so long.
    timeout: Option<Duration>,
}

impl Lifetime {
    /// The daemon is to end now.
    pub(crate) fn end(&self) {
        self.0.send_modify(|wish| wish.end = true);
    }

    /// The daemon is to end when it has not been needed for so long; none: never.
    pub(crate) fn set_timeout(&self, timeout: Option<Duration>) {
        self.0.send_modify(|wish| wish.timeout = timeout);
    }

    /// Waits until the daemon should end. It is needed while there are `clients`, and when the
    /// time is up also as long as it is `busy`.
    pub(crate) async fn over(&self, mut clients: watch::Receiver<usize>, busy: impl Fn() -> bool) {
        let mut wish = self.0.subscribe();
        loop {
            let Wish { end, timeout } = *wish.borrow_and_update();
            if end {
                return;
            }
            let unneeded = async {
                match timeout {
                    Some(timeout) => unneeded_for(timeout, &mut clients, &busy).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = unneeded => return,
                // It fails only when the sender is gone, which is `self`.
                _ = wish.changed() => {}
            }
        }
    }
}

async fn unneeded_for(
    timeout: Duration,
    clients: &mut watch::Receiver<usize>,
    busy: &impl Fn() -> bool,
) {
    loop {
        let _ = clients.wait_for(|count| *count == 0).await;
        tokio::select! {
            () = sleep(timeout) => {
                if !busy() {
                    return;
                }
            }
            _ = clients.wait_for(|count| *count != 0) => {}
        }
    }
}

impl Handler<ConnectSetDaemonTimeout> for AdminDriver {
    async fn handle(&self, _: &CallContext, args: ConnectSetDaemonTimeoutArgs) -> Result<()> {
        check_flags(args.flags, 0, "adminConnectSetDaemonTimeout")?;
        let timeout = (args.timeout != 0).then(|| Duration::from_secs(args.timeout.into()));
        self.server()?.lifetime().set_timeout(timeout);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use tokio::sync::watch;
    use tokio::time::{Instant, timeout};

    use super::Lifetime;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_ends_when_nobody_has_needed_it_for_the_time_that_was_set() {
        let lifetime = Lifetime::default();
        let (clients, watched) = watch::channel(0);
        let busy = Cell::new(true);
        let over = lifetime.over(watched, || busy.get());
        tokio::pin!(over);
        assert!(timeout(900 * SECOND, &mut over).await.is_err(), "no time was set");
        lifetime.set_timeout(Some(10 * SECOND));
        assert!(timeout(25 * SECOND, &mut over).await.is_err(), "something runs");
        busy.set(false);
        clients.send_replace(1);
        assert!(timeout(900 * SECOND, &mut over).await.is_err(), "somebody is connected");
        clients.send_replace(0);
        let before = Instant::now();
        over.await;
        assert_eq!(before.elapsed(), 10 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_at_once_when_it_is_told_to() {
        let lifetime = Lifetime::default();
        let (_clients, watched) = watch::channel(3);
        lifetime.end();
        timeout(SECOND, lifetime.over(watched, || true)).await.unwrap();
    }
}
