//! What a command line asks about the emulator, answered from its probe.

use std::borrow::Cow;

use config::domain::VirtType;
use config::domain::cpu::{Cpu, CpuFeature, CpuModel, FeaturePolicy};

use crate::argv::{Asks, MachineFacts};
use crate::capabilities::{Accel, Emulator};

impl Asks for Emulator {
    fn has_device(&self, device: &str) -> bool {
        Emulator::has_device(self, device)
    }

    fn has_property(&self, kind: &str, property: &str) -> bool {
        Emulator::has_property(self, kind, property)
    }

    fn has_option(&self, option: &str, parameter: &str) -> bool {
        Emulator::has_option(self, option, parameter)
    }

    fn has_switch(&self, option: &str) -> bool {
        Emulator::has_switch(self, option)
    }

    fn machine(&self, name: &str) -> Option<MachineFacts<'_>> {
        let machine = Emulator::machine(self, name)?;
        Some(MachineFacts {
            default_ram_id: machine.default_ram_id.as_deref(),
            numa_mem_supported: machine.numa_mem,
        })
    }

    fn host_model(&self, virt: VirtType) -> Option<Cow<'_, Cpu>> {
        let accel = match virt {
            VirtType::Qemu => Accel::Tcg,
            VirtType::Kvm => Accel::Kvm,
            _ => return None,
        };
        let known = Emulator::host_model(self, accel)?;
        let feature = |policy| {
            move |name: &'static str| CpuFeature { policy: Some(policy), name: name.into() }
        };
        let required = known.require.names().map(feature(FeaturePolicy::Require));
        let disabled = known.disable.names().map(feature(FeaturePolicy::Disable));
        let model = CpuModel { fallback: None, vendor_id: None, name: known.model.as_str().into() };
        Some(Cow::Owned(Cpu {
            model: Some(model),
            features: required.chain(disabled).collect(),
            ..Cpu::default()
        }))
    }
}
