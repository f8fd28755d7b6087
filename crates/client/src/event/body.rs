//! What happened to a domain, and how each kind of event message says it.

use api::xdr::{Reader, Xdr};
use api::{
    ConnectDomainEventAgentLifecycleReason, ConnectDomainEventAgentLifecycleState,
    ConnectDomainEventBlockJobStatus, ConnectDomainEventDiskChangeReason, DomainBlockJobType,
    DomainEventGraphicsPhase, DomainEventIOErrorAction, DomainEventTrayChangeReason,
    DomainEventType, DomainEventWatchdogAction, DomainMemoryFailureActionType,
    DomainMemoryFailureFlags, DomainMemoryFailureRecipientType, DomainMetadataType, EventMessage,
    TypedParam, remote,
};

use super::DomainEvent;
use super::subscribers::Told;
use crate::error::Misbehaviour;

/// What happened to a domain; names and units are those of libvirt's event messages.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
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
    IoError { path: String, alias: String, action: DomainEventIOErrorAction },
    /// A disk failed, with the reason.
    IoErrorReason { path: String, alias: String, action: DomainEventIOErrorAction, reason: String },
    /// A viewer connected, authenticated or left.
    Graphics {
        phase: DomainEventGraphicsPhase,
        local: remote::DomainEventGraphicsAddress,
        remote: remote::DomainEventGraphicsAddress,
        auth_scheme: String,
        subject: Vec<remote::DomainEventGraphicsIdentity>,
    },
    /// Contact to the guest's process was lost.
    ControlError,
    /// A block job of the disk with this source ended or became ready.
    BlockJob { path: String, kind: DomainBlockJobType, status: ConnectDomainEventBlockJobStatus },
    /// A block job of the disk with this target ended or became ready.
    BlockJob2 { target: String, kind: DomainBlockJobType, status: ConnectDomainEventBlockJobStatus },
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
    /// A migration went once more over the guest's memory.
    MigrationIteration { iteration: i32 },
    /// A job ended.
    JobCompleted { params: Vec<TypedParam> },
    /// Title, description or metadata changed.
    MetadataChange { kind: DomainMetadataType, ns_uri: Option<String> },
    /// The guest wrote beyond the mark that was set; bytes.
    BlockThreshold { dev: String, path: Option<String>, threshold: u64, excess: u64 },
    /// The machine's memory failed under the guest.
    MemoryFailure {
        recipient: DomainMemoryFailureRecipientType,
        action: DomainMemoryFailureActionType,
        flags: DomainMemoryFailureFlags,
    },
    /// A virtio-mem device changed its size.
    MemoryDeviceSizeChange { alias: String, size_kib: u64 },
    /// The guest changed the address of a network card.
    NicMacChange { alias: String, old_mac: String, new_mac: String },
}

/// Messages of the form callback id, (reason,) the legacy message: `m` is the legacy message.
/// Flat messages have the callback id and the domain among their fields.
macro_rules! events {
    (nested { $($nested:ident($m:ident) => $nested_body:expr,)* }
     flat { $($flat:ident($f:ident) => $flat_body:expr,)* }) => {
        impl Told for DomainEvent {
            fn decode(procedure: i32, payload: &[u8]) -> Result<Option<Self>, Misbehaviour> {
                $(if procedure == remote::$nested::ROW.number {
                    let $m = take::<remote::$nested>(payload)?.msg;
                    return Ok(Some(Self { domain: $m.dom, body: $nested_body }));
                })*
                $(if procedure == remote::$flat::ROW.number {
                    let $f = take::<remote::$flat>(payload)?;
                    return Ok(Some(Self { domain: $f.dom, body: $flat_body }));
                })*
                Ok(None)
            }
        }
    };
}

pub(super) fn take<E: EventMessage>(payload: &[u8]) -> Result<E::Body, Misbehaviour> {
    // A newer server may have appended fields.
    E::Body::decode(&mut Reader::new(payload))
        .map_err(|fault| Misbehaviour::Payload { name: E::ROW.name, fault })
}

use DomainEventBody as Body;

events! {
    nested {
        DomainEventCallbackLifecycle(m) => Body::Lifecycle {
            event: DomainEventType(m.event),
            detail: m.detail,
        },
        DomainEventCallbackReboot(m) => Body::Reboot,
        DomainEventCallbackRtcChange(m) => Body::RtcChange { offset_s: m.offset },
        DomainEventCallbackWatchdog(m) => Body::Watchdog {
            action: DomainEventWatchdogAction(m.action),
        },
        DomainEventCallbackIoError(m) => Body::IoError {
            path: m.src_path,
            alias: m.dev_alias,
            action: DomainEventIOErrorAction(m.action),
        },
        DomainEventCallbackIoErrorReason(m) => Body::IoErrorReason {
            path: m.src_path,
            alias: m.dev_alias,
            action: DomainEventIOErrorAction(m.action),
            reason: m.reason,
        },
        DomainEventCallbackGraphics(m) => Body::Graphics {
            phase: DomainEventGraphicsPhase(m.phase),
            local: m.local,
            remote: m.remote,
            auth_scheme: m.auth_scheme,
            subject: m.subject.0,
        },
        DomainEventCallbackControlError(m) => Body::ControlError,
        DomainEventCallbackBlockJob(m) => Body::BlockJob {
            path: m.path,
            kind: DomainBlockJobType(m.kind),
            status: ConnectDomainEventBlockJobStatus(m.status),
        },
        DomainEventCallbackDiskChange(m) => Body::DiskChange {
            old: m.old_src_path,
            new: m.new_src_path,
            alias: m.dev_alias,
            reason: ConnectDomainEventDiskChangeReason(m.reason),
        },
        DomainEventCallbackTrayChange(m) => Body::TrayChange {
            alias: m.dev_alias,
            reason: DomainEventTrayChangeReason(m.reason),
        },
        DomainEventCallbackPmwakeup(m) => Body::PmWakeup,
        DomainEventCallbackPmsuspend(m) => Body::PmSuspend,
        DomainEventCallbackPmsuspendDisk(m) => Body::PmSuspendDisk,
        DomainEventCallbackBalloonChange(m) => Body::BalloonChange { actual_kib: m.actual },
        DomainEventCallbackDeviceRemoved(m) => Body::DeviceRemoved { alias: m.dev_alias },
    }
    flat {
        DomainEventBlockJob2(m) => Body::BlockJob2 {
            target: m.dst,
            kind: DomainBlockJobType(m.kind),
            status: ConnectDomainEventBlockJobStatus(m.status),
        },
        DomainEventCallbackTunable(m) => Body::Tunable { params: m.params.0 },
        DomainEventCallbackAgentLifecycle(m) => Body::AgentLifecycle {
            state: ConnectDomainEventAgentLifecycleState(m.state),
            reason: ConnectDomainEventAgentLifecycleReason(m.reason),
        },
        DomainEventCallbackDeviceAdded(m) => Body::DeviceAdded { alias: m.dev_alias },
        DomainEventCallbackMigrationIteration(m) => Body::MigrationIteration {
            iteration: m.iteration,
        },
        DomainEventCallbackJobCompleted(m) => Body::JobCompleted { params: m.params.0 },
        DomainEventCallbackDeviceRemovalFailed(m) => Body::DeviceRemovalFailed {
            alias: m.dev_alias,
        },
        DomainEventCallbackMetadataChange(m) => Body::MetadataChange {
            kind: DomainMetadataType(m.kind),
            ns_uri: m.nsuri,
        },
        DomainEventBlockThreshold(m) => Body::BlockThreshold {
            dev: m.dev,
            path: m.path,
            threshold: m.threshold,
            excess: m.excess,
        },
        DomainEventMemoryFailure(m) => Body::MemoryFailure {
            recipient: DomainMemoryFailureRecipientType(m.recipient),
            action: DomainMemoryFailureActionType(m.action),
            flags: DomainMemoryFailureFlags(m.flags),
        },
        DomainEventMemoryDeviceSizeChange(m) => Body::MemoryDeviceSizeChange {
            alias: m.alias,
            size_kib: m.size,
        },
        DomainEventNicMacChange(m) => Body::NicMacChange {
            alias: m.alias,
            old_mac: m.old_mac,
            new_mac: m.new_mac,
        },
    }
}
