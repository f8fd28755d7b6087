//! Raising a non-maskable interrupt.

use api::Result;
use api::remote::{DomainInjectNmi, DomainInjectNmiArgs};
use driver::{CallContext, Handler};

use crate::driver::QemuDriver;
use crate::flags;

impl Handler<DomainInjectNmi> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainInjectNmiArgs) -> Result<()> {
        flags::only(args.flags, 0, "qemuDomainInjectNMI")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainInjectNmi", &self.settings.deadlines).await?;
        let live = domain.running()?;
        self.ask(&domain, live.monitor()?.inject_nmi()).await
    }
}
