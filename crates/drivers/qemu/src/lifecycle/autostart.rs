//! What starts with the daemon.

use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;

use api::remote::{DomainSetAutostart, DomainSetAutostartArgs};
use api::{DomainEventStartedDetailType, Error, Result};
use driver::{CallContext, Handler};

use super::start::StartMode;
use crate::driver::QemuDriver;
use crate::errors::QEMU;

impl Handler<DomainSetAutostart> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetAutostartArgs) -> Result<()> {
        let domain = self.registry.find(&args.dom)?;
        let _order = domain.definition().await;
        let view = domain.published();
        if !view.is_persistent() {
            let detail = "cannot set autostart for transient domain";
            return Err(Error::operation_invalid(QEMU, detail));
        }
        let wanted = args.autostart != 0;
        if wanted == view.autostart {
            return Ok(());
        }
        let (store, name) = (self.definitions.clone(), view.name.clone());
        let change = move || store.set_autostart(&name, wanted);
        self.on_disk(change, "cannot change the autostart link").await?;
        domain.publish(|view| view.autostart = wanted);
        Ok(())
    }
}

impl QemuDriver {
    /// Starts what is marked for it: once after a start of the host, not of the daemon, so that a
    /// guest that was shut down on purpose stays down.
    pub(crate) async fn autostart(self: Arc<Self>) {
        if !self.first_start_since_boot() {
            return;
        }
        for domain in self.registry.all() {
            let view = domain.published();
            if !view.autostart || view.is_active() {
                continue;
            }
            let mode = StartMode::running(DomainEventStartedDetailType::BOOTED);
            let started = async {
                let _job = domain.modify("Autostart", &self.settings.deadlines).await?;
                self.start(&domain, mode).await
            };
            if let Err(error) = started.await {
                tracing::error!(domain = %view.name, %error, "autostart failed");
            }
        }
    }

    fn first_start_since_boot(&self) -> bool {
        let stamp = self.settings.runtime_dir.join("autostarted");
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(stamp) {
            Ok(_) => true,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => false,
            Err(error) => {
                tracing::error!(%error, "autostart stamp not written; nothing is started");
                false
            }
        }
    }
}
