//! `<tpm>`

use config::domain::peripheral::{Tpm, TpmBackend};

use super::Result;
use super::line::{Line, alias};
use super::options::Options;
use super::props::Props;
use crate::companions::SWTPM_SOCKET;

impl Line<'_> {
    /// `<tpm>`
    pub(super) fn tpms(&mut self) -> Result<()> {
        let tpms = &self.domain.devices.tpms;
        tpms.iter().try_for_each(|tpm| self.tpm(tpm))
    }

    fn tpm(&mut self, tpm: &Tpm) -> Result<()> {
        let alias = alias(&tpm.info)?;
        let id = format!("tpm-{alias}");
        match &tpm.backend {
            // Where nobody serves it.
            TpmBackend::Emulator(_) if !self.starts() => {
                self.option("-chardev", "null,id=chrtpm");
            }
            TpmBackend::Emulator(_) => {
                let path = self.directory().join(SWTPM_SOCKET);
                let mut socket = Options::new("socket");
                socket.set("id", "chrtpm").set("path", path.display().to_string());
                self.option("-chardev", socket);
            }
            TpmBackend::External(external) => {
                let mut socket = Options::new("socket");
                socket.set("id", "chrtpm").set("path", &external.source.path);
                self.option("-chardev", socket);
            }
            TpmBackend::Passthrough(device) => {
                self.not_started_yet("TPM of the host")?;
                let path = device.device.as_ref().map_or("/dev/tpm0", |device| &*device.path);
                let mut backend = Options::new("passthrough");
                backend.set("id", &id).set("path", path);
                self.option("-tpmdev", backend);
            }
        }
        if !matches!(tpm.backend, TpmBackend::Passthrough(_)) {
            let mut backend = Options::new("emulator");
            backend.set("id", &id).set("chardev", "chrtpm");
            self.option("-tpmdev", backend);
        }
        let model = tpm.model.unwrap_or(config::domain::peripheral::TpmModel::Tis);
        let mut props = Props::driver(model.word());
        props.set("tpmdev", id).set("id", alias);
        self.place(&mut props, &tpm.info)?;
        self.device(props)
    }
}
