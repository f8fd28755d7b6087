//! Taking a definition away.

use std::sync::Arc;

use api::remote::{
    DomainUndefine, DomainUndefineArgs, DomainUndefineFlags, DomainUndefineFlagsArgs,
};
use api::{DomainEventType, DomainEventUndefinedDetailType, Error, Result};
use driver::{CallContext, DomainEventBody, Handler};

use crate::companions::tpm_state::Fate;
use crate::domain::Domain;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

impl Handler<DomainUndefine> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainUndefineArgs) -> Result<()> {
        let domain = self.registry.find(&args.dom)?;
        self.undefine(&domain, api::DomainUndefineFlags(0)).await
    }
}

impl Handler<DomainUndefineFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainUndefineFlagsArgs) -> Result<()> {
        use api::DomainUndefineFlags as Flag;
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
    async fn undefine(&self, domain: &Arc<Domain>, flags: api::DomainUndefineFlags) -> Result<()> {
        let _order = domain.definition().await;
        let view = domain.published();
        let Some(definition) = view.definition() else {
            return Err(Error::operation_invalid(QEMU, "cannot undefine transient domain"));
        };
        let nvram = crate::documents::nvram_file(&definition).filter(|path| path.exists());
        if let Some(nvram) = nvram {
            self.release_nvram(&nvram, flags, view.is_active()).await?;
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

    /// A guest's firmware variables are never deleted by the way: the caller must say what shall
    /// become of them.
    async fn release_nvram(
        &self,
        nvram: &std::path::Path,
        flags: api::DomainUndefineFlags,
        active: bool,
    ) -> Result<()> {
        use api::DomainUndefineFlags as Flag;
        if flags.contains(Flag::NVRAM) && !active {
            let path = nvram.to_owned();
            let remove = move || host::files::remove_durable(&path);
            return self.on_disk(remove, "cannot remove the nvram file").await;
        }
        if flags.contains(Flag::KEEP_NVRAM) || flags.contains(Flag::NVRAM) {
            return Ok(());
        }
        Err(Error::operation_invalid(QEMU, "cannot undefine domain with nvram"))
    }
}
