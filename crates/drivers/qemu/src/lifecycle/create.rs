//! The calls that start a guest.

use std::sync::Arc;

use api::remote::{
    DomainCreate, DomainCreateArgs, DomainCreateWithFlags, DomainCreateWithFlagsArgs,
    DomainCreateWithFlagsRet, DomainCreateXml, DomainCreateXmlArgs, DomainCreateXmlRet,
};
use api::{DomainCreateFlags, DomainEventStartedDetailType, Error, Result};
use driver::{CallContext, Client, Handler};

use super::destroy::Force;
use super::start::StartMode;
use crate::companions::tpm_state;
use crate::documents::{self, Check};
use crate::domain::{Domain, Published};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;
use crate::registry::Found;

impl Handler<DomainCreate> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainCreateArgs) -> Result<()> {
        let domain = self.registry.find(&args.dom)?;
        self.start_defined(&domain, DomainCreateFlags(0)).await
    }
}

impl Handler<DomainCreateWithFlags> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: DomainCreateWithFlagsArgs,
    ) -> Result<DomainCreateWithFlagsRet> {
        use DomainCreateFlags as Flag;
        let known = Flag::START_PAUSED
            | Flag::START_AUTODESTROY
            | Flag::START_BYPASS_CACHE
            | Flag::START_FORCE_BOOT;
        flags::only(args.flags, known.0, "qemuDomainCreateWithFlags")?;
        let domain = self.registry.find(&args.dom)?;
        self.start_defined(&domain, Flag(args.flags)).await?;
        if Flag(args.flags).contains(Flag::START_AUTODESTROY) {
            self.destroy_with(&cx.client, &domain);
        }
        Ok(DomainCreateWithFlagsRet { dom: domain.reference() })
    }
}

impl Handler<DomainCreateXml> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: DomainCreateXmlArgs,
    ) -> Result<DomainCreateXmlRet> {
        use DomainCreateFlags as Flag;
        let known = Flag::START_PAUSED | Flag::START_AUTODESTROY | Flag::START_VALIDATE;
        flags::only(args.flags, known.0, "qemuDomainCreateXML")?;
        let flags = Flag(args.flags);
        let check = if flags.contains(Flag::START_VALIDATE) { Check::Schema } else { Check::Rules };
        let written = documents::read_written(&args.xml_desc)?;
        let authorized = self.authorize(cx, &written).await?;
        let definition = self.complete_document(written, &args.xml_desc, check).await?;
        let domain =
            self.start_transient(cx, authorized, Arc::new(definition), mode(flags)).await?;
        if flags.contains(Flag::START_AUTODESTROY) {
            self.destroy_with(&cx.client, &domain);
        }
        Ok(DomainCreateXmlRet { dom: domain.reference() })
    }
}

fn mode(flags: DomainCreateFlags) -> StartMode {
    let mode = StartMode::running(DomainEventStartedDetailType::BOOTED);
    if flags.contains(DomainCreateFlags::START_PAUSED) { mode.paused() } else { mode }
}

impl QemuDriver {
    async fn start_defined(&self, domain: &Arc<Domain>, flags: DomainCreateFlags) -> Result<()> {
        let _job = domain.modify("DomainCreateWithFlags", &self.settings.deadlines).await?;
        self.start(domain, mode(flags)).await
    }

    /// Starts a domain that is gone once it stops. If there is a definition of it that does not
    /// run, that one stays and the guest runs in its name.
    async fn start_transient(
        &self,
        cx: &CallContext,
        authorized: Option<Arc<Domain>>,
        definition: Arc<config::Domain>,
        mode: StartMode,
    ) -> Result<Arc<Domain>> {
        let uuid = documents::uuid(&definition)?;
        let name = definition.name.as_str().to_owned();
        let view = Published::named(&name);
        let make = || Domain::new(uuid, view);
        let found = self.registry.find_or_add(uuid, &name, make)?;
        if let Found::Known(domain) = &found {
            self.authorize_found(cx, domain, authorized.as_ref()).await?;
        }
        let domain = match found {
            Found::Known(domain) if domain.published().is_active() => {
                let detail = format!("domain '{name}' is already active");
                return Err(Error::operation_invalid(QEMU, detail));
            }
            Found::Known(domain) | Found::New(domain) => domain,
        };
        let _job = domain.modify("DomainCreateXml", &self.settings.deadlines).await?;
        let fate = tpm_state::fate_of_failed_start(&self.settings.tpm_dir, uuid);
        let document = Arc::clone(&definition);
        let started = self.start_as(&domain, definition, mode).await;
        if started.is_err() && !domain.published().is_persistent() {
            self.registry.remove(&domain);
            if fate.removes(&document) {
                self.remove_tpm(&name, uuid).await;
            }
        }
        started.map(|()| domain)
    }

    /// Ends a guest when the client that started it leaves.
    fn destroy_with(&self, client: &Client, domain: &Arc<Domain>) {
        let Ok(driver) = self.shared() else { return };
        let (domain, id) = (Arc::clone(domain), domain.published().id);
        let runtime = tokio::runtime::Handle::current();
        client.on_close(move || {
            runtime.spawn(async move {
                if domain.published().id != id {
                    return;
                }
                if let Err(error) = driver.destroy(&domain, Force::Kill).await {
                    tracing::warn!(domain = %domain.name(), %error, "not destroyed with its client");
                }
            });
        });
    }
}
