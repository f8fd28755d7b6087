//! Rules of where a disk's data is: what its protocol, its secrets and its labels need.

use std::collections::HashSet;

use super::refuse;
use crate::domain::disk::{BackingStore, Disk, DiskDevice, DiskSnapshot};
use crate::domain::storage::{
    Auth, AuthSecretType, Encryption, EncryptionEngine, EncryptionFormat, NetworkSource,
    Reservations, SourceOptions, StartupPolicy, StorageFormat, StorageHost, StorageProtocol,
    StorageSource, StorageTransport,
};
use crate::{Code, Error, YesNo};

/// Characters that a cookie's name cannot have, besides blanks and controls.
const NAME_MARKS: &[u8] = b"=,; ()<>@:\\\"/[]?{}";
/// The same for its value.
const VALUE_MARKS: &[u8] = b"\",;\\ ";

/// Refuses storage that is not said as its type has to be.
pub(super) fn check_written(disk: &Disk) -> Result<(), Error> {
    check_source(&disk.source)?;
    check_options(disk.source.options())?;
    disk.auth.iter().try_for_each(|auth| check_auth(auth, &disk.source))?;
    disk.encryption.iter().try_for_each(|encryption| check_secrets(encryption))?;
    check_policy(disk)?;
    let mut below = disk.backing.as_ref();
    while let Some(BackingStore::Layer(layer)) = below {
        refuse(is_nowhere(&layer.source), || Error::xml("missing disk backing store source"))?;
        check_source(&layer.source)?;
        check_options(layer.source.options())?;
        below = layer.backing.as_ref();
    }
    Ok(())
}

fn is_nowhere(source: &StorageSource) -> bool {
    match source {
        StorageSource::File(file) => file.source.file.is_none() && file.source.fdgroup.is_none(),
        StorageSource::Block(block) => block.source.dev.is_none(),
        StorageSource::Dir(dir) => dir.source.dir.is_none(),
        _ => false,
    }
}

fn check_source(source: &StorageSource) -> Result<(), Error> {
    match source {
        StorageSource::Network(network) => check_network(&network.source),
        StorageSource::Volume(volume) => {
            let half = volume.source.pool.is_none() || volume.source.volume.is_none();
            refuse(half, || {
                Error::xml("'pool' and 'volume' must be specified together for 'pool' type source")
            })
        }
        StorageSource::Nvme(nvme) => refuse(&*nvme.source.kind != "pci", || {
            Error::xml(format!("unsupported source type '{}'", nvme.source.kind))
        }),
        _ => Ok(()),
    }
}

fn check_network(source: &NetworkSource) -> Result<(), Error> {
    source.hosts.iter().try_for_each(check_host)?;
    source.more.auth.iter().try_for_each(|auth| check_secret_type(auth, source.protocol))?;
    let name = source.name.as_deref().unwrap_or_default();
    refuse(name.is_empty() && source.protocol != StorageProtocol::Nbd, || {
        Error::xml("missing name for disk source")
    })?;
    let parts = || name.split_once('/').filter(|(volume, _)| !volume.is_empty());
    refuse(source.protocol == StorageProtocol::Gluster && parts().is_none(), || {
        Error::xml(format!("can't split path '{name}' into pool name and image name"))
    })?;
    let wrong = |text: &str, marks: &[u8]| {
        text.bytes().any(|b| !b.is_ascii_graphic() || marks.contains(&b))
    };
    for cookie in source.cookies.iter().flat_map(|cookies| &cookies.cookies) {
        refuse(cookie.name.is_empty() || wrong(&cookie.name, NAME_MARKS), || {
            Error::xml(format!("cookie name '{}' contains invalid characters", cookie.name))
        })?;
        refuse(wrong(&cookie.value, VALUE_MARKS), || {
            Error::xml(format!("value of cookie '{}' contains invalid characters", cookie.name))
        })?;
    }
    Ok(())
}

pub(super) fn check_host(host: &StorageHost) -> Result<(), Error> {
    if host.transport == Some(StorageTransport::Unix) {
        return refuse(host.socket.is_none(), || Error::xml("missing socket for unix transport"));
    }
    refuse(host.name.is_none(), || Error::xml("missing name for host"))?;
    match host.port.as_deref().filter(|port| port.parse::<u32>().is_err()) {
        Some(port) => {
            Err(Error::new(Code::InvalidArg, format!("failed to parse port number '{port}'")))
        }
        None => Ok(()),
    }
}

fn check_auth(auth: &Auth, source: &StorageSource) -> Result<(), Error> {
    match source {
        StorageSource::Network(network) => check_secret_type(auth, network.source.protocol)?,
        _ => refuse(auth.secret.kind.is_none(), typeless)?,
    }
    check_secret(auth.secret.uuid.is_some(), auth.secret.usage.is_some())
}

fn typeless() -> Error {
    Error::unsupported("unknown secret type '<null>'")
}

fn check_secret_type(auth: &Auth, protocol: StorageProtocol) -> Result<(), Error> {
    let Some(kind) = auth.secret.kind else { return Err(typeless()) };
    let wrong = match protocol {
        StorageProtocol::Iscsi => kind != AuthSecretType::Iscsi,
        StorageProtocol::Rbd => kind != AuthSecretType::Ceph,
        _ => false,
    };
    refuse(wrong, || Error::unsupported(format!("invalid secret type '{kind}'")))
}

/// A secret is named by one or the other.
fn check_secret(uuid: bool, usage: bool) -> Result<(), Error> {
    refuse(!uuid && !usage, || Error::xml("missing secret uuid or usage attribute"))?;
    refuse(uuid && usage, || Error::xml("either secret uuid or usage expected"))
}

fn check_secrets(encryption: &Encryption) -> Result<(), Error> {
    let mut secrets = encryption.secrets.iter();
    secrets.try_for_each(|secret| check_secret(secret.uuid.is_some(), secret.usage.is_some()))
}

fn check_options(options: &SourceOptions) -> Result<(), Error> {
    if let Some(auth) = &options.auth {
        check_secret(auth.secret.uuid.is_some(), auth.secret.usage.is_some())?;
    }
    options.encryption.iter().try_for_each(|encryption| check_secrets(encryption))?;
    options.reservations.iter().try_for_each(|reservations| check_reservations(reservations))?;
    let mut models = HashSet::new();
    for label in &options.seclabels {
        let model = label.model.as_deref();
        let shown = model.unwrap_or("<null>");
        refuse(!models.insert(model), || {
            Error::detail(format!("seclabel for model {shown} is already provided"))
        })?;
        refuse(label.relabel == Some(YesNo::No) && label.label.is_some(), || {
            Error::xml(format!(
                "Cannot specify a label if relabelling is turned off. model={shown}"
            ))
        })?;
    }
    Ok(())
}

fn check_reservations(reservations: &Reservations) -> Result<(), Error> {
    if reservations.managed == YesNo::Yes {
        return Ok(());
    }
    let Some(source) = &reservations.source else {
        return Err(Error::xml("missing connection type for <reservations/>"));
    };
    refuse(&*source.kind != "unix", || {
        Error::xml(format!("unsupported connection type for <reservations/>: {}", source.kind))
    })?;
    refuse(&*source.mode != "client", || {
        Error::xml(format!("unsupported connection mode for <reservations/>: {}", source.mode))
    })
}

fn check_policy(disk: &Disk) -> Result<(), Error> {
    let Some(policy) = disk.source.options().startup_policy else { return Ok(()) };
    refuse(matches!(disk.source, StorageSource::Network(_)), || {
        Error::xml(format!(
            "disk startupPolicy '{policy}' is not allowed for disk of 'network' type"
        ))
    })?;
    let removable = matches!(disk.device, DiskDevice::Cdrom | DiskDevice::Floppy);
    refuse(policy == StartupPolicy::Requisite && !removable, || {
        Error::xml("disk startupPolicy 'requisite' is allowed only for cdrom or floppy")
    })
}

/// Refuses storage that our QEMU cannot use.
pub(super) fn check(disk: &Disk) -> Result<(), Error> {
    let options = disk.source.options();
    refuse(options.reservations.is_some() && disk.device != DiskDevice::Lun, || {
        Error::unsupported("<reservations/> allowed only for lun devices")
    })?;
    let protocol = match &disk.source {
        StorageSource::Network(network) => Some(network.source.protocol),
        _ => None,
    };
    for encryption in [&disk.encryption, &options.encryption].into_iter().flatten() {
        let plain =
            matches!(disk.driver.format, None | Some(StorageFormat::Raw | StorageFormat::Qcow2));
        refuse(!plain, || {
            Error::unsupported("encryption is supported only with 'raw' and 'qcow2' image format")
        })?;
        let librbd = encryption.engine == Some(EncryptionEngine::Librbd);
        refuse(librbd && protocol != Some(StorageProtocol::Rbd), || {
            Error::unsupported("librbd encryption is supported only with RBD backed disks")
        })?;
        let old = matches!(encryption.format, EncryptionFormat::Qcow | EncryptionFormat::Default);
        refuse(old, || Error::unsupported("old qcow/qcow2 encryption is not supported"))?;
        let new = matches!(encryption.format, EncryptionFormat::Luks2 | EncryptionFormat::LuksAny);
        refuse(new && !librbd, || {
            Error::unsupported(format!(
                "{} is currently not supported by the qemu encryption engine",
                encryption.format
            ))
        })?;
    }
    match &disk.source {
        StorageSource::VhostUser(_) => {
            refuse(disk.snapshot.is_some_and(|snapshot| snapshot != DiskSnapshot::No), || {
                Error::unsupported("only snapshot=no is supported with vhostuser disk")
            })
        }
        StorageSource::Network(network) => {
            let source = &network.source;
            refuse(source.protocol == StorageProtocol::Tftp, || {
                Error::unsupported("'tftp' protocol is not supported with this QEMU binary")
            })?;
            let nfs = source.protocol == StorageProtocol::Nfs;
            refuse(nfs && source.hosts.iter().any(|host| host.port.is_some()), || {
                Error::unsupported("port cannot be specified in 'nfs' protocol host")
            })
        }
        _ => Ok(()),
    }
}
