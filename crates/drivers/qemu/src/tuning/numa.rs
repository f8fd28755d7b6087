//! Which nodes of the host a domain's memory comes from, as its document says.
//!
//! A control group moves the memory of a guest that runs between nodes.

use api::remote::{
    DomainGetNumaParameters, DomainGetNumaParametersArgs, DomainGetNumaParametersRet,
    DomainSetNumaParameters, DomainSetNumaParametersArgs,
};
use api::{Error, ErrorDomain, Params, Result, TypedParam, TypedParamValue};
use config::RangeSet;
use config::domain::tuning::{NumaMemory, NumaMode, NumaTune};
use driver::{CallContext, Handler};
use host::cgroup::Controller;
use xml::Value;

use super::parameters::{self, Type, fitting};
use super::{KNOWN, STRINGS};
use crate::control_group;
use crate::domain::{Domain, Impact, Live};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::{flags, host_needs};

const SETTABLE: &[(&str, Type)] = &[("numa_mode", Type::Int), ("numa_nodeset", Type::String)];

/// Modes by their numbers. **Source**: `virDomainNumatuneMemMode`.
const MODES: [NumaMode; 4] =
    [NumaMode::Strict, NumaMode::Preferred, NumaMode::Interleave, NumaMode::Restrictive];

impl Handler<DomainGetNumaParameters> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetNumaParametersArgs,
    ) -> Result<DomainGetNumaParametersRet> {
        flags::only(args.flags, KNOWN, "qemuDomainGetNumaParameters")?;
        let view = self.registry.find(&args.dom)?.published();
        let document = Impact::document(args.flags & !STRINGS, &view)?;
        let mode = mode(&document.numatune).unwrap_or(NumaMode::Strict);
        let number = MODES.iter().position(|known| *known == mode).unwrap_or(0);
        let nodes = document.numatune.memory.as_ref().and_then(|memory| memory.nodeset.as_ref());
        let mut params = Params::default();
        params
            .int("numa_mode", i32::try_from(number).unwrap_or(0))
            .string("numa_nodeset", nodes.map(RangeSet::to_string).unwrap_or_default());
        // A client that only counts is told of all.
        if args.nparams != 0 && args.flags & STRINGS == 0 {
            params = params.without_strings();
        }
        let (params, nparams) = fitting(params, args.nparams);
        Ok(DomainGetNumaParametersRet { params: params.into(), nparams })
    }
}

impl Handler<DomainSetNumaParameters> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetNumaParametersArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainSetNumaParameters")?;
        parameters::check(&args.params.0, SETTABLE)?;
        let wanted = Wanted::read(&args.params.0)?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetNumaParameters", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags & !STRINGS, &view)?;
        if let (Some(live), Some(document)) = (domain.live().filter(|_| impact.live), &view.live) {
            self.move_memory(&domain, &live, document, &wanted).await?;
        }
        if !impact.config {
            return Ok(());
        }
        self.change_definition(&domain, |document| wanted.apply(&mut document.numatune)).await
    }
}

impl QemuDriver {
    /// Has the memory of a guest that runs come from other nodes.
    async fn move_memory(
        &self,
        domain: &Domain,
        live: &Live,
        document: &config::Domain,
        wanted: &Wanted,
    ) -> Result<()> {
        let Some(group) = live.group.clone().filter(|group| group.has(Controller::CpuSet)) else {
            let what = "cgroup cpuset controller is not mounted";
            return Err(Error::operation_invalid(QEMU, what));
        };
        let mut tune = document.numatune.clone();
        let nodes = wanted.apply_live(&mut tune)?;
        if let Some(nodes) = nodes {
            host_needs::nodes_are_there(std::iter::once(&nodes))?;
            let parts = self.parts_of(live, document);
            control_group::wait_for(move || {
                let text = nodes.to_string();
                parts.into_iter().try_for_each(|part| {
                    let set = group.part(part)?.set_nodes(&text);
                    set.map_err(|error| errors::group(&error))
                })
            })
            .await?;
        }
        self.change_live(domain, live, |document| document.numatune = tune);
        Ok(())
    }
}

fn mode(tune: &NumaTune) -> Option<NumaMode> {
    tune.memory.as_ref()?.mode
}

/// What a client sets.
#[derive(Debug, Default, PartialEq)]
struct Wanted {
    mode: Option<NumaMode>,
    nodes: Option<RangeSet>,
}

impl Wanted {
    fn read(params: &[TypedParam]) -> Result<Self> {
        let mut wanted = Self::default();
        for param in params {
            match &param.value {
                TypedParamValue::Int(number) => {
                    let known = usize::try_from(*number).ok().and_then(|at| MODES.get(at));
                    wanted.mode = Some(*known.ok_or_else(|| {
                        let what = format!("unsupported numatune mode: '{number}'");
                        Error::invalid_arg(QEMU, what)
                    })?);
                }
                TypedParamValue::String(text) => wanted.nodes = Some(nodes(text)?),
                _ => return Err(parameters::unknown(&param.field)),
            }
        }
        Ok(wanted)
    }

    /// Changes what a guest that runs has, and says which nodes the kernel is to be told of. Strict memory is
    /// QEMU's own affair: it cannot be moved any more.
    fn apply_live(&self, tune: &mut NumaTune) -> Result<Option<RangeSet>> {
        let current = mode(tune);
        let invalid = |what| Err(Error::operation_invalid(QEMU, what));
        if self.mode.is_some() && current.is_some() && self.mode != current {
            return invalid("can't change numatune mode for running domain");
        }
        if self.mode == Some(NumaMode::Strict) {
            let known = tune.memory.as_ref().and_then(|memory| memory.nodeset.as_ref());
            return match self.nodes.as_ref() == known {
                true => Ok(None),
                false => invalid("can't change nodeset for strict mode for running domain"),
            };
        }
        if self.nodes.is_some() && !matches!(current, None | Some(NumaMode::Restrictive)) {
            return invalid("change of nodeset for running domain requires restrictive numa mode");
        }
        self.apply(tune)?;
        Ok(self.nodes.clone())
    }

    fn apply(&self, tune: &mut NumaTune) -> Result<()> {
        let before = tune.memory.take();
        let known = before.as_ref().and_then(|memory| memory.nodeset.clone());
        let Some(nodes) = self.nodes.clone().or(known) else {
            return Err(no_nodes());
        };
        let mode = self.mode.or(before.and_then(|memory| memory.mode));
        let mode = Some(mode.unwrap_or(NumaMode::Strict));
        tune.memory = Some(NumaMemory { mode, placement: None, nodeset: Some(nodes) });
        Ok(())
    }
}

fn nodes(text: &str) -> Result<RangeSet> {
    let nodes = RangeSet::parse(text).ok_or_else(|| {
        Error::invalid_arg(ErrorDomain::NONE, format!("Failed to parse bitmap '{text}'"))
    })?;
    if nodes.is_empty() {
        let what = format!("Invalid nodeset of 'numatune': {text}");
        return Err(Error::operation_invalid(QEMU, what));
    }
    Ok(nodes)
}

fn no_nodes() -> Error {
    let what = "nodeset for NUMA memory tuning must be set if 'placement' is 'static'";
    Error::config_unsupported(ErrorDomain::DOMAIN, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(mode: Option<i32>, nodes: Option<&str>) -> Result<Wanted> {
        let mut params = Params::default();
        if let Some(mode) = mode {
            params.int("numa_mode", mode);
        }
        if let Some(nodes) = nodes {
            params.string("numa_nodeset", nodes);
        }
        Wanted::read(&params.0)
    }

    fn refusal<T: std::fmt::Debug>(outcome: Result<T>) -> String {
        outcome.unwrap_err().detail.unwrap()
    }

    #[test]
    fn a_definition_keeps_what_is_not_set() {
        let mut tune = NumaTune::default();
        let missing = refusal(wanted(Some(1), None).unwrap().apply(&mut tune));
        assert!(missing.starts_with("nodeset for NUMA memory tuning must be set"), "{missing}");
        wanted(None, Some("0-1")).unwrap().apply(&mut tune).unwrap();
        assert_eq!(mode(&tune), Some(NumaMode::Strict));
        wanted(Some(3), None).unwrap().apply(&mut tune).unwrap();
        let memory = tune.memory.unwrap();
        assert_eq!(memory.mode, Some(NumaMode::Restrictive));
        assert_eq!(memory.nodeset.unwrap().to_string(), "0-1");
    }

    #[test]
    fn modes_and_nodes_are_read_strictly() {
        assert_eq!(refusal(wanted(Some(4), None)), "unsupported numatune mode: '4'");
        assert_eq!(refusal(wanted(None, Some("x"))), "Failed to parse bitmap 'x'");
        assert_eq!(refusal(wanted(None, Some("0,^0"))), "Invalid nodeset of 'numatune': 0,^0");
    }

    #[test]
    fn a_guest_that_runs_is_moved_within_its_mode() {
        let of = |mode: Option<i32>| {
            let mut tune = NumaTune::default();
            if mode.is_some() {
                wanted(mode, Some("0")).unwrap().apply(&mut tune).unwrap();
            }
            tune
        };
        let (strict, preferred, restrictive) = (Some(0), Some(1), Some(3));
        let moved = |current, mode, nodes| {
            let mut tune = of(current);
            let moved = wanted(mode, nodes).unwrap().apply_live(&mut tune).unwrap();
            moved.map(|nodes| nodes.to_string())
        };
        let zero = Some("0".to_owned());
        assert_eq!(moved(None, None, Some("0")), zero);
        assert_eq!(moved(None, preferred, Some("0")), zero);
        assert_eq!(moved(None, strict, None), None);
        assert_eq!(moved(strict, strict, Some("0")), None);
        assert_eq!(moved(preferred, preferred, None), None);
        assert_eq!(moved(restrictive, None, Some("0")), zero);
        assert_eq!(moved(restrictive, restrictive, Some("0")), zero);
        for (current, mode, nodes, said) in [
            (None, strict, Some("0"), "can't change nodeset for strict mode"),
            (None, preferred, None, "nodeset for NUMA memory tuning must be set"),
            (strict, None, Some("0"), "change of nodeset for running domain requires"),
            (strict, strict, None, "can't change nodeset for strict mode"),
            (strict, preferred, None, "can't change numatune mode"),
            (preferred, None, Some("0"), "change of nodeset for running domain requires"),
            (preferred, strict, None, "can't change numatune mode"),
            (restrictive, preferred, Some("0"), "can't change numatune mode"),
        ] {
            let refused = refusal(wanted(mode, nodes).unwrap().apply_live(&mut of(current)));
            assert!(refused.starts_with(said), "{refused} instead of {said}");
        }
    }
}
