//! Shares and limits of a domain's CPU time, as its document has them.

use api::remote::{
    DomainGetSchedulerParameters, DomainGetSchedulerParametersArgs,
    DomainGetSchedulerParametersFlags, DomainGetSchedulerParametersFlagsArgs,
    DomainGetSchedulerParametersFlagsRet, DomainGetSchedulerParametersRet, DomainGetSchedulerType,
    DomainGetSchedulerTypeArgs, DomainGetSchedulerTypeRet,
};
use api::{Params, Result};
use driver::{CallContext, Handler};

use super::KNOWN;
use crate::domain::Impact;
use crate::driver::QemuDriver;
use crate::flags;

/// Weight, period (µs) and quota of a control group that nobody has limited.
const RUNNING_DEFAULTS: (u64, u64, i64) = (100, 100_000, -1);
/// How many scheduler parameters there are.
const SCHEDULER_PARAMETERS: i32 = 9;

impl Handler<DomainGetSchedulerType> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetSchedulerTypeArgs,
    ) -> Result<DomainGetSchedulerTypeRet> {
        self.registry.find(&args.dom)?;
        Ok(DomainGetSchedulerTypeRet { kind: "posix".to_owned(), nparams: SCHEDULER_PARAMETERS })
    }
}

impl Handler<DomainGetSchedulerParameters> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: DomainGetSchedulerParametersArgs,
    ) -> Result<DomainGetSchedulerParametersRet> {
        let DomainGetSchedulerParametersArgs { dom, nparams } = args;
        let args = DomainGetSchedulerParametersFlagsArgs { dom, nparams, flags: 0 };
        let ret = Handler::<DomainGetSchedulerParametersFlags>::handle(self, cx, args).await?;
        Ok(DomainGetSchedulerParametersRet { params: ret.params })
    }
}

impl Handler<DomainGetSchedulerParametersFlags> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetSchedulerParametersFlagsArgs,
    ) -> Result<DomainGetSchedulerParametersFlagsRet> {
        flags::only(args.flags, KNOWN, "qemuDomainGetSchedulerParametersFlags")?;
        let view = self.registry.find(&args.dom)?.published();
        let document = Impact::document(args.flags, &view)?;
        // What nobody set is 0 in a definition, and the kernel's default for a running guest.
        let (shares, period, quota) =
            if document.id.is_some() { RUNNING_DEFAULTS } else { (0, 0, 0) };
        let tune = &document.cputune;
        let mut params = Params::default();
        params
            .ullong("cpu_shares", tune.shares.unwrap_or(shares))
            .ullong("vcpu_period", tune.period.unwrap_or(period))
            .llong("vcpu_quota", tune.quota.unwrap_or(quota))
            .ullong("emulator_period", tune.emulator_period.unwrap_or(period))
            .llong("emulator_quota", tune.emulator_quota.unwrap_or(quota))
            .ullong("global_period", tune.global_period.unwrap_or(period))
            .llong("global_quota", tune.global_quota.unwrap_or(quota))
            .ullong("iothread_period", tune.iothread_period.unwrap_or(period))
            .llong("iothread_quota", tune.iothread_quota.unwrap_or(quota));
        params.0.truncate(usize::try_from(args.nparams).unwrap_or(0));
        Ok(DomainGetSchedulerParametersFlagsRet { params: params.into() })
    }
}
