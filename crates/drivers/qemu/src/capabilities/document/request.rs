//! Which emulator, architecture, machine type and way to run a client means.

use std::path::PathBuf;
use std::sync::Arc;

use crate::capabilities::{Accel, Arch, Emulator, Emulators, Machine, ProbeError};

/// What a client named; the rest is chosen here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Path of a binary.
    pub emulator: Option<String>,
    /// An architecture.
    pub arch: Option<String>,
    /// A machine type or an alias of one.
    pub machine: Option<String>,
    /// `kvm`, `qemu`.
    pub virt_type: Option<String>,
}

/// What is meant.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The emulator.
    pub emulator: Arc<Emulator>,
    /// The guest's architecture.
    pub arch: Arch,
    /// How it is run.
    pub accel: Accel,
    /// The machine type.
    pub machine: Machine,
}

/// An emulator that serves an architecture.
#[derive(Debug, Clone)]
pub struct Found {
    /// The emulator.
    pub emulator: Arc<Emulator>,
    /// The guest's architecture.
    pub arch: Arch,
}

impl Found {
    /// How it can run such guests, the best first.
    pub fn ways(&self) -> impl Iterator<Item = Accel> + '_ {
        [Accel::Kvm, Accel::Tcg].into_iter().filter(|accel| self.emulator.runs(self.arch, *accel))
    }
}

/// Why a request means nothing here.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RequestError {
    /// No such way to run guests exists.
    #[error("unknown virttype: {0}")]
    VirtType(String),
    /// No such architecture exists.
    #[error("unknown architecture: {0}")]
    Arch(String),
    /// Nothing here emulates it.
    #[error("unable to find any emulator to serve '{0}' architecture")]
    NoEmulator(&'static str),
    /// The binary emulates something else than was asked for.
    #[error("architecture from emulator '{actual}' doesn't match given architecture '{wanted}'")]
    ArchMismatch {
        /// What it emulates.
        actual: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// The binary does not run guests this way.
    #[error("Emulator '{}' does not support virt type '{virt_type}'", emulator.display())]
    VirtTypeUnsupported {
        /// The binary.
        emulator: PathBuf,
        /// The way.
        virt_type: String,
    },
    /// The binary has no such machine type.
    #[error("the machine '{machine}' is not supported by emulator '{}'", emulator.display())]
    Machine {
        /// The binary.
        emulator: PathBuf,
        /// The machine type.
        machine: String,
    },
    /// The binary does not run guests of this architecture.
    #[error("Emulator '{}' does not support arch '{arch}'", emulator.display())]
    ArchUnsupported {
        /// The binary.
        emulator: PathBuf,
        /// The architecture.
        arch: &'static str,
    },
    /// The binary cannot be used.
    #[error(transparent)]
    Probe(Arc<ProbeError>),
}

/// Names of ways to run guests that libvirt knows.
const VIRT_TYPES: [&str; 17] = [
    "none",
    "qemu",
    "kqemu",
    "kvm",
    "xen",
    "lxc",
    "uml",
    "openvz",
    "test",
    "vmware",
    "hyperv",
    "vbox",
    "phyp",
    "parallels",
    "bhyve",
    "vz",
    "hvf",
];

impl Request {
    /// Fills in what the client left out.
    ///
    /// # Errors
    /// When something named does not exist, or does not go together.
    pub async fn resolve(&self, emulators: &Emulators) -> Result<Choice, RequestError> {
        let wanted = self.check_names()?;
        let arch = wanted.unwrap_or_else(Arch::host);
        let binary = match &self.emulator {
            Some(path) => PathBuf::from(path),
            None => emulators.binary(arch).ok_or(RequestError::NoEmulator(arch.name))?,
        };
        let emulator = emulators.get(&binary).await.map_err(RequestError::Probe)?;
        self.choose(emulator, arch, wanted)
    }

    /// The architecture that was named.
    fn check_names(&self) -> Result<Option<Arch>, RequestError> {
        if let Some(unknown) =
            self.virt_type.as_ref().filter(|virt_type| !VIRT_TYPES.contains(&virt_type.as_str()))
        {
            return Err(RequestError::VirtType(unknown.clone()));
        }
        let known =
            |name: &String| Arch::by_name(name).ok_or_else(|| RequestError::Arch(name.clone()));
        self.arch.as_ref().map(known).transpose()
    }

    /// The emulator alone, with the machine type checked if one was named; any emulator of the family
    /// serves, and its own architecture is meant if none was named.
    ///
    /// # Errors
    /// When something named does not exist, or does not go together.
    pub async fn emulator(&self, emulators: &Emulators) -> Result<Found, RequestError> {
        let wanted = self.check_names()?;
        let binary = match &self.emulator {
            Some(path) => PathBuf::from(path),
            None => {
                let arch = wanted.unwrap_or_else(Arch::host);
                emulators.binary(arch).ok_or(RequestError::NoEmulator(arch.name))?
            }
        };
        let emulator = emulators.get(&binary).await.map_err(RequestError::Probe)?;
        let actual = emulator.arch().unwrap_or_else(Arch::host);
        let arch = wanted.unwrap_or(actual);
        if !same_family(actual, arch) {
            return Err(RequestError::ArchMismatch { actual: actual.name, wanted: arch.name });
        }
        match self.machine.as_deref() {
            Some(name) if emulator.machine(name).is_none() => Err(RequestError::Machine {
                emulator: emulator.path().to_owned(),
                machine: name.to_owned(),
            }),
            _ => Ok(Found { emulator, arch }),
        }
    }

    fn choose(
        &self,
        emulator: Arc<Emulator>,
        arch: Arch,
        wanted: Option<Arch>,
    ) -> Result<Choice, RequestError> {
        let path = || emulator.path().to_owned();
        let actual = emulator.arch().unwrap_or(arch);
        if let Some(wanted) = wanted.filter(|wanted| !same_family(actual, *wanted)) {
            return Err(RequestError::ArchMismatch { actual: actual.name, wanted: wanted.name });
        }
        let machine = match self.machine.as_deref() {
            Some(name) => emulator.machine(name),
            None => emulator.default_machine(),
        };
        let machine = machine.cloned().ok_or_else(|| RequestError::Machine {
            emulator: path(),
            machine: self.machine.clone().unwrap_or_default(),
        })?;
        if !actual.emulates(arch) {
            return Err(RequestError::ArchUnsupported { emulator: path(), arch: arch.name });
        }
        let accel = self.accel(&emulator, arch)?;
        Ok(Choice { emulator, arch, accel, machine })
    }

    fn accel(&self, emulator: &Emulator, arch: Arch) -> Result<Accel, RequestError> {
        let possible = |accel: &Accel| emulator.runs(arch, *accel);
        let chosen = match self.virt_type.as_deref() {
            None => [Accel::Kvm, Accel::Tcg].into_iter().find(possible),
            Some("kvm") => Some(Accel::Kvm).filter(possible),
            Some("qemu") => Some(Accel::Tcg).filter(possible),
            Some(_) => None,
        };
        chosen.ok_or_else(|| RequestError::VirtTypeUnsupported {
            emulator: emulator.path().to_owned(),
            virt_type: self.virt_type.clone().unwrap_or_default(),
        })
    }
}

/// Whether two architectures are the same but for the size of a word.
fn same_family(one: Arch, other: Arch) -> bool {
    one.emulates(other) || other.emulates(one)
}
