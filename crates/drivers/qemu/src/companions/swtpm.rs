//! The emulator of a TPM: `swtpm`, and `swtpm_setup`, which makes the TPM that a guest begins with.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use api::{Error, Result};
use config::domain::peripheral::{PcrBanks, TpmVersion};
use driver::SecretStore;
use host::process::{Lifetime, Spawn};
use zeroize::Zeroizing;

use super::tpm_state::{TpmState, emulator};
use super::{Plan, environment};
use crate::capabilities::{Emulators, Swtpm};
use crate::documents;
use crate::errors::QEMU;
use crate::secrets::Wanted;
use crate::settings::{Scope, Settings};

/// The number at which the emulator finds its socket.
const SOCKET_FD: i32 = 3;
/// The numbers at which a program finds the passphrase of the state, which each of them is read from once.
const KEY_FDS: [i32; 2] = [4, 5];

/// How the state is encrypted.
const CIPHER: &str = "aes-256-cbc";

/// The TPM of a guest that is to start.
pub(crate) struct Tpm {
    swtpm: Arc<Swtpm>,
    /// Where its state is.
    pub(crate) state: TpmState,
    version: TpmVersion,
    passphrase: Option<Zeroizing<Vec<u8>>>,
    banks: Vec<&'static str>,
    /// The guest, as certificates name it.
    guest: String,
    scope: Scope,
}

impl Tpm {
    /// The emulated TPM of `document`, if it has one.
    ///
    /// # Errors
    /// `CONFIG_UNSUPPORTED` when the host cannot emulate that version; `NO_SECRET` or `INVALID_ARG` for the secret
    /// of its state.
    pub(crate) async fn of(
        document: &config::Domain,
        settings: &Settings,
        emulators: &Emulators,
        store: &dyn SecretStore,
    ) -> Result<Option<Self>> {
        let Some(wanted) = emulator(document) else { return Ok(None) };
        let version = wanted.version.unwrap_or(TpmVersion::V2_0);
        let swtpm = emulators.swtpm().await.filter(|swtpm| swtpm.has_version(version.word()));
        let swtpm = swtpm.ok_or_else(|| {
            let detail = format!("TPM version '{version}' is not supported");
            Error::config_unsupported(QEMU, detail)
        })?;
        let secret = wanted.encryption.and_then(|encryption| encryption.secret);
        let secret = secret.map(Wanted::of_tpm);
        let passphrase = secret.map(|secret| secret.look_up(store)).transpose()?;
        let uuid = documents::uuid(document)?;
        Ok(Some(Self {
            swtpm,
            state: TpmState::new(&settings.tpm_dir, uuid, version),
            version,
            passphrase,
            banks: wanted.active_pcr_banks.as_ref().map(banks).unwrap_or_default(),
            guest: format!("{}:{uuid}", document.name.as_str()),
            scope: settings.scope,
        }))
    }

    /// What gives `swtpm_setup` its configuration where nobody has installed one: for an ordinary user.
    pub(crate) fn configuration(&self) -> Option<Plan> {
        let wanted = self.scope == Scope::Session && self.swtpm.has("cmdarg-create-config-files");
        wanted.then(|| self.setup(["--create-config-files", "skip-if-exist"]))
    }

    /// What makes the TPM in `directory`.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`.
    pub(crate) fn manufacture(&self, directory: &Path) -> Result<Plan> {
        let mut plan = self.setup(self.version_word());
        self.unlock(&mut plan)?;
        plan.add([OsStr::new("--tpm-state"), directory.as_os_str()]);
        plan.add(["--vmid", &self.guest].map(OsString::from));
        // A TPM 1.2 gets its certificates by what only root may use, unless the program knows another way.
        let certified = self.scope == Scope::System
            || self.version == TpmVersion::V2_0
            || self.swtpm.has("tpm12-not-need-root");
        let certificates = ["--createek", "--create-ek-cert", "--create-platform-cert"];
        plan.add(certificates.into_iter().filter(|_| certified).map(OsString::from));
        plan.add(["--lock-nvram", "--not-overwrite"].map(OsString::from));
        Ok(plan)
    }

    /// What gives a TPM that is made the banks that the document wants; nothing if it does not say.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`.
    pub(crate) fn reconfigure(&self) -> Result<Option<Plan>> {
        let able = self.swtpm.has("cmdarg-reconfigure-pcr-banks");
        if self.banks.is_empty() || self.version == TpmVersion::V1_2 || !able {
            return Ok(None);
        }
        let mut plan = self.setup(self.version_word());
        self.unlock(&mut plan)?;
        plan.add([OsStr::new("--tpm-state"), self.state.place().as_os_str()]);
        plan.add(["--pcr-banks", &self.banks.join(","), "--reconfigure"].map(OsString::from));
        Ok(Some(plan))
    }

    /// The emulator, which listens on `socket`.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`.
    pub(crate) fn emulator(&self, socket: OwnedFd) -> Result<Plan> {
        let mut spawn = Spawn::new(&self.swtpm.emulator);
        spawn.arguments = vec!["socket".into()];
        spawn.environment = environment();
        spawn.descriptors = vec![(socket, SOCKET_FD)];
        let mut plan = Plan { name: "swtpm", spawn, log: None };
        plan.add([OsString::from("--ctrl"), format!("type=unixio,fd={SOCKET_FD}").into()]);
        let mut place = OsString::from("dir=");
        place.push(self.state.place());
        place.push(",mode=0600");
        plan.add(["--tpmstate".into(), place, "--terminate".into()]);
        plan.add(self.version_word().map(OsString::from));
        if let Some(passphrase) = &self.passphrase {
            for (option, number) in ["--key", "--migration-key"].into_iter().zip(KEY_FDS) {
                plan.spawn.descriptors.push((readable(passphrase)?, number));
                plan.add([option.to_owned(), format!("pwdfd={number},mode={CIPHER}")]);
            }
        }
        self.run_as_owner(&mut plan);
        Ok(plan)
    }

    /// `swtpm_setup`, which nobody needs when the daemon is gone.
    fn setup<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Plan {
        let mut spawn = Spawn::new(&self.swtpm.setup);
        spawn.environment = environment();
        spawn.lifetime = Lifetime::Ours;
        let mut plan = Plan { name: "swtpm_setup", spawn, log: None };
        plan.add(words.into_iter().map(OsString::from));
        self.run_as_owner(&mut plan);
        plan
    }

    fn run_as_owner(&self, plan: &mut Plan) {
        if let Some(owner) = self.state.owner() {
            plan.add(["--runas", &owner.name]);
        }
    }

    fn version_word(&self) -> Option<&'static str> {
        (self.version == TpmVersion::V2_0).then_some("--tpm2")
    }

    /// Hands `swtpm_setup` what the state is encrypted with.
    fn unlock(&self, plan: &mut Plan) -> Result<()> {
        let Some(passphrase) = &self.passphrase else { return Ok(()) };
        let [number, _] = KEY_FDS;
        plan.spawn.descriptors.push((readable(passphrase)?, number));
        plan.add(["--pwdfile-fd", &number.to_string(), "--cipher", CIPHER].map(OsString::from));
        Ok(())
    }
}

impl Plan {
    fn add<T: Into<OsString>>(&mut self, words: impl IntoIterator<Item = T>) {
        self.spawn.arguments.extend(words.into_iter().map(Into::into));
    }
}

fn banks(wanted: &PcrBanks) -> Vec<&'static str> {
    let all = [
        ("sha1", wanted.sha1),
        ("sha256", wanted.sha256),
        ("sha384", wanted.sha384),
        ("sha512", wanted.sha512),
    ];
    all.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(name, _)| name).collect()
}

/// A descriptor that gives these bytes and then ends. They fit into the kernel's buffer: a secret is no longer.
fn readable(bytes: &[u8]) -> Result<OwnedFd> {
    let made = || -> std::io::Result<OwnedFd> {
        let (reader, mut writer) = std::io::pipe()?;
        // Should they not fit after all, it is an error: nobody reads yet.
        rustix::io::ioctl_fionbio(&writer, true)?;
        writer.write_all(bytes)?;
        Ok(reader.into())
    };
    made().map_err(|error| Error::io(QEMU, &error, "cannot hand over a passphrase"))
}
