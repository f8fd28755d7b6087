//! One domain, by what it is known by.

use api::Result;
use api::remote::{
    DomainLookupById, DomainLookupByIdArgs, DomainLookupByIdRet, DomainLookupByName,
    DomainLookupByNameArgs, DomainLookupByNameRet, DomainLookupByUuid, DomainLookupByUuidArgs,
    DomainLookupByUuidRet,
};
use driver::{CallContext, Handler, Key};

use crate::driver::QemuDriver;

impl Handler<DomainLookupById> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainLookupByIdArgs,
    ) -> Result<DomainLookupByIdRet> {
        let domain = self.find_named(&Key::Id(args.id))?;
        Ok(DomainLookupByIdRet { dom: domain.reference() })
    }
}

impl Handler<DomainLookupByName> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainLookupByNameArgs,
    ) -> Result<DomainLookupByNameRet> {
        let domain = self.find_named(&Key::Name(args.name))?;
        Ok(DomainLookupByNameRet { dom: domain.reference() })
    }
}

impl Handler<DomainLookupByUuid> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainLookupByUuidArgs,
    ) -> Result<DomainLookupByUuidRet> {
        let domain = self.find_named(&Key::Uuid { uuid: args.uuid, name: String::new() })?;
        Ok(DomainLookupByUuidRet { dom: domain.reference() })
    }
}
