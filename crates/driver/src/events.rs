//! What happens, told to whoever asked.
//!
//! A driver publishes; each subscriber takes the event without waiting (it queues a packet, or
//! counts a loss). So a slow client never holds up a driver, and order is kept for each.

use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use api::remote::NonnullDomain;
use api::{
    ConnectDomainEventAgentLifecycleReason, ConnectDomainEventAgentLifecycleState,
    ConnectDomainEventDiskChangeReason, DomainEventGraphicsAddressType, DomainEventGraphicsPhase,
    DomainEventID, DomainEventIOErrorAction, DomainEventTrayChangeReason, DomainEventType,
    DomainEventWatchdogAction, DomainMetadataType, TypedParam,
};

use crate::{Identity, NetworkEvent, NodeDeviceEvent, SecretEvent, StoragePoolEvent, Tags};

/// Anything that a client may register for.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Something happened to a domain.
    Domain(DomainEvent),
    /// Something happened to a virtual network.
    Network(NetworkEvent),
    /// Something happened to a storage pool.
    StoragePool(StoragePoolEvent),
    /// Something happened to a device of the host.
    NodeDevice(NodeDeviceEvent),
    /// Something happened to a secret.
    Secret(SecretEvent),
    /// A hypervisor's monitor said something.
    Monitor(MonitorEvent),
}

/// Something happened to a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainEvent {
    /// The domain, as it was then.
    pub domain: NonnullDomain,
    /// What happened.
    pub body: DomainEventBody,
    /// The domain's tags then.
    pub tags: Tags,
}

/// What happened to a domain; names and units are those of libvirt's event messages.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of the event messages in `api`")]
pub enum DomainEventBody {
    /// It was defined, started, suspended, …; `detail` belongs to the event's own enum.
    Lifecycle { event: DomainEventType, detail: i32 },
    /// The guest restarted.
    Reboot,
    /// The guest set its clock; seconds from UTC (or from its base).
    RtcChange { offset_s: i64 },
    /// The watchdog fired.
    Watchdog { action: DomainEventWatchdogAction },
    /// A disk failed.
    IoError { path: String, alias: String, action: DomainEventIOErrorAction, reason: String },
    /// A viewer connected, authenticated or left.
    Graphics {
        phase: DomainEventGraphicsPhase,
        local: GraphicsAddress,
        remote: GraphicsAddress,
        auth_scheme: String,
        subject: Vec<(String, String)>,
    },
    /// A block job ended or became ready. `path` for the old event, `target` for the new.
    BlockJob { path: String, target: String, kind: i32, status: i32 },
    /// The source of a removable disk changed.
    DiskChange {
        old: Option<String>,
        new: Option<String>,
        alias: String,
        reason: ConnectDomainEventDiskChangeReason,
    },
    /// A tray was opened or closed.
    TrayChange { alias: String, reason: DomainEventTrayChangeReason },
    /// The guest woke up.
    PmWakeup,
    /// The guest went to sleep.
    PmSuspend,
    /// The guest went to sleep on disk.
    PmSuspendDisk,
    /// The balloon changed.
    BalloonChange { actual_kib: u64 },
    /// A device left the guest.
    DeviceRemoved { alias: String },
    /// A device was added.
    DeviceAdded { alias: String },
    /// The guest refused to let a device go.
    DeviceRemovalFailed { alias: String },
    /// Tunable values changed.
    Tunable { params: Vec<TypedParam> },
    /// The guest agent came or went.
    AgentLifecycle {
        state: ConnectDomainEventAgentLifecycleState,
        reason: ConnectDomainEventAgentLifecycleReason,
    },
    /// Title, description or metadata changed.
    MetadataChange { kind: DomainMetadataType, ns_uri: Option<String> },
    /// A guest wrote beyond the mark that was set.
    BlockThreshold { dev: String, path: Option<String>, threshold: u64, excess: u64 },
    /// The machine's memory failed under the guest.
    MemoryFailure { recipient: i32, action: i32, flags: u32 },
    /// A virtio-mem device changed its size.
    MemoryDeviceSizeChange { alias: String, size_kib: u64 },
    /// A migration went once more over the guest's memory.
    MigrationIteration { iteration: i32 },
    /// A job ended.
    JobCompleted { params: Vec<TypedParam> },
    /// The guest changed the address of a network card.
    NicMacChange { alias: String, old_mac: String, new_mac: String },
    /// Contact to a guest's process was lost.
    ControlError,
}

/// One end of a viewer's connection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GraphicsAddress {
    /// IPv4, IPv6 or unix.
    pub family: DomainEventGraphicsAddressType,
    /// Host address or path.
    pub node: String,
    /// Port.
    pub service: String,
}

impl DomainEventBody {
    /// The ids under which clients register for it; a block job and an I/O error have two each.
    pub fn ids(&self) -> &'static [DomainEventID] {
        use DomainEventID as Id;
        match self {
            Self::Lifecycle { .. } => &[Id::LIFECYCLE],
            Self::Reboot => &[Id::REBOOT],
            Self::RtcChange { .. } => &[Id::RTC_CHANGE],
            Self::Watchdog { .. } => &[Id::WATCHDOG],
            Self::IoError { .. } => &[Id::IO_ERROR, Id::IO_ERROR_REASON],
            Self::Graphics { .. } => &[Id::GRAPHICS],
            Self::BlockJob { .. } => &[Id::BLOCK_JOB, Id::BLOCK_JOB_2],
            Self::DiskChange { .. } => &[Id::DISK_CHANGE],
            Self::TrayChange { .. } => &[Id::TRAY_CHANGE],
            Self::PmWakeup => &[Id::PMWAKEUP],
            Self::PmSuspend => &[Id::PMSUSPEND],
            Self::PmSuspendDisk => &[Id::PMSUSPEND_DISK],
            Self::BalloonChange { .. } => &[Id::BALLOON_CHANGE],
            Self::DeviceRemoved { .. } => &[Id::DEVICE_REMOVED],
            Self::DeviceAdded { .. } => &[Id::DEVICE_ADDED],
            Self::DeviceRemovalFailed { .. } => &[Id::DEVICE_REMOVAL_FAILED],
            Self::Tunable { .. } => &[Id::TUNABLE],
            Self::AgentLifecycle { .. } => &[Id::AGENT_LIFECYCLE],
            Self::MetadataChange { .. } => &[Id::METADATA_CHANGE],
            Self::BlockThreshold { .. } => &[Id::BLOCK_THRESHOLD],
            Self::MemoryFailure { .. } => &[Id::MEMORY_FAILURE],
            Self::MemoryDeviceSizeChange { .. } => &[Id::MEMORY_DEVICE_SIZE_CHANGE],
            Self::MigrationIteration { .. } => &[Id::MIGRATION_ITERATION],
            Self::NicMacChange { .. } => &[Id::NIC_MAC_CHANGE],
            Self::JobCompleted { .. } => &[Id::JOB_COMPLETED],
            Self::ControlError => &[Id::CONTROL_ERROR],
        }
    }
}

/// What a monitor said, as it said it.
#[derive(Debug, Clone, PartialEq)]
pub struct MonitorEvent {
    /// The domain.
    pub domain: NonnullDomain,
    /// Name of the event, such as `STOP`.
    pub name: String,
    /// Seconds since the epoch.
    pub seconds: i64,
    /// Microseconds within the second.
    pub micros: u32,
    /// The event's data as JSON text.
    pub details: Option<String>,
    /// The domain's tags then.
    pub tags: Tags,
}

impl DomainEvent {
    /// The domain, for access rules.
    pub fn identity(&self) -> Identity {
        Identity::domain(self.domain.name.as_str(), self.domain.uuid, Arc::clone(&self.tags))
    }
}

impl MonitorEvent {
    /// The domain, for access rules.
    pub fn identity(&self) -> Identity {
        Identity::domain(self.domain.name.as_str(), self.domain.uuid, Arc::clone(&self.tags))
    }
}

/// Takes events; one a connection.
pub trait Subscriber: Send + Sync {
    /// Takes an event at once: it may queue or count a loss, never wait.
    fn deliver(&self, event: &Arc<Event>);
}

/// Brings a driver's events to its subscribers.
#[derive(Default)]
pub struct EventBus {
    subscribers: RwLock<Vec<(u64, Arc<dyn Subscriber>)>>,
    next_subscriber: AtomicU64,
    next_callback: AtomicI32,
}

/// A place among the subscribers; dropping it gives the place up.
pub struct Subscription {
    bus: Arc<EventBus>,
    number: u64,
}

impl EventBus {
    /// Tells every subscriber, in the order in which events are published.
    pub fn publish(&self, event: Event) {
        let subscribers = self.subscribers.read().unwrap_or_else(PoisonError::into_inner);
        if subscribers.is_empty() {
            return;
        }
        let event = Arc::new(event);
        subscribers.iter().for_each(|(_, subscriber)| subscriber.deliver(&event));
    }

    /// Adds a subscriber, until the returned value is dropped.
    pub fn subscribe(self: &Arc<Self>, subscriber: Arc<dyn Subscriber>) -> Subscription {
        let number = self.next_subscriber.fetch_add(1, Ordering::Relaxed);
        let mut subscribers = self.subscribers.write().unwrap_or_else(PoisonError::into_inner);
        subscribers.push((number, subscriber));
        Subscription { bus: Arc::clone(self), number }
    }

    /// An id for a registration; unique among all connections of the driver.
    pub fn next_callback_id(&self) -> i32 {
        self.next_callback.fetch_add(1, Ordering::Relaxed)
    }
}

/// A bus that subscribes to another passes its events on.
impl Subscriber for EventBus {
    fn deliver(&self, event: &Arc<Event>) {
        let subscribers = self.subscribers.read().unwrap_or_else(PoisonError::into_inner);
        subscribers.iter().for_each(|(_, subscriber)| subscriber.deliver(event));
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut subscribers = self.bus.subscribers.write().unwrap_or_else(PoisonError::into_inner);
        subscribers.retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use api::remote::NonnullDomain;

    use super::{DomainEvent, DomainEventBody, Event, EventBus, Subscriber};

    #[derive(Default)]
    struct Seen(Mutex<Vec<Arc<Event>>>);

    impl Subscriber for Seen {
        fn deliver(&self, event: &Arc<Event>) {
            self.0.lock().unwrap().push(Arc::clone(event));
        }
    }

    #[test]
    fn a_subscriber_sees_events_in_order_until_it_leaves() {
        let bus = Arc::new(EventBus::default());
        let seen = Arc::new(Seen::default());
        let event = |body| {
            let domain = NonnullDomain::default();
            Event::Domain(DomainEvent { domain, body, tags: Default::default() })
        };
        let subscription = bus.subscribe(seen.clone());
        bus.publish(event(DomainEventBody::Reboot));
        bus.publish(event(DomainEventBody::PmWakeup));
        drop(subscription);
        bus.publish(event(DomainEventBody::Reboot));
        let seen = seen.0.lock().unwrap();
        assert_eq!(seen.len(), 2);
        assert_eq!(*seen[1], event(DomainEventBody::PmWakeup));
    }
}
