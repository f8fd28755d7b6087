//! Who may connect, and who may speak before it has said who it is.
//!
//! ```text
//! accept ── room? ──> Admitted ── place before the door? ──> authenticates ──> named
//! ```
//!
//! A connection beyond `max_clients` waits until another one ends. Places for those who have not
//! authenticated are counted for each user of a socket: whoever connects and says nothing holds up
//! only its own next connections, which are accepted and not read from. From the network, a host
//! counts as a user, for nobody knows yet who speaks there.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driver::Peer;
use tokio::sync::Notify;

use crate::outgoing::Outgoing;
use crate::server::ListenerKind;
use crate::turns::{Line, Turns};

/// Whom a connection is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// A user of this machine, by its id.
    User(u32),
    /// A host of the network; of IPv6, where one host has as many addresses as it likes, its
    /// network of 64 bits.
    Host(IpAddr),
    /// Nobody can tell.
    Unknown,
}

/// Counts connections: all, those without a name yet, and those of each user.
#[derive(Debug)]
pub(crate) struct Admission {
    book: Mutex<Book>,
    /// Told when there may be room for one more.
    room: Notify,
    turns: Arc<Turns>,
}

/// How many may be connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// In all.
    pub(crate) clients: usize,
    /// Without a name, of one user; 0: any number.
    pub(crate) anonymous: usize,
    /// Of one user.
    pub(crate) per_user: usize,
}

/// How many are connected, and may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Occupancy {
    pub(crate) capacity: Capacity,
    pub(crate) clients: usize,
    /// Those without a name, whether they may speak or wait for that.
    pub(crate) anonymous: usize,
}

/// More nameless ones than clients may be connected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AnonymousAboveClients;

#[derive(Debug)]
struct Book {
    capacity: Capacity,
    clients: usize,
    anonymous: usize,
    users: HashMap<Origin, User>,
}

#[derive(Debug, Default)]
struct User {
    clients: usize,
    line: Arc<Line>,
    /// Before the doors for writers and for readers: silent clients of the one for readers, which
    /// anybody may open, keep nobody from the other.
    anterooms: [Anteroom; 2],
}

/// Where those wait who have not authenticated.
#[derive(Debug, Default)]
struct Anteroom {
    seated: usize,
    waiting: VecDeque<Arc<Seat>>,
}

/// The place of one client before the door.
struct Seat {
    taken: AtomicBool,
    outgoing: Arc<Outgoing>,
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").field("taken", &self.taken).finish_non_exhaustive()
    }
}

/// The right to be connected, until dropped.
pub(crate) struct Admitted {
    admission: Arc<Admission>,
    kind: ListenerKind,
    origin: Origin,
    line: Arc<Line>,
    anonymous: Anonymous,
}

/// Whether a client has said who it is.
enum Anonymous {
    /// It waits to be asked.
    Arriving,
    /// It has a seat, or waits for one.
    Waiting(Arc<Seat>),
    /// It has.
    Named,
}

impl Origin {
    pub(crate) fn of(peer: &Peer) -> Self {
        let host = || peer.remote.parse::<SocketAddr>().ok().map(|address| address.ip());
        match peer.uid {
            Some(uid) => Self::User(uid),
            None => host().map_or(Self::Unknown, Self::from),
        }
    }
}

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        Self::Host(match address.to_canonical() {
            IpAddr::V6(address) => {
                Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

impl Admission {
    pub(crate) fn new(capacity: Capacity, turns: Arc<Turns>) -> Self {
        let book = Book { capacity, clients: 0, anonymous: 0, users: HashMap::new() };
        Self { book: Mutex::new(book), room: Notify::new(), turns }
    }

    /// Waits until one more may be connected; none when `origin` has too many connections.
    pub(crate) async fn admit(
        self: &Arc<Self>,
        kind: ListenerKind,
        origin: Origin,
    ) -> Option<Admitted> {
        loop {
            let room = self.room.notified();
            tokio::pin!(room);
            // Enabled before looking, so that no notice falls between.
            room.as_mut().enable();
            if let Some(entered) = self.book().enter_if_room(origin) {
                return entered.map(|line| Admitted {
                    admission: Arc::clone(self),
                    kind,
                    origin,
                    line,
                    anonymous: Anonymous::Arriving,
                });
            }
            room.await;
        }
    }

    /// How things stand.
    pub(crate) fn occupancy(&self) -> Occupancy {
        let book = self.book();
        Occupancy { capacity: book.capacity, clients: book.clients, anonymous: book.anonymous }
    }

    /// Changes how many may be connected, at once; nobody is sent away.
    pub(crate) fn set_capacity(&self, capacity: Capacity) {
        let mut book = self.book();
        book.capacity = capacity;
        self.let_in(book);
    }

    /// Changes some of it.
    ///
    /// # Errors
    /// When more nameless ones than clients might be connected.
    pub(crate) fn resize(
        &self,
        clients: Option<usize>,
        anonymous: Option<usize>,
    ) -> Result<(), AnonymousAboveClients> {
        let mut book = self.book();
        let clients = clients.unwrap_or(book.capacity.clients);
        let anonymous = anonymous.unwrap_or(book.capacity.anonymous);
        if clients < anonymous || clients == 0 {
            return Err(AnonymousAboveClients);
        }
        book.capacity = Capacity { clients, anonymous, ..book.capacity };
        self.let_in(book);
        Ok(())
    }

    /// Lets in whoever waits and may come in now.
    fn let_in(&self, mut book: MutexGuard<'_, Book>) {
        let seated = book.seat_all();
        drop(book);
        seated.iter().for_each(|seat| seat.outgoing.wake());
        self.room.notify_waiters();
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Counts one more; none when there is no room, and no line when the user has too many.
    fn enter_if_room(&mut self, origin: Origin) -> Option<Option<Arc<Line>>> {
        (self.clients < self.capacity.clients).then(|| self.enter(origin))
    }

    fn enter(&mut self, origin: Origin) -> Option<Arc<Line>> {
        let user = self.users.entry(origin).or_default();
        if origin != Origin::Unknown && user.clients >= self.capacity.per_user {
            return None;
        }
        user.clients = user.clients.saturating_add(1);
        self.clients = self.clients.saturating_add(1);
        Some(Arc::clone(&user.line))
    }

    fn leave(&mut self, origin: Origin) {
        self.clients = self.clients.saturating_sub(1);
        if let Some(user) = self.users.get_mut(&origin) {
            user.clients = user.clients.saturating_sub(1);
            if user.clients == 0 {
                self.users.remove(&origin);
            }
        }
    }

    fn sit(&mut self, kind: ListenerKind, origin: Origin, seat: &Arc<Seat>) {
        self.anonymous = self.anonymous.saturating_add(1);
        if let Some(user) = self.users.get_mut(&origin) {
            let anteroom = user.anteroom(kind);
            anteroom.waiting.push_back(Arc::clone(seat));
            anteroom.fill(self.capacity.anonymous);
        }
    }

    /// Gives up a seat; whoever got it.
    fn stand_up(&mut self, kind: ListenerKind, origin: Origin, seat: &Arc<Seat>) -> Vec<Arc<Seat>> {
        self.anonymous = self.anonymous.saturating_sub(1);
        let Some(user) = self.users.get_mut(&origin) else { return Vec::new() };
        let anteroom = user.anteroom(kind);
        if seat.is_taken() {
            anteroom.seated = anteroom.seated.saturating_sub(1);
        } else {
            anteroom.waiting.retain(|other| !Arc::ptr_eq(other, seat));
        }
        anteroom.fill(self.capacity.anonymous)
    }

    fn seat_all(&mut self) -> Vec<Arc<Seat>> {
        let max = self.capacity.anonymous;
        let anterooms = self.users.values_mut().flat_map(|user| user.anterooms.iter_mut());
        anterooms.flat_map(|anteroom| anteroom.fill(max)).collect()
    }
}

impl User {
    fn anteroom(&mut self, kind: ListenerKind) -> &mut Anteroom {
        let [writers, readers] = &mut self.anterooms;
        match kind {
            ListenerKind::ReadWrite | ListenerKind::Admin => writers,
            ListenerKind::ReadOnly => readers,
        }
    }
}

impl Anteroom {
    /// Seats those who wait, as far as there are seats; 0 stands for any number.
    fn fill(&mut self, max: usize) -> Vec<Arc<Seat>> {
        let mut seated = Vec::new();
        while (max == 0 || self.seated < max)
            && let Some(seat) = self.waiting.pop_front()
        {
            self.seated = self.seated.saturating_add(1);
            seat.taken.store(true, Ordering::Release);
            seated.push(seat);
        }
        seated
    }
}

impl Seat {
    fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire)
    }
}

impl Admitted {
    /// The client is about to say who it is; `outgoing` is woken when it may.
    pub(crate) fn ask_name(&mut self, outgoing: &Arc<Outgoing>) {
        let seat = Arc::new(Seat { taken: AtomicBool::new(false), outgoing: Arc::clone(outgoing) });
        self.admission.book().sit(self.kind, self.origin, &seat);
        self.anonymous = Anonymous::Waiting(seat);
    }

    /// Whether the client may speak now.
    pub(crate) fn may_speak(&self) -> bool {
        match &self.anonymous {
            Anonymous::Named => true,
            Anonymous::Waiting(seat) => seat.is_taken(),
            Anonymous::Arriving => false,
        }
    }

    /// The client has authenticated.
    pub(crate) fn named(&mut self) {
        if let Anonymous::Waiting(seat) = std::mem::replace(&mut self.anonymous, Anonymous::Named) {
            let seated = self.admission.book().stand_up(self.kind, self.origin, &seat);
            seated.iter().for_each(|seat| seat.outgoing.wake());
        }
    }

    /// Where its calls wait.
    pub(crate) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// The turns of its calls.
    pub(crate) fn turns(&self) -> &Arc<Turns> {
        &self.admission.turns
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.named();
        self.admission.book().leave(self.origin);
        self.admission.room.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use driver::{Client, Peer};
    use tokio::task::JoinHandle;

    use super::{Admission, Admitted, AnonymousAboveClients, Capacity, Origin};
    use crate::outgoing::Outgoing;
    use crate::trace::Tap;
    use crate::turns::Turns;
    use crate::{Limits, ListenerKind};

    const ROOMY: Capacity = Capacity { clients: 100, anonymous: 20, per_user: 50 };

    fn admission(capacity: Capacity) -> Arc<Admission> {
        Arc::new(Admission::new(capacity, Arc::new(Turns::new(10, 10))))
    }

    /// A client that has connected and is yet to say who it is.
    async fn arrive(admission: &Arc<Admission>, kind: ListenerKind, uid: u32) -> Admitted {
        let mut admitted = admission.admit(kind, Origin::User(uid)).await.unwrap();
        let client = Arc::new(Client::new(1, Peer::default()));
        admitted.ask_name(&Arc::new(Outgoing::new(&Limits::default(), Tap::new(&client))));
        admitted
    }

    #[tokio::test]
    async fn a_user_with_too_many_connections_is_refused_others_are_not() {
        let admission = admission(Capacity { per_user: 1, ..ROOMY });
        let first = admission.admit(ListenerKind::ReadWrite, Origin::User(1000)).await;
        assert!(first.is_some());
        assert!(admission.admit(ListenerKind::ReadWrite, Origin::User(1000)).await.is_none());
        assert!(admission.admit(ListenerKind::ReadWrite, Origin::User(1001)).await.is_some());
        drop(first);
        assert!(admission.admit(ListenerKind::ReadWrite, Origin::User(1000)).await.is_some());
    }

    #[test]
    fn a_host_of_the_network_counts_as_a_user() {
        let origin =
            |remote: &str| Origin::of(&Peer { remote: remote.to_owned(), ..Peer::default() });
        assert_eq!(origin("192.0.2.1:40000"), origin("192.0.2.1:40001"));
        assert_ne!(origin("192.0.2.1:40000"), origin("192.0.2.2:40000"));
        assert_eq!(origin("[::ffff:192.0.2.1]:40000"), origin("192.0.2.1:40001"));
        assert_eq!(origin("[2001:db8::1]:40000"), origin("[2001:db8::ffff:2]:1"));
        assert_ne!(origin("[2001:db8::1]:40000"), origin("[2001:db8:0:1::1]:40000"));
        assert_eq!(origin(""), Origin::Unknown);
        assert_eq!(Origin::of(&Peer { uid: Some(7), ..Peer::default() }), Origin::User(7));
    }

    #[tokio::test]
    async fn silent_clients_hold_up_only_their_own_user_and_socket() {
        let admission = admission(Capacity { anonymous: 1, ..ROOMY });
        let mut silent = arrive(&admission, ListenerKind::ReadOnly, 1000).await;
        assert!(silent.may_speak());
        let next = arrive(&admission, ListenerKind::ReadOnly, 1000).await;
        assert!(!next.may_speak());
        assert!(arrive(&admission, ListenerKind::ReadWrite, 1000).await.may_speak());
        assert!(arrive(&admission, ListenerKind::ReadOnly, 0).await.may_speak());
        assert_eq!(admission.occupancy().anonymous, 2);
        silent.named();
        assert!(next.may_speak());
        assert_eq!(admission.occupancy().anonymous, 1);
    }

    #[tokio::test]
    async fn whoever_leaves_while_it_waits_takes_no_seat() {
        let admission = admission(Capacity { anonymous: 1, ..ROOMY });
        let first = arrive(&admission, ListenerKind::ReadWrite, 7).await;
        let second = arrive(&admission, ListenerKind::ReadWrite, 7).await;
        let third = arrive(&admission, ListenerKind::ReadWrite, 7).await;
        drop(second);
        assert!(!third.may_speak());
        drop(first);
        assert!(third.may_speak());
        drop(third);
        assert_eq!((admission.occupancy().clients, admission.occupancy().anonymous), (0, 0));
        assert!(admission.book().users.is_empty());
    }

    #[tokio::test]
    async fn whoever_is_too_many_waits_until_there_is_room_or_more_of_it() {
        let admission = admission(Capacity { clients: 1, anonymous: 1, ..ROOMY });
        let first = arrive(&admission, ListenerKind::ReadWrite, 1).await;
        let next = arrival(&admission);
        assert!(!gets_in_at_once(&next).await);
        drop(first);
        let first = next.await.unwrap();
        let next = arrival(&admission);
        assert!(!gets_in_at_once(&next).await);
        admission.resize(Some(2), None).unwrap();
        let second = next.await.unwrap();
        assert_eq!(admission.occupancy().clients, 2);
        drop((first, second));
    }

    fn arrival(admission: &Arc<Admission>) -> JoinHandle<Admitted> {
        let admission = Arc::clone(admission);
        tokio::spawn(async move { arrive(&admission, ListenerKind::ReadWrite, 2).await })
    }

    /// On a runtime of one thread, whoever can go on has done so after a few turns.
    async fn gets_in_at_once(arrival: &JoinHandle<Admitted>) -> bool {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        arrival.is_finished()
    }

    #[tokio::test]
    async fn growing_seats_those_who_wait_and_shrinking_sends_nobody_away() {
        let admission = admission(Capacity { anonymous: 1, ..ROOMY });
        let first = arrive(&admission, ListenerKind::ReadWrite, 1).await;
        let second = arrive(&admission, ListenerKind::ReadWrite, 1).await;
        admission.resize(None, Some(2)).unwrap();
        assert!(second.may_speak());
        admission.resize(None, Some(1)).unwrap();
        assert!(first.may_speak() && second.may_speak());
        assert!(!arrive(&admission, ListenerKind::ReadWrite, 1).await.may_speak());
        assert_eq!(admission.resize(Some(0), Some(0)), Err(AnonymousAboveClients));
        assert_eq!(admission.resize(None, Some(101)), Err(AnonymousAboveClients));
        admission.resize(None, Some(0)).unwrap();
        assert!(arrive(&admission, ListenerKind::ReadWrite, 1).await.may_speak());
    }
}
