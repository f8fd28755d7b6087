//! Who may connect.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Limits, ListenerKind};

/// Counts connections: all, those without a name yet, and those of each user.
#[derive(Debug)]
pub(crate) struct Admission {
    clients: Arc<Semaphore>,
    /// By socket: silent clients of the one for readers, to which anybody may connect, keep nobody
    /// from the other.
    anonymous: [(ListenerKind, Arc<Semaphore>); 2],
    per_user: Mutex<HashMap<u32, usize>>,
    max_per_user: usize,
}

/// Places for a connection that is yet to be accepted.
pub(crate) struct Places {
    client: OwnedSemaphorePermit,
    anonymous: OwnedSemaphorePermit,
}

/// The right to be connected, until dropped.
pub(crate) struct Admitted {
    admission: Arc<Admission>,
    uid: Option<u32>,
    _client: OwnedSemaphorePermit,
    anonymous: Option<OwnedSemaphorePermit>,
}

impl Admission {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            clients: Arc::new(Semaphore::new(limits.max_clients)),
            anonymous: [ListenerKind::ReadWrite, ListenerKind::ReadOnly]
                .map(|kind| (kind, Arc::new(Semaphore::new(limits.max_anonymous_clients)))),
            per_user: Mutex::default(),
            max_per_user: limits.max_clients_per_user,
        }
    }

    /// Waits until one more may connect to a socket of `kind`: as libvirtd does, whoever is too many waits in the
    /// kernel's queue. None when the server is gone.
    pub(crate) async fn places(&self, kind: ListenerKind) -> Option<Places> {
        let client = Arc::clone(&self.clients).acquire_owned().await.ok()?;
        let (_, anonymous) = self.anonymous.iter().find(|(of, _)| *of == kind)?;
        let anonymous = Arc::clone(anonymous).acquire_owned().await.ok()?;
        Some(Places { client, anonymous })
    }

    /// Gives `places` to a connection of `uid`; none when that user has too many.
    pub(crate) fn admit(self: &Arc<Self>, places: Places, uid: Option<u32>) -> Option<Admitted> {
        if let Some(uid) = uid {
            let mut per_user = self.per_user.lock().unwrap_or_else(PoisonError::into_inner);
            let count = per_user.entry(uid).or_default();
            if *count >= self.max_per_user {
                return None;
            }
            *count += 1;
        }
        Some(Admitted {
            admission: Arc::clone(self),
            uid,
            _client: places.client,
            anonymous: Some(places.anonymous),
        })
    }
}

impl Admitted {
    /// The client has authenticated.
    pub(crate) fn named(&mut self) {
        self.anonymous = None;
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let Some(uid) = self.uid else { return };
        let mut per_user = self.admission.per_user.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = per_user.get_mut(&uid) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                per_user.remove(&uid);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Admission;
    use crate::{Limits, ListenerKind};

    #[tokio::test]
    async fn a_user_with_too_many_connections_is_refused_others_are_not() {
        let limits = Limits { max_clients_per_user: 1, ..Limits::default() };
        let admission = Arc::new(Admission::new(&limits));
        let first =
            admission.admit(admission.places(ListenerKind::ReadWrite).await.unwrap(), Some(1000));
        assert!(first.is_some());
        assert!(
            admission
                .admit(admission.places(ListenerKind::ReadWrite).await.unwrap(), Some(1000))
                .is_none()
        );
        assert!(
            admission
                .admit(admission.places(ListenerKind::ReadWrite).await.unwrap(), Some(1001))
                .is_some()
        );
        drop(first);
        assert!(
            admission
                .admit(admission.places(ListenerKind::ReadWrite).await.unwrap(), Some(1000))
                .is_some()
        );
    }

    #[tokio::test]
    async fn whoever_has_authenticated_makes_place_for_the_next() {
        let limits = Limits { max_anonymous_clients: 1, ..Limits::default() };
        let admission = Arc::new(Admission::new(&limits));
        let mut first = admission
            .admit(admission.places(ListenerKind::ReadWrite).await.unwrap(), None)
            .unwrap();
        let free = || admission.anonymous.each_ref().map(|(_, places)| places.available_permits());
        assert_eq!(free(), [0, 1], "the other socket has places of its own");
        first.named();
        assert_eq!(free(), [1, 1]);
    }
}
