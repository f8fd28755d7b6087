//! How much an interface carries.
//!
//! What the guest receives its host sends through a TAP device, and what it sends the host receives; a
//! macvtap device stands on the guest's side.

use std::path::Path;

use api::Result;
use config::YesNo;
use config::domain::interface::{self as document, Interface, InterfaceSource, VirtualPortType};
use host::net::shaping::{self, Limits, Rate};

use super::{failed, refused, switch, switch_of, trace};

/// Has an interface's device keep to the limits of the document; none lifts what there was. `guest` is the
/// guest's UUID, `directory` its directory.
///
/// # Errors
/// `INTERNAL_ERROR` with the words of the program that sets them.
pub(crate) fn shape(interface: &Interface, guest: &str, directory: &Path) -> Result<()> {
    let Some(device) = interface.target.dev.as_deref() else { return Ok(()) };
    if interface.target.managed == Some(YesNo::No) {
        trace::note_limits(directory, device).map_err(|error| {
            let directory = directory.display();
            failed(&error, format_args!("cannot write in directory '{directory}'"))
        })?;
    }
    if switch_of(interface) == Some(VirtualPortType::OpenVSwitch) {
        return switch::shape(interface, device, guest);
    }
    limits(interface).apply(device).map_err(|error| refused(&error))
}

/// Has a new device pass packets on at once.
pub(crate) fn forget_queue(interface: &Interface) {
    if let (Some(device), None) = (&interface.target.dev, ovs(interface)) {
        shaping::set_no_queue(device);
    }
}

fn ovs(interface: &Interface) -> Option<VirtualPortType> {
    switch_of(interface).filter(|kind| *kind == VirtualPortType::OpenVSwitch)
}

fn limits(interface: &Interface) -> Limits {
    let Some(bandwidth) = interface.bandwidth.as_deref() else { return Limits::default() };
    let (inbound, outbound) = (rate(bandwidth.inbound), rate(bandwidth.outbound));
    match interface.source.source {
        InterfaceSource::Direct(_) => Limits { out: outbound, received: inbound },
        _ => Limits { out: inbound, received: outbound },
    }
}

fn rate(rate: Option<document::Rate>) -> Option<Rate> {
    let rate = rate?;
    let average = rate.average.filter(|average| *average > 0)?;
    let some = |value: Option<u64>| value.filter(|value| *value > 0);
    Some(Rate { average, peak: some(rate.peak), burst: some(rate.burst) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_macvtap_device_is_on_the_guests_side() {
        let limits = |kind: &str| {
            let xml = format!(
                "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices><interface type='{kind}'>\
                 <source dev='e' bridge='b'/><bandwidth><inbound average='7' peak='0'/><outbound average='9' burst='4'/>\
                 </bandwidth></interface></devices></domain>"
            );
            let document = config::Domain::parse(&xml, config::domain::ParseFlags::Inactive);
            limits(&document.unwrap().devices.interfaces[0])
        };
        let inbound = Some(Rate { average: 7, peak: None, burst: None });
        let outbound = Some(Rate { average: 9, peak: None, burst: Some(4) });
        assert_eq!(limits("bridge"), Limits { out: inbound, received: outbound });
        assert_eq!(limits("direct"), Limits { out: outbound, received: inbound });
    }
}
