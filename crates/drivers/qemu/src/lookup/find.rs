//! One domain, by what it is known by.

use api::remote::{
    DomainLookupById, DomainLookupByIdArgs, DomainLookupByIdRet, DomainLookupByName,
    DomainLookupByNameArgs, DomainLookupByNameRet, DomainLookupByUuid, DomainLookupByUuidArgs,
    DomainLookupByUuidRet,
};
use api::{Error, ErrorDomain, Result};
use driver::{CallContext, Handler};

use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

impl Handler<DomainLookupById> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainLookupByIdArgs,
    ) -> Result<DomainLookupByIdRet> {
        if args.id < 0 {
            let message = "id in virDomainLookupByID must be zero or greater";
            return Err(flags::refused(ErrorDomain::DOMAIN, message));
        }
        let domain = self.registry.by_id(args.id).ok_or_else(|| {
            Error::no_domain(QEMU, format!("no domain with matching id {}", args.id))
        })?;
        Ok(DomainLookupByIdRet { dom: domain.reference() })
    }
}

impl Handler<DomainLookupByName> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainLookupByNameArgs,
    ) -> Result<DomainLookupByNameRet> {
        let domain = self.registry.by_name(&args.name).ok_or_else(|| {
            Error::no_domain(QEMU, format!("no domain with matching name '{}'", args.name))
        })?;
        Ok(DomainLookupByNameRet { dom: domain.reference() })
    }
}

impl Handler<DomainLookupByUuid> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainLookupByUuidArgs,
    ) -> Result<DomainLookupByUuidRet> {
        let domain = self.registry.by_uuid(args.uuid).ok_or_else(|| {
            Error::no_domain(QEMU, format!("no domain with matching uuid '{}'", args.uuid))
        })?;
        Ok(DomainLookupByUuidRet { dom: domain.reference() })
    }
}
