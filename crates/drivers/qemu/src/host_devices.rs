//! Devices of the host that a guest gets: found before its arguments are made.
//!
//! A USB device may be known by who made it and what it is; which of those that are plugged in it is, the host
//! knows. A SCSI unit is reached through its generic device, which has another name each time.

use std::collections::HashMap;
use std::io;

use api::{Error, ErrorDomain, Result};
use config::domain::hostdev::{HostScsi, HostUsb, HostUsbAddress, Hostdev, HostdevSource};
use config::domain::storage::StartupPolicy;
use host::scsi::{self, ScsiPlace};
use host::usb::{self, UsbDevice};
use host::{FactError, Root};

/// Whether a device is there from the start or comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The guest starts.
    Start,
    /// It is plugged.
    Plug,
}

/// What became of looking for a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is there; the document says which one it is.
    Present,
    /// It is not, and need not be.
    Missing,
}

/// Finds a device of the host, and says in the document which one it is.
///
/// # Errors
/// `SYSTEM_ERROR` on a host without such devices, `INTERNAL_ERROR` when it is not there, `OPERATION_FAILED` when
/// several may be meant.
pub(crate) fn find(device: &mut Hostdev, moment: Moment, root: &Root) -> Result<Found> {
    match &mut device.source {
        HostdevSource::Usb(usb) => find_usb(usb, moment, root),
        HostdevSource::Pci(_)
        | HostdevSource::Scsi(_)
        | HostdevSource::ScsiHost(_)
        | HostdevSource::Mdev(_) => Ok(Found::Present),
    }
}

fn find_usb(usb: &mut HostUsb, moment: Moment, root: &Root) -> Result<Found> {
    let all = usb::devices(root).map_err(|error| unlisted(error, "/sys/bus/usb/devices"))?;
    let source = &mut usb.source;
    let identity =
        source.vendor.zip(source.product).map(|(vendor, product)| (vendor.id.0, product.id.0));
    let is_it = |device: &&UsbDevice| {
        identity.is_none_or(|(vendor, product)| {
            u64::from(device.vendor) == vendor && u64::from(device.product) == product
        }) && source.address.is_none_or(|at| at.bus == device.bus && at.device == device.device)
    };
    let optional = match source.startup_policy {
        Some(StartupPolicy::Optional) => moment == Moment::Start,
        _ => false,
    };
    let mut matching = all.iter().filter(is_it);
    match (matching.next(), matching.next()) {
        (Some(found), None) => {
            source.address = Some(HostUsbAddress { bus: found.bus, device: found.device });
            Ok(Found::Present)
        }
        (Some(_), Some(_)) => {
            let (vendor, product) = identity.unwrap_or_default();
            Err(Error::operation_failed(
                ErrorDomain::NONE,
                format!(
                    "Multiple USB devices for {vendor:x}:{product:x}, use <address> to specify one"
                ),
            ))
        }
        (None, _) if optional => Ok(Found::Missing),
        (None, _) => {
            let identity = identity.map(|(vendor, product)| format!(" {vendor:04x}:{product:04x}"));
            let place = source.address.map(|at| format!(" bus:{} device:{}", at.bus, at.device));
            let what = [identity, place].into_iter().flatten().collect::<String>();
            Err(Error::internal(ErrorDomain::NONE, format!("Did not find USB device{what}")))
        }
    }
}

/// Finds all devices of a guest that starts. Those that are missing and need not be there go.
///
/// # Errors
/// As for [`find`]; `OPERATION_INVALID` for one that another guest has.
pub(crate) fn find_all(document: &mut config::Domain, root: &Root, others: &[Taken]) -> Result<()> {
    let mut found = Vec::with_capacity(document.devices.hostdevs.len());
    for mut device in std::mem::take(&mut document.devices.hostdevs) {
        if find(&mut device, Moment::Start, root)? == Found::Present {
            check_free(&device, others)?;
            found.push(device);
        }
    }
    document.devices.hostdevs = found;
    Ok(())
}

/// A device that a guest has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    device: HostUsbAddress,
    domain: String,
}

/// The devices that a guest has.
pub(crate) fn taken(document: &config::Domain) -> impl Iterator<Item = Taken> {
    let addresses = document.devices.hostdevs.iter().filter_map(|device| match &device.source {
        HostdevSource::Usb(usb) => usb.source.address,
        _ => None,
    });
    addresses.map(|device| Taken { device, domain: document.name.as_str().to_owned() })
}

/// Refuses a device that another guest has.
///
/// # Errors
/// `OPERATION_INVALID`, naming that guest.
pub(crate) fn check_free(device: &Hostdev, others: &[Taken]) -> Result<()> {
    let HostdevSource::Usb(usb) = &device.source else { return Ok(()) };
    let taken = |other: &&Taken| usb.source.address == Some(other.device);
    match others.iter().find(taken) {
        None => Ok(()),
        Some(Taken { device, domain }) => Err(Error::operation_invalid(
            ErrorDomain::NONE,
            format!(
                "USB device {:03}:{:03} is in use by driver QEMU, domain {domain}",
                device.bus, device.device
            ),
        )),
    }
}

/// The files of the generic devices of a guest's SCSI units, by alias.
///
/// # Errors
/// As for [`scsi_generic`].
pub(crate) fn scsi_files(
    document: &config::Domain,
    root: &Root,
) -> Result<HashMap<String, String>> {
    let mut files = HashMap::new();
    for device in &document.devices.hostdevs {
        if let (HostdevSource::Scsi(scsi), Some(alias)) = (&device.source, device.info.alias.name())
            && let Some(file) = scsi_generic(scsi, root)?
        {
            files.insert(alias.to_owned(), file);
        }
    }
    Ok(files)
}

/// The file of a SCSI unit's generic device.
///
/// # Errors
/// `SYSTEM_ERROR` for a unit that is not there; `INTERNAL_ERROR` for an adapter that has no number.
fn scsi_generic(device: &HostScsi, root: &Root) -> Result<Option<String>> {
    let (Some(adapter), Some(at)) = (&device.source.adapter, &device.source.address) else {
        return Ok(None);
    };
    let number = adapter.name.strip_prefix("scsi_host").and_then(|number| number.parse().ok());
    let adapter = number.ok_or_else(|| {
        Error::internal(ErrorDomain::NONE, format!("Cannot parse adapter '{}'", adapter.name))
    })?;
    let place = ScsiPlace { adapter, bus: at.bus, target: at.target, unit: at.unit };
    let directory = format!(
        "/sys/bus/scsi/devices/{adapter}:{}:{}:{}/scsi_generic",
        at.bus, at.target, at.unit
    );
    let name = scsi::generic(root, place).map_err(|error| unlisted(error, &directory))?;
    Ok(name.map(|name| format!("/dev/{name}")))
}

fn unlisted(error: FactError, directory: &str) -> Error {
    let error = match error {
        FactError::Read { error, .. } => error,
        other => io::Error::other(other),
    };
    Error::io(ErrorDomain::NONE, &error, format_args!("cannot open directory '{directory}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(kind: &str, source: &str) -> Hostdev {
        let xml = format!(
            "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices><hostdev mode='subsystem' \
             type='{kind}'>{source}</hostdev></devices></domain>"
        );
        let mut document =
            config::Domain::parse(&xml, config::domain::ParseFlags::Inactive).unwrap();
        document.devices.hostdevs.remove(0)
    }

    /// A host with two equal devices and another one.
    fn host() -> (tempfile::TempDir, Root) {
        let directory = tempfile::tempdir().unwrap();
        for (name, bus, number, product) in
            [("1-1", 1, 7, "beef"), ("1-2", 1, 8, "cafe"), ("2-1", 2, 3, "cafe")]
        {
            let place = directory.path().join("sys/bus/usb/devices").join(name);
            std::fs::create_dir_all(&place).unwrap();
            let write = |file: &str, text: String| std::fs::write(place.join(file), text).unwrap();
            write("busnum", bus.to_string());
            write("devnum", number.to_string());
            write("idVendor", "1234".into());
            write("idProduct", product.into());
        }
        let root = Root::at(directory.path());
        (directory, root)
    }

    fn usb(inside: &str) -> Result<String> {
        let (_directory, root) = host();
        let mut device = device("usb", inside);
        let found = find(&mut device, Moment::Start, &root)?;
        let HostdevSource::Usb(usb) = &device.source else { panic!("usb") };
        let at = usb.source.address.map(|at| format!("{}:{}", at.bus, at.device));
        Ok(format!("{found:?} {}", at.unwrap_or_default()))
    }

    #[test]
    fn a_usb_device_is_found_by_what_is_said_of_it() {
        let known = |product: &str, more: &str| {
            format!("<source {more}><vendor id='0x1234'/><product id='0x{product}'/></source>")
        };
        let at = |bus: u32, device: u32| {
            format!("<source><address bus='{bus}' device='{device}'/></source>")
        };
        assert_eq!(usb(&known("beef", "")).unwrap(), "Present 1:7");
        assert_eq!(usb(&at(2, 3)).unwrap(), "Present 2:3");
        let both = known("cafe", "").replace("</source>", "<address bus='2' device='3'/></source>");
        assert_eq!(usb(&both).unwrap(), "Present 2:3");
        let several = usb(&known("cafe", "")).unwrap_err();
        assert!(several.message.contains("Multiple USB devices for 1234:cafe"), "{several}");
        let none = usb(&known("0001", "")).unwrap_err();
        assert!(none.message.ends_with("Did not find USB device 1234:0001"), "{none}");
        let none = usb(&at(9, 9)).unwrap_err();
        assert!(none.message.ends_with("Did not find USB device bus:9 device:9"), "{none}");
        assert_eq!(usb(&known("0001", "startupPolicy='optional'")).unwrap(), "Missing ");
    }

    #[test]
    fn what_another_guest_has_is_refused() {
        let device = device("usb", "<source><address bus='1' device='7'/></source>");
        let taken = |device| Taken {
            device: HostUsbAddress { bus: 1, device },
            domain: "other".to_owned(),
        };
        check_free(&device, &[taken(8)]).unwrap();
        let error = check_free(&device, &[taken(8), taken(7)]).unwrap_err();
        assert!(
            error.message.ends_with("USB device 001:007 is in use by driver QEMU, domain other"),
            "{error}"
        );
    }

    #[test]
    fn a_host_without_usb_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let mut device = device("usb", "<source><address bus='1' device='2'/></source>");
        let error = find(&mut device, Moment::Plug, &Root::at(directory.path())).unwrap_err();
        assert_eq!(error.code, api::ErrorCode::SYSTEM_ERROR);
        assert!(error.message.starts_with("cannot open directory '/sys/bus/usb/devices'"));
    }

    #[test]
    fn a_scsi_unit_has_a_generic_device() {
        let directory = tempfile::tempdir().unwrap();
        let root = Root::at(directory.path());
        let unit = |adapter: &str| {
            let device = device(
                "scsi",
                &format!(
                    "<source><adapter name='{adapter}'/><address bus='0' target='1' unit='7'/></source>"
                ),
            );
            let HostdevSource::Scsi(scsi) = &device.source else { panic!("scsi") };
            scsi_generic(scsi, &root)
        };
        assert!(unit("fc_host2").unwrap_err().message.ends_with("Cannot parse adapter 'fc_host2'"));
        let missing = unit("scsi_host2").unwrap_err();
        assert!(missing.message.contains("/2:0:1:7/scsi_generic': No such file"), "{missing}");
        let listed = directory.path().join("sys/bus/scsi/devices/2:0:1:7/scsi_generic/sg3");
        std::fs::create_dir_all(listed).unwrap();
        assert_eq!(unit("scsi_host2").unwrap().as_deref(), Some("/dev/sg3"));
    }
}
