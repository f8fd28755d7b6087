//! The native form, as `domxml-to-native` shows it.

use config::Domain;
use config::domain::device::DeviceInfo;
use config::domain::interface::{Interface, InterfaceLink, InterfaceSource};

use super::{Context, Purpose, Result, command_line};

/// Puts plain TAP devices, which a reader can set up by hand, in the place of all interfaces. They have
/// lost their addresses.
///
/// Addresses and aliases have to be assigned anew before [`to_native`].
pub(crate) fn generic_interfaces(domain: &mut Domain) {
    for interface in &mut domain.devices.interfaces {
        *interface = generic_interface(interface);
    }
}

fn generic_interface(interface: &Interface) -> Interface {
    let info = DeviceInfo { boot: interface.info.boot.clone(), ..DeviceInfo::default() };
    Interface {
        source: InterfaceLink {
            mac: interface.source.mac,
            source: InterfaceSource::Ethernet(Default::default()),
            managed: None,
            trust_guest_rx_filters: None,
        },
        vlan: None,
        virtualport: None,
        bandwidth: None,
        port: None,
        ips: Vec::new(),
        routes: Vec::new(),
        script: interface.script.clone(),
        downscript: None,
        backenddomain: None,
        target: Default::default(),
        guest: Default::default(),
        model: interface.model.clone(),
        driver: Default::default(),
        backend: Default::default(),
        filterref: None,
        teaming: None,
        tune: None,
        link: None,
        mtu: None,
        coalesce: None,
        info,
    }
}

/// The command line as a shell would be told it.
///
/// # Errors
/// Those of [`command_line()`].
pub(crate) fn to_native(domain: &Domain, context: &Context<'_>) -> Result<String> {
    let context = Context { purpose: Purpose::Native, ..*context };
    Ok(command_line(domain, &context)?.to_string())
}
