//! `<hostdev>`: devices of the host.

use config::domain::address::Address;
use config::domain::hostdev::{HostScsi, HostUsb, Hostdev, HostdevMode, HostdevSource};
use config::{Error, OnOff};

use super::Result;
use super::boot_order;
use super::line::{Line, alias};
use super::network_storage::iscsi_unit;
use super::props::{Props, word};

impl Line<'_> {
    /// `<hostdev>`
    pub(super) fn host_devices(&mut self) -> Result<()> {
        let devices = &self.domain.devices.hostdevs;
        devices.iter().try_for_each(|device| self.host_device(device))
    }

    pub(super) fn host_device(&mut self, device: &Hostdev) -> Result<()> {
        if device.mode == HostdevMode::Capabilities {
            return Err(Error::unsupported("hostdev mode 'capabilities' is not supported"));
        }
        if matches!(device.source, HostdevSource::Pci(_) | HostdevSource::Mdev(_)) {
            self.not_started_yet(&format!("host device of type '{}'", device.source.word()))?;
        }
        match &device.source {
            HostdevSource::Usb(usb) => self.host_usb(device, usb),
            HostdevSource::Pci(pci) => {
                // One without an address stays unused until the host needs it.
                if matches!(device.info.address, Some(Address::Unassigned)) {
                    return Ok(());
                }
                let mut props = Props::driver("vfio-pci");
                props
                    .set("host", pci.source.address.to_string())
                    .set("id", alias(&device.info)?)
                    .set("bootindex", boot_order::own(&device.info));
                self.place(&mut props, &device.info)?;
                self.device(props)
            }
            HostdevSource::Mdev(mdev) => {
                let ramfb = device.ramfb.filter(|ramfb| *ramfb == OnOff::On);
                // A display at boot cannot come later, and its device says so.
                let driver = ramfb.map_or("vfio-pci", |_| "vfio-pci-nohotplug");
                let mut props = Props::driver(driver);
                props
                    .set("id", alias(&device.info)?)
                    .set("sysfsdev", format!("/sys/bus/mdev/devices/{}", mdev.source.address.uuid))
                    .set("display", word(device.display))
                    .set("ramfb", ramfb)
                    .set("bootindex", boot_order::own(&device.info));
                self.place(&mut props, &device.info)?;
                self.device(props)
            }
            HostdevSource::Scsi(scsi) => self.host_scsi(device, scsi),
            HostdevSource::ScsiHost(_) => {
                Err(Error::unsupported("host device of type 'scsi_host' is not supported yet"))
            }
        }
    }

    fn host_usb(&mut self, device: &Hostdev, usb: &HostUsb) -> Result<()> {
        let address =
            usb.source.address.as_ref().ok_or_else(|| {
                Error::internal("USB host device is missing bus/device information")
            })?;
        let mut props = Props::driver("usb-host");
        props
            .set("hostdevice", format!("/dev/bus/usb/{:03}/{:03}", address.bus, address.device))
            .set("id", alias(&device.info)?)
            .set("bootindex", boot_order::own(&device.info));
        self.place(&mut props, &device.info)?;
        self.device(props)
    }

    /// What is behind a SCSI unit: a device of the host, or one of another host.
    fn scsi_unit(&self, device: &Hostdev, scsi: &HostScsi) -> Result<Props> {
        if let (Some(name), [host]) = (&scsi.source.name, scsi.source.hosts.as_slice()) {
            return iscsi_unit(name, host);
        }
        let file = self.context.scsi_files.get(alias(&device.info)?);
        let file = file.ok_or_else(|| Error::internal("SCSI unit has no generic device"))?;
        let mut props = Props::driver("host_device");
        props.set("filename", file.as_str());
        Ok(props)
    }

    fn host_scsi(&mut self, device: &Hostdev, scsi: &HostScsi) -> Result<()> {
        let mut backend = self.scsi_unit(device, scsi)?;
        let Some(Address::Drive(place)) = &device.info.address else {
            return Err(Error::internal("SCSI host device has no drive address"));
        };
        // They are numbered after the disks, in their order.
        let units = self.domain.devices.hostdevs.iter();
        let mut units = units.filter(|other| matches!(other.source, HostdevSource::Scsi(_)));
        let before = units.position(|other| other.info.alias == device.info.alias);
        let before = before.and_then(|before| u32::try_from(before).ok()).unwrap_or_default();
        let node = format!("libvirt-{}-backend", self.first_free_layer().saturating_add(before));
        if let Some(auth) = &scsi.source.auth {
            let password = self.unit_password(&node, auth)?;
            backend.set("user", &auth.username).set("password-secret", password);
        }
        backend.set("node-name", node.as_str()).set("read-only", device.readonly);
        self.blockdev(&backend);
        let mut props = Props::driver("scsi-generic");
        props.set("drive", node).set("id", alias(&device.info)?);
        self.scsi_place(&mut props, place)?;
        self.device(props)
    }
}
