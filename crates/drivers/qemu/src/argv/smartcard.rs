//! `<smartcard>`

use config::domain::peripheral::{Smartcard, SmartcardSource};

use super::Result;
use super::chardev::HostEnd;
use super::line::{Line, alias};
use super::props::Props;

/// Where NSS keeps its certificates on most hosts.
const CERTIFICATES: &str = "/etc/pki/nssdb";

impl Line<'_> {
    /// `<smartcard>`
    pub(super) fn smartcards(&mut self) -> Result<()> {
        let cards = &self.domain.devices.smartcards;
        cards.iter().try_for_each(|card| self.smartcard(card))
    }

    fn smartcard(&mut self, card: &Smartcard) -> Result<()> {
        let alias = alias(&card.info)?;
        let mut props = match &card.source {
            SmartcardSource::Host => {
                let mut props = Props::driver("ccid-card-emulated");
                props.set("backend", "nss-emulated");
                props
            }
            SmartcardSource::Certificates(source) => {
                let mut props = Props::driver("ccid-card-emulated");
                props.set("backend", "certificates");
                for (number, certificate) in (1..).zip(&source.certificates) {
                    props.set(&format!("cert{number}"), certificate);
                }
                props.set("db", source.database.as_deref().unwrap_or(CERTIFICATES));
                props
            }
            SmartcardSource::Passthrough(source) => {
                let id = format!("char{alias}");
                self.chardev(&HostEnd {
                    channel: Some("smartcard"),
                    ..HostEnd::new(source, id.clone())
                })?;
                let mut props = Props::driver("ccid-card-passthru");
                props.set("chardev", id);
                props
            }
        };
        props.set("id", alias);
        self.place(&mut props, &card.info)?;
        self.device(props)
    }
}
