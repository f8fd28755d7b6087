//! Opening what QEMU inherits open: its monitor's socket, its interfaces, its output files.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use std::{fmt, io};

use api::{Error, Result};
use rustix::fs::OFlags;

use crate::argv::{Descriptor, Existing, Resource};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::interfaces::{self, HostEnds};
use crate::slow_storage;

/// How long storage may take to open one file.
const STORAGE: Duration = Duration::from_secs(10);

/// What is open, and at which numbers it is expected.
pub(crate) type Opened = Vec<(OwnedFd, RawFd)>;

impl QemuDriver {
    /// Opens everything that QEMU is to have open, and gives the document completed with the names that the
    /// kernel gave. `directory` is the guest's; `vsock` is open already, as its number is in the arguments.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` naming what cannot be opened; those of interfaces and their limits.
    pub(crate) async fn open_resources(
        &self,
        descriptors: Vec<Descriptor>,
        mut document: config::Domain,
        directory: &Path,
        vsock: Option<OwnedFd>,
    ) -> Result<(Opened, config::Domain)> {
        let driver = self.shared()?;
        let directory = directory.to_owned();
        let guest = document.uuid.map(|uuid| uuid.to_string()).unwrap_or_default();
        let mut found = Vec::with_capacity(descriptors.len());
        for descriptor in descriptors {
            found.push((open_path(&descriptor.resource).await?, descriptor));
        }
        let open = move || {
            let ends = HostEnds { names: &driver.names, directory: &directory, guest: &guest };
            open_others(found, &mut document, ends, vsock).map(|opened| (opened, document))
        };
        self.on_host(open).await
    }
}

/// Opens what has a path, which a document may have given; nothing for what has none.
async fn open_path(resource: &Resource) -> Result<Option<OwnedFd>> {
    let path = match resource {
        Resource::ListeningSocket { path }
        | Resource::OutputFile { path, .. }
        | Resource::VhostNet { path, .. }
        | Resource::Device { path } => path.clone(),
        Resource::Tap { .. } | Resource::VhostVsock => return Ok(None),
    };
    let existing = match resource {
        Resource::OutputFile { existing, .. } => Some(*existing),
        _ => None,
    };
    let listens = matches!(resource, Resource::ListeningSocket { .. });
    let at = path.clone();
    let open = move || match existing {
        Some(existing) => output_file(&path, existing),
        None if listens => listening_socket(&path),
        None => device(&path),
    };
    let opened = slow_storage::on(&at, STORAGE, open).await;
    opened.map_err(|unanswered| unanswered.error(QEMU))?.map(Some)
}

/// Opens what there is no path for, beside what is open already.
fn open_others(
    found: Vec<(Option<OwnedFd>, Descriptor)>,
    document: &mut config::Domain,
    ends: HostEnds<'_>,
    mut vsock: Option<OwnedFd>,
) -> Result<Opened> {
    let descriptors: Vec<Descriptor> = found.iter().map(|(_, wanted)| wanted.clone()).collect();
    let mut taps: HashMap<String, Vec<OwnedFd>> = HashMap::new();
    let mut opened = Vec::with_capacity(found.len());
    for (fd, Descriptor { resource, number }) in found {
        let fd = match (fd, resource) {
            (Some(fd), _) => fd,
            (None, Resource::Tap { alias, .. }) => {
                if !taps.contains_key(&alias) {
                    let queues = queues(&descriptors, &alias);
                    taps.insert(alias.clone(), open_interface(document, &alias, queues, ends)?);
                }
                next_queue(&mut taps, &alias)?
            }
            (None, _) => vsock
                .take()
                .ok_or_else(|| Error::internal(QEMU, "vhost-vsock device has not been opened"))?,
        };
        opened.push((fd, number));
    }
    Ok(opened)
}

/// Listens where nobody else can.
fn listening_socket(path: &Path) -> Result<OwnedFd> {
    let listening = host::socket::listen(path).map(OwnedFd::from);
    listening.map_err(|error| {
        unusable(&error, format_args!("cannot listen on socket '{}'", path.display()))
    })
}

/// A file that QEMU writes to. A pipe that nobody reads and a symbolic link are refused.
fn output_file(path: &Path, existing: Existing) -> Result<OwnedFd> {
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600);
    match existing {
        Existing::Kept => options.append(true),
        Existing::Dropped => options.write(true).truncate(true),
    };
    let opened = opened(&mut options, path, OFlags::NOFOLLOW);
    opened
        .map_err(|error| unusable(&error, format_args!("Unable to open file '{}'", path.display())))
}

fn device(path: &Path) -> Result<OwnedFd> {
    let opened = opened(OpenOptions::new().read(true).write(true), path, OFlags::empty());
    opened.map_err(|error| unusable(&error, format_args!("Unable to open '{}'", path.display())))
}

/// Opens without waiting for whoever is to be at the other end; reads and writes may wait afterwards.
fn opened(options: &mut OpenOptions, path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    let flags = flags | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = options.custom_flags(flags.bits().cast_signed()).open(path)?;
    let set = rustix::fs::fcntl_getfl(&file)?;
    rustix::fs::fcntl_setfl(&file, set - OFlags::NONBLOCK)?;
    Ok(file.into())
}

fn queues(descriptors: &[Descriptor], wanted: &str) -> usize {
    let is_queue =
        |resource: &Resource| matches!(resource, Resource::Tap { alias, .. } if alias == wanted);
    descriptors.iter().filter(|descriptor| is_queue(&descriptor.resource)).count()
}

fn next_queue(taps: &mut HashMap<String, Vec<OwnedFd>>, alias: &str) -> Result<OwnedFd> {
    taps.get_mut(alias)
        .and_then(|queues| (!queues.is_empty()).then(|| queues.remove(0)))
        .ok_or_else(|| Error::internal(QEMU, format!("interface '{alias}' has too few queues")))
}

/// Makes the device of an interface, or opens the one that its document names.
fn open_interface(
    document: &mut config::Domain,
    alias: &str,
    queues: usize,
    ends: HostEnds<'_>,
) -> Result<Vec<OwnedFd>> {
    let mut interfaces = document.devices.interfaces.iter_mut();
    let interface = interfaces.find(|interface| interface.info.alias.name() == Some(alias));
    let interface =
        interface.ok_or_else(|| Error::internal(QEMU, format!("no interface '{alias}'")))?;
    interfaces::make(interface, queues, ends)
}

/// What a path in a document points to cannot be used.
fn unusable(error: &io::Error, what: fmt::Arguments<'_>) -> Error {
    Error::io(QEMU, error, what)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn output_goes_to_a_private_file_and_to_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("serial.log");
        for (existing, after) in [(Existing::Kept, "ab"), (Existing::Dropped, "b")] {
            std::fs::write(&path, "a").unwrap();
            let mut file = std::fs::File::from(output_file(&path, existing).unwrap());
            file.write_all(b"b").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
            std::fs::remove_file(&path).unwrap();
        }
        output_file(&path, Existing::Kept).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let pipe = directory.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
        for path in [link, pipe] {
            let error = output_file(&path, Existing::Kept).unwrap_err();
            assert!(error.message.contains(&*path.to_string_lossy()), "{error}");
        }
    }

    #[test]
    fn a_device_is_opened_to_be_waited_for() {
        let mut file = std::fs::File::from(device(Path::new("/dev/zero")).unwrap());
        assert!(!rustix::fs::fcntl_getfl(&file).unwrap().contains(OFlags::NONBLOCK));
        let mut byte = [1];
        file.read_exact(&mut byte).unwrap();
        assert_eq!(byte, [0]);
    }
}
