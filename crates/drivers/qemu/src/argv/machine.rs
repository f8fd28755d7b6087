//! `-name`, `-machine`, `-accel`, `-sandbox`'s neighbours: the guest as a whole.

use config::domain::VirtType;
use config::domain::controller::ControllerType;
use config::domain::features::{IoapicDriver, Switchable};
use config::domain::memory::MemoryModel;
use config::{Error, OnOff, YesNo};

use super::Result;
use super::chipset::Chipset;
use super::line::Line;
use super::options::Options;
use super::props::Props;

impl<'a> Line<'a> {
    /// The machine type.
    pub(super) fn machine_type(&self) -> &'a str {
        self.domain.os.machine.machine.as_deref().unwrap_or_default()
    }

    /// `-name`
    pub(super) fn name(&mut self) {
        let mut options = Options::keyed();
        options.set("guest", self.domain.name.as_str()).set("debug-threads", OnOff::On);
        self.option("-name", options);
    }

    /// `-compat`: what QEMU does with what it will drop.
    pub(super) fn deprecation(&mut self) -> Result<()> {
        let Some(deprecation) = &self.domain.qemu.deprecation else {
            return Ok(());
        };
        let input = match &*deprecation.behavior {
            "none" => return Ok(()),
            "omit" => None,
            "reject" => Some("reject"),
            "crash" => Some("crash"),
            other => {
                let what = format!("Unsupported deprecation behavior '{other}' for VM");
                return Err(Error::unsupported(what));
            }
        };
        let mut props = Props::new();
        props.set("deprecated-output", "hide").set("deprecated-input", input);
        self.option("-compat", props);
        Ok(())
    }

    /// `-machine`
    pub(super) fn machine(&mut self) -> Result<()> {
        let domain = self.domain;
        let features = &domain.features;
        if let Some(cipher) = domain.keywrap.ciphers.first() {
            // Only machines that are not built here have them.
            let what = format!("{}-key-wrap is not available with this QEMU binary", cipher.name);
            return Err(Error::unsupported(what));
        }
        let mut machine = Options::new(self.machine_type());
        machine.set("usb", OnOff::Off);
        machine.set("vmport", features.vmport.as_ref().map(|vmport| vmport.0));
        machine.set("smm", features.smm.as_ref().and_then(|smm| smm.state));
        machine.set(
            "kernel_irqchip",
            features.ioapic.as_ref().map(|ioapic| match ioapic.driver {
                IoapicDriver::Kvm => "on",
                IoapicDriver::Qemu => "split",
            }),
        );
        let dump = domain.memory.and_then(|memory| memory.dump_core);
        machine.set("dump-guest-core", dump.unwrap_or(OnOff::Off));
        if domain.memory_backing.as_ref().is_some_and(|backing| backing.nosharepages) {
            machine.set("mem-merge", OnOff::Off);
        }
        if domain.devices.memories.iter().any(|memory| memory.model == MemoryModel::Nvdimm) {
            machine.set("nvdimm", OnOff::On);
        }
        if self.has_hmat() {
            machine.set("hmat", OnOff::On);
        }
        machine.set("memory-backend", self.ram_id());
        self.add_volumes(&mut machine);
        // A firmware without graphics writes to the first serial port.
        if domain.os.bios.and_then(|bios| bios.useserial) == Some(YesNo::Yes) {
            machine.set("graphics", OnOff::Off);
        }
        if self.hpet_is_absent() && !self.context.emulator.has_switch("no-hpet") {
            machine.set("hpet", OnOff::Off);
        }
        if !features.acpi && !self.context.emulator.has_switch("no-acpi") {
            machine.set("acpi", OnOff::Off);
        }
        if self.speaker_is_wanted() {
            let audio = self.default_audio_id()?;
            machine.set("pcspk-audiodev", audio);
        }
        self.option("-machine", machine);
        Ok(())
    }

    /// `-accel`
    pub(super) fn accelerator(&mut self) {
        let mut accel = match self.domain.virt_type {
            VirtType::Kvm => Options::new("kvm"),
            VirtType::Hvf => Options::new("hvf"),
            _ => Options::new("tcg"),
        };
        let kvm = self.domain.features.kvm.as_ref();
        let ring = kvm.filter(|_| self.domain.virt_type == VirtType::Kvm);
        let ring = ring.and_then(|kvm| kvm.dirty_ring.as_ref());
        if let Some(ring) = ring.filter(|ring| ring.state == OnOff::On) {
            accel.set("dirty-ring-size", ring.size);
        }
        if let Some(cache) = self.domain.features.tcg.tb_cache {
            accel.set("tb-size", cache.0 >> 10);
        }
        self.option("-accel", accel);
    }

    /// Size of the memory that only the firmware sees.
    pub(super) fn smm_memory(&mut self) -> Result<()> {
        let smm = self.domain.features.smm.as_ref();
        let Some(tseg) = smm.and_then(|smm| smm.tseg.as_ref()).filter(|tseg| tseg.size > 0) else {
            return Ok(());
        };
        if self.chipset != Chipset::Q35 {
            return Err(Error::unsupported("SMM TSEG is only supported with q35 machine type"));
        }
        let unit = tseg.unit.as_deref().unwrap_or("MiB");
        let bytes = config::scale(unit).and_then(|scale| tseg.size.checked_mul(scale));
        let bytes =
            bytes.ok_or_else(|| Error::unsupported(format!("TSEG of {} {unit}", tseg.size)))?;
        self.option("-global", format_args!("mch.extended-tseg-mbytes={}", bytes >> 20));
        Ok(())
    }

    /// `vmcoreinfo`: where a guest's kernel tells how to read its dump.
    pub(super) fn core_info(&mut self) -> Result<()> {
        if matches!(self.domain.features.vmcoreinfo, Some(Switchable(OnOff::On))) {
            self.device(Props::driver("vmcoreinfo"))?;
        }
        Ok(())
    }

    /// Whether there is a controller of this kind beside those that the machine has by itself.
    pub(super) fn has_controller(&self, kind: ControllerType) -> bool {
        self.domain.devices.controllers.iter().any(|controller| controller.kind == kind)
    }
}
