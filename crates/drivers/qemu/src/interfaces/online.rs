//! What is switched on when the virtual CPUs run, and off when they stand still.
//!
//! A macvtap device has the guest's own address. While the guest does not run the host must not send
//! anything from it, or switches outside would look for the guest here.

use std::net::IpAddr;

use api::{Error, Result};
use config::domain::interface::{HostIps, Interface, InterfaceSource, Ip, Route};
use host::net::address::{HostAddress, HostRoute, usual_prefix};
use host::net::{self, Link};

use super::failed;
use crate::errors::QEMU;

/// The metric of a route that says none.
const USUAL_METRIC: u32 = 1;

/// Switches on what an interface has on the host, as its guest is about to run.
///
/// # Errors
/// `SYSTEM_ERROR`.
pub(crate) fn switch_on(interface: &Interface) -> Result<()> {
    let Some(device) = interface.target.dev.as_deref() else { return Ok(()) };
    let flags = |device: &str, error: std::io::Error| {
        failed(&error, format_args!("Cannot set interface flags on '{device}'"))
    };
    match &interface.source.source {
        InterfaceSource::Direct(direct) => {
            let lower = &*direct.source.dev;
            // One that is on stays as it is.
            if net::link(lower).map_err(|error| flags(lower, error))? == Link::Down {
                net::set_link(lower, Link::Up).map_err(|error| flags(lower, error))?;
            }
            net::set_link(device, Link::Up).map_err(|error| flags(device, error))
        }
        InterfaceSource::Ethernet(ethernet) => give_addresses(device, &ethernet.source),
        _ => Ok(()),
    }
}

/// Switches it off, as its guest stands still. What cannot be is logged: the guest does.
pub(crate) fn switch_off(interface: &Interface) {
    if let (InterfaceSource::Direct(_), Some(device)) =
        (&interface.source.source, interface.target.dev.as_deref())
        && let Err(error) = net::set_link(device, Link::Down)
    {
        tracing::warn!(device, %error, "stays switched on");
    }
}

/// Gives a device the host's addresses and routes. One that it has is as good.
fn give_addresses(device: &str, source: &HostIps) -> Result<()> {
    let anew = |done: std::io::Result<()>| match done {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        done => done,
    };
    for ip in &source.ips {
        let what = || format!("Unable to add IP address {} to {device}", ip.address);
        anew(address(ip)?.add_to(device)).map_err(|error| failed(&error, what()))?;
    }
    for to in &source.routes {
        let what = || format!("Unable to add route {} to {device}", to.address);
        anew(route(to)?.add_to(device)).map_err(|error| failed(&error, what()))?;
    }
    Ok(())
}

fn parsed(text: &str) -> Result<IpAddr> {
    text.parse().map_err(|_| Error::invalid_arg(QEMU, format!("'{text}' is no IP address")))
}

fn prefix(written: Option<u32>, usual: u8) -> u8 {
    written.and_then(|prefix| u8::try_from(prefix).ok()).unwrap_or(usual)
}

fn address(ip: &Ip) -> Result<HostAddress> {
    let address = parsed(&ip.address)?;
    let peer = ip.peer.as_deref().map(parsed).transpose()?;
    Ok(HostAddress { address, prefix: prefix(ip.prefix, usual_prefix(address)), peer })
}

fn route(route: &Route) -> Result<HostRoute> {
    let network = parsed(&route.address)?;
    let mask = match route.netmask.as_deref().map(parsed).transpose()? {
        Some(IpAddr::V4(mask)) => Some(mask.to_bits().leading_ones()),
        Some(IpAddr::V6(mask)) => Some(mask.to_bits().leading_ones()),
        None => None,
    };
    let usual = if network.is_unspecified() { 0 } else { usual_prefix(network) };
    Ok(HostRoute {
        network,
        prefix: prefix(route.prefix.or(mask), usual),
        gateway: route.gateway.as_deref().map(parsed).transpose()?,
        metric: Some(route.metric.unwrap_or(USUAL_METRIC)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_of_an_address_goes_by_its_class() {
        let xml = "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices><interface type='ethernet'>\
            <source><ip address='10.9.8.7' peer='10.9.8.6'/><ip address='fd00::1' family='ipv6'/>\
            <route address='10.77.0.0' netmask='255.255.240.0' gateway='10.9.8.6' metric='7'/>\
            </source></interface></devices></domain>";
        let document = config::Domain::parse(xml, config::domain::ParseFlags::Inactive).unwrap();
        let InterfaceSource::Ethernet(ethernet) = &document.devices.interfaces[0].source.source
        else {
            panic!("ethernet");
        };
        let [first, second] = [0, 1].map(|at| address(&ethernet.source.ips[at]).unwrap());
        assert_eq!((first.prefix, first.peer), (8, Some([10, 9, 8, 6].into())));
        assert_eq!((second.prefix, second.peer), (64, None));
        let route = route(&ethernet.source.routes[0]).unwrap();
        assert_eq!((route.prefix, route.metric), (20, Some(7)));
    }
}
