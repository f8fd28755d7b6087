//! State and other plain facts of a domain.

use api::remote::{
    DomainGetAutostart, DomainGetAutostartArgs, DomainGetAutostartRet, DomainGetInfo,
    DomainGetInfoArgs, DomainGetInfoRet, DomainGetOsType, DomainGetOsTypeArgs, DomainGetOsTypeRet,
    DomainGetState, DomainGetStateArgs, DomainGetStateRet, DomainHasManagedSaveImage,
    DomainHasManagedSaveImageArgs, DomainHasManagedSaveImageRet, DomainIsActive,
    DomainIsActiveArgs, DomainIsActiveRet, DomainIsPersistent, DomainIsPersistentArgs,
    DomainIsPersistentRet, DomainIsUpdated, DomainIsUpdatedArgs, DomainIsUpdatedRet,
};
use api::{Error, ErrorCode, Result};
use driver::{CallContext, Handler};
use host::Root;
use host::proc::ProcReader;

use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

impl Handler<DomainGetInfo> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainGetInfoArgs) -> Result<DomainGetInfoRet> {
        let domain = self.registry.find(&args.dom)?;
        let (view, live) = (domain.published(), domain.live());
        let allotment = view.allotment();
        let nr_virt_cpu = u16::try_from(allotment.map_or(0, |allotment| allotment.vcpus))
            .map_err(|_| Error::new(ErrorCode::OVERFLOW, QEMU, "cpu count too large"))?;
        let cpu_time = live.filter(|live| view.id == Some(live.id)).and_then(|live| {
            let stat = ProcReader::new(Root::default()).process(live.process.pid());
            stat.ok().map(|stat| stat.user_ns.saturating_add(stat.system_ns))
        });
        Ok(DomainGetInfoRet {
            state: u8::try_from(view.state.state().0).unwrap_or(0),
            max_mem: allotment.map_or(0, |allotment| allotment.maximum_memory_kib),
            memory: allotment.map_or(0, |allotment| allotment.memory_kib),
            nr_virt_cpu,
            cpu_time: cpu_time.unwrap_or(0),
        })
    }
}

impl Handler<DomainGetState> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainGetStateArgs) -> Result<DomainGetStateRet> {
        flags::only(args.flags, 0, "qemuDomainGetState")?;
        let state = self.registry.find(&args.dom)?.published().state;
        Ok(DomainGetStateRet { state: state.state().0, reason: state.reason })
    }
}

impl Handler<DomainIsActive> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainIsActiveArgs) -> Result<DomainIsActiveRet> {
        let active = self.registry.find(&args.dom)?.published().is_active();
        Ok(DomainIsActiveRet { active: active.into() })
    }
}

impl Handler<DomainIsPersistent> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainIsPersistentArgs,
    ) -> Result<DomainIsPersistentRet> {
        let persistent = self.registry.find(&args.dom)?.published().is_persistent();
        Ok(DomainIsPersistentRet { persistent: persistent.into() })
    }
}

impl Handler<DomainIsUpdated> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainIsUpdatedArgs,
    ) -> Result<DomainIsUpdatedRet> {
        let updated = self.registry.find(&args.dom)?.published().updated;
        Ok(DomainIsUpdatedRet { updated: updated.into() })
    }
}

impl Handler<DomainGetAutostart> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetAutostartArgs,
    ) -> Result<DomainGetAutostartRet> {
        let autostart = self.registry.find(&args.dom)?.published().autostart;
        Ok(DomainGetAutostartRet { autostart: autostart.into() })
    }
}

impl Handler<DomainGetOsType> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetOsTypeArgs,
    ) -> Result<DomainGetOsTypeRet> {
        let view = self.registry.find(&args.dom)?.published();
        let kind = view.current().map(|document| String::from(&*document.os.machine.kind));
        Ok(DomainGetOsTypeRet { kind: kind.unwrap_or_default() })
    }
}

impl Handler<DomainHasManagedSaveImage> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainHasManagedSaveImageArgs,
    ) -> Result<DomainHasManagedSaveImageRet> {
        flags::only(args.flags, 0, "qemuDomainHasManagedSaveImage")?;
        self.registry.find(&args.dom)?;
        Ok(DomainHasManagedSaveImageRet { result: 0 })
    }
}
