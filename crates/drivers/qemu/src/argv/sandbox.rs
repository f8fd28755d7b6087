//! `-sandbox`: system calls that QEMU gives up.

use super::line::Line;

impl Line<'_> {
    /// `-sandbox`
    pub(super) fn sandbox(&mut self) {
        if self.context.emulator.has_option("sandbox", "elevateprivileges") {
            let denied = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";
            self.option("-sandbox", denied);
        }
    }
}
