//! Shares and limits of a domain's CPU time: what its control groups have, or its document for the next start.

use std::ops::RangeInclusive;

use api::TypedParamValue;
use api::remote::{
    DomainGetSchedulerParameters, DomainGetSchedulerParametersArgs,
    DomainGetSchedulerParametersFlags, DomainGetSchedulerParametersFlagsArgs,
    DomainGetSchedulerParametersFlagsRet, DomainGetSchedulerParametersRet, DomainGetSchedulerType,
    DomainGetSchedulerTypeArgs, DomainGetSchedulerTypeRet, DomainSetSchedulerParameters,
    DomainSetSchedulerParametersArgs, DomainSetSchedulerParametersFlags,
    DomainSetSchedulerParametersFlagsArgs,
};
use api::{DomainModificationImpact as Flag, Error, Params, Result, TypedParam};
use config::domain::tuning::CpuTune;
use driver::{CallContext, DomainEventBody, Handler};
use host::cgroup::{Bandwidth, Controller, Group};

use super::KNOWN;
use super::parameters::{self, Type};
use crate::control_group::{self, GuestGroup, Part, Weight, set_bandwidth};
use crate::domain::{Domain, Impact, Live};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::flags;

/// Weight, period (µs) and quota of a control group that nobody has limited.
const RUNNING_DEFAULTS: (u64, u64, i64) = (100, 100_000, -1);
/// How many scheduler parameters there are.
const SCHEDULER_PARAMETERS: i32 = 9;
/// **Units**: µs.
const PERIODS: RangeInclusive<u64> = 1_000..=1_000_000;
/// **Units**: µs. **Source**: the kernel's largest, 2^44 ns and some.
const QUOTAS: RangeInclusive<u64> = 1_000..=17_592_186_044_415;

const SHARES: &str = "cpu_shares";

const SETTABLE: &[(&str, Type)] = &[
    (SHARES, Type::ULLong),
    ("vcpu_period", Type::ULLong),
    ("vcpu_quota", Type::LLong),
    ("emulator_period", Type::ULLong),
    ("emulator_quota", Type::LLong),
    ("global_period", Type::ULLong),
    ("global_quota", Type::LLong),
    ("iothread_period", Type::ULLong),
    ("iothread_quota", Type::LLong),
];

/// Whose time is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Vcpu,
    Emulator,
    Global,
    IoThread,
}

impl Whose {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Vcpu, "vcpu"),
        (Self::Emulator, "emulator"),
        (Self::Global, "global"),
        (Self::IoThread, "iothread"),
    ];

    /// Where a document has period and quota.
    fn fields(self, tune: &mut CpuTune) -> (&mut Option<u64>, &mut Option<i64>) {
        match self {
            Self::Vcpu => (&mut tune.period, &mut tune.quota),
            Self::Emulator => (&mut tune.emulator_period, &mut tune.emulator_quota),
            Self::Global => (&mut tune.global_period, &mut tune.global_quota),
            Self::IoThread => (&mut tune.iothread_period, &mut tune.iothread_quota),
        }
    }
}

/// One thing that a client sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    Shares(u64),
    Period(Whose, u64),
    Quota(Whose, i64),
}

impl Setting {
    /// # Errors
    /// `INVALID_ARG` for a figure that no kernel takes.
    fn read(TypedParam { field, value }: &TypedParam) -> Result<Self> {
        let whose = |end| {
            let start = field.strip_suffix(end)?;
            Whose::ALL.into_iter().find(|(_, name)| *name == start).map(|(whose, _)| whose)
        };
        match (value, whose("_period"), whose("_quota")) {
            (TypedParamValue::ULLong(shares), None, None) => Ok(Self::Shares(*shares)),
            (TypedParamValue::ULLong(period), Some(whose), _) => {
                within(field, *period, PERIODS)?;
                Ok(Self::Period(whose, *period))
            }
            (TypedParamValue::LLong(quota), _, Some(whose)) => {
                within(field, u64::try_from(*quota).unwrap_or(0), QUOTAS)?;
                Ok(Self::Quota(whose, *quota))
            }
            _ => Err(parameters::unknown(field)),
        }
    }

    /// Whether it changes a guest that runs: a period or quota of 0 does not.
    fn is_effective(self) -> bool {
        !matches!(self, Self::Period(_, 0) | Self::Quota(_, 0))
    }

    fn apply(self, tune: &mut CpuTune) {
        match self {
            Self::Shares(shares) => tune.shares = Some(shares),
            Self::Period(whose, us) => *whose.fields(tune).0 = Some(us).filter(|us| *us != 0),
            Self::Quota(whose, us) => *whose.fields(tune).1 = Some(us).filter(|us| *us != 0),
        }
    }
}

/// 0 stands for nothing at all, and is always fit.
fn within(field: &str, value: u64, range: RangeInclusive<u64>) -> Result<()> {
    if value == 0 || range.contains(&value) {
        return Ok(());
    }
    let (least, most) = (range.start(), range.end());
    let what = format!("value of '{field}' is out of range [{least}, {most}]");
    Err(Error::invalid_arg(QEMU, what))
}

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
        let domain = self.registry.find(&args.dom)?;
        let document = Impact::document(args.flags, &domain.published())?;
        let live = domain.live().filter(|_| document.id.is_some());
        let figures = match live.and_then(|live| divided(&live)) {
            Some(group) => self.enforced(group, &document).await?,
            // What nobody set is 0 in a definition, and the kernel's default for a running guest.
            None if document.id.is_some() => Figures::of(&document.cputune, RUNNING_DEFAULTS),
            None => Figures::of(&document.cputune, (0, 0, 0)),
        };
        let mut params = Params::default();
        params.ullong(SHARES, figures.shares);
        for ((_, name), (period, quota)) in Whose::ALL.into_iter().zip(figures.limits) {
            params.ullong(format!("{name}_period"), period).llong(format!("{name}_quota"), quota);
        }
        params.0.truncate(usize::try_from(args.nparams).unwrap_or(0));
        Ok(DomainGetSchedulerParametersFlagsRet { params: params.into() })
    }
}

/// What a client is told.
struct Figures {
    shares: u64,
    /// Period and quota, in the order of [`Whose::ALL`].
    limits: [(u64, i64); 4],
}

impl Figures {
    fn of(tune: &CpuTune, (shares, period, quota): (u64, u64, i64)) -> Self {
        let mut tune = tune.clone();
        let limits = Whose::ALL.map(|(whose, _)| {
            let (own_period, own_quota) = whose.fields(&mut tune);
            (own_period.unwrap_or(period), own_quota.unwrap_or(quota))
        });
        Self { shares: tune.shares.unwrap_or(shares), limits }
    }
}

/// The group of a guest, if it can divide time.
fn divided(live: &Live) -> Option<GuestGroup> {
    live.group.clone().filter(|group| group.has(Controller::Cpu))
}

fn pair(Bandwidth { period_us, quota_us }: Bandwidth) -> (u64, i64) {
    (period_us, quota_us.and_then(|quota| i64::try_from(quota).ok()).unwrap_or(-1))
}

impl Handler<DomainSetSchedulerParameters> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainSetSchedulerParametersArgs) -> Result<()> {
        let DomainSetSchedulerParametersArgs { dom, params } = args;
        let args = DomainSetSchedulerParametersFlagsArgs { dom, params, flags: 0 };
        Handler::<DomainSetSchedulerParametersFlags>::handle(self, cx, args).await
    }
}

impl Handler<DomainSetSchedulerParametersFlags> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainSetSchedulerParametersFlagsArgs,
    ) -> Result<()> {
        let known = Flag::LIVE | Flag::CONFIG;
        flags::only(args.flags, known.0, "qemuDomainSetSchedulerParametersFlags")?;
        parameters::check(&args.params.0, SETTABLE)?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetSchedulerParameters", &self.settings.deadlines).await?;
        let impact = Impact::of(args.flags, &domain.published())?;
        if let Some(live) = domain.live().filter(|_| impact.live) {
            self.divide(&domain, &live, &args.params.0).await?;
        }
        if !impact.config {
            return Ok(());
        }
        self.change_definition(&domain, |document| {
            for param in &args.params.0 {
                Setting::read(param)?.apply(&mut document.cputune);
            }
            Ok(())
        })
        .await
    }
}

impl QemuDriver {
    /// What the groups of a guest that runs have. One virtual CPU stands for all, and one I/O thread; where
    /// there is none, the whole guest.
    async fn enforced(&self, group: GuestGroup, document: &config::Domain) -> Result<Figures> {
        let iothread = super::iothreads::threads(document).first().map(|thread| thread.id);
        control_group::wait_for(move || {
            let limits = |group: Group| group.bandwidth().map(pair).map_err(|e| errors::group(&e));
            let global = limits(group.whole().clone())?;
            let iothread = iothread.map(|id| limits(group.part(Part::IoThread(id))?));
            let shares = group.weighed().cpu_shares().map_err(|error| errors::group(&error))?;
            Ok(Figures {
                shares,
                limits: [
                    limits(group.part(Part::Vcpu(0))?)?,
                    limits(group.part(Part::Emulator)?)?,
                    global,
                    iothread.transpose()?.unwrap_or(global),
                ],
            })
        })
        .await
    }

    /// Changes what a running guest has, one parameter after the other as the client names them: those before
    /// one that is refused hold.
    async fn divide(&self, domain: &Domain, live: &Live, params: &[TypedParam]) -> Result<()> {
        let group = divided(live).ok_or_else(|| {
            Error::operation_invalid(QEMU, "cgroup CPU controller is not mounted")
        })?;
        let mut told = Params::default();
        for param in params {
            let setting = Setting::read(param)?;
            if !setting.is_effective() {
                continue;
            }
            self.enforce(domain, live, &group, setting).await?;
            self.change_live(domain, live, |document| setting.apply(&mut document.cputune));
            let field = format!("cputune.{}", param.field);
            told.0.push(TypedParam { field, value: param.value.clone() });
        }
        if !told.0.is_empty() {
            self.tell(domain, DomainEventBody::Tunable { params: told.0 });
        }
        Ok(())
    }

    async fn enforce(
        &self,
        domain: &Domain,
        live: &Live,
        group: &GuestGroup,
        setting: Setting,
    ) -> Result<()> {
        let (whose, period, quota) = match setting {
            Setting::Shares(shares) => {
                group.check_shares(shares)?;
                return self.control_groups.set_weight(group, Weight::CpuShares(shares)).await;
            }
            Setting::Period(whose, period) => (whose, Some(period), None),
            Setting::Quota(whose, quota) => (whose, None, Some(quota)),
        };
        let document = domain.published().live.clone();
        let parts = document.map(|document| self.parts_of(live, &document)).unwrap_or_default();
        let is_meant = move |part: &Part| match whose {
            Whose::Vcpu => matches!(part, Part::Vcpu(_)),
            Whose::Emulator => matches!(part, Part::Emulator),
            Whose::IoThread => matches!(part, Part::IoThread(_)),
            Whose::Global => false,
        };
        let group = group.clone();
        control_group::wait_for(move || {
            let set = |group: &Group| {
                set_bandwidth(group, period, quota).map_err(|error| errors::group(&error))
            };
            if whose == Whose::Global {
                return set(group.whole());
            }
            parts.into_iter().filter(is_meant).try_for_each(|part| set(&group.part(part)?))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: &str, value: TypedParamValue) -> Result<Setting> {
        let params = [TypedParam { field: field.to_owned(), value }];
        parameters::check(&params, SETTABLE)?;
        Setting::read(&params[0])
    }

    #[test]
    fn a_figure_is_what_a_kernel_takes() {
        let period = |us| read("global_period", TypedParamValue::ULLong(us));
        let quota = |us| read("iothread_quota", TypedParamValue::LLong(us));
        assert_eq!(period(1000).unwrap(), Setting::Period(Whose::Global, 1000));
        assert_eq!(quota(-7).unwrap(), Setting::Quota(Whose::IoThread, -7));
        for (refused, range) in [
            (period(999), "value of 'global_period' is out of range [1000, 1000000]"),
            (period(1_000_001), "value of 'global_period' is out of range [1000, 1000000]"),
            (quota(999), "value of 'iothread_quota' is out of range [1000, 17592186044415]"),
        ] {
            assert_eq!(refused.unwrap_err().detail.unwrap(), range);
        }
        assert!(read("vcpu_period", TypedParamValue::LLong(5000)).is_err());
        assert!(read("nosuch_period", TypedParamValue::ULLong(5000)).is_err());
    }

    #[test]
    fn nothing_is_nothing() {
        let mut tune = CpuTune { period: Some(5000), ..CpuTune::default() };
        let unset = read("vcpu_period", TypedParamValue::ULLong(0)).unwrap();
        assert!(!unset.is_effective());
        unset.apply(&mut tune);
        assert_eq!(tune.period, None);
        let shares = read("cpu_shares", TypedParamValue::ULLong(0)).unwrap();
        assert!(shares.is_effective());
        shares.apply(&mut tune);
        assert_eq!(tune.shares, Some(0));
    }

    #[test]
    fn a_definition_shows_what_it_says() {
        let tune = CpuTune { quota: Some(-1), global_period: Some(5000), ..CpuTune::default() };
        let figures = Figures::of(&tune, (0, 0, 0));
        assert_eq!((figures.shares, figures.limits), (0, [(0, -1), (0, 0), (5000, 0), (0, 0)]));
    }
}
