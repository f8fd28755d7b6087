//! Documents and the command lines that come of them.
//!
//! `NAME.xml` has beside it `NAME.args`, the native form, which libvirtd 9.0 gives word for word; or
//! `NAME.start.args`, what a process is started with; or `NAME.error`, why it is not started.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use api::SecretUsageType;
use config::domain::complete::{self, Host, Qemu};
use config::domain::{ParseFlags, VirtType};
use config::{Domain, Entropy};
use driver::{SecretKey, SecretStore};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::command_line::Descriptor;
use super::*;

/// A QEMU with every device but one.
struct Emulator;

impl Asks for Emulator {
    fn has_device(&self, device: &str) -> bool {
        device != "no-such-card"
    }

    fn has_property(&self, _: &str, _: &str) -> bool {
        true
    }

    fn has_option(&self, _: &str, _: &str) -> bool {
        true
    }

    fn has_switch(&self, _: &str) -> bool {
        true
    }

    fn machine(&self, _: &str) -> Option<MachineFacts<'_>> {
        Some(MachineFacts { default_ram_id: Some("pc.ram"), numa_mem_supported: false })
    }
}

/// Knows every secret.
struct Known;

impl SecretStore for Known {
    fn value(&self, _: &SecretKey, _: SecretUsageType) -> api::Result<Zeroizing<Vec<u8>>> {
        Ok(Zeroizing::new(b"geheim".to_vec()))
    }
}

impl Qemu for Emulator {
    fn arch(&self) -> &str {
        "x86_64"
    }

    fn supports(&self, _: VirtType) -> bool {
        true
    }

    fn has_machine(&self, _: VirtType, _: &str) -> bool {
        true
    }

    fn canonical_machine(&self, machine: &str) -> Option<Cow<'_, str>> {
        match machine {
            "pc" => Some(Cow::Borrowed("pc-i440fx-7.2")),
            "q35" => Some(Cow::Borrowed("pc-q35-7.2")),
            _ => None,
        }
    }

    fn default_machine(&self, _: VirtType) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("pc-i440fx-7.2"))
    }

    fn default_cpu(&self, _: VirtType, _: &str) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("qemu64"))
    }

    fn has_device(&self, device: &str) -> bool {
        Asks::has_device(self, device)
    }
}

impl Host for Emulator {
    fn arch(&self) -> &str {
        "x86_64"
    }

    fn emulator(&self, _: &str) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("/usr/bin/qemu-system-x86_64"))
    }

    fn qemu(&self, _: &str) -> Option<&dyn Qemu> {
        Some(self)
    }
}

impl Entropy for Emulator {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn directories() -> Directories {
    Directories {
        state: "/var/lib/libvirt/qemu".into(),
        huge_pages: vec![(2048, "/dev/hugepages".into())],
        listen: "127.0.0.1".to_owned(),
    }
}

fn made(text: &str, purpose: Purpose) -> Result<CommandLine> {
    let mut domain = Domain::parse(text, ParseFlags::Inactive)?;
    if purpose == Purpose::Native {
        generic_interfaces(&mut domain);
    }
    domain.complete(&Emulator, &mut Emulator)?;
    complete::aliases::assign_aliases(&mut domain);
    number_layers(&mut domain);
    let scsi_files = &HashMap::from([("hostdev0".to_owned(), "/dev/sg3".to_owned())]);
    let mut secrets = GuestSecrets::of_test();
    let devices = &domain.devices;
    devices.disks.iter().try_for_each(|it| gather_disk(&mut secrets, it, &Known)).unwrap();
    devices.hostdevs.iter().try_for_each(|it| gather_hostdev(&mut secrets, it, &Known)).unwrap();
    let context = Context {
        emulator: &Emulator,
        id: if purpose == Purpose::Native { -1 } else { 1 },
        directories: &directories(),
        now: WallClock { utc_s: 1_795_258_656, local_offset_s: 3600 },
        vhost_net: VhostNet::Present,
        scsi_files,
        secrets: &secrets,
        purpose,
    };
    command_line(&domain, &context)
}

/// An option a line, and after them what is to be open.
fn lines(command: &CommandLine) -> String {
    let mut text = command.program.clone();
    for argument in &command.args {
        text.push(if argument.starts_with('-') { '\n' } else { ' ' });
        text.push_str(&quoted(argument).to_string());
    }
    text.push('\n');
    for Descriptor { number, resource } in &command.descriptors {
        text.push_str(&format!("# {number}: {resource:?}\n"));
    }
    text
}

fn documents(suffix: &str) -> Vec<(PathBuf, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/argv");
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let answers = entries.filter_map(|path| {
        let name = path.to_str()?.strip_suffix(suffix)?;
        let document = PathBuf::from(format!("{name}.xml"));
        document.exists().then(|| (document, fs::read_to_string(&path).unwrap()))
    });
    let answers: Vec<_> = answers.collect();
    assert!(!answers.is_empty(), "no documents with {suffix}");
    answers
}

fn compare(suffix: &str, make: impl Fn(&str) -> String) {
    for (document, expected) in documents(suffix) {
        let made = make(&fs::read_to_string(&document).unwrap());
        assert_eq!(made, expected, "{}", document.display());
    }
}

#[test]
fn the_native_form_is_libvirts() {
    compare(".args", |text| lines(&made(text, Purpose::Native).unwrap()));
}

#[test]
fn a_process_is_started_with_its_files_open() {
    compare(".start.args", |text| lines(&made(text, Purpose::Start).unwrap()));
}

#[test]
fn what_cannot_be_started_is_named() {
    compare(".error", |text| format!("{}\n", made(text, Purpose::Start).unwrap_err()));
}

#[test]
fn the_environment_is_small_and_the_users_own_comes_last() {
    let (document, _) = documents(".args")
        .into_iter()
        .find(|(document, _)| document.ends_with("override.xml"))
        .unwrap();
    let command = made(&fs::read_to_string(document).unwrap(), Purpose::Start).unwrap();
    let names: Vec<&str> = command.env.iter().map(|(name, _)| name.as_str()).collect();
    let expected =
        ["LC_ALL", "PATH", "HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "A"];
    assert_eq!(names, expected);
    assert_eq!(command.env.last().unwrap().1, "b c");
}

/// A guest whose name, files and strings are all `text`.
fn everywhere(text: &str) -> Domain {
    let document = "<domain type='qemu'><name>n</name><memory>262144</memory><os><type>hvm</type>\
        <kernel>X</kernel><cmdline>X</cmdline></os><devices>\
        <disk type='file' device='disk'><source file='X'/><target dev='vda'/><serial>X</serial></disk>\
        <serial type='file'><source path='X'/></serial>\
        <serial type='unix'><source mode='connect' path='X'/></serial>\
        <filesystem><source dir='X'/><target dir='X'/></filesystem></devices></domain>";
    let mut domain = Domain::parse(document, ParseFlags::Inactive).unwrap();
    domain.complete(&Emulator, &mut Emulator).unwrap();
    complete::aliases::assign_aliases(&mut domain);
    number_layers(&mut domain);
    set_everywhere(&mut domain, text);
    domain
}

fn set_everywhere(domain: &mut Domain, text: &str) {
    use config::domain::chardev::CharSource;
    use config::domain::storage::StorageSource;
    domain.os.kernel = Some(text.into());
    domain.os.cmdline = Some(text.into());
    for disk in &mut domain.devices.disks {
        disk.serial = Some(text.into());
        if let StorageSource::File(file) = &mut disk.source {
            file.source.file = Some(text.into());
        }
    }
    for serial in &mut domain.devices.serials {
        match &mut serial.source {
            CharSource::File(file) => file.source.path = text.into(),
            CharSource::Unix(unix) => unix.source.as_mut().unwrap().path = Some(text.into()),
            _ => {}
        }
    }
    for filesystem in &mut domain.devices.filesystems {
        filesystem.source.as_mut().unwrap().dir = Some(text.into());
        filesystem.target.dir = text.into();
    }
}

/// The options of a `key=value` argument as QEMU divides them: at single commas.
fn keys(argument: &str) -> Vec<String> {
    let divided = argument.replace(",,", "\0");
    divided.split(',').map(|option| option.split('=').next().unwrap().to_owned()).collect()
}

proptest! {
    /// Whatever a text of the document is, it stays a value: no argument, option or property comes of it.
    #[test]
    fn no_text_becomes_an_option(text in "[^\0]{1,24}") {
        let context = Context {
            emulator: &Emulator,
            id: 1,
            directories: &directories(),
            now: WallClock { utc_s: 0, local_offset_s: 0 },
            vhost_net: VhostNet::Absent,
            scsi_files: &HashMap::new(),
            secrets: &GuestSecrets::none(),
            purpose: Purpose::Native,
        };
        let plain = command_line(&everywhere("x"), &context).unwrap();
        let tried = command_line(&everywhere(&text), &context).unwrap();
        prop_assert_eq!(plain.args.len(), tried.args.len());
        let options = std::iter::once("").chain(plain.args.iter().map(String::as_str));
        for ((option, plain), tried) in options.zip(&plain.args).zip(&tried.args) {
            match option {
                "-kernel" | "-append" => prop_assert_eq!(tried, &text),
                "-device" | "-blockdev" | "-object" => {
                    let names = |json: &str| -> Option<Vec<String>> {
                        let value: serde_json::Value = serde_json::from_str(json).ok()?;
                        Some(value.as_object()?.keys().cloned().collect())
                    };
                    prop_assert_eq!(names(plain), names(tried));
                }
                "-chardev" | "-fsdev" => prop_assert_eq!(keys(plain), keys(tried)),
                _ => prop_assert_eq!(plain, tried),
            }
        }
    }
}
