//! What the guest is run by: architecture, QEMU binary, machine type.

use super::{Host, Qemu};
use crate::domain::complete::{Decider, Trail};
use crate::domain::{Domain, VirtType};
use crate::{Code, Error};

/// Architectures libvirt knows by name.
const ARCHITECTURES: [&str; 36] = [
    "alpha",
    "armv6l",
    "armv7l",
    "armv7b",
    "aarch64",
    "cris",
    "i686",
    "ia64",
    "lm32",
    "loongarch64",
    "m68k",
    "microblaze",
    "microblazeel",
    "mips",
    "mipsel",
    "mips64",
    "mips64el",
    "openrisc",
    "parisc",
    "parisc64",
    "ppc",
    "ppc64",
    "ppc64le",
    "ppcemb",
    "riscv32",
    "riscv64",
    "s390",
    "s390x",
    "sh4",
    "sh4eb",
    "sparc",
    "sparc64",
    "unicore32",
    "x86_64",
    "xtensa",
    "xtensaeb",
];

/// The chips a PC is built around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chipset {
    /// `pc`: PCI.
    I440fx,
    /// `q35`: PCI Express.
    Q35,
    /// None of these.
    Other,
}

impl Chipset {
    /// The chipset of a completed domain's machine type.
    pub fn of(domain: &Domain) -> Self {
        let machine = &domain.os.machine;
        let pc = matches!(machine.arch.as_deref(), None | Some("x86_64" | "i686"));
        match machine.machine.as_deref().filter(|_| pc) {
            Some(name) if name == "q35" || name.starts_with("pc-q35-") => Self::Q35,
            Some(name)
                if name == "pc"
                    || ["pc-i440fx-", "pc-0.", "pc-1.", "rhel"]
                        .iter()
                        .any(|p| name.starts_with(p)) =>
            {
                Self::I440fx
            }
            _ => Self::Other,
        }
    }
}

impl Domain {
    /// Whether a completed domain is a PC of some kind.
    pub(in crate::domain) fn is_x86(&self) -> bool {
        matches!(self.os.machine.arch.as_deref(), Some("x86_64" | "i686"))
    }
}

/// Completes architecture, emulator and machine type; returns the QEMU that will run the guest.
///
/// # Errors
/// No such architecture, emulator, or way to run a guest.
pub(super) fn complete<'h>(
    domain: &mut Domain,
    host: &'h dyn Host,
    trail: &mut Trail<'_>,
) -> Result<&'h dyn Qemu, Error> {
    let virt = domain.virt_type;
    let os = &mut domain.os.machine;
    let arch = os.arch.get_or_insert_with(|| host.arch().into());
    if !ARCHITECTURES.contains(&&**arch) {
        return Err(Error::unsupported(format!("Unknown architecture {arch}")));
    }
    let arch = arch.clone();
    trail.step(domain, Decider::Host, "its own architecture");
    let path = match &domain.devices.emulator {
        Some(path) => path.clone(),
        None => host
            .emulator(&arch)
            .ok_or_else(|| Error::unsupported(format!("No emulator found for arch '{arch}'")))?
            .as_ref()
            .into(),
    };
    let qemu = host.qemu(&path).ok_or_else(|| {
        Error::new(
            Code::SystemError,
            format!("Cannot check QEMU binary {path}: No such file or directory"),
        )
    })?;
    domain.devices.emulator = Some(path.clone());
    trail.step(domain, Decider::Host, "what is installed there for the architecture");
    let os = &mut domain.os.machine;
    let cannot = |what: &str, value: &str| {
        Error::unsupported(format!("Emulator '{path}' does not support {what} '{value}'"))
    };
    if &*os.kind != "hvm" {
        return Err(cannot("os type", &os.kind));
    }
    if os.arch.as_deref() != Some(qemu.arch())
        && !(os.arch.as_deref() == Some("i686") && qemu.arch() == "x86_64")
    {
        return Err(cannot("arch", os.arch.as_deref().unwrap_or_default()));
    }
    if !qemu.supports(virt) {
        return Err(cannot("virt type", virt.word()));
    }
    let machine = match os.machine.take() {
        Some(machine) => {
            qemu.canonical_machine(&machine).map(|name| name.as_ref().into()).or(Some(machine))
        }
        None => qemu.default_machine(virt).map(|name| name.as_ref().into()),
    };
    os.machine = machine;
    trail.step(domain, Decider::Emulator, "its default machine type, or what the name stands for");
    Ok(qemu)
}

/// Refuses a machine type that the emulator does not have, or that cannot have so many vCPUs.
///
/// # Errors
/// `CONFIG_UNSUPPORTED`.
pub(crate) fn check(domain: &Domain, host: &dyn Host) -> Result<(), Error> {
    let emulator = domain.devices.emulator.as_deref().unwrap_or_default();
    let machine = domain.os.machine.machine.as_deref().unwrap_or_default();
    match host.qemu(emulator) {
        Some(qemu) if !qemu.has_machine(domain.virt_type, machine) => Err(Error::unsupported(
            format!("Emulator '{emulator}' does not support machine type '{machine}'"),
        )),
        Some(qemu) => {
            let most = qemu.max_vcpus(domain.virt_type, machine);
            let count = domain.vcpu.as_ref().map_or(1, |vcpu| vcpu.count);
            match most.filter(|most| count > *most) {
                Some(most) => Err(Error::unsupported(format!(
                    "Maximum CPUs greater than specified machine type limit {most}"
                ))),
                None => Ok(()),
            }
        }
        None => Ok(()),
    }
}

/// Whether KVM runs the guest.
pub(super) fn is_kvm(domain: &Domain) -> bool {
    domain.virt_type == VirtType::Kvm
}
