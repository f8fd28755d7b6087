//! Completing what a client sent with what the emulator is.

use api::Result;

use crate::documents::{Check, SystemEntropy};
use crate::driver::QemuDriver;
use crate::errors;

impl QemuDriver {
    /// Completes and checks a client's document: `written`, which was read from `xml`.
    ///
    /// # Errors
    /// What libvirt says of such a document.
    pub(crate) async fn complete_document(
        &self,
        written: config::Domain,
        xml: &str,
        check: Check,
    ) -> Result<config::Domain> {
        let mut definition = written;
        let host = self
            .emulators
            .host_for(&definition, &self.settings.nvram_dir.to_string_lossy())
            .await?;
        if check == Check::Schema {
            config::Domain::refuse_unknown(xml).map_err(|error| errors::document(&error))?;
        }
        definition
            .complete(&host, &mut SystemEntropy)
            .and_then(|()| definition.validate(&host))
            .map_err(|error| errors::document(&error))?;
        Ok(definition)
    }
}
