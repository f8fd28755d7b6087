//! `<rng>`

use config::domain::peripheral::{Rng, RngBackend};

use super::Result;
use super::chardev::HostEnd;
use super::line::{Line, alias};
use super::props::Props;
use super::virtio;

/// Period of a rate that names none.
const PERIOD_MS: u32 = 1000;

impl Line<'_> {
    /// `<rng>`
    pub(super) fn random_generators(&mut self) -> Result<()> {
        let generators = &self.domain.devices.rngs;
        generators.iter().try_for_each(|rng| self.random_generator(rng))
    }

    pub(super) fn random_generator(&mut self, rng: &Rng) -> Result<()> {
        let alias = alias(&rng.info)?;
        let id = format!("obj{alias}");
        let object = match &rng.backend {
            RngBackend::Random(file) => {
                let mut object = Props::object("rng-random", &id);
                object.set("filename", &file.path);
                object
            }
            RngBackend::Egd(egd) => {
                let chardev = format!("char{alias}");
                self.chardev(&HostEnd::new(&egd.source, chardev.clone()))?;
                let mut object = Props::object("rng-egd", &id);
                object.set("chardev", chardev);
                object
            }
            RngBackend::Builtin => Props::object("rng-builtin", &id),
        };
        self.object(&object);
        let mut props = virtio::device("virtio-rng", Some(rng.model).into(), &rng.driver.virtio);
        props.set("rng", id).set("id", alias);
        if let Some(rate) = rng.rate {
            props.set("max-bytes", rate.bytes).set("period", rate.period.unwrap_or(PERIOD_MS));
        }
        self.place(&mut props, &rng.info)?;
        self.device(props)
    }
}
