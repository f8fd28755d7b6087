//! Taking a definition away.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::remote::{
    DomainUndefine, DomainUndefineArgs, DomainUndefineFlags, DomainUndefineFlagsArgs,
};
use api::{
    DomainEventType, DomainEventUndefinedDetailType, DomainUndefineFlags as Flag, Error, Result,
};
use driver::{CallContext, DomainEventBody, Handler};

use crate::companions::tpm_state::Fate;
use crate::domain::Domain;
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::{documents, flags, slow_storage};

/// How long storage may take to show or let go of firmware variables.
const STORAGE: Duration = Duration::from_secs(10);

impl Handler<DomainUndefine> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainUndefineArgs) -> Result<()> {
        let domain = self.registry.find(&args.dom)?;
        self.undefine(&domain, Flag(0)).await
    }
}

impl Handler<DomainUndefineFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainUndefineFlagsArgs) -> Result<()> {
        let known = Flag::MANAGED_SAVE
            | Flag::SNAPSHOTS_METADATA
            | Flag::NVRAM
            | Flag::KEEP_NVRAM
            | Flag::CHECKPOINTS_METADATA
            | Flag::TPM
            | Flag::KEEP_TPM;
        flags::only(args.flags, known.0, "qemuDomainUndefineFlags")?;
        let nvram = (Flag::NVRAM.0, "VIR_DOMAIN_UNDEFINE_NVRAM");
        let keep_nvram = (Flag::KEEP_NVRAM.0, "VIR_DOMAIN_UNDEFINE_KEEP_NVRAM");
        flags::exclusive(args.flags, nvram, keep_nvram, "qemuDomainUndefineFlags")?;
        let tpm = (Flag::TPM.0, "VIR_DOMAIN_UNDEFINE_TPM");
        let keep_tpm = (Flag::KEEP_TPM.0, "VIR_DOMAIN_UNDEFINE_KEEP_TPM");
        flags::exclusive(args.flags, tpm, keep_tpm, "qemuDomainUndefineFlags")?;
        let domain = self.registry.find(&args.dom)?;
        self.undefine(&domain, Flag(args.flags)).await
    }
}

/// What the caller of an undefine wants of the TPM.
fn fate_of_tpm(flags: api::DomainUndefineFlags) -> Fate {
    use api::DomainUndefineFlags as Flag;
    match (flags.contains(Flag::TPM), flags.contains(Flag::KEEP_TPM)) {
        (true, _) => Fate::Removed,
        (_, true) => Fate::Kept,
        _ => Fate::AsDefined,
    }
}

impl QemuDriver {
    async fn undefine(&self, domain: &Arc<Domain>, flags: Flag) -> Result<()> {
        let _order = domain.definition().await;
        let view = domain.published();
        let Some(definition) = view.definition() else {
            return Err(Error::operation_invalid(QEMU, "cannot undefine transient domain"));
        };
        if let Some(nvram) = documents::nvram_file(&definition) {
            release_nvram(&nvram, flags, view.is_active()).await?;
        }
        let fate = fate_of_tpm(flags);
        match domain.live() {
            Some(live) => {
                // The guest still has it; it goes or stays when the guest goes.
                live.parts().tpm_fate = fate;
                self.save_status(domain, &live);
            }
            None if fate.removes(&definition) => self.remove_tpm(&view.name, domain.uuid).await,
            None => {}
        }
        let (store, name) = (self.definitions.clone(), view.name.clone());
        self.on_disk(move || store.remove(&name), "cannot remove the definition").await?;
        let after = domain.publish(|view| {
            view.persistent = None;
            view.autostart = false;
        });
        if !after.is_active() {
            self.registry.remove(domain);
        }
        let event = DomainEventType::UNDEFINED;
        let detail = DomainEventUndefinedDetailType::REMOVED.0;
        self.tell(domain, DomainEventBody::Lifecycle { event, detail });
        Ok(())
    }
}

/// A guest's firmware variables are never deleted by the way: the caller must say what shall
/// become of them.
async fn release_nvram(nvram: &Path, flags: Flag, active: bool) -> Result<()> {
    let removes = flags.contains(Flag::NVRAM);
    if flags.contains(Flag::KEEP_NVRAM) && !removes {
        return Ok(());
    }
    let path = nvram.to_owned();
    let exists = on_storage(nvram, move || path.exists()).await?;
    if exists && !removes {
        return Err(Error::operation_invalid(QEMU, "cannot undefine domain with nvram"));
    }
    if !exists || active {
        return Ok(());
    }
    let path = nvram.to_owned();
    let removed = on_storage(nvram, move || host::files::remove_durable(&path)).await?;
    removed.map_err(|error| errors::file(&error, "cannot remove the nvram file"))
}

async fn on_storage<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    slow_storage::on(path, STORAGE, work).await.map_err(|unanswered| unanswered.error(QEMU))
}
