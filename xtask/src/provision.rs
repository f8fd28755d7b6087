//! What a task needs on the machine, looked for first and installed with apt when missing.
//!
//! Debian and Ubuntu, as root or through sudo. A tool is known by its command or by a Python
//! import, never by a package database: a QEMU built from source is as good as apt's.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{command, find, output, run, succeeds};
use crate::steps::Steps;

/// Something a task needs, and the package that has it.
pub(crate) struct Need {
    what: &'static str,
    package: &'static str,
    present: Presence,
}

enum Presence {
    /// A program in PATH.
    Program(&'static str),
    /// A file below the directory of libraries.
    Library(&'static str),
    /// A module that one of the Pythons on the machine can import.
    PythonModule(&'static str),
}

const QEMU: Need = Need {
    what: "QEMU",
    package: "qemu-system-x86",
    present: Presence::Program("qemu-system-x86_64"),
};
const QEMU_IMG: Need =
    Need { what: "qemu-img", package: "qemu-utils", present: Presence::Program("qemu-img") };
const BUSYBOX: Need =
    Need { what: "busybox", package: "busybox-static", present: Presence::Program("busybox") };
const VIRSH: Need =
    Need { what: "virsh", package: "libvirt-clients", present: Presence::Program("virsh") };
const VIRT_ADMIN: Need = Need {
    what: "virt-admin",
    package: "libvirt-clients",
    present: Presence::Program("virt-admin"),
};
const PYTHON_LIBVIRT: Need = Need {
    what: "libvirt's Python binding",
    package: "python3-libvirt",
    present: Presence::PythonModule("libvirt"),
};
const CERTTOOL: Need =
    Need { what: "certtool", package: "gnutls-bin", present: Presence::Program("certtool") };
const OPENSSL: Need =
    Need { what: "openssl", package: "openssl", present: Presence::Program("openssl") };
/// The mechanisms of virsh's SASL library are plugins.
const SASL_MODULES: Need = Need {
    what: "SASL mechanisms of clients",
    package: "libsasl2-modules",
    present: Presence::Library("sasl2/libdigestmd5.so"),
};
const DBUS: Need =
    Need { what: "D-Bus", package: "dbus", present: Presence::Program("dbus-daemon") };
const POLKIT: Need =
    Need { what: "polkit", package: "polkitd", present: Presence::Program("pkcheck") };
const SSHD: Need = Need {
    what: "the SSH server",
    package: "openssh-server",
    present: Presence::Program("/usr/sbin/sshd"),
};
const SSH: Need =
    Need { what: "the SSH client", package: "openssh-client", present: Presence::Program("ssh") };

const SWTPM: Need =
    Need { what: "the emulator of TPMs", package: "swtpm", present: Presence::Program("swtpm") };
const SWTPM_SETUP: Need = Need {
    what: "what makes emulated TPMs",
    package: "swtpm-tools",
    present: Presence::Program("swtpm_setup"),
};

const LIBVIRTD: Need =
    Need { what: "libvirtd", package: "libvirt-daemon", present: Presence::Program("libvirtd") };
/// Bridges and cards of the tests' own networks.
const IP: Need = Need { what: "ip", package: "iproute2", present: Presence::Program("ip") };
const READELF: Need =
    Need { what: "readelf", package: "binutils", present: Presence::Program("readelf") };
const GDB: Need = Need { what: "gdb", package: "gdb", present: Presence::Program("gdb") };
const BPFTRACE: Need =
    Need { what: "bpftrace", package: "bpftrace", present: Presence::Program("bpftrace") };

/// The demo boots a guest, and nothing else.
pub(crate) const FOR_DEMO: &[Need] = &[QEMU, QEMU_IMG, BUSYBOX];
/// The tests drive it with libvirt's own clients.
pub(crate) const FOR_TESTS: &[Need] = &[
    QEMU,
    QEMU_IMG,
    BUSYBOX,
    VIRSH,
    VIRT_ADMIN,
    PYTHON_LIBVIRT,
    LIBVIRTD,
    IP,
    READELF,
    GDB,
    BPFTRACE,
    CERTTOOL,
    OPENSSL,
    SASL_MODULES,
    DBUS,
    POLKIT,
    SSHD,
    SSH,
    SWTPM,
    SWTPM_SETUP,
];

impl Need {
    fn is_met(&self) -> bool {
        match self.present {
            Presence::Program(name) => find(name).is_some(),
            Presence::Library(name) => {
                ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"]
                    .iter()
                    .any(|directory| Path::new(directory).join(name).exists())
            }
            // The distribution's module belongs to the distribution's Python, whatever is first in PATH.
            Presence::PythonModule(name) => ["python3", "/usr/bin/python3"]
                .iter()
                .any(|python| succeeds(&mut command(python, ["-c", &format!("import {name}")]))),
        }
    }
}

/// Installs those of `needs` that are not met, with one line for each.
pub(crate) fn install(needs: &[Need], steps: &mut Steps) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        steps.done("everything needed is installed");
        return Ok(());
    }
    for need in &missing {
        steps.done(format!("installing {}: package {}", need.what, need.package));
    }
    let packages: Vec<String> = missing.iter().map(|need| need.package.to_owned()).collect();
    apt_install(&packages)?;
    if let Some(need) = missing.iter().find(|need| !need.is_met()) {
        bail!(
            "package '{}' is installed, but {} is still not to be found",
            need.package,
            need.what
        );
    }
    Ok(())
}

/// Downloads `package` and unpacks it below `into`, without installing it.
///
/// # Errors
/// When apt is missing or knows no such package.
pub(crate) fn unpack(package: &str, into: &PathBuf) -> Result<()> {
    std::fs::create_dir_all(into).with_context(|| format!("cannot create '{}'", into.display()))?;
    let download = || succeeds(command("apt-get", ["-q", "download", package]).current_dir(into));
    if !download() {
        apt_update()?;
        run(command("apt-get", ["-q", "download", package]).current_dir(into))?;
    }
    let debs: Vec<PathBuf> = std::fs::read_dir(into)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .collect();
    for deb in debs {
        run(command("dpkg-deb", ["-x"]).arg(&deb).arg(into))?;
        std::fs::remove_file(&deb)?;
    }
    Ok(())
}

/// What `package` depends on directly, as apt's lists say; empty when they do not know it.
pub(crate) fn dependencies(package: &str) -> Vec<String> {
    let text =
        output(&mut command("apt-cache", ["depends", "--important", package])).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .map(|name| name.trim_matches(['<', '>']).to_owned())
        .collect()
}

/// Refreshes apt's package lists.
pub(crate) fn apt_update() -> Result<()> {
    run(&mut apt(&["update"])?).context("apt has no package lists, and refreshing them failed")
}

fn apt_install(packages: &[String]) -> Result<()> {
    let attempt = |extra: &[String]| -> Result<()> {
        let mut words = vec!["install", "-y", "--no-install-recommends"];
        words.extend(packages.iter().map(String::as_str));
        if !extra.is_empty() {
            words.push("--allow-downgrades");
            words.extend(extra.iter().map(String::as_str));
        }
        run(&mut apt(&words)?)
    };
    if attempt(&[]).is_ok() {
        return Ok(());
    }
    apt_update()?;
    let Err(refused) = attempt(&[]) else {
        return Ok(());
    };
    let pins = matching_qemu_tools();
    if pins.is_empty() {
        return Err(refused);
    }
    attempt(&pins).with_context(|| format!("also with {}", pins.join(" ")))
}

/// `qemu-utils=VERSION` in the version of QEMU that apt would install.
///
/// A newer qemu-utils, installed from backports, conflicts with the distribution's own QEMU; apt
/// then refuses to install QEMU at all unless it is told to take the tools back to the same version.
fn matching_qemu_tools() -> Vec<String> {
    let version = |package: &str, field: &str| {
        let text = output(&mut command("apt-cache", ["policy", package])).ok()?;
        let found =
            text.lines().find_map(|line| line.trim().strip_prefix(field))?.trim().to_owned();
        (found != "(none)").then_some(found)
    };
    let (Some(system), Some(tools)) =
        (version("qemu-system-x86", "Candidate:"), version("qemu-utils", "Installed:"))
    else {
        return Vec::new();
    };
    if system == tools { Vec::new() } else { vec![format!("qemu-utils={system}")] }
}

/// apt-get as root, quiet, asking nothing, waiting for its lock like everybody else.
fn apt(words: &[&str]) -> Result<Command> {
    if find("apt-get").is_none() {
        bail!("this machine has no apt-get: install the packages above (or their like) by hand");
    }
    let mut apt = if is_root()? { Command::new("env") } else { command("sudo", ["env"]) };
    apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=600"]);
    apt.args(words);
    Ok(apt)
}

fn is_root() -> Result<bool> {
    let me = std::fs::metadata("/proc/self").context("/proc is not mounted")?;
    Ok(me.uid() == 0)
}
