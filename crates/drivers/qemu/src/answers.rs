//! What a command line asks about the emulator, answered from its probe.

use std::borrow::Cow;

use config::domain::VirtType;
use config::domain::cpu::{Cpu, CpuFeature, CpuModel, FeaturePolicy};

use crate::argv::{Asks, MachineFacts};
use crate::capabilities::cpu::Vendor;
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
        let vendor = self.host_cpu(accel).and_then(|cpu| Vendor::by_signature(&cpu.vendor)?.name());
        let feature = |policy| {
            move |name: &'static str| CpuFeature { policy: Some(policy), name: name.into() }
        };
        let required = known.required().map(feature(FeaturePolicy::Require));
        let disabled = known.disabled().map(feature(FeaturePolicy::Disable));
        let model = CpuModel { fallback: None, vendor_id: None, name: known.model.name.into() };
        Some(Cow::Owned(Cpu {
            model: Some(model),
            vendor: vendor.map(Into::into),
            features: required.chain(disabled).collect(),
            ..Cpu::default()
        }))
    }
}
