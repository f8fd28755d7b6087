//! What a call is about: the running guest, the definition, or both.

use std::sync::Arc;

use api::{DomainModificationImpact as Flag, Error, ErrorDomain, Result};

use super::{Domain, Live, Published, not_running};
use crate::driver::QemuDriver;
use crate::flags;

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Impact {
    /// The running guest.
    pub(crate) live: bool,
    /// The definition.
    pub(crate) config: bool,
}

impl Impact {
    /// What the flags of a change mean for a domain; none of them means what there is now.
    ///
    /// # Errors
    /// `OPERATION_INVALID` for a guest that does not run, or a definition that does not survive.
    pub(crate) fn of(flags: u32, view: &Published) -> Result<Self> {
        let mut impact =
            Self { live: flags & Flag::LIVE.0 != 0, config: flags & Flag::CONFIG.0 != 0 };
        if !impact.live && !impact.config {
            impact.live = view.is_active();
            impact.config = !view.is_active();
        }
        if impact.live && !view.is_active() {
            return Err(not_running());
        }
        if impact.config && !view.is_persistent() {
            let detail = "transient domains do not have any persistent config";
            return Err(Error::operation_invalid(ErrorDomain::DOMAIN, detail));
        }
        Ok(impact)
    }

    /// The document that the flags of a look mean.
    ///
    /// # Errors
    /// Those of [`Impact::of`]; `INVALID_ARG` for both at once.
    pub(crate) fn document(flags: u32, view: &Published) -> Result<Arc<config::Domain>> {
        Self::exclusive(flags)?;
        let impact = Self::of(flags, view)?;
        let document = if impact.live { view.live.clone() } else { view.definition() };
        document.ok_or_else(not_running)
    }

    /// Refuses both at once.
    ///
    /// # Errors
    /// `INVALID_ARG`.
    pub(crate) fn exclusive(flags: u32) -> Result<()> {
        let both = (Flag::LIVE | Flag::CONFIG).0;
        if flags & both != both {
            return Ok(());
        }
        let message =
            "Flags 'VIR_DOMAIN_AFFECT_LIVE' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive";
        Err(flags::refused(ErrorDomain::DOMAIN, message))
    }
}

impl QemuDriver {
    /// Changes the document of a running guest: for readers, and for a daemon that comes after.
    pub(crate) fn change_live(
        &self,
        domain: &Domain,
        live: &Live,
        change: impl FnOnce(&mut config::Domain),
    ) {
        domain.publish(|view| {
            if let Some(document) = view.live.as_ref().filter(|_| view.id == Some(live.id)) {
                let mut document = config::Domain::clone(document);
                change(&mut document);
                view.live = Some(Arc::new(document));
            }
        });
        self.save_status(domain, live);
    }
}
