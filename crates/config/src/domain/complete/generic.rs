//! A machine that has everything, for documents that are completed where there is none to ask.

use std::borrow::Cow;

use super::{Host, Qemu};
use crate::domain::VirtType;

/// A host with a QEMU that has every device and every machine type.
///
/// What only a QEMU knows stays as it is written: machine types keep the names that stand for others, `pc`
/// and `q35`. The rest of a document becomes what it becomes with a QEMU that leaves nothing out.
///
/// ```
/// use config::{Domain, NothingDrawn};
/// use config::domain::ParseFlags;
/// use config::domain::complete::GenericHost;
///
/// let text = "<domain type='kvm'><name>a</name><memory>1024</memory><os><type>hvm</type></os></domain>";
/// let mut domain = Domain::parse(text, ParseFlags::Inactive)?;
/// domain.complete(&GenericHost::new("x86_64"), &mut NothingDrawn)?;
/// assert_eq!(domain.devices.emulator.as_deref(), Some("/usr/bin/qemu-system-x86_64"));
/// # Ok::<(), config::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GenericHost {
    arch: Box<str>,
}

impl GenericHost {
    /// A host of this architecture, by libvirt's name: `x86_64`.
    pub fn new(arch: impl Into<Box<str>>) -> Self {
        Self { arch: arch.into() }
    }
}

impl Host for GenericHost {
    fn arch(&self) -> &str {
        &self.arch
    }

    fn emulator(&self, arch: &str) -> Option<Cow<'_, str>> {
        let name = if arch == "i686" { "i386" } else { arch };
        Some(format!("/usr/bin/qemu-system-{name}").into())
    }

    fn qemu(&self, _: &str) -> Option<&dyn Qemu> {
        Some(self)
    }
}

impl Qemu for GenericHost {
    fn arch(&self) -> &str {
        &self.arch
    }

    fn supports(&self, _: VirtType) -> bool {
        true
    }

    fn has_machine(&self, _: VirtType, _: &str) -> bool {
        true
    }

    fn canonical_machine(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn default_machine(&self, _: VirtType) -> Option<Cow<'_, str>> {
        match &*self.arch {
            "x86_64" | "i686" => Some("pc".into()),
            _ => Some("virt".into()),
        }
    }

    fn default_cpu(&self, _: VirtType, _: &str) -> Option<Cow<'_, str>> {
        match &*self.arch {
            "x86_64" => Some("qemu64".into()),
            "i686" => Some("qemu32".into()),
            _ => None,
        }
    }

    fn has_device(&self, _: &str) -> bool {
        true
    }
}
