//! A guest's firmware: choosing the image for one that asks for UEFI by name only, and making the
//! file of its own variables.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::{Error, Result};
use config::domain::features::Smm;
use config::domain::os::{
    Firmware as Kind, FirmwareFeatureName, Loader, LoaderType, Nvram, NvramPlace,
};
use config::{OnOff, YesNo};
use rustix::fs::OFlags;

use crate::capabilities::Arch;
use crate::capabilities::firmware::{Firmware, Firmwares, Interface, Mapping, Wanted};
use crate::errors::QEMU;
use crate::{documents, slow_storage};

/// Largest template of firmware variables. **Units**: bytes.
const TEMPLATE_MAX: u64 = 64 << 20;

/// Completes a document that names a kind of firmware with the image that serves it.
///
/// # Errors
/// `OPERATION_FAILED` when the host has no firmware like that.
pub(crate) fn select(document: &mut config::Domain, nvram_dir: &Path) -> Result<()> {
    let Some(kind) = document.os.firmware else { return Ok(()) };
    if document.os.loader.as_ref().is_some_and(|loader| !loader.path.is_empty()) {
        return Ok(());
    }
    let firmwares = Firmwares::of_host();
    let found = firmwares.select(&wanted(document, kind)).cloned().ok_or_else(|| {
        let kind = kind.word();
        let detail = format!("Unable to find any firmware to satisfy '{kind}'");
        Error::operation_failed(QEMU, detail)
    })?;
    install(document, &found, nvram_dir);
    Ok(())
}

fn wanted(document: &config::Domain, kind: Kind) -> Wanted<'_> {
    let os = &document.os;
    let arch = os.machine.arch.as_deref().and_then(Arch::by_name).unwrap_or_else(Arch::host);
    let feature = |name: FirmwareFeatureName| {
        let features = os.firmware_features.as_ref()?.features.iter();
        features.filter(|feature| feature.name == name).map(|f| f.enabled == YesNo::Yes).next_back()
    };
    let loader = os.loader.as_deref();
    let yes = |said: Option<YesNo>| said.map(|said| said == YesNo::Yes);
    let secure = loader.and_then(|loader| yes(loader.secure));
    Wanted {
        interface: match kind {
            Kind::Efi => Interface::Uefi,
            Kind::Bios => Interface::Bios,
        },
        arch,
        machine: os.machine.machine.as_deref().unwrap_or_default(),
        smm: document.features.smm.as_ref().and_then(|smm| smm.state).map(|s| s == OnOff::On),
        secure_boot: feature(FirmwareFeatureName::SecureBoot).or(secure),
        enrolled_keys: feature(FirmwareFeatureName::EnrolledKeys),
        stateless: loader.and_then(|loader| yes(loader.stateless)),
    }
}

fn install(document: &mut config::Domain, found: &Firmware, nvram_dir: &Path) {
    let name = document.name.as_str().to_owned();
    let needs_smm = found.has("requires-smm");
    if needs_smm {
        document.features.smm.get_or_insert(Smm { state: None, tseg: None }).state =
            Some(OnOff::On);
    }
    let loader = document.os.loader.get_or_insert_with(|| Box::new(Loader::default()));
    loader.path = found.mapping.image().to_string_lossy().into();
    match &found.mapping {
        Mapping::Memory { .. } => loader.kind = Some(LoaderType::Rom),
        Mapping::Flash { nvram_template, .. } => {
            loader.kind = Some(LoaderType::Pflash);
            loader.readonly = Some(YesNo::Yes);
            if needs_smm {
                loader.secure = Some(YesNo::Yes);
            }
            let Some(template) = nvram_template else { return };
            let nvram = document.os.nvram.get_or_insert_with(|| {
                Box::new(Nvram { template: None, place: NvramPlace::Default })
            });
            nvram.template.get_or_insert_with(|| template.to_string_lossy().into());
            if nvram.place == NvramPlace::Default {
                let path = nvram_dir.join(format!("{name}_VARS.fd"));
                nvram.place = NvramPlace::Path(path.to_string_lossy().into());
            }
        }
    }
}

/// How long storage may take to keep a copy of a template.
const STORAGE: Duration = Duration::from_secs(30);

/// Makes the file of a guest's firmware variables from its template, unless it is there.
///
/// # Errors
/// `OPERATION_FAILED` when there is no template to make it from, `SYSTEM_ERROR` when it cannot be
/// made, `OPERATION_TIMEOUT` when the storage does not answer.
pub(crate) async fn make_variables(document: &config::Domain) -> Result<()> {
    let Some(path) = documents::nvram_file(document) else { return Ok(()) };
    let template = document.os.nvram.as_ref().and_then(|nvram| nvram.template.as_deref());
    let loader = document.os.loader.as_ref().map(|loader| &*loader.path).unwrap_or_default();
    let (template, loader) = (template.map(PathBuf::from), loader.to_owned());
    let variables = path.clone();
    let made = slow_storage::on(&path, STORAGE, move || make(&variables, template, &loader));
    made.await.map_err(|unanswered| unanswered.error(QEMU))?
}

fn make(path: &Path, template: Option<PathBuf>, loader: &str) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let template = template.or_else(|| template_of(loader)).ok_or_else(|| {
        let detail = format!("unable to find any master var store for loader: {loader}");
        Error::operation_failed(QEMU, detail)
    })?;
    copy(&template, path).map_err(|error| {
        let (path, template) = (path.display(), template.display());
        Error::io(QEMU, &error, format_args!("Unable to create '{path}' from '{template}'"))
    })
}

/// Images whose template is known without a description. **Source**: `nvram` of libvirt's `qemu.conf`.
const TEMPLATES: [(&str, &str); 4] = [
    ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
    ("/usr/share/OVMF/OVMF_CODE.secboot.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
    ("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
    ("/usr/share/AAVMF/AAVMF32_CODE.fd", "/usr/share/AAVMF/AAVMF32_VARS.fd"),
];

/// The template for an image: the one that the host's descriptions name, or a usual one.
fn template_of(loader: &str) -> Option<PathBuf> {
    let described = Firmwares::of_host().iter().find_map(|firmware| match &firmware.mapping {
        Mapping::Flash { executable, nvram_template: Some(template), .. }
            if executable == Path::new(loader) =>
        {
            Some(template.clone())
        }
        _ => None,
    });
    let usual = || TEMPLATES.iter().find(|(image, _)| *image == loader);
    described.or_else(|| usual().map(|(_, template)| PathBuf::from(template)))
}

/// Never leaves half a file under the name that the guest will boot from.
fn copy(template: &Path, path: &Path) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let nofollow = OFlags::NOFOLLOW.bits().cast_signed();
    let source = open_template(template)?;
    let unfinished = path.with_extension("fd.unfinished");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).custom_flags(nofollow);
    let mut copy = options.open(&unfinished)?;
    io::copy(&mut io::Read::take(source, TEMPLATE_MAX), &mut copy)?;
    copy.sync_all()?;
    std::fs::rename(unfinished, path)
}

/// The name comes out of a document: what is no file is not opened, or not read.
fn open_template(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut options = OpenOptions::new();
    let file = options.read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::copy;

    #[test]
    fn variables_are_a_private_copy_of_their_template() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let template = directory.path().join("template.fd");
        std::fs::write(&template, b"variables").unwrap();
        let made = directory.path().join("nvram/guest_VARS.fd");
        copy(&template, &made).unwrap();
        assert_eq!(std::fs::read(&made).unwrap(), b"variables");
        assert_eq!(std::fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_template_that_is_no_file_is_refused_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
        for template in [&*pipe, directory.path(), Path::new("/dev/zero")] {
            let made = directory.path().join("guest_VARS.fd");
            let error = copy(template, &made).unwrap_err();
            assert!(error.to_string().contains("not a regular file"), "{template:?}: {error}");
            assert!(!made.exists());
        }
    }
}
