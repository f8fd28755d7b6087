//! Limits of a domain's memory on the host: what its control group has, or its document for the next start.

use api::remote::{
    DomainGetMemoryParameters, DomainGetMemoryParametersArgs, DomainGetMemoryParametersRet,
    DomainSetMemoryParameters, DomainSetMemoryParametersArgs,
};
use api::{Error, ErrorDomain, Params, Result, TypedParam, TypedParamValue};
use config::Kib;
use config::domain::tuning::MemTune;
use driver::{CallContext, Handler};
use host::cgroup::{Controller, MemoryLimit};

use super::parameters::{self, Type, fitting};
use super::{KNOWN, STRINGS};
use crate::control_group::{self, GuestGroup};
use crate::domain::{Domain, Impact, Live};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::flags;

/// What a limit is called that is none. **Units**: KiB. **Source**: `VIR_DOMAIN_MEMORY_PARAM_UNLIMITED`.
const UNLIMITED_KIB: u64 = 9_007_199_254_740_991;

const SETTABLE: &[(&str, Type)] = &[
    ("hard_limit", Type::ULLong),
    ("soft_limit", Type::ULLong),
    ("swap_hard_limit", Type::ULLong),
];

impl Handler<DomainGetMemoryParameters> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetMemoryParametersArgs,
    ) -> Result<DomainGetMemoryParametersRet> {
        flags::only(args.flags, KNOWN, "qemuDomainGetMemoryParameters")?;
        let domain = self.registry.find(&args.dom)?;
        let document = Impact::document(args.flags & !STRINGS, &domain.published())?;
        let live = domain.live().filter(|_| document.id.is_some());
        let tune = match live.and_then(|live| limited(&live)) {
            Some(group) => control_group::wait_for(move || enforced(&group)).await?,
            None => document.memtune,
        };
        let mut params = Params::default();
        params
            .ullong("hard_limit", kib(tune.hard_limit))
            .ullong("soft_limit", kib(tune.soft_limit))
            .ullong("swap_hard_limit", kib(tune.swap_hard_limit));
        let (params, nparams) = fitting(params, args.nparams);
        Ok(DomainGetMemoryParametersRet { params: params.into(), nparams })
    }
}

impl Handler<DomainSetMemoryParameters> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetMemoryParametersArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainSetMemoryParameters")?;
        parameters::check(&args.params.0, SETTABLE)?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetMemoryParameters", &self.settings.deadlines).await?;
        let impact = Impact::of(args.flags & !STRINGS, &domain.published())?;
        if let Some(live) = domain.live().filter(|_| impact.live) {
            self.limit_memory(&domain, &live, &args.params.0).await?;
        }
        if !impact.config {
            return Ok(());
        }
        self.change_definition(&domain, |document| set(&mut document.memtune, &args.params.0)).await
    }
}

impl QemuDriver {
    async fn limit_memory(
        &self,
        domain: &Domain,
        live: &Live,
        params: &[TypedParam],
    ) -> Result<()> {
        let group = limited(live).ok_or_else(|| {
            Error::operation_invalid(QEMU, "cgroup memory controller is not mounted")
        })?;
        let known = domain.published().live.as_ref().map(|document| document.memtune);
        let before = known.unwrap_or_default();
        let mut after = before;
        set(&mut after, params)?;
        check(params)?;
        control_group::wait_for(move || enforce(&group, before, after)).await?;
        self.change_live(domain, live, |document| document.memtune = after);
        Ok(())
    }
}

/// The group of a guest, if it can limit memory.
fn limited(live: &Live) -> Option<GuestGroup> {
    live.group.clone().filter(|group| group.has(Controller::Memory))
}

/// What a group has; a kernel that counts no swap limits none.
fn enforced(group: &GuestGroup) -> Result<MemTune> {
    let limit = |limit| match group.whole().memory_limit_kib(limit) {
        Err(error) if limit == MemoryLimit::Swap && error.is_missing() => Ok(None),
        other => other.map(|kib| kib.map(Kib)).map_err(|error| errors::group(&error)),
    };
    Ok(MemTune {
        hard_limit: limit(MemoryLimit::Hard)?,
        soft_limit: limit(MemoryLimit::Soft)?,
        min_guarantee: None,
        swap_hard_limit: limit(MemoryLimit::Swap)?,
    })
}

/// Changes what a group has. Memory and swap together are never less than memory: a higher limit of both
/// comes first, a lower one last.
fn enforce(group: &GuestGroup, before: MemTune, after: MemTune) -> Result<()> {
    let hard = (MemoryLimit::Hard, before.hard_limit, after.hard_limit);
    let soft = (MemoryLimit::Soft, before.soft_limit, after.soft_limit);
    let swap = (MemoryLimit::Swap, before.swap_hard_limit, after.swap_hard_limit);
    let order = match kib(after.swap_hard_limit) > kib(before.swap_hard_limit) {
        true => [swap, hard, soft],
        false => [hard, swap, soft],
    };
    for (limit, _, after) in order.into_iter().filter(|(_, before, after)| before != after) {
        let set = group.whole().set_memory_limit_kib(limit, after.map(|limit| limit.0));
        set.map_err(|error| errors::group(&error))?;
    }
    Ok(())
}

fn kib(limit: Option<Kib>) -> u64 {
    limit.map_or(UNLIMITED_KIB, |limit| limit.0)
}

/// Changes what a document says. A limit beyond what there can be is none, but is compared as it is.
fn set(tune: &mut MemTune, params: &[TypedParam]) -> Result<()> {
    let mut changed = *tune;
    for TypedParam { field, value } in params {
        let TypedParamValue::ULLong(value) = *value else { return Err(parameters::unknown(field)) };
        let limit = Some(Kib(value));
        match field.as_str() {
            "hard_limit" => changed.hard_limit = limit,
            "soft_limit" => changed.soft_limit = limit,
            "swap_hard_limit" => changed.swap_hard_limit = limit,
            _ => return Err(parameters::unknown(field)),
        }
    }
    let is_hard = |param: &TypedParam| param.field != "soft_limit";
    if params.iter().any(is_hard) && kib(changed.hard_limit) > kib(changed.swap_hard_limit) {
        let what = "memory hard_limit tunable value must be lower than or equal to swap_hard_limit";
        return Err(Error::invalid_arg(ErrorDomain::DOMAIN, what));
    }
    let real = |limit: Option<Kib>| limit.filter(|limit| limit.0 < UNLIMITED_KIB);
    *tune = MemTune {
        hard_limit: real(changed.hard_limit),
        soft_limit: real(changed.soft_limit),
        min_guarantee: changed.min_guarantee,
        swap_hard_limit: real(changed.swap_hard_limit),
    };
    Ok(())
}

/// Refuses limits that no control group has.
fn check(params: &[TypedParam]) -> Result<()> {
    let beyond = params.iter().find_map(|param| match param.value {
        TypedParamValue::ULLong(kib) if kib > UNLIMITED_KIB => Some(kib),
        _ => None,
    });
    match beyond {
        Some(kib) => {
            let what = format!("Memory '{kib}' must be less than {UNLIMITED_KIB}");
            Err(Error::invalid_arg(ErrorDomain::CGROUP, what))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(tune: &mut MemTune, limits: &[(&str, u64)]) -> Result<()> {
        let mut params = Params::default();
        for (field, kib) in limits {
            params.ullong(*field, *kib);
        }
        set(tune, &params.0)
    }

    #[test]
    fn memory_is_no_more_than_memory_and_swap() {
        let mut tune = MemTune::default();
        change(&mut tune, &[("hard_limit", 100)]).unwrap();
        assert!(change(&mut tune, &[("swap_hard_limit", 90)]).is_err());
        change(&mut tune, &[("swap_hard_limit", 200), ("hard_limit", 150)]).unwrap();
        assert!(change(&mut tune, &[("hard_limit", u64::MAX)]).is_err());
        assert_eq!((tune.hard_limit, tune.swap_hard_limit), (Some(Kib(150)), Some(Kib(200))));
        change(&mut tune, &[("swap_hard_limit", UNLIMITED_KIB), ("hard_limit", 0)]).unwrap();
        assert_eq!((tune.hard_limit, tune.swap_hard_limit), (Some(Kib(0)), None));
    }
}
