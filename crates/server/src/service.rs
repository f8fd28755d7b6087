//! The two services of the daemon, which libvirt calls servers: `libvirtd` for clients that manage
//! guests, and `admin` for those that look after the daemon. Each has limits of its own.

use std::sync::{Arc, PoisonError, RwLock};

use crate::Limits;
use crate::admission::Admission;
use crate::server::ListenerKind;
use crate::turns::Turns;

/// The name of the service of the admin socket.
const ADMIN: &str = "admin";
/// The name of the service of all other doors.
const MAIN: &str = "libvirtd";

/// One of the two.
pub(crate) struct Service {
    name: &'static str,
    limits: RwLock<Arc<Limits>>,
    admission: Arc<Admission>,
    turns: Arc<Turns>,
}

/// Both, in the order in which libvirt lists them.
pub(crate) struct Services([Service; 2]);

impl Service {
    fn new(name: &'static str, limits: Limits) -> Self {
        let turns = Arc::new(Turns::new(limits.max_requests, limits.max_user_requests));
        let admission = Arc::new(Admission::new(limits.capacity(), Arc::clone(&turns)));
        Self { name, limits: RwLock::new(Arc::new(limits)), admission, turns }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether doors of this kind are its.
    pub(crate) fn has_door(&self, kind: ListenerKind) -> bool {
        (kind == ListenerKind::Admin) == (self.name == ADMIN)
    }

    /// The limits of a client that connects now.
    pub(crate) fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who may connect.
    pub(crate) fn admission(&self) -> &Arc<Admission> {
        &self.admission
    }

    /// How many ordinary calls run.
    pub(crate) fn turns(&self) -> &Arc<Turns> {
        &self.turns
    }

    fn set_limits(&self, limits: Limits) {
        self.admission.set_capacity(limits.capacity());
        self.turns.set_limits(limits.max_requests, limits.max_user_requests);
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(limits);
    }
}

impl Services {
    pub(crate) fn new(limits: Limits) -> Self {
        Self([Service::new(ADMIN, limits.for_admin()), Service::new(MAIN, limits)])
    }

    /// Changes the limits of both.
    pub(crate) fn set_limits(&self, limits: Limits) {
        let [admin, main] = &self.0;
        admin.set_limits(limits.for_admin());
        main.set_limits(limits);
    }

    /// The one that doors of this kind lead to.
    pub(crate) fn behind(&self, kind: ListenerKind) -> &Service {
        let [admin, main] = &self.0;
        if kind == ListenerKind::Admin { admin } else { main }
    }

    /// The one of that name.
    pub(crate) fn named(&self, name: &str) -> Option<&Service> {
        self.iter().find(|service| service.name == name)
    }

    /// Both.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Service> {
        self.0.iter()
    }
}
