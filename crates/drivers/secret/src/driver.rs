//! The driver itself: how it comes up, and what all its calls share.

use std::sync::Arc;

use api::remote::NonnullSecret;
use api::{Error, ErrorCode, Result, Uuid};
use config::secret::Secret;
use definitions::{Definitions, Object, Place};
use driver::{Event, EventBus, Key, ObjectKind, Routes, SecretEvent, SecretEventBody};
use host::files::FileError;

use crate::kind::{SECRET, Secrets};
use crate::value;

/// Keeps secrets.
pub struct SecretDriver {
    pub(crate) secrets: Definitions<Secrets>,
    events: Arc<EventBus>,
    routes: Routes<Self>,
}

impl SecretDriver {
    /// Reads every definition and value. What is broken is logged and left alone. Blocks.
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub(crate) fn load(place: &Place, routes: Routes<Self>) -> Result<Arc<Self>, FileError> {
        let secrets: Definitions<Secrets> = Definitions::load(place)?;
        value::sweep(secrets.files())?;
        for secret in secrets.all() {
            match value::load(secrets.files(), &secret.name) {
                Ok(value) => secret.restore(value.map(Arc::new)),
                Err(error) => tracing::error!(uuid = %secret.uuid, error, "value not loaded"),
            }
        }
        Ok(Arc::new(Self { secrets, events: Arc::default(), routes }))
    }

    /// The secret that a client's reference is about.
    ///
    /// # Errors
    /// `NO_SECRET`.
    pub(crate) fn find(&self, secret: &NonnullSecret) -> Result<Arc<Object<Secrets>>> {
        self.secrets.find(secret.uuid, "")
    }

    /// The secret that is for something.
    ///
    /// # Errors
    /// `NO_SECRET`.
    pub(crate) fn for_usage(&self, kind: i32, id: &str) -> Result<Arc<Object<Secrets>>> {
        let is_it = |secret: &Secret| secret.usage.is_some() && is_for(secret, kind, id);
        let mut all = self.secrets.all().into_iter();
        let found = all.find(|known| known.published().is_some_and(|it| is_it(&it.document)));
        found.ok_or_else(|| {
            let detail = format!("no secret with matching usage '{id}'");
            Error::new(ErrorCode::NO_SECRET, SECRET, detail)
        })
    }

    /// Tells what happened to a secret.
    pub(crate) fn tell(&self, uuid: Uuid, document: &Secret, body: SecretEventBody) {
        let (secret, tags) = (reference(uuid, document), Default::default());
        self.events.publish(Event::Secret(SecretEvent { secret, body, tags }));
    }
}

/// Whether a secret is for this.
pub(crate) fn is_for(secret: &Secret, kind: i32, id: &str) -> bool {
    secret.usage_type() == kind && secret.usage_id() == id
}

/// What a client knows a secret by.
pub(crate) fn reference(uuid: Uuid, secret: &Secret) -> NonnullSecret {
    NonnullSecret { uuid, usage_type: secret.usage_type(), usage_id: secret.usage_id().to_owned() }
}

definitions::object_driver!(SecretDriver, |driver, object| match (object.kind, &object.key) {
    (ObjectKind::Secret, Key::Usage { kind, id }) => {
        driver.for_usage(*kind, id)?.identity().map(Some)
    }
    _ => driver.secrets.identify(object),
});
