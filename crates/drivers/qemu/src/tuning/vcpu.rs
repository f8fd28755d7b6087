//! Single virtual CPUs, switched on and off by their numbers.

use api::remote::{DomainSetVcpu, DomainSetVcpuArgs};
use api::{DomainModificationImpact as Flag, Error, ErrorDomain, Result};
use config::domain::{VcpuState, Vcpus};
use config::{RangeSet, YesNo};
use driver::{CallContext, Handler};
use xml::Value;

use super::{current_vcpus, maximum_vcpus};
use crate::domain::Impact;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

/// What becomes of a virtual CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Switch {
    /// It comes.
    On,
    /// It goes.
    Off,
}

impl Switch {
    /// What a number on the wire means.
    ///
    /// # Errors
    /// `INVALID_ARG` for anything but 0 and 1.
    pub(crate) fn read(state: i32) -> Result<Self> {
        match state {
            0 => Ok(Self::Off),
            1 => Ok(Self::On),
            _ => Err(Error::invalid_arg(QEMU, format!("unsupported state value '{state}'"))),
        }
    }
}

impl Handler<DomainSetVcpu> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetVcpuArgs) -> Result<()> {
        flags::only(args.flags, (Flag::LIVE | Flag::CONFIG).0, "qemuDomainSetVcpu")?;
        let switch = Switch::read(args.state)?;
        let vcpus = selected(&args.cpumap)?;
        if vcpus.is_empty() {
            return Err(Error::invalid_arg(QEMU, "no vcpus selected for modification"));
        }
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetVcpu", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags, &view)?;
        if let Some(document) = view.live.as_deref().filter(|_| impact.live) {
            known(document, &vcpus, "live")?;
        }
        if let Some(document) = view.definition().filter(|_| impact.config) {
            set(&mut config::Domain::clone(&document), &vcpus, switch)?;
        }
        if impact.live {
            self.switch_vcpus(&domain, &vcpus, switch).await?;
        }
        if !impact.config {
            return Ok(());
        }
        self.change_definition(&domain, |document| set(document, &vcpus, switch)).await
    }
}

/// The numbers that a client names.
///
/// # Errors
/// `INVALID_ARG` for a text that is no set of numbers.
pub(crate) fn selected(cpumap: &str) -> Result<RangeSet> {
    RangeSet::parse(cpumap).ok_or_else(|| {
        Error::invalid_arg(ErrorDomain::NONE, format!("Failed to parse bitmap '{cpumap}'"))
    })
}

fn known(document: &config::Domain, vcpus: &RangeSet, which: &str) -> Result<()> {
    let unknown = vcpus.last().filter(|last| *last >= maximum_vcpus(document));
    match unknown {
        Some(last) => {
            let what = format!("vcpu {last} is not present in {which} config");
            Err(Error::invalid_arg(QEMU, what))
        }
        None => Ok(()),
    }
}

/// Says in a definition which virtual CPUs there are at start; the first one is always there.
fn set(document: &mut config::Domain, vcpus: &RangeSet, switch: Switch) -> Result<()> {
    known(document, vcpus, "persistent")?;
    if vcpus.contains(0) {
        return Err(Error::invalid_arg(QEMU, "vCPU '0' can't be modified"));
    }
    let (maximum, current) = (maximum_vcpus(document), current_vcpus(document));
    let before = document.vcpus.take().map(|known| known.vcpus).unwrap_or_default();
    let states: Vec<VcpuState> = (0..maximum)
        .map(|id| {
            let known = before.iter().find(|state| state.id == id);
            let enabled = known.map_or(id < current, |state| state.enabled == YesNo::Yes);
            let kept = known.and_then(|state| state.hotpluggable);
            let hotpluggable = kept.unwrap_or((!enabled).into());
            match vcpus.contains(id) {
                true => VcpuState {
                    id,
                    enabled: (switch == Switch::On).into(),
                    hotpluggable: Some(YesNo::Yes),
                    order: None,
                },
                false => VcpuState {
                    id,
                    enabled: enabled.into(),
                    hotpluggable: Some(hotpluggable),
                    order: None,
                },
            }
        })
        .collect();
    let enabled = states.iter().filter(|state| state.enabled == YesNo::Yes).count();
    let enabled = u32::try_from(enabled).unwrap_or(maximum);
    if let Some(vcpu) = &mut document.vcpu {
        vcpu.current = (enabled < maximum).then_some(enabled);
    }
    document.vcpus = Some(Box::new(Vcpus { vcpus: states }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(vcpu: &str) -> config::Domain {
        let xml =
            format!("<domain type='qemu'><name>a</name>{vcpu}<os><type>hvm</type></os></domain>");
        config::Domain::parse(&xml, config::domain::ParseFlags::Inactive).unwrap()
    }

    fn change(document: &mut config::Domain, vcpus: &str, switch: Switch) -> Result<()> {
        set(document, &selected(vcpus).unwrap(), switch)
    }

    /// A letter a CPU: `y` or `n` for whether it is there, capital where it may go.
    fn shown(document: &config::Domain) -> String {
        let states = &document.vcpus.as_ref().unwrap().vcpus;
        let letter = |state: &VcpuState| {
            let letter = if state.enabled == YesNo::Yes { 'y' } else { 'n' };
            match state.hotpluggable {
                Some(YesNo::Yes) => letter.to_ascii_uppercase(),
                _ => letter,
            }
        };
        states.iter().map(letter).collect()
    }

    #[test]
    fn a_definition_says_which_are_there() {
        let mut domain = document("<vcpu current='2'>4</vcpu>");
        change(&mut domain, "3", Switch::On).unwrap();
        assert_eq!((shown(&domain).as_str(), current_vcpus(&domain)), ("yyNY", 3));
        change(&mut domain, "1", Switch::Off).unwrap();
        assert_eq!((shown(&domain).as_str(), current_vcpus(&domain)), ("yNNY", 2));
        change(&mut domain, "1-3", Switch::On).unwrap();
        assert_eq!((shown(&domain).as_str(), current_vcpus(&domain)), ("yYYY", 4));
        assert_eq!(domain.vcpu.as_ref().unwrap().current, None);
    }

    #[test]
    fn the_first_stays_and_none_comes_from_nowhere() {
        let mut domain = document("<vcpu>2</vcpu>");
        let refused = |vcpus, domain: &mut config::Domain| {
            change(domain, vcpus, Switch::Off).unwrap_err().detail.unwrap()
        };
        assert_eq!(refused("0-1", &mut domain), "vCPU '0' can't be modified");
        assert_eq!(refused("9", &mut domain), "vcpu 9 is not present in persistent config");
        assert!(selected("junk").is_err());
    }
}
