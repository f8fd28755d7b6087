//! What a PCI device needs of its bus, and what each kind of bus offers.

use std::ops::BitOr;

use crate::domain::controller::ControllerModel;

/// A set of kinds of connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Connect(u16);

impl Connect {
    /// Nothing: the device is not on PCI.
    pub(super) const NONE: Self = Self(0);
    /// An endpoint of conventional PCI.
    pub(super) const PCI: Self = Self(1);
    /// An endpoint of PCI Express.
    pub(super) const PCIE: Self = Self(1 << 1);
    /// A bridge to conventional PCI, on conventional PCI.
    pub(super) const PCI_BRIDGE: Self = Self(1 << 2);
    /// The integrated bridge from the root complex.
    pub(super) const DMI_BRIDGE: Self = Self(1 << 3);
    /// A bridge from PCI Express to conventional PCI.
    pub(super) const PCIE_BRIDGE: Self = Self(1 << 4);
    /// A root port.
    pub(super) const ROOT_PORT: Self = Self(1 << 5);
    /// The upper half of a switch.
    pub(super) const UPSTREAM: Self = Self(1 << 6);
    /// A port of a switch.
    pub(super) const DOWNSTREAM: Self = Self(1 << 7);
    /// A further root, of conventional PCI.
    pub(super) const PCI_EXPANDER: Self = Self(1 << 8);
    /// A further root, of PCI Express.
    pub(super) const PCIE_EXPANDER: Self = Self(1 << 9);
    /// Can come and go while the guest runs.
    pub(super) const HOTPLUG: Self = Self(1 << 10);
    /// Shares its slot with others of its kind, a function each.
    pub(super) const AGGREGATE: Self = Self(1 << 11);
    /// Must be on the root bus.
    pub(super) const INTEGRATED: Self = Self(1 << 12);
    /// Would be on PCI if there were such a device: no bus takes it.
    pub(super) const NOWHERE: Self = Self(1 << 13);

    /// What devices usually need: a slot of conventional PCI.
    pub(super) const PCI_DEVICE: Self = Self(Self::PCI.0 | Self::HOTPLUG.0);
    /// The same on PCI Express.
    pub(super) const PCIE_DEVICE: Self = Self(Self::PCIE.0 | Self::HOTPLUG.0);

    const ENDPOINT: Self = Self(Self::PCI.0 | Self::PCIE.0);
    const KINDS: Self = Self(Self::HOTPLUG.0 - 1);

    /// Whether there is anything in both.
    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What a controller of this model needs of the bus it is on.
    pub(super) fn of_controller(model: ControllerModel) -> Self {
        match model {
            ControllerModel::PciBridge => Self::PCI_BRIDGE,
            ControllerModel::DmiToPciBridge => Self::DMI_BRIDGE,
            ControllerModel::PcieToPciBridge => Self::PCIE_BRIDGE,
            ControllerModel::PcieRootPort => Self::ROOT_PORT | Self::AGGREGATE,
            ControllerModel::PcieSwitchUpstreamPort => Self::UPSTREAM,
            ControllerModel::PcieSwitchDownstreamPort => Self::DOWNSTREAM,
            ControllerModel::PciExpanderBus => Self::PCI_EXPANDER,
            ControllerModel::PcieExpanderBus => Self::PCIE_EXPANDER,
            _ => Self::NONE,
        }
    }

    /// What the bus of a controller of this model offers.
    pub(super) fn offered_by(model: ControllerModel) -> Self {
        match model {
            ControllerModel::PciRoot => Self::PCI_DEVICE | Self::PCI_BRIDGE | Self::PCI_EXPANDER,
            ControllerModel::PciBridge | ControllerModel::PcieToPciBridge => {
                Self::PCI_DEVICE | Self::PCI_BRIDGE
            }
            ControllerModel::PciExpanderBus => Self::PCI_DEVICE | Self::PCI_BRIDGE,
            ControllerModel::DmiToPciBridge => Self::PCI | Self::PCI_BRIDGE,
            ControllerModel::PcieRoot => {
                Self::ENDPOINT | Self::ROOT_PORT | Self::DMI_BRIDGE | Self::PCIE_EXPANDER
            }
            ControllerModel::PcieExpanderBus => Self::ROOT_PORT | Self::DMI_BRIDGE,
            ControllerModel::PcieSwitchUpstreamPort => Self::DOWNSTREAM,
            ControllerModel::PcieRootPort | ControllerModel::PcieSwitchDownstreamPort => {
                Self::PCIE_DEVICE | Self::UPSTREAM | Self::PCIE_BRIDGE
            }
            _ => Self::NONE,
        }
    }

    /// Whether a device that needs `self` may go to a bus that offers `bus` without being told to.
    pub(super) fn suits(self, bus: Self) -> bool {
        self.has(Self(bus.0 & Self::KINDS.0))
            && (!self.has(Self::HOTPLUG) || bus.has(Self::HOTPLUG))
    }

    /// The same for a place that the user chose: the two kinds of endpoint, and hotplug, are his affair.
    pub(super) fn may(self, bus: Self) -> bool {
        let endpoints = if bus.has(Self::ENDPOINT) { Self::ENDPOINT } else { Self::NONE };
        self.has(Self((bus | endpoints).0 & Self::KINDS.0))
    }

    /// What libvirt calls it in an error.
    pub(super) fn name(self) -> &'static str {
        [
            (Self::PCI, "standard PCI device"),
            (Self::PCIE, "PCI Express device"),
            (Self::ROOT_PORT, "pcie-root-port"),
            (Self::UPSTREAM, "pcie-switch-upstream-port"),
            (Self::DOWNSTREAM, "pcie-switch-downstream-port"),
            (Self::DMI_BRIDGE, "dmi-to-pci-bridge"),
            (Self::PCIE_BRIDGE, "pcie-to-pci-bridge"),
            (Self::PCI_EXPANDER, "pci-expander-bus"),
            (Self::PCIE_EXPANDER, "pcie-expander-bus"),
            (Self::PCI_BRIDGE, "pci-bridge"),
        ]
        .into_iter()
        .find_map(|(kind, name)| self.has(kind).then_some(name))
        .unwrap_or("device")
    }
}

impl BitOr for Connect {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
