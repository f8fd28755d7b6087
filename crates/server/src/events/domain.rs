//! A domain's events on the wire. This match is the only place that knows both forms.

use api::remote::*;
use api::{DomainEventID, EventMessage, xdr};
use driver::{DomainEvent, DomainEventBody as Body, GraphicsAddress};

use super::{Form, encode};

/// What travels, or why not; none when the form has no message for the event.
type Packet = Result<Option<Vec<u8>>, xdr::Error>;

/// The packet that tells of `event` to whoever registered for `id`, with callback id 0.
///
/// # Errors
/// When a value is over the protocol's limit.
pub(super) fn packet(event: &DomainEvent, id: DomainEventID, form: Form) -> Packet {
    let dom = event.domain.clone();
    match event.body.clone() {
        Body::Lifecycle { event, detail } => {
            let msg = DomainEventLifecycleMsg { dom, event: event.0, detail };
            both::<DomainEventLifecycle, DomainEventCallbackLifecycle>(form, msg, |msg| {
                DomainEventCallbackLifecycleMsg { callback_id: 0, msg }
            })
        }
        Body::Reboot => {
            let msg = DomainEventRebootMsg { dom };
            both::<DomainEventReboot, DomainEventCallbackReboot>(form, msg, |msg| {
                DomainEventCallbackRebootMsg { callback_id: 0, msg }
            })
        }
        Body::RtcChange { offset_s } => {
            let msg = DomainEventRtcChangeMsg { dom, offset: offset_s };
            both::<DomainEventRtcChange, DomainEventCallbackRtcChange>(form, msg, |msg| {
                DomainEventCallbackRtcChangeMsg { callback_id: 0, msg }
            })
        }
        Body::Watchdog { action } => {
            let msg = DomainEventWatchdogMsg { dom, action: action.0 };
            both::<DomainEventWatchdog, DomainEventCallbackWatchdog>(form, msg, |msg| {
                DomainEventCallbackWatchdogMsg { callback_id: 0, msg }
            })
        }
        Body::IoError { path, alias, action, reason } => io_error(
            form,
            id,
            DomainEventIoErrorReasonMsg {
                dom,
                src_path: path,
                dev_alias: alias,
                action: action.0,
                reason,
            },
        ),
        Body::Graphics { phase, local, remote, auth_scheme, subject } => {
            let subject = subject
                .into_iter()
                .map(|(kind, name)| DomainEventGraphicsIdentity { kind, name })
                .collect();
            let (local, remote) = (address(local), address(remote));
            let phase = phase.0;
            let msg = DomainEventGraphicsMsg { dom, phase, local, remote, auth_scheme, subject };
            both::<DomainEventGraphics, DomainEventCallbackGraphics>(form, msg, |msg| {
                DomainEventCallbackGraphicsMsg { callback_id: 0, msg }
            })
        }
        Body::BlockJob { target, kind, status, .. } if id == DomainEventID::BLOCK_JOB_2 => {
            let callback_id = 0;
            let msg = DomainEventBlockJob2Msg { callback_id, dom, dst: target, kind, status };
            only_callback::<DomainEventBlockJob2>(form, msg)
        }
        Body::BlockJob { path, kind, status, .. } => {
            let msg = DomainEventBlockJobMsg { dom, path, kind, status };
            both::<DomainEventBlockJob, DomainEventCallbackBlockJob>(form, msg, |msg| {
                DomainEventCallbackBlockJobMsg { callback_id: 0, msg }
            })
        }
        Body::DiskChange { old, new, alias, reason } => {
            let msg = DomainEventDiskChangeMsg {
                dom,
                old_src_path: old,
                new_src_path: new,
                dev_alias: alias,
                reason: reason.0,
            };
            both::<DomainEventDiskChange, DomainEventCallbackDiskChange>(form, msg, |msg| {
                DomainEventCallbackDiskChangeMsg { callback_id: 0, msg }
            })
        }
        Body::TrayChange { alias, reason } => {
            let msg = DomainEventTrayChangeMsg { dom, dev_alias: alias, reason: reason.0 };
            both::<DomainEventTrayChange, DomainEventCallbackTrayChange>(form, msg, |msg| {
                DomainEventCallbackTrayChangeMsg { callback_id: 0, msg }
            })
        }
        Body::PmWakeup => {
            let msg = DomainEventPmwakeupMsg { dom };
            both::<DomainEventPmwakeup, DomainEventCallbackPmwakeup>(form, msg, |msg| {
                DomainEventCallbackPmwakeupMsg { callback_id: 0, reason: 0, msg }
            })
        }
        Body::PmSuspend => {
            let msg = DomainEventPmsuspendMsg { dom };
            both::<DomainEventPmsuspend, DomainEventCallbackPmsuspend>(form, msg, |msg| {
                DomainEventCallbackPmsuspendMsg { callback_id: 0, reason: 0, msg }
            })
        }
        Body::PmSuspendDisk => {
            let msg = DomainEventPmsuspendDiskMsg { dom };
            both::<DomainEventPmsuspendDisk, DomainEventCallbackPmsuspendDisk>(form, msg, |msg| {
                DomainEventCallbackPmsuspendDiskMsg { callback_id: 0, reason: 0, msg }
            })
        }
        Body::BalloonChange { actual_kib } => {
            let msg = DomainEventBalloonChangeMsg { dom, actual: actual_kib };
            both::<DomainEventBalloonChange, DomainEventCallbackBalloonChange>(form, msg, |msg| {
                DomainEventCallbackBalloonChangeMsg { callback_id: 0, msg }
            })
        }
        Body::DeviceRemoved { alias } => {
            let msg = DomainEventDeviceRemovedMsg { dom, dev_alias: alias };
            both::<DomainEventDeviceRemoved, DomainEventCallbackDeviceRemoved>(form, msg, |msg| {
                DomainEventCallbackDeviceRemovedMsg { callback_id: 0, msg }
            })
        }
        Body::ControlError => {
            let msg = DomainEventControlErrorMsg { dom };
            both::<DomainEventControlError, DomainEventCallbackControlError>(form, msg, |msg| {
                DomainEventCallbackControlErrorMsg { callback_id: 0, msg }
            })
        }
        body => newer(form, dom, body),
    }
}

/// Events that came after callback ids, and have no other form.
fn newer(form: Form, dom: NonnullDomain, body: Body) -> Packet {
    let callback_id = 0;
    match body {
        Body::DeviceAdded { alias } => {
            let msg = DomainEventCallbackDeviceAddedMsg { callback_id, dom, dev_alias: alias };
            only_callback::<DomainEventCallbackDeviceAdded>(form, msg)
        }
        Body::DeviceRemovalFailed { alias } => {
            let dev_alias = alias;
            let msg = DomainEventCallbackDeviceRemovalFailedMsg { callback_id, dom, dev_alias };
            only_callback::<DomainEventCallbackDeviceRemovalFailed>(form, msg)
        }
        Body::Tunable { params } => {
            let params = params.into();
            let msg = DomainEventCallbackTunableMsg { callback_id, dom, params };
            only_callback::<DomainEventCallbackTunable>(form, msg)
        }
        Body::AgentLifecycle { state, reason } => {
            let (state, reason) = (state.0, reason.0);
            let msg = DomainEventCallbackAgentLifecycleMsg { callback_id, dom, state, reason };
            only_callback::<DomainEventCallbackAgentLifecycle>(form, msg)
        }
        Body::MetadataChange { kind, ns_uri } => {
            let (kind, nsuri) = (kind.0, ns_uri);
            let msg = DomainEventCallbackMetadataChangeMsg { callback_id, dom, kind, nsuri };
            only_callback::<DomainEventCallbackMetadataChange>(form, msg)
        }
        Body::BlockThreshold { dev, path, threshold, excess } => {
            let msg =
                DomainEventBlockThresholdMsg { callback_id, dom, dev, path, threshold, excess };
            only_callback::<DomainEventBlockThreshold>(form, msg)
        }
        Body::MemoryFailure { recipient, action, flags } => {
            let msg = DomainEventMemoryFailureMsg { callback_id, dom, recipient, action, flags };
            only_callback::<DomainEventMemoryFailure>(form, msg)
        }
        Body::MemoryDeviceSizeChange { alias, size_kib } => {
            let size = size_kib;
            let msg = DomainEventMemoryDeviceSizeChangeMsg { callback_id, dom, alias, size };
            only_callback::<DomainEventMemoryDeviceSizeChange>(form, msg)
        }
        Body::MigrationIteration { iteration } => {
            let msg = DomainEventCallbackMigrationIterationMsg { callback_id, dom, iteration };
            only_callback::<DomainEventCallbackMigrationIteration>(form, msg)
        }
        Body::NicMacChange { alias, old_mac, new_mac } => {
            let msg = DomainEventNicMacChangeMsg { callback_id, dom, alias, old_mac, new_mac };
            only_callback::<DomainEventNicMacChange>(form, msg)
        }
        Body::JobCompleted { params } => {
            let params = params.into();
            let msg = DomainEventCallbackJobCompletedMsg { callback_id, dom, params };
            only_callback::<DomainEventCallbackJobCompleted>(form, msg)
        }
        Body::Lifecycle { .. }
        | Body::Reboot
        | Body::RtcChange { .. }
        | Body::Watchdog { .. }
        | Body::IoError { .. }
        | Body::Graphics { .. }
        | Body::BlockJob { .. }
        | Body::DiskChange { .. }
        | Body::TrayChange { .. }
        | Body::PmWakeup
        | Body::PmSuspend
        | Body::PmSuspendDisk
        | Body::BalloonChange { .. }
        | Body::DeviceRemoved { .. }
        | Body::ControlError => Ok(None),
    }
}

/// An I/O error has two events, with and without the reason.
fn io_error(form: Form, id: DomainEventID, msg: DomainEventIoErrorReasonMsg) -> Packet {
    if id == DomainEventID::IO_ERROR_REASON {
        return both::<DomainEventIoErrorReason, DomainEventCallbackIoErrorReason>(
            form,
            msg,
            |msg| DomainEventCallbackIoErrorReasonMsg { callback_id: 0, msg },
        );
    }
    let DomainEventIoErrorReasonMsg { dom, src_path, dev_alias, action, .. } = msg;
    let msg = DomainEventIoErrorMsg { dom, src_path, dev_alias, action };
    both::<DomainEventIoError, DomainEventCallbackIoError>(form, msg, |msg| {
        DomainEventCallbackIoErrorMsg { callback_id: 0, msg }
    })
}

fn address(address: GraphicsAddress) -> DomainEventGraphicsAddress {
    let GraphicsAddress { family, node, service } = address;
    DomainEventGraphicsAddress { family: family.0, node, service }
}

fn both<L: EventMessage, C: EventMessage>(
    form: Form,
    msg: L::Body,
    with_id: impl FnOnce(L::Body) -> C::Body,
) -> Packet {
    match form {
        Form::Legacy => encode::<L>(&msg),
        Form::Callback => encode::<C>(&with_id(msg)),
    }
    .map(Some)
}

fn only_callback<C: EventMessage>(form: Form, msg: C::Body) -> Packet {
    match form {
        Form::Legacy => Ok(None),
        Form::Callback => encode::<C>(&msg).map(Some),
    }
}
