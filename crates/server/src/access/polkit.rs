//! polkit, asked for every permission, as libvirtd does with `access_drivers = ["polkit"]`.
//!
//! The action is `org.libvirt.api.OBJECT.PERMISSION`; its details are those that rules for libvirtd
//! use. polkit knows processes only, so who comes over the network may do nothing.

use std::sync::Arc;

use api::procedure::Permission;
use driver::{Identity, ObjectKind, Ruling};
use polkit::{Interaction, Polkit};

use super::engine::{Decision, Engine, Question, Reason, Subject, Target};

/// Asks polkit.
#[derive(Debug)]
pub struct PolkitEngine {
    authority: Arc<Polkit>,
}

impl PolkitEngine {
    /// An engine that asks this authority.
    pub fn new(authority: Arc<Polkit>) -> Self {
        Self { authority }
    }
}

impl Engine for PolkitEngine {
    fn decide(&self, who: &Subject, question: &Question<'_>) -> Ruling<Decision> {
        let details = match question.target {
            // What rules decide by is in a document yet unread; it is asked about afterwards.
            Target::Some(_) => {
                let reason = Reason::Fixed("polkit is asked once the object is known");
                return Ruling::Now(Decision::allowed(reason));
            }
            Target::Connection => Vec::new(),
            Target::Object(object) => details(object),
        };
        let Some(process) = who.process else {
            let reason = Reason::Fixed("polkit knows processes of this host only");
            return Ruling::Now(Decision::denied(reason));
        };
        let (authority, driver) = (Arc::clone(&self.authority), question.driver);
        let action = action(question.permission);
        Ruling::Later(Box::pin(async move {
            let mut named = vec![("connect_driver", driver)];
            named.extend(details.iter().map(|(key, value)| (*key, value.as_str())));
            match ask(&authority, &action, process, &named).await {
                Ok(true) => Decision::allowed(Reason::Said(format!("polkit: {action}").into())),
                Ok(false) => Decision::denied(Reason::Said(format!("polkit: {action}").into())),
                Err(fault) => Decision::denied(Reason::Said(format!("{action}: {fault}").into())),
            }
        }))
    }
}

async fn ask(
    authority: &Polkit,
    action: &str,
    process: polkit::Subject,
    details: &[(&str, &str)],
) -> Result<bool, polkit::PolkitError> {
    // Nobody is asked: a call is not the moment for a dialogue.
    let decision = authority.check(action, process, details, Interaction::None).await?;
    Ok(decision == polkit::Decision::Allowed)
}

/// As libvirt's policy file for polkit names it.
fn action(permission: Permission) -> String {
    format!("org.libvirt.api.{permission}").replace('_', "-")
}

/// What rules may look at, by libvirt's names.
fn details(object: &Identity) -> Vec<(&'static str, String)> {
    let (name, uuid) = match object.kind {
        ObjectKind::Domain => ("domain_name", Some("domain_uuid")),
        ObjectKind::Interface => ("interface_name", None),
        ObjectKind::Network => ("network_name", Some("network_uuid")),
        ObjectKind::NetworkPort => ("network_name", Some("network_port_uuid")),
        ObjectKind::NodeDevice => ("node_device_name", None),
        ObjectKind::Nwfilter => ("nwfilter_name", Some("nwfilter_uuid")),
        ObjectKind::NwfilterBinding => ("nwfilter_binding_portdev", None),
        ObjectKind::Secret => ("secret_usage", Some("secret_uuid")),
        ObjectKind::StoragePool => ("pool_name", Some("pool_uuid")),
        ObjectKind::StorageVol => ("vol_name", None),
    };
    let mut details = Vec::with_capacity(object.details.len().saturating_add(2));
    // A secret has no name; which use it is for is among its other details.
    if object.kind != ObjectKind::Secret {
        details.push((name, object.name.clone()));
    }
    if let (Some(key), Some(uuid)) = (uuid, object.uuid) {
        details.push((key, uuid.to_string()));
    }
    details.extend(object.details.iter().cloned());
    details
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use api::Uuid;
    use api::procedure::Permission;
    use driver::{Identity, Ruling};

    use super::{PolkitEngine, action, details};
    use crate::access::{Engine, Question, Subject, Target};

    #[test]
    fn actions_and_details_are_libvirts() {
        let permission = Permission::named("domain.read_secure").unwrap();
        assert_eq!(action(permission), "org.libvirt.api.domain.read-secure");
        let permission = Permission::named("node_device.getattr").unwrap();
        assert_eq!(action(permission), "org.libvirt.api.node-device.getattr");
        let vm = Identity::domain("vm", Uuid([0x11; 16]), Default::default());
        let uuid = "11111111-1111-1111-1111-111111111111".to_owned();
        assert_eq!(details(&vm), [("domain_name", "vm".to_owned()), ("domain_uuid", uuid)]);
    }

    #[tokio::test]
    async fn who_is_no_process_of_this_host_and_an_authority_that_is_not_there_mean_no() {
        let authority = Arc::new(polkit::Polkit::at("unix:path=/nonexistent/bus"));
        let engine = PolkitEngine::new(authority);
        let permission = Permission::named("connect.getattr").unwrap();
        let question = Question { driver: "QEMU", permission, target: Target::Connection };
        let remote = Subject { tls_name: Some("CN=x".to_owned()), ..Subject::default() };
        let Ruling::Now(decision) = engine.decide(&remote, &question) else {
            panic!("polkit is not asked about it");
        };
        assert!(!decision.allowed);
        let process = polkit::Subject::process(std::process::id(), 0).ok();
        let local = Subject { uid: Some(0), process, ..Subject::default() };
        let decision = engine.decide(&local, &question).get().await;
        assert!(!decision.allowed, "{}", decision.reason);
    }
}
