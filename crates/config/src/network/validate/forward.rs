//! Rules of where a network leads.

use crate::Error;
use crate::network::Network;
use crate::network::forward::{Forward, ForwardAddress, ForwardMode, Nat};

pub(super) fn check(network: &Network) -> Result<(), Error> {
    let (mode, name) = (network.forward_mode(), network.name.as_str());
    if let Some(forward) = &network.forward {
        check_nat(&forward.nat, mode, name)?;
        check_devices(forward, name)?;
        check_mode(forward, mode, name)?;
    }
    check_bridge(network, mode, name)
}

fn check_nat(nat: &Nat, mode: ForwardMode, name: &str) -> Result<(), Error> {
    if *nat != Nat::default() && mode != ForwardMode::Nat {
        return Err(Error::xml(format!(
            "The <nat> element can only be used when <forward> 'mode' is 'nat' in network {name}"
        )));
    }
    if let Some(addresses) = nat.address {
        for (which, address) in [("start", addresses.start), ("end", addresses.end)] {
            if !address.is_ipv4() {
                return Err(Error::xml(format!(
                    "Bad ipv4 {which} address '{address}' in <nat> in <forward> in network '{name}'"
                )));
            }
        }
        if addresses.start.number() > addresses.end.number() {
            let (start, end) = (addresses.start, addresses.end);
            return Err(Error::internal(format!("range {start} - {end} is reversed ")));
        }
    }
    match nat.port {
        Some(ports) if ports.end < ports.start => Err(Error::detail(format!(
            "Missing or invalid 'end' attribute in <port> in <nat> in <forward> in network {name}"
        ))),
        _ => Ok(()),
    }
}

fn check_devices(forward: &Forward, name: &str) -> Result<(), Error> {
    if let (Some(dev), Some(first)) = (&forward.dev, forward.interfaces.first())
        && **dev != *first.dev
    {
        return Err(Error::xml(format!(
            "<forward dev='{}'> must match first <interface dev='{}'/> in network {name}",
            &**dev, first.dev
        )));
    }
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = forward.interfaces.iter().find(|interface| !seen.insert(&interface.dev)) {
        return Err(Error::xml(format!(
            "interface '{}' can only be listed once in network {name}",
            twice.dev
        )));
    }
    let mut seen = std::collections::HashSet::new();
    for ForwardAddress::Pci(device) in &forward.addresses {
        if !seen.insert(device.address.to_string()) {
            return Err(Error::xml(format!(
                "PCI device '{}' can only be listed once in network {name}",
                device.address
            )));
        }
    }
    Ok(())
}

fn check_mode(forward: &Forward, mode: ForwardMode, name: &str) -> Result<(), Error> {
    let named = forward.dev.as_deref().or(forward.interfaces.first().map(|first| &*first.dev));
    match (mode, named) {
        (ForwardMode::Open, Some(_)) => Err(Error::xml(format!(
            "forward dev not allowed for network '{name}' with forward mode='open'"
        ))),
        (ForwardMode::Nat | ForwardMode::Route, _) if forward.interfaces.len() > 1 => {
            Err(Error::xml(format!(
                "multiple forwarding interfaces specified for network '{name}', only one is supported"
            )))
        }
        _ => Ok(()),
    }
}

/// Rules of the devices that are given to guests.
pub(super) fn check_pool(network: &Network) -> Result<(), Error> {
    let (mode, name) = (network.forward_mode(), network.name.as_str());
    let Some(forward) = &network.forward else { return Ok(()) };
    let named = forward.dev.as_deref().or(forward.interfaces.first().map(|first| &*first.dev));
    match (mode, named) {
        (ForwardMode::Hostdev, Some(device)) => Err(Error::unsupported(format!(
            "hostdev network '{name}' lists '{device}' in the device pool, but hostdev networks require all \
             devices to be listed by PCI address, not network device name"
        ))),
        (ForwardMode::Hostdev, None) => Ok(()),
        (_, None) if !forward.addresses.is_empty() && forward.pf.is_none() => {
            Err(Error::unsupported(format!(
                "network '{name}' has forward mode '{mode}'  but lists a device by PCI address in the device \
                 pool. This is only supported for networks with forward mode 'hostdev'"
            )))
        }
        _ => Ok(()),
    }
}

fn check_bridge(network: &Network, mode: ForwardMode, name: &str) -> Result<(), Error> {
    if mode.has_own_bridge() {
        return Ok(());
    }
    if network.mtu.is_some() {
        return Err(Error::xml(format!(
            "mtu size only allowed in open, route, nat, and isolated mode, not in {mode} (network '{name}')"
        )));
    }
    let Some(bridge) = &network.bridge else { return Ok(()) };
    let delayed = bridge.delay.is_some_and(|delay| delay != 0);
    if bridge.stp.is_some() || bridge.zone.is_some() || delayed {
        return Err(Error::xml(format!(
            "bridge delay/stp/zone options only allowed in route, nat, and isolated mode, not in {mode} \
             (network '{name}')"
        )));
    }
    if bridge.name.is_none() {
        return Ok(());
    }
    let has_device = network.forward.as_ref().is_some_and(|forward| {
        forward.dev.is_some() || forward.pf.is_some() || !forward.interfaces.is_empty()
    });
    match mode {
        ForwardMode::Bridge if has_device => Err(Error::xml(format!(
            "A network with forward mode='bridge' can specify a bridge name or a forward dev, but not both \
             (network '{name}')"
        ))),
        ForwardMode::Bridge => Ok(()),
        _ => Err(Error::xml(format!("bridge name not allowed in {mode} mode (network '{name}')"))),
    }
}
