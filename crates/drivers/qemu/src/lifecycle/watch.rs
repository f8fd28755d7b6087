//! The watcher: one task for each running guest.

use std::sync::Arc;
use std::time::Duration;

use qmp::EventReceiver;

use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;

/// How long a QEMU that closed its monitor may take to exit before it is ended.
const EXIT_AFTER_EOF: Duration = Duration::from_secs(5);

/// How long the monitor of a QEMU that exited may take to close; longer only if somebody else has
/// its end of the socket.
const EOF_AFTER_EXIT: Duration = Duration::from_secs(1);

impl QemuDriver {
    /// Follows a guest until its process is gone, then finishes its life.
    pub(super) async fn watch(
        self: Arc<Self>,
        domain: Arc<Domain>,
        live: Arc<Live>,
        mut events: EventReceiver,
    ) {
        loop {
            tokio::select! {
                // Events first: what QEMU said before it exited explains why it did.
                biased;
                delivery = events.recv() => match delivery {
                    Some(delivery) => self.on_delivery(&domain, &live, delivery).await,
                    None => break,
                },
                _ = live.process.wait_exit() => {
                    self.hear_last_words(&domain, &live, &mut events).await;
                    break;
                }
            }
        }
        if tokio::time::timeout(EXIT_AFTER_EOF, live.process.wait_exit()).await.is_err() {
            tracing::warn!(domain = %domain.name(), "monitor closed, process still there: ending it");
            if let Err(error) = live.process.end(Duration::ZERO).await {
                tracing::error!(domain = %domain.name(), %error, "process cannot be ended");
            }
        }
        self.finish(&domain, &live).await;
    }

    /// Notes in the guest's log when something beside QEMU ends that the guest needs.
    pub(super) fn watch_companions(self: &Arc<Self>, domain: &Arc<Domain>, live: &Live) {
        for companion in live.companions.all() {
            let (driver, domain) = (Arc::clone(self), Arc::clone(domain));
            let qemu = live.process.reference();
            tokio::spawn(async move {
                companion.ended().await;
                if qemu.is_alive() {
                    let text = format!("{} has ended, though the guest runs", companion.name);
                    driver.log_line(&domain, &text);
                }
            });
        }
    }

    /// Takes what QEMU said before it exited; that may still be on its way when the exit is seen.
    async fn hear_last_words(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        events: &mut EventReceiver,
    ) {
        let rest = async {
            while let Some(delivery) = events.recv().await {
                self.on_delivery(domain, live, delivery).await;
            }
        };
        if tokio::time::timeout(EOF_AFTER_EXIT, rest).await.is_err() {
            tracing::warn!(domain = %domain.name(), "process gone, its monitor still open");
        }
    }
}
