//! How much memory a domain has and may have.

use api::remote::{
    DomainGetMaxMemory, DomainGetMaxMemoryArgs, DomainGetMaxMemoryRet, DomainSetMaxMemory,
    DomainSetMaxMemoryArgs, DomainSetMemory, DomainSetMemoryArgs, DomainSetMemoryFlags,
    DomainSetMemoryFlagsArgs,
};
use api::{DomainMemoryModFlags as Flag, Error, ErrorDomain, Result};
use config::Kib;
use config::domain::Memory;
use driver::{CallContext, Handler};

use super::{balloon, maximum_memory_kib};
use crate::domain::{Impact, not_running};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

impl Handler<DomainGetMaxMemory> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetMaxMemoryArgs,
    ) -> Result<DomainGetMaxMemoryRet> {
        let view = self.registry.find(&args.dom)?.published();
        let memory = view.allotment().map_or(0, |allotment| allotment.maximum_memory_kib);
        Ok(DomainGetMaxMemoryRet { memory })
    }
}

impl Handler<DomainSetMemory> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetMemoryArgs) -> Result<()> {
        self.set_memory(&args.dom, args.memory, Flag::LIVE, "virDomainSetMemory").await
    }
}

impl Handler<DomainSetMaxMemory> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetMaxMemoryArgs) -> Result<()> {
        self.set_memory(&args.dom, args.memory, Flag::MAXIMUM, "virDomainSetMaxMemory").await
    }
}

impl Handler<DomainSetMemoryFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetMemoryFlagsArgs) -> Result<()> {
        let known = Flag::LIVE | Flag::CONFIG | Flag::MAXIMUM;
        flags::only(args.flags, known.0, "qemuDomainSetMemoryFlags")?;
        self.set_memory(&args.dom, args.memory, Flag(args.flags), "virDomainSetMemoryFlags").await
    }
}

impl QemuDriver {
    async fn set_memory(
        &self,
        reference: &api::remote::NonnullDomain,
        kib: u64,
        flags: Flag,
        function: &str,
    ) -> Result<()> {
        if kib == 0 {
            let message = format!("memory in {function} must not be zero");
            return Err(flags::refused(ErrorDomain::DOMAIN, message));
        }
        let domain = self.registry.find(reference)?;
        let _job = domain.modify("DomainSetMemoryFlags", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(flags.0, &view)?;
        if flags.contains(Flag::MAXIMUM) {
            if impact.live {
                let detail = "cannot resize the maximum memory on an active domain";
                return Err(Error::operation_invalid(QEMU, detail));
            }
            return self.change_definition(&domain, |document| set_maximum(document, kib)).await;
        }
        if impact.config {
            let definition = view.definition();
            definition.map_or(Ok(()), |definition| within_maximum(&definition, kib))?;
        }
        if impact.live {
            let live = domain.running()?;
            let document = view.live.clone().ok_or_else(not_running)?;
            within_maximum(&document, kib)?;
            balloon(&document).ok_or_else(no_balloon)?;
            // The guest takes its time; the balloon's event then says what it has become.
            self.ask(&domain, live.monitor()?.balloon(kib.saturating_mul(1024))).await?;
        }
        if impact.config {
            self.change_definition(&domain, |document| {
                within_maximum(document, kib)?;
                document.current_memory = Some(Kib(kib));
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

fn within_maximum(document: &config::Domain, kib: u64) -> Result<()> {
    if kib <= maximum_memory_kib(document) {
        return Ok(());
    }
    Err(Error::invalid_arg(QEMU, "cannot set memory higher than max memory"))
}

fn set_maximum(document: &mut config::Domain, kib: u64) -> Result<()> {
    if document.cpu.as_ref().is_some_and(|cpu| cpu.numa.is_some()) {
        let detail =
            "initial memory size of a domain with NUMA nodes cannot be modified with this API";
        return Err(Error::operation_invalid(QEMU, detail));
    }
    let dump_core = document.memory.and_then(|memory| memory.dump_core);
    document.memory = Some(Memory { dump_core, size: Kib(kib) });
    document.current_memory = document.current_memory.map(|current| current.min(Kib(kib)));
    Ok(())
}

fn no_balloon() -> Error {
    let detail = "Unable to change memory of active domain without the balloon device and guest \
                  OS balloon driver";
    Error::operation_invalid(QEMU, detail)
}

#[cfg(test)]
mod tests {
    use config::domain::ParseFlags;

    use super::*;

    #[test]
    fn a_lower_maximum_takes_the_current_with_it() {
        let xml = "<domain type='qemu'><name>a</name><memory>2048</memory>\
                   <currentMemory>1500</currentMemory><os><type>hvm</type></os></domain>";
        let mut document = config::Domain::parse(xml, ParseFlags::Inactive).unwrap();
        assert!(within_maximum(&document, 2048).is_ok());
        assert!(within_maximum(&document, 2049).is_err());
        set_maximum(&mut document, 1000).unwrap();
        assert_eq!(document.current_memory, Some(Kib(1000)));
        set_maximum(&mut document, 4000).unwrap();
        assert_eq!(document.current_memory, Some(Kib(1000)));
        assert_eq!(maximum_memory_kib(&document), 4000);
    }
}
