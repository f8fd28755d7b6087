//! What completing a document asks of this host: the answers of the emulators that it needs, at hand.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::{Error, Result};
use config::domain::VirtType;
use config::domain::complete::{Host, Qemu};

use super::{Accel, Arch, Emulator, Emulators};
use crate::errors::{self, QEMU};

/// The host, as completing one document sees it.
#[derive(Debug, Clone)]
pub struct KnownHost {
    host: Arch,
    /// The binary for the document's architecture.
    standard: Option<(Arch, PathBuf)>,
    emulator: Option<Arc<Emulator>>,
    nvram_dir: Arc<str>,
}

impl Emulators {
    /// What completing `definition` asks: the emulator that it names, or else the one that it gets.
    ///
    /// # Errors
    /// When that emulator cannot be used. There may be none at all: what is wrong then depends on the
    /// document, and completing it tells.
    pub async fn host_for(
        &self,
        definition: &config::Domain,
        nvram_dir: &str,
    ) -> Result<KnownHost> {
        let arch = arch_of(definition);
        let standard = arch.and_then(|arch| Some((arch, self.binary(arch)?)));
        let named = definition.devices.emulator.as_deref().map(PathBuf::from);
        let path = named.or_else(|| standard.as_ref().map(|(_, path)| path.clone()));
        let emulator = match path {
            Some(path) => Some(self.get(&path).await.map_err(|error| errors::probe(&error))?),
            None => None,
        };
        Ok(KnownHost { host: Arch::host(), standard, emulator, nvram_dir: nvram_dir.into() })
    }

    /// The emulator that runs `definition`.
    ///
    /// # Errors
    /// When there is none, or it cannot be used.
    pub async fn of(&self, definition: &config::Domain) -> Result<Arc<Emulator>> {
        let named = definition.devices.emulator.as_deref().map(PathBuf::from);
        let standard = || arch_of(definition).and_then(|arch| self.binary(arch));
        let path = named.or_else(standard).ok_or_else(|| {
            let arch = definition.os.machine.arch.as_deref().unwrap_or(Arch::host().name);
            Error::config_unsupported(QEMU, format!("no emulator for architecture '{arch}'"))
        })?;
        self.get(&path).await.map_err(|error| errors::probe(&error))
    }
}

fn arch_of(definition: &config::Domain) -> Option<Arch> {
    definition.os.machine.arch.as_deref().map_or_else(|| Some(Arch::host()), Arch::by_name)
}

impl Host for KnownHost {
    fn arch(&self) -> &str {
        self.host.name
    }

    fn emulator(&self, arch: &str) -> Option<Cow<'_, str>> {
        let (known, path) = self.standard.as_ref()?;
        (known.name == arch).then(|| path.to_string_lossy())
    }

    fn nvram_directory(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.nvram_dir)
    }

    fn qemu(&self, emulator: &str) -> Option<&dyn Qemu> {
        let known = self.emulator.as_deref().filter(|known| known.path() == Path::new(emulator))?;
        Some(known)
    }
}

fn accel(virt: VirtType) -> Option<Accel> {
    match virt {
        VirtType::Qemu => Some(Accel::Tcg),
        VirtType::Kvm => Some(Accel::Kvm),
        _ => None,
    }
}

impl Qemu for Emulator {
    fn arch(&self) -> &str {
        self.arch().map_or(&self.target, |arch| arch.name)
    }

    fn supports(&self, virt: VirtType) -> bool {
        accel(virt).is_some_and(|accel| self.supports(accel))
    }

    fn has_machine(&self, _: VirtType, machine: &str) -> bool {
        self.machine(machine).is_some_and(|known| known.name == machine)
    }

    fn max_vcpus(&self, _: VirtType, machine: &str) -> Option<u32> {
        self.machine(machine).map(|machine| machine.max_cpus)
    }

    fn canonical_machine(&self, machine: &str) -> Option<Cow<'_, str>> {
        let known = self.machine(machine)?;
        (known.name != machine).then(|| known.name.as_str().into())
    }

    fn default_machine(&self, _: VirtType) -> Option<Cow<'_, str>> {
        Some(self.default_machine()?.name.as_str().into())
    }

    fn default_cpu(&self, _: VirtType, machine: &str) -> Option<Cow<'_, str>> {
        Some(self.machine(machine)?.default_cpu.as_deref()?.into())
    }

    fn leaves_out_unmigratable(&self) -> bool {
        // libvirt asks the 64-bit CPU, whatever the emulator's.
        self.has_property("max-x86_64-cpu", "migratable")
    }

    fn has_device(&self, device: &str) -> bool {
        match device {
            // Of what the host's CPU has to give QEMU's build says nothing.
            "sev-guest" => self.sev().is_some(),
            "sgx-epc" => self.sgx().is_some(),
            device => self.has_device(device),
        }
    }
}
