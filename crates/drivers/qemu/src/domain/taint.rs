//! What was done to a guest that takes it out of what is known to work.

use serde::{Deserialize, Serialize};

/// One way to taint a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Taint {
    /// Arguments of the user's own on QEMU's command line, or in its environment.
    CustomArgv,
    /// A command of the user's own to QEMU's monitor.
    CustomMonitor,
    /// The CPU of the host passed through.
    HostCpu,
    /// Capabilities of QEMU switched by hand.
    CustomCapabilities,
    /// A command of the user's own to the guest agent.
    CustomGuestAgent,
    /// Devices whose properties are overridden by hand.
    CustomDevice,
    /// Runs with the rights of root.
    HighPrivileges,
    /// A CD-ROM drive passed through.
    CdromPassthrough,
}

impl Taint {
    const ALL: [Self; 8] = [
        Self::CustomArgv,
        Self::CustomMonitor,
        Self::HighPrivileges,
        Self::HostCpu,
        Self::CdromPassthrough,
        Self::CustomCapabilities,
        Self::CustomGuestAgent,
        Self::CustomDevice,
    ];

    /// The name in the guest's log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CustomArgv => "custom-argv",
            Self::CustomMonitor => "custom-monitor",
            Self::HostCpu => "host-cpu",
            Self::CustomCapabilities => "custom-hypervisor-feature",
            Self::CustomGuestAgent => "custom-ga-command",
            Self::CustomDevice => "custom-device",
            Self::HighPrivileges => "high-privileges",
            Self::CdromPassthrough => "cdrom-passthrough",
        }
    }

    /// What `dominfo` says.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::CustomArgv => "custom configuration parameters specified",
            Self::CustomMonitor => "custom monitor control commands issued",
            Self::HostCpu => "potentially unsafe use of host CPU passthrough",
            Self::CustomCapabilities => "hypervisor feature autodetection override",
            Self::CustomGuestAgent => "custom guest agent control commands issued",
            Self::CustomDevice => "custom device configuration",
            Self::HighPrivileges => "running with undesirable elevated privileges",
            Self::CdromPassthrough => "use of host cdrom passthrough",
        }
    }
}

/// The taints of one guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Taints(u32);

impl Taints {
    /// Adds one; whether it is new.
    pub(crate) fn add(&mut self, taint: Taint) -> bool {
        let bit = 1 << taint as u32;
        let new = self.0 & bit == 0;
        self.0 |= bit;
        new
    }

    /// Those that are there.
    pub(crate) fn iter(self) -> impl Iterator<Item = Taint> {
        Taint::ALL.into_iter().filter(move |taint| self.0 & 1 << *taint as u32 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Taint, Taints};

    #[test]
    fn a_taint_is_new_once() {
        let mut taints = Taints::default();
        assert!(taints.add(Taint::CustomMonitor));
        assert!(!taints.add(Taint::CustomMonitor));
        assert!(taints.add(Taint::CustomArgv));
        let names: Vec<_> = taints.iter().map(Taint::name).collect();
        assert_eq!(names, ["custom-argv", "custom-monitor"]);
    }
}
