//! Secrets as definitions: what identifies them, and what is on disk.

use api::{ErrorCode, ErrorDomain, Uuid};
use config::secret::{Secret, Usage};
use definitions::{Files, Kind, View};
use driver::{Identity, ObjectKind};
use host::files::FileError;

use crate::value::{self, SharedValue};

/// The domain of a secret's errors.
pub(crate) const SECRET: ErrorDomain = ErrorDomain::SECRET;

/// Secrets; they have no names, so files are named after their UUIDs.
pub(crate) struct Secrets;

impl Kind for Secrets {
    type Document = Secret;
    type State = Option<SharedValue>;

    const OBJECT: ObjectKind = ObjectKind::Secret;
    const NOUN: &'static str = "secret";
    const DOMAIN: ErrorDomain = SECRET;
    const MISSING: ErrorCode = ErrorCode::NO_SECRET;
    const EDIT: &'static str = "virsh secret-define, or fv secret-define";

    fn uuid(secret: &Secret) -> Option<Uuid> {
        secret.uuid.map(|uuid| Uuid(*uuid.as_bytes()))
    }

    fn name(secret: &Secret) -> String {
        secret.uuid.map(|uuid| uuid.to_string()).unwrap_or_default()
    }

    /// What it is for is its name.
    fn identity(secret: &Secret) -> Identity {
        let name = secret.usage_id().to_owned();
        let detail = match &secret.usage {
            None | Some(Usage::None) => None,
            Some(Usage::Volume(_)) => Some("secret_usage_volume"),
            Some(Usage::Ceph(_)) => Some("secret_usage_ceph"),
            Some(Usage::Iscsi(_)) => Some("secret_usage_target"),
            Some(Usage::Tls(_) | Usage::Vtpm(_)) => Some("secret_usage_name"),
        };
        Identity {
            kind: ObjectKind::Secret,
            uuid: Self::uuid(secret),
            tags: Default::default(),
            details: detail.map(|key| (key, name.clone())).into_iter().collect(),
            name,
        }
    }

    fn read(text: &str) -> Result<Secret, config::Error> {
        Secret::parse(text)
    }

    fn print(secret: &Secret) -> String {
        secret.format()
    }

    /// An ephemeral secret leaves the disk, and one that no longer is brings its value along. The
    /// value goes first where it comes, and last where it goes: the definition decides.
    fn keep(
        files: &Files,
        before: Option<&View<Self>>,
        name: &str,
        secret: &Secret,
    ) -> Result<(), FileError> {
        let was_ephemeral = before.is_some_and(|view| view.document.ephemeral.0);
        match (secret.ephemeral.0, before) {
            (true, Some(view)) if !was_ephemeral => Self::forget(files, view, name),
            (true, _) => Ok(()),
            (false, before) => {
                let value = before.filter(|_| was_ephemeral).and_then(|view| view.state.as_ref());
                value.map_or(Ok(()), |value| value::save(files, name, value))?;
                files.save(name, &Self::print(secret))
            }
        }
    }

    fn forget(files: &Files, before: &View<Self>, name: &str) -> Result<(), FileError> {
        if before.document.ephemeral.0 {
            return Ok(());
        }
        files.remove(name)?;
        // Nobody finds it without its definition, and the next start removes it.
        if let Err(error) = value::remove(files, name) {
            tracing::error!(uuid = name, %error, "value of an undefined secret not removed");
        }
        Ok(())
    }
}
