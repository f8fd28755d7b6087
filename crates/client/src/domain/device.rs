//! Disks and network cards: sizes and counters.

use api::remote;
use api::{DomainDeviceModifyFlags, TypedParam};

use super::{Domain, domain_calls};
use crate::error::Result;

/// Sizes of one disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockInfo {
    /// What the guest sees. **Units**: bytes.
    pub capacity: u64,
    /// What of it takes room; for an image on a block device, its highest offset. **Units**: bytes.
    pub allocation: u64,
    /// Size of what the image lies in. **Units**: bytes.
    pub physical: u64,
}

/// Counters of one network card, from the guest's side; -1 for what is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it: received and sent bytes, packets, errors, drops")]
pub struct InterfaceStats {
    pub rx_bytes: i64,
    pub rx_packets: i64,
    pub rx_errs: i64,
    pub rx_drop: i64,
    pub tx_bytes: i64,
    pub tx_packets: i64,
    pub tx_errs: i64,
    pub tx_drop: i64,
}

domain_calls! {
    /// Sizes of the disk with this target (`vda`) or source path.
    ///
    /// # Errors
    /// Code 8 when there is no such disk, or it has no source.
    block_info(disk: &str) -> BlockInfo = |ret: remote::DomainGetBlockInfoRet| BlockInfo {
        capacity: ret.capacity,
        allocation: ret.allocation,
        physical: ret.physical,
    }, remote::DomainGetBlockInfo,
        remote::DomainGetBlockInfoArgs { path: disk.to_owned(), flags: 0 };

    /// Adds a device, which an XML document describes.
    ///
    /// # Errors
    /// What is wrong with the document, or why the guest did not get it.
    attach_device(xml: &str, flags: DomainDeviceModifyFlags),
        remote::DomainAttachDeviceFlags,
        remote::DomainAttachDeviceFlagsArgs { xml: xml.to_owned(), flags: flags.0 };

    /// Takes out the device that an XML document describes; the guest may take its time.
    ///
    /// # Errors
    /// Code 99 mostly when there is none.
    detach_device(xml: &str, flags: DomainDeviceModifyFlags),
        remote::DomainDetachDeviceFlags,
        remote::DomainDetachDeviceFlagsArgs { xml: xml.to_owned(), flags: flags.0 };

    /// Takes out the device with this alias; the event says when it is gone.
    ///
    /// # Errors
    /// Code 1 when there is none.
    detach_device_alias(alias: &str, flags: DomainDeviceModifyFlags),
        remote::DomainDetachDeviceAlias,
        remote::DomainDetachDeviceAliasArgs { alias: alias.to_owned(), flags: flags.0 };

    /// Changes what may change of a device: medium, link, password, …
    ///
    /// # Errors
    /// What is wrong with the document, or that this cannot change.
    update_device(xml: &str, flags: DomainDeviceModifyFlags),
        remote::DomainUpdateDeviceFlags,
        remote::DomainUpdateDeviceFlagsArgs { xml: xml.to_owned(), flags: flags.0 };

    /// Counters of the network card with this host device or MAC address.
    ///
    /// # Errors
    /// Code 8 when there is no such card, 55 when the domain does not run.
    interface_stats(device: &str) -> InterfaceStats = |ret: remote::DomainInterfaceStatsRet| {
        InterfaceStats {
            rx_bytes: ret.rx_bytes,
            rx_packets: ret.rx_packets,
            rx_errs: ret.rx_errs,
            rx_drop: ret.rx_drop,
            tx_bytes: ret.tx_bytes,
            tx_packets: ret.tx_packets,
            tx_errs: ret.tx_errs,
            tx_drop: ret.tx_drop,
        }
    }, remote::DomainInterfaceStats,
        remote::DomainInterfaceStatsArgs { device: device.to_owned() };
}

impl Domain {
    /// Requests, bytes and times (ns) of one disk since it was started, by libvirt's names; those
    /// of all disks together when `disk` is empty.
    ///
    /// # Errors
    /// Code 8 when there is no such disk, 55 when the domain does not run.
    pub async fn block_stats(&self, disk: &str) -> Result<Vec<TypedParam>> {
        let args = |nparams| remote::DomainBlockStatsFlagsArgs {
            dom: self.reference(),
            path: disk.to_owned(),
            nparams,
            flags: 0,
        };
        // The server wants to know how many values fit, and tells how many there are when none do.
        let call = |nparams| self.connection().call::<remote::DomainBlockStatsFlags>(args(nparams));
        let count = call(0).await?.nparams;
        Ok(call(count).await?.params.0)
    }
}
