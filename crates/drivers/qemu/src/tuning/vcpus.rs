//! How many virtual CPUs a domain has and may have.

use api::remote::{
    DomainGetMaxVcpus, DomainGetMaxVcpusArgs, DomainGetMaxVcpusRet, DomainGetVcpusFlags,
    DomainGetVcpusFlagsArgs, DomainGetVcpusFlagsRet, DomainSetVcpus, DomainSetVcpusArgs,
    DomainSetVcpusFlags, DomainSetVcpusFlagsArgs,
};
use api::{DomainVcpuFlags as Flag, Error, ErrorCode, ErrorDomain, Result};
use config::YesNo;
use driver::{CallContext, Handler};

use super::{current_vcpus, maximum_vcpus};
use crate::domain::Impact;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;
use crate::guest::vcpus::Count;

impl Handler<DomainGetMaxVcpus> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetMaxVcpusArgs,
    ) -> Result<DomainGetMaxVcpusRet> {
        let view = self.registry.find(&args.dom)?.published();
        let document = Impact::document(Flag::LIVE.0, &view)?;
        Ok(DomainGetMaxVcpusRet { num: number(maximum_vcpus(&document)) })
    }
}

impl Handler<DomainGetVcpusFlags> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetVcpusFlagsArgs,
    ) -> Result<DomainGetVcpusFlagsRet> {
        let known = Flag::LIVE | Flag::CONFIG | Flag::MAXIMUM | Flag::GUEST;
        flags::only(args.flags, known.0, "qemuDomainGetVcpusFlags")?;
        let domain = self.registry.find(&args.dom)?;
        if Flag(args.flags).contains(Flag::GUEST) {
            let count = match Flag(args.flags).contains(Flag::MAXIMUM) {
                true => Count::Present,
                false => Count::Online,
            };
            let count = self.count_guest_vcpus(&domain, &*domain.running()?, count).await?;
            return Ok(DomainGetVcpusFlagsRet { num: i32::try_from(count).unwrap_or(i32::MAX) });
        }
        let document = Impact::document(args.flags, &domain.published())?;
        let maximum = Flag(args.flags).contains(Flag::MAXIMUM);
        let count = if maximum { maximum_vcpus(&document) } else { current_vcpus(&document) };
        Ok(DomainGetVcpusFlagsRet { num: number(count) })
    }
}

impl Handler<DomainSetVcpus> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainSetVcpusArgs) -> Result<()> {
        let DomainSetVcpusArgs { dom, nvcpus } = args;
        let args = DomainSetVcpusFlagsArgs { dom, nvcpus, flags: Flag::LIVE.0 };
        Handler::<DomainSetVcpusFlags>::handle(self, cx, args).await
    }
}

impl Handler<DomainSetVcpusFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetVcpusFlagsArgs) -> Result<()> {
        let flags = Flag(args.flags);
        let known = Flag::LIVE | Flag::CONFIG | Flag::MAXIMUM | Flag::GUEST | Flag::HOTPLUGGABLE;
        flags::only(args.flags, known.0, "qemuDomainSetVcpusFlags")?;
        check(args.nvcpus, flags)?;
        let domain = self.registry.find(&args.dom)?;
        if flags.contains(Flag::GUEST) {
            let wanted = usize::try_from(args.nvcpus).unwrap_or(usize::MAX);
            return self.switch_guest_vcpus(&domain, &*domain.running()?, wanted).await;
        }
        let _job = domain.modify("DomainSetVcpusFlags", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags, &view)?;
        if flags.contains(Flag::MAXIMUM) {
            return self
                .change_definition(&domain, |document| set_maximum(document, args.nvcpus))
                .await;
        }
        if impact.live {
            within_maximum(view.live.as_deref(), args.nvcpus, "live")?;
        }
        if impact.config {
            within_maximum(view.definition().as_deref(), args.nvcpus, "persistent")?;
        }
        if impact.live {
            self.plug_vcpus(&domain, args.nvcpus).await?;
        }
        if impact.config {
            let hotpluggable = flags.contains(Flag::HOTPLUGGABLE).then_some(YesNo::Yes);
            self.change_definition(&domain, |document| {
                within_maximum(Some(document), args.nvcpus, "persistent")?;
                set_current(document, args.nvcpus, hotpluggable);
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

fn check(nvcpus: u32, flags: Flag) -> Result<()> {
    let refused = |message: &str| Err(flags::refused(ErrorDomain::DOMAIN, message));
    if nvcpus == 0 {
        return refused("nvcpus in virDomainSetVcpusFlags must not be zero");
    }
    if flags.contains(Flag::MAXIMUM) && !flags.contains(Flag::CONFIG) {
        return refused(
            "Flag 'VIR_DOMAIN_AFFECT_CONFIG' is required by flag 'VIR_DOMAIN_VCPU_MAXIMUM'",
        );
    }
    for (one, name) in [(Flag::MAXIMUM, "MAXIMUM"), (Flag::HOTPLUGGABLE, "HOTPLUGGABLE")] {
        if flags.contains(Flag::GUEST | one) {
            let message = format!(
                "Flags 'VIR_DOMAIN_VCPU_{name}' and 'VIR_DOMAIN_VCPU_GUEST' are mutually exclusive"
            );
            return refused(&message);
        }
    }
    if flags.contains(Flag::MAXIMUM | Flag::LIVE) {
        return refused(
            "Flags 'VIR_DOMAIN_AFFECT_LIVE' and 'VIR_DOMAIN_VCPU_MAXIMUM' are mutually exclusive",
        );
    }
    Ok(())
}

fn within_maximum(document: Option<&config::Domain>, nvcpus: u32, which: &str) -> Result<()> {
    let maximum = document.map_or(0, maximum_vcpus);
    if nvcpus <= maximum {
        return Ok(());
    }
    let detail = format!(
        "requested vcpus is greater than max allowable vcpus for the {which} domain: {nvcpus} > {maximum}"
    );
    Err(Error::invalid_arg(QEMU, detail))
}

fn set_maximum(document: &mut config::Domain, nvcpus: u32) -> Result<()> {
    let topology = document.cpu.as_ref().and_then(|cpu| cpu.topology);
    if let Some(topology) = topology {
        let sockets = u64::from(topology.sockets) * u64::from(topology.dies.unwrap_or(1));
        let threads = u64::from(topology.cores).saturating_mul(u64::from(topology.threads));
        if sockets.saturating_mul(threads) != u64::from(nvcpus) {
            let detail = "CPU topology doesn't match the desired vcpu count";
            return Err(Error::new(ErrorCode::INVALID_ARG, QEMU, detail));
        }
    }
    let current = current_vcpus(document).min(nvcpus);
    if let Some(vcpu) = &mut document.vcpu {
        vcpu.count = nvcpus;
        vcpu.current = (current < nvcpus).then_some(current);
    }
    if let Some(states) = &mut document.vcpus {
        states.vcpus.retain(|state| state.id < nvcpus);
    }
    Ok(())
}

/// Sets how many there are at start: the first ones.
fn set_current(document: &mut config::Domain, nvcpus: u32, hotpluggable: Option<YesNo>) {
    if let Some(vcpu) = &mut document.vcpu {
        vcpu.current = (nvcpus < vcpu.count).then_some(nvcpus);
    }
    let Some(states) = &mut document.vcpus else { return };
    for state in &mut states.vcpus {
        let enabled = state.id < nvcpus;
        if enabled && state.enabled == YesNo::No {
            state.hotpluggable = hotpluggable.or(state.hotpluggable);
        }
        state.enabled = enabled.into();
        // An order that somebody chose for another number of them means nothing now.
        state.order = None;
    }
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use config::domain::ParseFlags;

    use super::*;

    fn document(vcpu: &str) -> config::Domain {
        let xml =
            format!("<domain type='qemu'><name>a</name>{vcpu}<os><type>hvm</type></os></domain>");
        config::Domain::parse(&xml, ParseFlags::Inactive).unwrap()
    }

    #[test]
    fn a_lower_maximum_takes_the_current_with_it() {
        let mut domain = document("<vcpu current='2'>4</vcpu>");
        set_maximum(&mut domain, 1).unwrap();
        assert_eq!((current_vcpus(&domain), maximum_vcpus(&domain)), (1, 1));
        set_maximum(&mut domain, 4).unwrap();
        assert_eq!((current_vcpus(&domain), maximum_vcpus(&domain)), (1, 4));
    }

    #[test]
    fn all_of_them_is_not_said() {
        let mut domain = document("<vcpu current='2'>4</vcpu>");
        set_current(&mut domain, 4, None);
        assert_eq!(domain.vcpu.as_ref().unwrap().current, None);
        set_current(&mut domain, 3, None);
        assert_eq!(current_vcpus(&domain), 3);
    }

    #[test]
    fn flags_that_contradict_each_other_are_refused() {
        assert!(check(0, Flag::LIVE).is_err());
        assert!(check(1, Flag::MAXIMUM | Flag::LIVE).is_err());
        assert!(check(1, Flag::MAXIMUM | Flag::GUEST | Flag::CONFIG).is_err());
        assert!(check(1, Flag::MAXIMUM | Flag::CONFIG).is_ok());
    }
}
