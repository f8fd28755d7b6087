//! A host as a completed document shows it: enough to find out how the document came to be.

use std::borrow::Cow;

use crate::domain::complete::{Host, Qemu};
use crate::domain::cpu::CpuMode;
use crate::domain::graphics::VideoModelType;
use crate::domain::{Domain, VirtType};

/// The host of a completed document. Its emulator has every device: which one of several was taken is seen
/// in the document, and that it was the emulator's choice is all that is asked here.
pub(super) struct Shown(pub(super) Domain);

impl Host for Shown {
    fn arch(&self) -> &str {
        self.0.os.machine.arch.as_deref().unwrap_or("x86_64")
    }

    fn emulator(&self, _: &str) -> Option<Cow<'_, str>> {
        Some(self.0.devices.emulator.as_deref().unwrap_or_default().into())
    }

    fn qemu(&self, _: &str) -> Option<&dyn Qemu> {
        Some(self)
    }
}

impl Qemu for Shown {
    fn arch(&self) -> &str {
        Host::arch(self)
    }

    fn supports(&self, _: VirtType) -> bool {
        true
    }

    fn has_machine(&self, _: VirtType, _: &str) -> bool {
        true
    }

    fn canonical_machine(&self, machine: &str) -> Option<Cow<'_, str>> {
        self.0.os.machine.machine.as_deref().filter(|shown| *shown != machine).map(Cow::Borrowed)
    }

    fn default_machine(&self, _: VirtType) -> Option<Cow<'_, str>> {
        self.0.os.machine.machine.as_deref().map(Cow::Borrowed)
    }

    fn default_cpu(&self, _: VirtType, _: &str) -> Option<Cow<'_, str>> {
        let cpu = self.0.cpu.as_ref()?;
        match cpu.mode {
            Some(CpuMode::HostPassthrough) => Some("host".into()),
            Some(CpuMode::Maximum) => Some("max".into()),
            _ => cpu.model.as_ref().map(|model| Cow::Borrowed(&*model.name)),
        }
    }

    fn has_device(&self, _: &str) -> bool {
        true
    }

    fn default_video(&self) -> VideoModelType {
        let model = self.0.devices.videos.first().and_then(|video| video.model.as_ref());
        model.and_then(|model| model.kind).unwrap_or(VideoModelType::Vga)
    }
}
