//! Devices of a domain and its interfaces.

use xdr::List;

use super::domain::DomainIpAddr;
use super::shared::NonnullDomain;
use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// Adds a device to a running domain.
    ///
    /// **Source**: `virDomainAttachDevice`.
    DomainAttachDevice = 8, Ordinary, access: [domain.write], since: "0.1.9";
        args DomainAttachDeviceArgs, ret ();
    /// Takes a device from a running domain.
    ///
    /// **Source**: `virDomainDetachDevice`.
    DomainDetachDevice = 13, Ordinary, access: [domain.write], since: "0.1.9";
        args DomainDetachDeviceArgs, ret ();
    /// Bytes, packets, errors and drops of one interface.
    ///
    /// **Source**: `virDomainInterfaceStats`.
    DomainInterfaceStats = 65, Quick, access: [domain.read], since: "0.3.2";
        args DomainInterfaceStatsArgs, ret DomainInterfaceStatsRet;
    /// Adds a device to the running domain, its definition, or both, by flag.
    ///
    /// **Source**: `virDomainAttachDeviceFlags`.
    DomainAttachDeviceFlags = 160, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.7.7";
        args DomainAttachDeviceFlagsArgs, ret ();
    /// Takes a device from the running domain, its definition, or both, by flag.
    ///
    /// **Source**: `virDomainDetachDeviceFlags`.
    DomainDetachDeviceFlags = 161, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.7.7";
        args DomainDetachDeviceFlagsArgs, ret ();
    /// Changes a device of the running domain, its definition, or both, by flag.
    ///
    /// **Source**: `virDomainUpdateDeviceFlags`.
    DomainUpdateDeviceFlags = 174, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.8.0";
        args DomainUpdateDeviceFlagsArgs, ret ();
    /// Limits the traffic of a network card.
    ///
    /// **Units**: KiB/s, KiB of bursts.
    ///
    /// **Source**: `virDomainSetInterfaceParameters`.
    DomainSetInterfaceParameters = 256, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "0.9.9";
        args DomainSetInterfaceParametersArgs, ret ();
    /// The limits of a network card's traffic.
    ///
    /// **Units**: KiB/s, KiB of bursts.
    ///
    /// **Source**: `virDomainGetInterfaceParameters`.
    DomainGetInterfaceParameters = 257, Ordinary, access: [domain.read], since: "0.9.9";
        args DomainGetInterfaceParametersArgs, ret DomainGetInterfaceParametersRet;
    /// The network addresses of the guest's cards, from leases, the agent or the ARP table.
    ///
    /// **Source**: `virDomainInterfaceAddresses`.
    DomainInterfaceAddresses = 353, Ordinary, access: [domain.read, domain.write if Source(1)], since: "1.2.14";
        args DomainInterfaceAddressesArgs, ret DomainInterfaceAddressesRet;
    /// Asks the guest to let go of the device with this alias; an event tells when it did.
    ///
    /// **Source**: `virDomainDetachDeviceAlias`.
    DomainDetachDeviceAlias = 392, Ordinary, access: [domain.write, domain.save if Without(0x3), domain.save if With(0x2)], since: "4.4.0";
        args DomainDetachDeviceAliasArgs, ret ();
}

xdr::structs! {
    /// Arguments of [`DomainInterfaceStats`].
    pub struct DomainInterfaceStatsArgs {
        dom: NonnullDomain,
        device: String,
    }

    /// Results of [`DomainInterfaceStats`].
    pub struct DomainInterfaceStatsRet {
        rx_bytes: i64,
        rx_packets: i64,
        rx_errs: i64,
        rx_drop: i64,
        tx_bytes: i64,
        tx_packets: i64,
        tx_errs: i64,
        tx_drop: i64,
    }

    /// Arguments of [`DomainSetInterfaceParameters`].
    pub struct DomainSetInterfaceParametersArgs {
        dom: NonnullDomain,
        device: String,
        params: List<TypedParam, { limits::DOMAIN_INTERFACE_PARAMETERS_MAX }>,
        flags: u32,
    }

    /// Arguments of [`DomainGetInterfaceParameters`].
    pub struct DomainGetInterfaceParametersArgs {
        dom: NonnullDomain,
        device: String,
        nparams: i32,
        flags: u32,
    }

    /// Results of [`DomainGetInterfaceParameters`].
    pub struct DomainGetInterfaceParametersRet {
        params: List<TypedParam, { limits::DOMAIN_INTERFACE_PARAMETERS_MAX }>,
        nparams: i32,
    }

    /// Arguments of [`DomainAttachDevice`].
    pub struct DomainAttachDeviceArgs {
        dom: NonnullDomain,
        xml: String,
    }

    /// Arguments of [`DomainAttachDeviceFlags`].
    pub struct DomainAttachDeviceFlagsArgs {
        dom: NonnullDomain,
        xml: String,
        flags: u32,
    }

    /// Arguments of [`DomainDetachDevice`].
    pub struct DomainDetachDeviceArgs {
        dom: NonnullDomain,
        xml: String,
    }

    /// Arguments of [`DomainDetachDeviceFlags`].
    pub struct DomainDetachDeviceFlagsArgs {
        dom: NonnullDomain,
        xml: String,
        flags: u32,
    }

    /// Arguments of [`DomainUpdateDeviceFlags`].
    pub struct DomainUpdateDeviceFlagsArgs {
        dom: NonnullDomain,
        xml: String,
        flags: u32,
    }

    /// Arguments of [`DomainDetachDeviceAlias`].
    pub struct DomainDetachDeviceAliasArgs {
        dom: NonnullDomain,
        alias: String,
        flags: u32,
    }

    /// A card of the guest, as its source of answers names it, and its addresses.
    pub struct DomainInterface {
        name: String,
        hwaddr: Option<String>,
        addrs: List<DomainIpAddr, { limits::DOMAIN_IP_ADDR_MAX }>,
    }

    /// Arguments of [`DomainInterfaceAddresses`].
    pub struct DomainInterfaceAddressesArgs {
        dom: NonnullDomain,
        source: u32,
        flags: u32,
    }

    /// Results of [`DomainInterfaceAddresses`].
    pub struct DomainInterfaceAddressesRet {
        ifaces: List<DomainInterface, { limits::DOMAIN_INTERFACE_MAX }>,
    }
}
