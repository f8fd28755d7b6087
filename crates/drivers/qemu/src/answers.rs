//! What a command line asks about the emulator, answered from its probe.

use crate::argv::{Asks, MachineFacts};
use crate::capabilities::Emulator;

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
}
