//! The firmware images that guests can boot from.
//!
//! A distribution describes each of its images in a JSON file (QEMU's `docs/interop/firmware.json`).

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Arch, described};

/// Where descriptions are, the nearest last.
const DIRECTORIES: [&str; 2] = ["/usr/share/qemu/firmware", "/etc/qemu/firmware"];

/// What a firmware is to the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interface {
    /// A PC's old BIOS.
    Bios,
    /// UEFI.
    Uefi,
    /// IEEE 1275.
    #[serde(rename = "openfirmware")]
    OpenFirmware,
    /// U-Boot.
    Uboot,
    /// Something we do not know.
    #[serde(other)]
    Other,
}

/// How an image is given to the guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapping {
    /// As flash memory.
    Flash {
        /// The image.
        executable: PathBuf,
        /// The image's format, such as `raw`.
        format: String,
        /// Where the guest's own variables start from; none for an image without.
        nvram_template: Option<PathBuf>,
        /// The template's format.
        nvram_format: Option<String>,
    },
    /// As read-only memory.
    Memory {
        /// The image.
        image: PathBuf,
    },
}

impl Mapping {
    /// The image itself.
    pub fn image(&self) -> &Path {
        match self {
            Self::Flash { executable, .. } => executable,
            Self::Memory { image } => image,
        }
    }
}

/// A firmware image and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firmware {
    /// What it is to the guest.
    pub interfaces: Vec<Interface>,
    /// How it is given to the guest.
    pub mapping: Mapping,
    targets: Vec<Target>,
    features: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Target {
    architecture: String,
    machines: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Description {
    interface_types: Vec<Interface>,
    mapping: RawMapping,
    targets: Vec<Target>,
    #[serde(default)]
    features: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "device", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
enum RawMapping {
    Flash {
        executable: RawFile,
        nvram_template: Option<RawFile>,
        mode: Option<String>,
    },
    Memory {
        filename: PathBuf,
    },
    /// Something we do not know, such as a kernel.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct RawFile {
    filename: PathBuf,
    format: String,
}

/// What a guest needs of its firmware.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What it is to the guest.
    pub interface: Interface,
    /// The guest's architecture.
    pub arch: Arch,
    /// The guest's machine type, by its own name.
    pub machine: &'a str,
    /// Whether the guest has system management mode, as secure boot may need; none for what the machine does by itself.
    pub smm: Option<bool>,
    /// Whether it must be able to check what it boots; none for either.
    pub secure_boot: Option<bool>,
    /// Whether it must come with its maker's keys; none for either.
    pub enrolled_keys: Option<bool>,
    /// Whether it must do without variables.
    pub stateless: Option<bool>,
}

impl<'a> Wanted<'a> {
    /// UEFI for a machine, whatever else it is.
    pub fn uefi(arch: Arch, machine: &'a str) -> Self {
        let interface = Interface::Uefi;
        Self {
            interface,
            arch,
            machine,
            smm: None,
            secure_boot: None,
            enrolled_keys: None,
            stateless: None,
        }
    }
}

/// All firmware of the host, the preferred first.
#[derive(Debug, Clone, Default)]
pub struct Firmwares(Vec<Firmware>);

impl Firmwares {
    /// Those that the host's own and its administrator's files describe. A file that cannot be used is
    /// noted and left out.
    pub fn of_host() -> Self {
        Self::within(&DIRECTORIES.map(PathBuf::from))
    }

    /// Those that the files of `directories` describe; a later directory hides files of an earlier.
    pub fn within(directories: &[PathBuf]) -> Self {
        let files = described(directories, "firmware");
        Self(files.filter_map(|(path, text)| read(&path, &text)).collect())
    }

    /// All of them, the preferred first.
    pub fn iter(&self) -> impl Iterator<Item = &Firmware> {
        self.0.iter()
    }

    /// Those for a machine, the preferred first.
    pub fn for_machine(&self, arch: Arch, machine: &str) -> impl Iterator<Item = &Firmware> {
        self.0.iter().filter(move |firmware| firmware.runs_on(arch, machine))
    }

    /// The preferred of those that do what is wanted.
    pub fn select(&self, wanted: &Wanted<'_>) -> Option<&Firmware> {
        self.for_machine(wanted.arch, wanted.machine).find(|firmware| firmware.does(wanted))
    }
}

impl Firmware {
    /// Whether it has a feature, such as `secure-boot`.
    pub fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|known| known == feature)
    }

    /// Whether it is made for a machine.
    pub fn runs_on(&self, arch: Arch, machine: &str) -> bool {
        let fits = |target: &Target| {
            target.architecture == arch.qemu
                && target.machines.iter().any(|glob| matches(glob, machine))
        };
        self.targets.iter().any(fits)
    }

    fn does(&self, wanted: &Wanted<'_>) -> bool {
        let agrees = |wanted: Option<bool>, has: bool| wanted.is_none_or(|wanted| wanted == has);
        let stateless = matches!(&self.mapping, Mapping::Flash { nvram_template: None, .. });
        self.interfaces.contains(&wanted.interface)
            && agrees(wanted.secure_boot, self.has("secure-boot"))
            && agrees(wanted.enrolled_keys, self.has("enrolled-keys"))
            && agrees(wanted.stateless, stateless)
            && !(wanted.smm == Some(false) && self.has("requires-smm"))
    }
}

fn read(path: &Path, text: &[u8]) -> Option<Firmware> {
    let noted = |error: &serde_json::Error| {
        tracing::warn!(file = %path.display(), %error, "this description of a firmware is not used");
    };
    parse(text).inspect_err(noted).ok().flatten()
}

/// None for an image that is used in a way we do not know.
fn parse(text: &[u8]) -> Result<Option<Firmware>, serde_json::Error> {
    let description: Description = serde_json::from_slice(text)?;
    let mapping = match description.mapping {
        RawMapping::Flash { executable, nvram_template, mode } => {
            // A combined image is its own template: it cannot be shared between guests.
            if mode.as_deref() == Some("combined") {
                return Ok(None);
            }
            let (template, format) =
                nvram_template.map(|file| (file.filename, file.format)).unzip();
            Mapping::Flash {
                executable: executable.filename,
                format: executable.format,
                nvram_template: template,
                nvram_format: format,
            }
        }
        RawMapping::Memory { filename } => Mapping::Memory { image: filename },
        RawMapping::Other => return Ok(None),
    };
    Ok(Some(Firmware {
        interfaces: description.interface_types,
        mapping,
        targets: description.targets,
        features: description.features,
    }))
}

/// Whether `text` is what `glob`, in which `*` stands for anything, describes.
fn matches(glob: &str, text: &str) -> bool {
    let Some((head, tail)) = glob.split_once('*') else {
        return glob == text;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts = tail.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        // The first place is as good as any later one, so nothing has to be taken back.
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    const SECURE: &str = r#"{"description": "a", "interface-types": ["uefi", "novel"], "mapping": {"device": "flash",
        "executable": {"filename": "/fw/secure.fd", "format": "raw"},
        "nvram-template": {"filename": "/fw/vars.fd", "format": "raw"}},
        "targets": [{"architecture": "x86_64", "machines": ["pc-q35-*"]}],
        "features": ["requires-smm", "secure-boot", "enrolled-keys"], "tags": [], "future": 1}"#;
    const PLAIN: &str = r#"{"interface-types": ["uefi"], "mapping": {"device": "flash",
        "executable": {"filename": "/fw/plain.fd", "format": "raw"},
        "nvram-template": {"filename": "/fw/vars.fd", "format": "raw"}},
        "targets": [{"architecture": "x86_64", "machines": ["pc-i440fx-*", "pc-q35-*"]}], "features": ["acpi-s3"]}"#;

    fn firmwares() -> (tempfile::TempDir, Firmwares) {
        let tree = tempfile::tempdir().unwrap();
        let [far, near] = ["share", "etc"].map(|name| tree.path().join(name));
        fs::create_dir(&far).unwrap();
        fs::create_dir(&near).unwrap();
        fs::write(far.join("40-secure.json"), SECURE).unwrap();
        fs::write(far.join("60-plain.json"), PLAIN).unwrap();
        fs::write(far.join("10-hidden.json"), PLAIN.replace("plain.fd", "hidden.fd")).unwrap();
        fs::write(far.join("20-broken.json"), "{\"interface-types\": 7").unwrap();
        fs::write(far.join("30-kernel.json"), PLAIN.replace("\"flash\"", "\"kernel\"")).unwrap();
        fs::write(near.join("10-hidden.json"), "").unwrap();
        let found = Firmwares::within(&[far, near]);
        (tree, found)
    }

    fn selected(wanted: Wanted<'_>) -> Option<PathBuf> {
        let (_tree, firmwares) = firmwares();
        firmwares.select(&wanted).map(|firmware| firmware.mapping.image().to_owned())
    }

    #[test]
    fn the_first_that_fits_is_taken_and_hidden_or_broken_ones_are_not() {
        let pc = Arch::by_name("x86_64").unwrap();
        assert_eq!(selected(Wanted::uefi(pc, "pc-q35-7.2")), Some("/fw/secure.fd".into()));
        assert_eq!(selected(Wanted::uefi(pc, "pc-i440fx-7.2")), Some("/fw/plain.fd".into()));
        assert_eq!(selected(Wanted::uefi(pc, "microvm")), None);
        assert_eq!(selected(Wanted::uefi(Arch::by_name("aarch64").unwrap(), "pc-q35-7.2")), None);
    }

    #[test]
    fn what_is_wanted_is_what_is_had() {
        let pc = Arch::by_name("x86_64").unwrap();
        let wanted = Wanted::uefi(pc, "pc-q35-7.2");
        assert_eq!(
            selected(Wanted { secure_boot: Some(false), ..wanted }),
            Some("/fw/plain.fd".into())
        );
        assert_eq!(selected(Wanted { smm: Some(false), ..wanted }), Some("/fw/plain.fd".into()));
        assert_eq!(selected(Wanted { stateless: Some(true), ..wanted }), None);
        assert_eq!(selected(Wanted { interface: Interface::Bios, ..wanted }), None);
    }

    proptest! {
        #[test]
        fn a_description_of_any_bytes_is_refused_quietly(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn a_star_stands_for_anything(head in "[a-z-]{0,6}", middle in "[a-z.-]{0,8}", tail in "[a-z]{0,4}") {
            let text = format!("{head}{middle}{tail}");
            let glob = format!("{head}*{tail}");
            prop_assert!(matches(&glob, &text));
            prop_assert!(matches(&text, &text));
        }
    }
}
