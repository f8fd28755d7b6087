//! `-cpu`

use config::domain::clock::TimerName;
use config::domain::cpu::{AddressBitsMode, Cpu, CpuCacheMode, CpuFeature, CpuMode, FeaturePolicy};
use config::domain::features::{Hyperv, HypervMode, Switch, Switchable};
use config::domain::peripheral::PanicModel;
use config::{Error, OnOff, YesNo};

use super::Result;
use super::line::Line;
use super::options::Options;

/// Features that follow others by themselves; QEMU refuses to be told of them.
const NOT_SAID: [&str; 5] = ["osxsave", "ospke", "cmt", "mbm_total", "mbm_local"];

impl Line<'_> {
    /// `-cpu`
    pub(super) fn cpu(&mut self) -> Result<()> {
        let mut options = match &self.domain.cpu {
            Some(cpu) => self.cpu_model(cpu)?,
            None => None,
        }
        .unwrap_or_else(|| Options::new(self.default_cpu()));
        let bare = options.clone();
        self.cpu_clocks(&mut options);
        self.cpu_interrupts(&mut options);
        if let Some(hyperv) = &self.domain.features.hyperv {
            add_hyperv(&mut options, hyperv);
        }
        if self.domain.devices.panics.iter().any(|panic| panic.model == Some(PanicModel::Hyperv)) {
            options.word("hv-crash");
        }
        self.cpu_kvm(&mut options);
        options.set("pmu", state(self.domain.features.pmu.as_ref()));
        if let Some(cpu) = &self.domain.cpu {
            add_cache(&mut options, cpu);
            add_address_bits(&mut options, cpu);
        }
        let said =
            self.domain.cpu.as_ref().is_some_and(|cpu| cpu.mode.is_some() || cpu.model.is_some());
        if said || options != bare {
            self.option("-cpu", options);
        }
        Ok(())
    }

    fn default_cpu(&self) -> &'static str {
        match self.domain.os.machine.arch.as_deref() {
            Some("i686") => "qemu32",
            _ => "qemu64",
        }
    }

    /// Model and features; `None` for a CPU that only says its topology.
    fn cpu_model(&self, cpu: &Cpu) -> Result<Option<Options>> {
        let mode = cpu.mode.unwrap_or(CpuMode::Custom);
        let mut options = match mode {
            CpuMode::HostPassthrough => Options::new("host"),
            CpuMode::Maximum => Options::new("max"),
            CpuMode::HostModel => {
                return Err(Error::internal("the model that stands for the host is not known"));
            }
            CpuMode::Custom => match &cpu.model {
                Some(model) => Options::new(&model.name),
                None => return Ok(None),
            },
        };
        if matches!(mode, CpuMode::HostPassthrough | CpuMode::Maximum) {
            let asked = self.context.emulator.has_property("max-x86_64-cpu", "migratable");
            options.set("migratable", cpu.migratable.filter(|_| asked));
        }
        add_vendor(&mut options, cpu);
        cpu.features.iter().for_each(|feature| add_feature(&mut options, feature));
        Ok(Some(options))
    }

    fn cpu_clocks(&self, options: &mut Options) {
        let timers = self.domain.clock.iter().flat_map(|clock| &clock.timers);
        for timer in timers {
            match timer.name {
                TimerName::Kvmclock => {
                    options.set("kvmclock", timer.present);
                }
                TimerName::HypervClock if timer.present == Some(YesNo::Yes) => {
                    options.set("hv-time", OnOff::On);
                }
                TimerName::Tsc => {
                    options.set("tsc-frequency", timer.frequency.filter(|hz| *hz > 0));
                }
                _ => {}
            }
        }
    }

    fn cpu_interrupts(&self, options: &mut Options) {
        let features = &self.domain.features;
        options.set("kvm-pv-eoi", features.apic.and_then(|apic| apic.eoi));
        options.set("kvm-pv-unhalt", state(features.pvspinlock.as_ref()));
    }

    fn cpu_kvm(&self, options: &mut Options) {
        let Some(kvm) = &self.domain.features.kvm else {
            return;
        };
        let is =
            |switch: &Option<Switch>, state| switch.is_some_and(|switch| switch.state == state);
        if is(&kvm.hidden, OnOff::On) {
            options.set("kvm", OnOff::Off);
        }
        if is(&kvm.hint_dedicated, OnOff::On) {
            options.set("kvm-hint-dedicated", OnOff::On);
        }
        if is(&kvm.poll_control, OnOff::On) {
            options.set("kvm-poll-control", OnOff::On);
        }
        if is(&kvm.pv_ipi, OnOff::Off) {
            options.set("kvm-pv-ipi", OnOff::Off);
        }
    }
}

fn state(switch: Option<&Switchable>) -> Option<OnOff> {
    switch.map(|Switchable(state)| *state)
}

fn add_vendor(options: &mut Options, cpu: &Cpu) {
    options.set("vendor", cpu.model.as_ref().and_then(|model| model.vendor_id.as_ref()));
}

fn add_feature(options: &mut Options, feature: &CpuFeature) {
    if NOT_SAID.contains(&&*feature.name) {
        return;
    }
    let state = match feature.policy.unwrap_or(FeaturePolicy::Require) {
        FeaturePolicy::Force | FeaturePolicy::Require => OnOff::On,
        FeaturePolicy::Disable | FeaturePolicy::Forbid => OnOff::Off,
        // Whether it is there is the model's business.
        FeaturePolicy::Optional => return,
    };
    options.set(&qemu_feature(&feature.name), state);
}

/// QEMU's name of a feature.
fn qemu_feature(name: &str) -> String {
    match name {
        "pclmuldq" => "pclmulqdq".to_owned(),
        name => name.replace('_', "-"),
    }
}

fn add_hyperv(options: &mut Options, hyperv: &Hyperv) {
    if hyperv.mode == Some(HypervMode::Passthrough) {
        options.set("hv-passthrough", OnOff::On);
        return;
    }
    add_switch(options, "hv-relaxed", hyperv.relaxed);
    add_switch(options, "hv-vapic", hyperv.vapic);
    if let Some(spinlocks) = hyperv.spinlocks.as_ref().filter(|s| s.state == OnOff::On) {
        let retries = spinlocks.retries.unwrap_or_default();
        options.set("hv-spinlocks", format_args!("0x{retries:x}"));
    }
    add_switch(options, "hv-vpindex", hyperv.vpindex);
    add_switch(options, "hv-runtime", hyperv.runtime);
    add_switch(options, "hv-synic", hyperv.synic);
    if let Some(stimer) = hyperv.stimer.as_ref().filter(|s| s.state == OnOff::On) {
        options.set("hv-stimer", OnOff::On);
        add_switch(options, "hv-stimer-direct", stimer.direct);
    }
    add_switch(options, "hv-reset", hyperv.reset);
    if let Some(vendor) = hyperv.vendor_id.as_ref().filter(|v| v.state == OnOff::On) {
        options.set("hv-vendor-id", vendor.value.as_ref());
    }
    add_switch(options, "hv-frequencies", hyperv.frequencies);
    add_switch(options, "hv-reenlightenment", hyperv.reenlightenment);
    add_switch(options, "hv-tlbflush", hyperv.tlbflush);
    add_switch(options, "hv-ipi", hyperv.ipi);
    add_switch(options, "hv-evmcs", hyperv.evmcs);
    add_switch(options, "hv-avic", hyperv.avic);
}

fn add_switch(options: &mut Options, name: &str, switch: Option<Switch>) {
    if switch.is_some_and(|switch| switch.state == OnOff::On) {
        options.set(name, OnOff::On);
    }
}

fn add_cache(options: &mut Options, cpu: &Cpu) {
    let Some(cache) = &cpu.cache else {
        return;
    };
    let (host_off, l3_off) = match cache.mode {
        CpuCacheMode::Emulate => {
            options.set("l3-cache", OnOff::On);
            (true, false)
        }
        CpuCacheMode::Passthrough => {
            options.set("host-cache-info", OnOff::On);
            (false, true)
        }
        CpuCacheMode::Disable => (true, true),
    };
    if host_off && cpu.mode == Some(CpuMode::HostPassthrough) {
        options.set("host-cache-info", OnOff::Off);
    }
    if l3_off {
        options.set("l3-cache", OnOff::Off);
    }
}

fn add_address_bits(options: &mut Options, cpu: &Cpu) {
    let Some(bits) = &cpu.maxphysaddr else {
        return;
    };
    match bits.mode {
        AddressBitsMode::Emulate => {
            options.set("phys-bits", bits.bits);
        }
        AddressBitsMode::Passthrough => {
            options.set("host-phys-bits", OnOff::On).set("host-phys-bits-limit", bits.limit);
        }
    }
}
