//! What the kernel's hypervisor says about itself.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd;

use crate::sys::kvm;

/// Where the kernel offers it.
const DEVICE: &str = "/dev/kvm";

/// Numbers of capabilities.
const NR_VCPUS: u32 = 9;
const TSC_CONTROL: u32 = 60;
const GET_TSC_KHZ: u32 = 61;
const MAX_VCPUS: u32 = 66;

/// The time stamp counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeStampCounter {
    /// **Units**: kHz.
    pub khz: u32,
    /// Whether a guest can be given another frequency.
    pub scales: bool,
}

/// The hypervisor, open.
#[derive(Debug)]
pub struct Kvm(File);

/// Whether the kernel offers it and we may use it.
pub fn is_usable() -> bool {
    Kvm::open().is_ok()
}

impl Kvm {
    /// Opens it.
    ///
    /// # Errors
    /// The system's: it is missing, or not for us.
    pub fn open() -> io::Result<Self> {
        OpenOptions::new().read(true).write(true).open(DEVICE).map(Self)
    }

    /// Most virtual CPUs of a guest; `None` when the kernel does not tell.
    pub fn max_vcpus(&self) -> Option<u32> {
        [MAX_VCPUS, NR_VCPUS].into_iter().find_map(|capability| self.capability(capability))
    }

    /// The time stamp counter of a new guest; `None` when the kernel does not tell.
    pub fn time_stamp_counter(&self) -> Option<TimeStampCounter> {
        self.capability(GET_TSC_KHZ)?;
        let machine = kvm::create_machine(self.0.as_fd()).ok()?;
        let cpu = kvm::create_cpu(machine.as_fd()).ok()?;
        let khz = u32::try_from(kvm::tsc_khz(cpu.as_fd()).ok()?).ok().filter(|khz| *khz > 0)?;
        Some(TimeStampCounter { khz, scales: self.capability(TSC_CONTROL).is_some() })
    }

    /// A model-specific register as guests may see it; `None` for one they may not.
    pub fn msr(&self, index: u32) -> Option<u64> {
        kvm::msr(self.0.as_fd(), index).ok()
    }

    fn capability(&self, number: u32) -> Option<u32> {
        let value = kvm::capability(self.0.as_fd(), number).ok()?;
        u32::try_from(value).ok().filter(|value| *value > 0)
    }
}
