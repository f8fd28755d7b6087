//! Another name for a domain.

use api::remote::{DomainRename, DomainRenameArgs, DomainRenameRet};
use api::{
    DomainEventDefinedDetailType, DomainEventType, DomainEventUndefinedDetailType, Error, Result,
};
use driver::{CallContext, DomainEventBody, Handler, Identity};
use host::files::FileError;

use crate::documents;
use crate::domain::Definition;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::{flags, guest_log};

impl Handler<DomainRename> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainRenameArgs) -> Result<DomainRenameRet> {
        flags::only(args.flags, 0, "qemuDomainRename")?;
        let new = args.new_name.unwrap_or_default();
        let domain = self.registry.find(&args.dom)?;
        // By its new name it may be somebody else's.
        cx.check(&Identity { name: new.clone(), ..domain.identity() }).await?;
        let _job = domain.modify("DomainRename", &self.settings.deadlines).await?;
        let _order = domain.definition().await;
        let view = domain.published();
        if view.is_active() {
            return Err(Error::operation_invalid(QEMU, "cannot rename active domain"));
        }
        let Some(current) = view.definition() else {
            return Err(Error::operation_invalid(QEMU, "cannot rename a transient domain"));
        };
        if view.name == new {
            return Err(Error::operation_invalid(QEMU, "Can't rename domain to itself"));
        }
        let mut renamed = config::Domain::clone(&current);
        renamed.name = documents::domain_name(&new)?;
        let definition = Definition::new(&renamed)?;
        let old = view.name.clone();
        let before = domain.reference();
        self.registry.rename(&domain, &old, &new)?;
        let moved = self.move_files(&old, &new, &definition, view.autostart).await;
        if let Err(error) = moved {
            // The old files are still whole; only the new name is given up.
            if let Err(fault) = self.registry.rename(&domain, &new, &old) {
                tracing::error!(%fault, "the old name is taken");
            }
            return Err(error);
        }
        domain.publish(|view| {
            view.name = new;
            view.persistent = Some(definition);
        });
        let undefined = DomainEventUndefinedDetailType::RENAMED.0;
        let event = DomainEventType::UNDEFINED;
        self.tell_about(&domain, before, DomainEventBody::Lifecycle { event, detail: undefined });
        let defined = DomainEventDefinedDetailType::RENAMED.0;
        let event = DomainEventType::DEFINED;
        self.tell(&domain, DomainEventBody::Lifecycle { event, detail: defined });
        Ok(DomainRenameRet { retcode: 0 })
    }
}

impl QemuDriver {
    /// Writes the definition under its new name before the old one goes: whenever the daemon
    /// dies in between, at least one is there, and loading keeps the newer.
    async fn move_files(
        &self,
        old: &str,
        new: &str,
        definition: &Definition,
        autostart: bool,
    ) -> Result<()> {
        let definition = definition.clone();
        let (store, logs) = (self.definitions.clone(), self.settings.log_dir.clone());
        let (old, new) = (old.to_owned(), new.to_owned());
        let change = move || {
            store.save(&new, definition.text())?;
            if autostart {
                store.set_autostart(&new, true)?;
            }
            store.remove(&old)?;
            let moved = guest_log::rename(&logs, &old, &new);
            moved.map_err(|error| FileError::System { step: "move the log in", path: logs, error })
        };
        self.on_disk(change, "cannot rename the definition").await
    }
}
