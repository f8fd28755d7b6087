//! What a machine has without a controller of the document.

use config::Error;
use config::domain::Domain;

use super::Result;

/// What the machine's devices are attached to without a controller of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chipset {
    /// PCI, with an IDE controller and a floppy controller.
    I440fx,
    /// PCI Express, with a SATA controller.
    Q35,
}

impl Chipset {
    /// The chipset of a domain.
    ///
    /// # Errors
    /// `CONFIG_UNSUPPORTED` for a machine or an architecture that is not built yet.
    pub(super) fn of(domain: &Domain) -> Result<Self> {
        let os = &domain.os.machine;
        let arch = os.arch.as_deref().unwrap_or("x86_64");
        if !matches!(arch, "x86_64" | "i686") {
            return Err(Error::unsupported(format!("architecture '{arch}' is not supported yet")));
        }
        match os.machine.as_deref() {
            Some(machine) if machine == "q35" || machine.starts_with("pc-q35-") => Ok(Self::Q35),
            Some(machine) if machine == "pc" || machine.starts_with("pc-") => Ok(Self::I440fx),
            Some(machine) => {
                Err(Error::unsupported(format!("machine type '{machine}' is not supported yet")))
            }
            None => Err(Error::internal("domain has no machine type")),
        }
    }
}
