//! The driver's domains, as access rules see them.

use std::sync::Arc;

use api::{Error, ErrorDomain, Result, Uuid};
use driver::{CallContext, Identity, Key, ObjectKind, Reference};

use crate::domain::{Domain, tags};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

impl QemuDriver {
    /// The domain that a call names.
    ///
    /// # Errors
    /// `NO_DOMAIN`, naming what the client named.
    pub(crate) fn find_named(&self, key: &Key) -> Result<Arc<Domain>> {
        let missing = |detail: String| Error::no_domain(QEMU, detail);
        match key {
            Key::Uuid { uuid, name } => self.registry.find(&api::remote::NonnullDomain {
                name: name.clone(),
                uuid: *uuid,
                id: -1,
            }),
            Key::Name(name) => self
                .registry
                .by_name(name)
                .ok_or_else(|| missing(format!("no domain with matching name '{name}'"))),
            Key::Id(..0) => {
                let message = "id in virDomainLookupByID must be zero or greater";
                Err(flags::refused(ErrorDomain::DOMAIN, message))
            }
            Key::Id(id) => self
                .registry
                .by_id(*id)
                .ok_or_else(|| missing(format!("no domain with matching id {id}"))),
            other => Err(missing(format!("no domain is known by {other:?}"))),
        }
    }

    /// The domain that a call names, for access rules; none for objects that are no domains.
    pub(crate) fn identity_of(&self, object: &Reference) -> Result<Option<Identity>> {
        match object.kind {
            ObjectKind::Domain => self.find_named(&object.key).map(|it| Some(it.identity())),
            _ => Ok(None),
        }
    }

    /// Whether the caller may have the domain that a document describes; before anything is made
    /// of it. Whoever writes the document chooses name and tags, so a domain that is there already
    /// must be allowed as it is, too: it is returned.
    ///
    /// # Errors
    /// `ACCESS_DENIED`.
    pub(crate) async fn authorize(
        &self,
        cx: &CallContext,
        document: &config::Domain,
    ) -> Result<Option<Arc<Domain>>> {
        let uuid = document.uuid.map(|uuid| Uuid(*uuid.as_bytes()));
        let name = document.name.as_str();
        let by_uuid = uuid.and_then(|uuid| self.registry.by_uuid(uuid));
        let known = by_uuid.or_else(|| self.registry.by_name(name));
        if let Some(known) = &known {
            cx.check(&known.identity()).await?;
        }
        let (kind, name, tags) = (ObjectKind::Domain, name.to_owned(), tags::of(document));
        cx.check(&Identity { kind, name, uuid, tags, details: Vec::new() }).await?;
        Ok(known)
    }

    /// The same for a domain that came to be while the document was completed.
    ///
    /// # Errors
    /// `ACCESS_DENIED`.
    pub(crate) async fn authorize_found(
        &self,
        cx: &CallContext,
        found: &Arc<Domain>,
        authorized: Option<&Arc<Domain>>,
    ) -> Result<()> {
        match authorized {
            Some(known) if Arc::ptr_eq(known, found) => Ok(()),
            Some(_) | None => cx.check(&found.identity()).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use api::Uuid;
    use api::procedure::Lane;
    use driver::{Driver, Key, ObjectKind, Reference};

    use crate::domain::scripted::Bench;
    use crate::routes::routes;

    #[tokio::test]
    async fn a_domain_is_identified_by_all_that_names_it_and_missed_in_libvirts_words() {
        let bench = Bench::new(1000).await;
        let domain = bench.guest(3, "", |_| qmp::scripted::Answer::Silence).await;
        let identify = |key| bench.driver.identify(&Reference { kind: ObjectKind::Domain, key });
        bench.driver.registry.bind_id(3, &domain);
        let name = domain.name();
        // What the client believes of the name does not count.
        let uuid = Key::Uuid { uuid: domain.uuid, name: "other".to_owned() };
        for key in [uuid, Key::Name(name.clone()), Key::Id(3)] {
            let identity = identify(key).unwrap().unwrap();
            assert_eq!((identity.name, identity.uuid), (name.clone(), Some(domain.uuid)));
        }
        let missing = identify(Key::Uuid { uuid: Uuid([9; 16]), name: "x".to_owned() });
        let message = "Domain not found: no domain with matching uuid \
                       '09090909-0909-0909-0909-090909090909' (x)";
        assert_eq!(missing.unwrap_err().message, message);
        let network = Reference { kind: ObjectKind::Network, key: Key::Name(name) };
        assert_eq!(bench.driver.identify(&network), Ok(None));
    }

    #[test]
    fn every_call_that_is_served_is_about_a_domain_or_the_host() {
        let routes = routes();
        let rows = api::MAIN_PROGRAMS.iter().flat_map(|program| program.rows());
        let served =
            rows.filter(|row| row.lane != Lane::Event && routes.serves(row.program, row.number));
        for access in served.flat_map(|row| row.access) {
            let object = access.permission.object;
            assert!(matches!(object, "connect" | "domain"), "{object} cannot be identified");
        }
    }
}
