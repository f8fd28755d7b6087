//! Removing a device.

use std::sync::Arc;

use api::remote::{
    DomainDetachDevice, DomainDetachDeviceAlias, DomainDetachDeviceAliasArgs,
    DomainDetachDeviceArgs, DomainDetachDeviceFlags, DomainDetachDeviceFlagsArgs, NonnullDomain,
};
use api::{DomainDeviceModifyFlags as Flag, Error, Result};
use config::domain::plug::{self, Device, DeviceKind};
use driver::{CallContext, Handler};

use super::unplug::Wait;
use super::{Side, matching, read_known, refusals};
use crate::domain::{Domain, Impact, not_running};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

const KNOWN: u32 = Flag::LIVE.0 | Flag::CONFIG.0;

impl Handler<DomainDetachDevice> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainDetachDeviceArgs) -> Result<()> {
        self.detach_device(&args.dom, Named::Device(&args.xml), Flag::LIVE.0).await
    }
}

impl Handler<DomainDetachDeviceFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainDetachDeviceFlagsArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainDetachDeviceLiveAndConfig")?;
        self.detach_device(&args.dom, Named::Device(&args.xml), args.flags).await
    }
}

impl Handler<DomainDetachDeviceAlias> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainDetachDeviceAliasArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainDetachDeviceAliasLiveAndConfig")?;
        self.detach_device(&args.dom, Named::Alias(&args.alias), args.flags).await
    }
}

/// How a client says which device it means.
#[derive(Clone, Copy)]
enum Named<'a> {
    /// By its element.
    Device(&'a str),
    /// By its alias; such a call does not wait for the guest.
    Alias(&'a str),
}

impl QemuDriver {
    async fn detach_device(
        &self,
        reference: &NonnullDomain,
        named: Named<'_>,
        flags: u32,
    ) -> Result<()> {
        let domain = self.registry.find(reference)?;
        let _job = domain.modify("DomainDetachDevice", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(flags, &view)?;
        if let Some(definition) = view.definition().filter(|_| impact.config) {
            remove(&mut config::Domain::clone(&definition), named)?;
        }
        if impact.live {
            self.detach_live(&domain, named).await?;
        }
        if impact.config {
            self.change_definition(&domain, |definition| remove(definition, named)).await?;
        }
        Ok(())
    }

    async fn detach_live(&self, domain: &Arc<Domain>, named: Named<'_>) -> Result<()> {
        let live = domain.running()?;
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        let (kind, number) = find(&document, named, Side::Live)?;
        let device = document.devices.device(kind, number).ok_or_else(not_running)?;
        refusals::unplug(&document, &device)?;
        let wait = match named {
            Named::Device(_) => Wait::ForGuest,
            Named::Alias(_) => Wait::No,
        };
        self.unplug_device(domain, &live, &device, wait).await
    }
}

fn find(document: &config::Domain, named: Named<'_>, side: Side) -> Result<(DeviceKind, usize)> {
    match named {
        Named::Alias(alias) => document
            .devices
            .find_alias(alias)
            .ok_or_else(|| Error::internal(QEMU, format!("no device found with alias {alias}"))),
        Named::Device(xml) => {
            let wanted = read_known(xml, side)?;
            refusals::detach(wanted.kind(), side)?;
            Ok((wanted.kind(), matching::find(document, &wanted, side)?))
        }
    }
}

/// Takes a device out of a definition.
fn remove(definition: &mut config::Domain, named: Named<'_>) -> Result<()> {
    let (kind, number) = find(definition, named, Side::Config)?;
    refusals::detach(kind, Side::Config)?;
    if let Some(Device::Memory(memory)) = definition.devices.take(kind, number) {
        plug::shrink(definition, memory.target.size);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use api::ErrorCode;

    use super::*;

    fn definition(devices: &str) -> config::Domain {
        let xml = format!(
            "<domain type='qemu'><name>a</name><memory>300</memory><os><type>hvm</type></os>\
             <devices>{devices}</devices></domain>"
        );
        config::Domain::parse(&xml, config::domain::ParseFlags::Inactive).unwrap()
    }

    fn detached(devices: &str, wanted: &str) -> Result<config::Domain> {
        let mut definition = definition(devices);
        remove(&mut definition, Named::Device(wanted)).map(|()| definition)
    }

    const DISK: &str = "<disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>";

    #[test]
    fn a_disk_goes_by_its_target() {
        let wanted = "<disk type='file'><source file='/b'/><target dev='vda'/></disk>";
        assert!(detached(DISK, wanted).unwrap().devices.disks.is_empty());
        let other = wanted.replace("vda", "vdb");
        let error = detached(DISK, &other).unwrap_err();
        assert_eq!(error.code, ErrorCode::DEVICE_MISSING);
        assert_eq!(error.message, "device not found: no target device vdb");
    }

    #[test]
    fn a_disk_of_which_nothing_is_said_is_refused() {
        // libvirtd 9.0 ends on it when the guest runs.
        for wanted in ["<disk/>", "<disk type='file'/>", "<disk type='file' device='cdrom'/>"] {
            assert!(detached(DISK, wanted).is_err(), "{wanted}");
            let document = definition(DISK);
            assert!(find(&document, Named::Device(wanted), Side::Live).is_err(), "{wanted}");
        }
    }

    #[test]
    fn interfaces_with_one_address_have_to_be_told_apart() {
        let card = |slot: u32| {
            format!(
                "<interface type='user'><mac address='52:54:00:00:00:02'/>\
                 <address type='pci' slot='{slot}'/></interface>"
            )
        };
        let both = format!("{}{}", card(3), card(4));
        let wanted = "<interface type='user'><mac address='52:54:00:00:00:02'/></interface>";
        let error = detached(&both, wanted).unwrap_err();
        assert_eq!(error.code, ErrorCode::OPERATION_FAILED);
        assert!(
            error
                .message
                .ends_with("multiple devices matching MAC address 52:54:00:00:00:02 found")
        );
        let left = detached(&both, &card(3)).unwrap();
        assert_eq!(left.devices.interfaces[0].info.pci().unwrap().slot, 4);
        let error = detached("", wanted).unwrap_err();
        assert_eq!(error.code, ErrorCode::DEVICE_MISSING);
        assert!(error.message.contains("'(<null>)' matching MAC address '52:54:00:00:00:02'"));
    }

    #[test]
    fn memory_takes_its_room_with_it() {
        let dimm = "<memory model='dimm'><target><size unit='KiB'>100</size><node>0</node></target></memory>";
        let left = detached(dimm, dimm).unwrap();
        assert_eq!(left.memory.unwrap().size, config::Kib(200));
    }

    #[test]
    fn what_cannot_go_is_named() {
        let error =
            detached("<video><model type='vga'/></video>", "<video><model type='vga'/></video>");
        let error = error.unwrap_err();
        assert_eq!(error.code, ErrorCode::OPERATION_UNSUPPORTED);
        assert!(error.message.ends_with("persistent detach of device 'video' is not supported"));
        let document = definition("<controller type='virtio-serial' index='0'/>");
        let wanted = Named::Device("<controller type='virtio-serial' index='0'/>");
        let error = find(&document, wanted, Side::Live).unwrap_err();
        assert!(error.message.ends_with("'virtio-serial' controller cannot be hot unplugged."));
    }
}
