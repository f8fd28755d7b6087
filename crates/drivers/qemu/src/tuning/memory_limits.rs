//! Limits of a domain's memory on the host, as its document has them.
//!
//! A control group enforces them; without one they take effect nowhere, so a guest that runs cannot be
//! given any.

use api::remote::{
    DomainGetMemoryParameters, DomainGetMemoryParametersArgs, DomainGetMemoryParametersRet,
    DomainSetMemoryParameters, DomainSetMemoryParametersArgs,
};
use api::{Error, Params, Result, TypedParam, TypedParamValue};
use config::Kib;
use config::domain::tuning::MemTune;
use driver::{CallContext, Handler};

use super::parameters::{self, Type, fitting};
use super::{KNOWN, STRINGS};
use crate::domain::Impact;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
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
        let view = self.registry.find(&args.dom)?.published();
        let tune = &Impact::document(args.flags & !STRINGS, &view)?.memtune;
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
        if impact.live {
            return Err(Error::operation_invalid(QEMU, "cgroup memory controller is not mounted"));
        }
        self.change_definition(&domain, |document| set(&mut document.memtune, &args.params.0)).await
    }
}

fn kib(limit: Option<Kib>) -> u64 {
    limit.map_or(UNLIMITED_KIB, |limit| limit.0)
}

fn set(tune: &mut MemTune, params: &[TypedParam]) -> Result<()> {
    let mut changed = *tune;
    for TypedParam { field, value } in params {
        let TypedParamValue::ULLong(value) = *value else { return Err(parameters::unknown(field)) };
        let limit = Some(Kib(value)).filter(|limit| limit.0 < UNLIMITED_KIB);
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
        return Err(Error::invalid_arg(QEMU, what));
    }
    *tune = changed;
    Ok(())
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
