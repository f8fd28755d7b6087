//! What a network cannot be.

mod addresses;
mod dns;
mod forward;
mod ports;

use super::Network;
use super::forward::{ForwardAddress, ForwardMode};
use crate::domain::address::PciAddress;
use crate::{Error, Mac};

impl Network {
    /// Refuses what cannot be.
    ///
    /// # Errors
    /// What libvirt says of it.
    pub fn validate(&self) -> Result<(), Error> {
        let name = self.name.as_str();
        dns::check(&self.dns, name)?;
        ports::check(self)?;
        addresses::check_ips(&self.ips, name)?;
        addresses::check_routes(&self.routes, name)?;
        if self.forward_mode().has_own_bridge() {
            addresses::check_gateways(self)?;
        }
        forward::check(self)?;
        self.check_addressed()?;
        // What follows libvirt looks at only once all is read.
        self.check_parts()?;
        forward::check_pool(self)?;
        addresses::check_leases(&self.ips)?;
        ports::check_groups(self)?;
        if let Some(mac) = self.mac.and_then(|mac| mac.address).filter(Mac::is_multicast) {
            return Err(Error::xml(format!(
                "Invalid multicast bridge mac address '{mac}' in network '{name}'"
            )));
        }
        Ok(())
    }

    /// A network that leads somewhere by the daemon's own bridge has an address.
    fn check_addressed(&self) -> Result<(), Error> {
        let (mode, name) = (self.forward_mode(), self.name.as_str());
        if mode.has_own_bridge() && mode != ForwardMode::None && self.ips.is_empty() {
            return Err(Error::xml(format!(
                "{mode} forwarding requested, but no IP address provided for network '{name}'"
            )));
        }
        Ok(())
    }

    /// Refuses devices of the pool that are no virtual functions of others; the host says which are.
    ///
    /// # Errors
    /// [`Code::ConfigUnsupported`](crate::Code::ConfigUnsupported), naming the device.
    pub fn refuse_whole_devices(
        &self,
        is_virtual_function: impl Fn(&PciAddress) -> bool,
    ) -> Result<(), Error> {
        let devices = self.forward.iter().flat_map(|forward| &forward.addresses);
        for ForwardAddress::Pci(device) in devices {
            if !is_virtual_function(&device.address) {
                return Err(Error::unsupported(format!(
                    "device '/sys/bus/pci/devices/{}' in network '{}' is not an SR-IOV Virtual Function",
                    device.address, self.name
                )));
            }
        }
        Ok(())
    }

    /// Parts that only networks with a bridge of the daemon's own have.
    fn check_parts(&self) -> Result<(), Error> {
        let (mode, name) = (self.forward_mode(), self.name.as_str());
        if mode.has_own_bridge() {
            return Ok(());
        }
        // The ports of a bridge of the host can be limited, those of macvtap cannot.
        let bridge = self.bridge.as_ref().is_some_and(|bridge| bridge.name.is_some());
        let limited = mode == ForwardMode::Bridge && bridge;
        let parts = [
            ("<mac>", self.mac.is_some()),
            ("<ip>", !self.ips.is_empty()),
            ("<dns>", self.dns.has_records()),
            ("<domain>", self.domain.is_some()),
            ("network-wide <bandwidth>", self.bandwidth.is_some() && !limited),
        ];
        if let Some(group) = self.portgroups.iter().find(|g| g.bandwidth.is_some() && !limited) {
            return Err(Error::unsupported(format!(
                "Unsupported <bandwidth> element in network '{name}' in portgroup '{}' with forward mode='{mode}'",
                group.name
            )));
        }
        match parts.into_iter().find(|(_, there)| *there) {
            Some((part, _)) => Err(Error::unsupported(format!(
                "Unsupported {part} element in network {name} with forward mode='{mode}'"
            ))),
            None => Ok(()),
        }
    }
}
