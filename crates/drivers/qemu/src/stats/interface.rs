//! Group `interface`, and the call for one of them: what went through an interface's device.
//!
//! The host sends what the guest receives: the device's figures are told the other way round,
//! except for a device that the guest shares with its host.

use std::collections::HashMap;

use api::remote::{DomainInterfaceStats, DomainInterfaceStatsArgs, DomainInterfaceStatsRet};
use api::{DomainStatsTypes as Group, Error, ErrorDomain, Params, Result};
use config::domain::interface::{Interface, InterfaceSource};
use driver::{CallContext, Handler};
use host::Root;
use host::net::{self, Traffic};

use super::Wanted;
use super::guest::Guest;
use crate::domain::not_running;
use crate::driver::QemuDriver;

/// The traffic of the host's devices, read once for all guests of a call.
#[derive(Debug, Default)]
pub(super) struct HostTraffic(HashMap<String, Traffic>);

impl HostTraffic {
    /// Reads it if the call wants to know.
    pub(super) fn read(wanted: Wanted) -> Self {
        if !wanted.groups.is_empty() && !wanted.group(Group::INTERFACE) {
            return Self::default();
        }
        let traffic = net::traffic(&Root::default()).unwrap_or_else(|error| {
            tracing::warn!(%error, "no interface statistics");
            Vec::new()
        });
        Self(traffic.into_iter().collect())
    }
}

pub(super) fn write(params: &mut Params, guest: &Guest<'_>, traffic: &HostTraffic) {
    let Some(document) = &guest.view.live else { return };
    let interfaces = &document.devices.interfaces;
    params.uint("net.count", u32::try_from(interfaces.len()).unwrap_or(u32::MAX));
    for (number, interface) in interfaces.iter().enumerate() {
        let Some(device) = interface.target.dev.as_deref() else { continue };
        params.string(format!("net.{number}.name"), device);
        let Some(seen) = traffic.0.get(device).map(|seen| of_guest(interface, *seen)) else {
            continue;
        };
        params
            .ullong(format!("net.{number}.rx.bytes"), seen.rx_bytes)
            .ullong(format!("net.{number}.rx.pkts"), seen.rx_packets)
            .ullong(format!("net.{number}.rx.errs"), seen.rx_errors)
            .ullong(format!("net.{number}.rx.drop"), seen.rx_dropped)
            .ullong(format!("net.{number}.tx.bytes"), seen.tx_bytes)
            .ullong(format!("net.{number}.tx.pkts"), seen.tx_packets)
            .ullong(format!("net.{number}.tx.errs"), seen.tx_errors)
            .ullong(format!("net.{number}.tx.drop"), seen.tx_dropped);
    }
}

/// What the guest received and sent.
fn of_guest(interface: &Interface, device: Traffic) -> Traffic {
    if matches!(interface.source.source, InterfaceSource::Direct(_)) {
        return device;
    }
    Traffic {
        rx_bytes: device.tx_bytes,
        rx_packets: device.tx_packets,
        rx_errors: device.tx_errors,
        rx_dropped: device.tx_dropped,
        tx_bytes: device.rx_bytes,
        tx_packets: device.rx_packets,
        tx_errors: device.rx_errors,
        tx_dropped: device.rx_dropped,
    }
}

impl Handler<DomainInterfaceStats> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainInterfaceStatsArgs,
    ) -> Result<DomainInterfaceStatsRet> {
        let view = self.registry.find(&args.dom)?.published();
        let document = view.live.as_ref().ok_or_else(not_running)?;
        let names = |interface: &&Interface| {
            let mac = interface.source.mac.map(|mac| mac.address.to_string());
            interface.target.dev.as_deref() == Some(args.device.as_str())
                || mac.is_some_and(|mac| mac.eq_ignore_ascii_case(&args.device))
        };
        let interface = document.devices.interfaces.iter().find(names).ok_or_else(|| {
            let detail = format!("'{}' is not a known interface", args.device);
            Error::invalid_arg(ErrorDomain::DOMAIN, detail)
        })?;
        let device = interface
            .target
            .dev
            .as_deref()
            .ok_or_else(|| Error::internal(ErrorDomain::NONE, "Interface name not provided"))?;
        let traffic = net::traffic(&Root::default()).unwrap_or_default();
        let (_, seen) = traffic.into_iter().find(|(name, _)| name == device).ok_or_else(|| {
            Error::internal(ErrorDomain::NONE, format!("interface '{device}' is not on this host"))
        })?;
        let seen = of_guest(interface, seen);
        let signed = |number| i64::try_from(number).unwrap_or(i64::MAX);
        Ok(DomainInterfaceStatsRet {
            rx_bytes: signed(seen.rx_bytes),
            rx_packets: signed(seen.rx_packets),
            rx_errs: signed(seen.rx_errors),
            rx_drop: signed(seen.rx_dropped),
            tx_bytes: signed(seen.tx_bytes),
            tx_packets: signed(seen.tx_packets),
            tx_errs: signed(seen.tx_errors),
            tx_drop: signed(seen.tx_dropped),
        })
    }
}
