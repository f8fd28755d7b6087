//! Definitions: making and changing them.

use std::sync::Arc;

use api::remote::{
    DomainDefineXml, DomainDefineXmlArgs, DomainDefineXmlFlags, DomainDefineXmlFlagsArgs,
    DomainDefineXmlFlagsRet, DomainDefineXmlRet, NonnullDomain,
};
use api::{DomainEventDefinedDetailType, DomainEventType, Error, Result};
use driver::{CallContext, DomainEventBody, Handler};

use crate::documents::{self, Check};
use crate::domain::{Definition, Domain, Published};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;
use crate::registry::Found;

impl Handler<DomainDefineXml> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: DomainDefineXmlArgs,
    ) -> Result<DomainDefineXmlRet> {
        let dom = self.define(cx, &args.xml, Check::Rules).await?;
        Ok(DomainDefineXmlRet { dom })
    }
}

impl Handler<DomainDefineXmlFlags> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: DomainDefineXmlFlagsArgs,
    ) -> Result<DomainDefineXmlFlagsRet> {
        let validate = api::DomainDefineFlags::VALIDATE;
        flags::only(args.flags, validate.0, "qemuDomainDefineXMLFlags")?;
        let strict = args.flags & validate.0 != 0;
        let check = if strict { Check::Schema } else { Check::Rules };
        Ok(DomainDefineXmlFlagsRet { dom: self.define(cx, &args.xml, check).await? })
    }
}

impl QemuDriver {
    async fn define(&self, cx: &CallContext, xml: &str, check: Check) -> Result<NonnullDomain> {
        let written = documents::read_written(xml)?;
        let authorized = self.authorize(cx, &written).await?;
        let document = self.complete_document(written, xml, check).await?;
        let uuid = documents::uuid(&document)?;
        let definition = Definition::new(&document)?;
        let name = document.name.as_str();
        let make = || Domain::new(uuid, Published::defined(name, definition.clone()));
        let (domain, is_new) = match self.registry.find_or_add(uuid, name, make)? {
            Found::New(domain) => (domain, true),
            Found::Known(domain) => {
                self.authorize_found(cx, &domain, authorized.as_ref()).await?;
                (domain, false)
            }
        };
        let saved = self.keep_definition(&domain, definition).await;
        if let Err(error) = saved {
            if is_new {
                self.registry.remove(&domain);
            }
            return Err(error);
        }
        let detail = if is_new {
            DomainEventDefinedDetailType::ADDED
        } else {
            DomainEventDefinedDetailType::UPDATED
        };
        let event = DomainEventType::DEFINED;
        self.tell(&domain, DomainEventBody::Lifecycle { event, detail: detail.0 });
        Ok(domain.reference())
    }

    /// Makes `definition` the one that survives: first on disk, then for readers.
    pub(crate) async fn keep_definition(
        &self,
        domain: &Arc<Domain>,
        definition: Definition,
    ) -> Result<()> {
        let _order = domain.definition().await;
        self.save_definition(domain, &definition).await?;
        domain.publish(|view| {
            view.updated =
                view.persistent.as_ref().is_some_and(|old| *old != definition) && view.is_active();
            view.persistent = Some(definition);
        });
        Ok(())
    }

    /// Changes the definition through `change`: on disk, then for readers. Orders itself among
    /// other changes, so none is lost.
    ///
    /// # Errors
    /// Those of `change`; `OPERATION_INVALID` for a transient domain.
    pub(crate) async fn change_definition(
        &self,
        domain: &Arc<Domain>,
        change: impl FnOnce(&mut config::Domain) -> Result<()>,
    ) -> Result<()> {
        let _order = domain.definition().await;
        let current = domain.published().definition();
        let current = current.ok_or_else(|| {
            Error::operation_invalid(
                QEMU,
                "cannot modify the persistent configuration of a transient domain",
            )
        })?;
        let mut document = config::Domain::clone(&current);
        change(&mut document)?;
        let definition = Definition::new(&document)?;
        self.save_definition(domain, &definition).await?;
        domain.publish(|view| view.persistent = Some(definition));
        Ok(())
    }

    async fn save_definition(&self, domain: &Domain, definition: &Definition) -> Result<()> {
        let (store, name) = (self.definitions.clone(), domain.name());
        let definition = definition.clone();
        let save = move || store.save(&name, definition.text());
        self.on_disk(save, "cannot save the definition").await
    }
}
