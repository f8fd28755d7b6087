//! Domain events and their registration.

use xdr::List;

use super::shared::NonnullDomain;
use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// `virConnectDomainEventRegister`.
    ConnectDomainEventRegister = 105, Quick, access: [connect.search_domains], filter: domain.getattr, since: "0.5.0";
        args (), ret ConnectDomainEventRegisterRet;
    /// `virConnectDomainEventDeregister`.
    ConnectDomainEventDeregister = 106, Quick, access: [connect.read], since: "0.5.0";
        args (), ret ConnectDomainEventDeregisterRet;
    /// Event: domain event lifecycle.
    DomainEventLifecycle = 107, Event;
        args DomainEventLifecycleMsg, ret ();
    /// `virConnectDomainEventRegisterAny`.
    ConnectDomainEventRegisterAny = 167, Quick, access: [connect.search_domains], filter: domain.getattr, since: "0.8.0";
        args ConnectDomainEventRegisterAnyArgs, ret ();
    /// `virConnectDomainEventDeregisterAny`.
    ConnectDomainEventDeregisterAny = 168, Quick, access: [connect.read], since: "0.8.0";
        args ConnectDomainEventDeregisterAnyArgs, ret ();
    /// Event: domain event reboot.
    DomainEventReboot = 169, Event, since: "0.8.0";
        args DomainEventRebootMsg, ret ();
    /// Event: domain event rtc change.
    DomainEventRtcChange = 170, Event, since: "0.8.0";
        args DomainEventRtcChangeMsg, ret ();
    /// Event: domain event watchdog.
    DomainEventWatchdog = 171, Event, since: "0.8.0";
        args DomainEventWatchdogMsg, ret ();
    /// Event: domain event io error.
    DomainEventIoError = 172, Event, since: "0.8.0";
        args DomainEventIoErrorMsg, ret ();
    /// Event: domain event graphics.
    DomainEventGraphics = 173, Event, since: "0.8.0";
        args DomainEventGraphicsMsg, ret ();
    /// Event: domain event io error reason.
    DomainEventIoErrorReason = 195, Event, since: "0.8.1";
        args DomainEventIoErrorReasonMsg, ret ();
    /// Event: domain event control error.
    DomainEventControlError = 224, Event, since: "0.9.2";
        args DomainEventControlErrorMsg, ret ();
    /// Event: domain event block job.
    DomainEventBlockJob = 241, Event, since: "0.9.4";
        args DomainEventBlockJobMsg, ret ();
    /// Event: domain event disk change.
    DomainEventDiskChange = 248, Event, since: "0.9.7";
        args DomainEventDiskChangeMsg, ret ();
    /// Event: domain event tray change.
    DomainEventTrayChange = 268, Event, since: "0.9.11";
        args DomainEventTrayChangeMsg, ret ();
    /// Event: domain event pmwakeup.
    DomainEventPmwakeup = 269, Event, since: "0.9.11";
        args DomainEventPmwakeupMsg, ret ();
    /// Event: domain event pmsuspend.
    DomainEventPmsuspend = 270, Event, since: "0.9.11";
        args DomainEventPmsuspendMsg, ret ();
    /// Event: domain event balloon change.
    DomainEventBalloonChange = 276, Event, since: "0.10.0";
        args DomainEventBalloonChangeMsg, ret ();
    /// Event: domain event pmsuspend disk.
    DomainEventPmsuspendDisk = 292, Event, since: "1.0.0";
        args DomainEventPmsuspendDiskMsg, ret ();
    /// Event: domain event device removed.
    DomainEventDeviceRemoved = 311, Event, since: "1.1.1";
        args DomainEventDeviceRemovedMsg, ret ();
    /// Registers for one kind of domain event, of one domain or of all; the reply has the callback id.
    ConnectDomainEventCallbackRegisterAny = 316, Quick, access: [connect.search_domains], filter: domain.getattr;
        args ConnectDomainEventCallbackRegisterAnyArgs, ret ConnectDomainEventCallbackRegisterAnyRet;
    /// Ends a registration by its callback id.
    ConnectDomainEventCallbackDeregisterAny = 317, Quick, access: [connect.read];
        args ConnectDomainEventCallbackDeregisterAnyArgs, ret ();
    /// Event: domain event callback lifecycle.
    DomainEventCallbackLifecycle = 318, Event;
        args DomainEventCallbackLifecycleMsg, ret ();
    /// Event: domain event callback reboot.
    DomainEventCallbackReboot = 319, Event;
        args DomainEventCallbackRebootMsg, ret ();
    /// Event: domain event callback rtc change.
    DomainEventCallbackRtcChange = 320, Event;
        args DomainEventCallbackRtcChangeMsg, ret ();
    /// Event: domain event callback watchdog.
    DomainEventCallbackWatchdog = 321, Event;
        args DomainEventCallbackWatchdogMsg, ret ();
    /// Event: domain event callback io error.
    DomainEventCallbackIoError = 322, Event;
        args DomainEventCallbackIoErrorMsg, ret ();
    /// Event: domain event callback graphics.
    DomainEventCallbackGraphics = 323, Event;
        args DomainEventCallbackGraphicsMsg, ret ();
    /// Event: domain event callback io error reason.
    DomainEventCallbackIoErrorReason = 324, Event;
        args DomainEventCallbackIoErrorReasonMsg, ret ();
    /// Event: domain event callback control error.
    DomainEventCallbackControlError = 325, Event;
        args DomainEventCallbackControlErrorMsg, ret ();
    /// Event: domain event callback block job.
    DomainEventCallbackBlockJob = 326, Event;
        args DomainEventCallbackBlockJobMsg, ret ();
    /// Event: domain event callback disk change.
    DomainEventCallbackDiskChange = 327, Event;
        args DomainEventCallbackDiskChangeMsg, ret ();
    /// Event: domain event callback tray change.
    DomainEventCallbackTrayChange = 328, Event;
        args DomainEventCallbackTrayChangeMsg, ret ();
    /// Event: domain event callback pmwakeup.
    DomainEventCallbackPmwakeup = 329, Event;
        args DomainEventCallbackPmwakeupMsg, ret ();
    /// Event: domain event callback pmsuspend.
    DomainEventCallbackPmsuspend = 330, Event;
        args DomainEventCallbackPmsuspendMsg, ret ();
    /// Event: domain event callback balloon change.
    DomainEventCallbackBalloonChange = 331, Event;
        args DomainEventCallbackBalloonChangeMsg, ret ();
    /// Event: domain event callback pmsuspend disk.
    DomainEventCallbackPmsuspendDisk = 332, Event;
        args DomainEventCallbackPmsuspendDiskMsg, ret ();
    /// Event: domain event callback device removed.
    DomainEventCallbackDeviceRemoved = 333, Event;
        args DomainEventCallbackDeviceRemovedMsg, ret ();
    /// Event: domain event block job 2.
    DomainEventBlockJob2 = 339, Event, since: "1.2.6";
        args DomainEventBlockJob2Msg, ret ();
    /// Event: domain event callback tunable.
    DomainEventCallbackTunable = 346, Event, since: "1.2.9";
        args DomainEventCallbackTunableMsg, ret ();
    /// Event: domain event callback agent lifecycle.
    DomainEventCallbackAgentLifecycle = 348, Event, since: "1.2.11";
        args DomainEventCallbackAgentLifecycleMsg, ret ();
    /// Event: domain event callback device added.
    DomainEventCallbackDeviceAdded = 354, Event, since: "1.2.15";
        args DomainEventCallbackDeviceAddedMsg, ret ();
    /// Event: domain event callback migration iteration.
    DomainEventCallbackMigrationIteration = 359, Event, since: "1.3.2";
        args DomainEventCallbackMigrationIterationMsg, ret ();
    /// Event: domain event callback job completed.
    DomainEventCallbackJobCompleted = 363, Event, since: "1.3.3";
        args DomainEventCallbackJobCompletedMsg, ret ();
    /// Event: domain event callback device removal failed.
    DomainEventCallbackDeviceRemovalFailed = 367, Event, since: "1.3.4";
        args DomainEventCallbackDeviceRemovalFailedMsg, ret ();
    /// Event: domain event callback metadata change.
    DomainEventCallbackMetadataChange = 379, Event, since: "3.0.0";
        args DomainEventCallbackMetadataChangeMsg, ret ();
    /// Event: domain event block threshold.
    DomainEventBlockThreshold = 385, Event, since: "3.2.0";
        args DomainEventBlockThresholdMsg, ret ();
    /// Event: domain event memory failure.
    DomainEventMemoryFailure = 423, Event, since: "6.9.0";
        args DomainEventMemoryFailureMsg, ret ();
    /// Event: domain event memory device size change.
    DomainEventMemoryDeviceSizeChange = 438, Event, since: "7.9.0";
        args DomainEventMemoryDeviceSizeChangeMsg, ret ();
    /// Event: domain event nic mac change.
    DomainEventNicMacChange = 453, Event, since: "11.2.0";
        args DomainEventNicMacChangeMsg, ret ();
}

xdr::structs! {
    /// Results of [`ConnectDomainEventRegister`].
    pub struct ConnectDomainEventRegisterRet {
        cb_registered: i32,
    }

    /// Results of [`ConnectDomainEventDeregister`].
    pub struct ConnectDomainEventDeregisterRet {
        cb_registered: i32,
    }

    /// Body of [`DomainEventLifecycle`].
    pub struct DomainEventLifecycleMsg {
        dom: NonnullDomain,
        event: i32,
        detail: i32,
    }

    /// Body of [`DomainEventCallbackLifecycle`].
    pub struct DomainEventCallbackLifecycleMsg {
        callback_id: i32,
        msg: DomainEventLifecycleMsg,
    }

    /// Arguments of [`ConnectDomainEventRegisterAny`].
    pub struct ConnectDomainEventRegisterAnyArgs {
        event_id: i32,
    }

    /// Arguments of [`ConnectDomainEventDeregisterAny`].
    pub struct ConnectDomainEventDeregisterAnyArgs {
        event_id: i32,
    }

    /// Arguments of [`ConnectDomainEventCallbackRegisterAny`].
    pub struct ConnectDomainEventCallbackRegisterAnyArgs {
        event_id: i32,
        dom: Option<NonnullDomain>,
    }

    /// Results of [`ConnectDomainEventCallbackRegisterAny`].
    pub struct ConnectDomainEventCallbackRegisterAnyRet {
        callback_id: i32,
    }

    /// Arguments of [`ConnectDomainEventCallbackDeregisterAny`].
    pub struct ConnectDomainEventCallbackDeregisterAnyArgs {
        callback_id: i32,
    }

    /// Body of [`DomainEventReboot`].
    pub struct DomainEventRebootMsg {
        dom: NonnullDomain,
    }

    /// Body of [`DomainEventCallbackReboot`].
    pub struct DomainEventCallbackRebootMsg {
        callback_id: i32,
        msg: DomainEventRebootMsg,
    }

    /// Body of [`DomainEventRtcChange`].
    pub struct DomainEventRtcChangeMsg {
        dom: NonnullDomain,
        offset: i64,
    }

    /// Body of [`DomainEventCallbackRtcChange`].
    pub struct DomainEventCallbackRtcChangeMsg {
        callback_id: i32,
        msg: DomainEventRtcChangeMsg,
    }

    /// Body of [`DomainEventWatchdog`].
    pub struct DomainEventWatchdogMsg {
        dom: NonnullDomain,
        action: i32,
    }

    /// Body of [`DomainEventCallbackWatchdog`].
    pub struct DomainEventCallbackWatchdogMsg {
        callback_id: i32,
        msg: DomainEventWatchdogMsg,
    }

    /// Body of [`DomainEventIoError`].
    pub struct DomainEventIoErrorMsg {
        dom: NonnullDomain,
        src_path: String,
        dev_alias: String,
        action: i32,
    }

    /// Body of [`DomainEventCallbackIoError`].
    pub struct DomainEventCallbackIoErrorMsg {
        callback_id: i32,
        msg: DomainEventIoErrorMsg,
    }

    /// Body of [`DomainEventIoErrorReason`].
    pub struct DomainEventIoErrorReasonMsg {
        dom: NonnullDomain,
        src_path: String,
        dev_alias: String,
        action: i32,
        reason: String,
    }

    /// Body of [`DomainEventCallbackIoErrorReason`].
    pub struct DomainEventCallbackIoErrorReasonMsg {
        callback_id: i32,
        msg: DomainEventIoErrorReasonMsg,
    }

    /// Wire struct `remote_domain_event_graphics_address`.
    pub struct DomainEventGraphicsAddress {
        family: i32,
        node: String,
        service: String,
    }

    /// Wire struct `remote_domain_event_graphics_identity`.
    pub struct DomainEventGraphicsIdentity {
        kind: String,
        name: String,
    }

    /// Body of [`DomainEventGraphics`].
    pub struct DomainEventGraphicsMsg {
        dom: NonnullDomain,
        phase: i32,
        local: DomainEventGraphicsAddress,
        remote: DomainEventGraphicsAddress,
        auth_scheme: String,
        subject: List<DomainEventGraphicsIdentity, { limits::DOMAIN_EVENT_GRAPHICS_IDENTITY_MAX }>,
    }

    /// Body of [`DomainEventCallbackGraphics`].
    pub struct DomainEventCallbackGraphicsMsg {
        callback_id: i32,
        msg: DomainEventGraphicsMsg,
    }

    /// Body of [`DomainEventBlockJob`].
    pub struct DomainEventBlockJobMsg {
        dom: NonnullDomain,
        path: String,
        kind: i32,
        status: i32,
    }

    /// Body of [`DomainEventCallbackBlockJob`].
    pub struct DomainEventCallbackBlockJobMsg {
        callback_id: i32,
        msg: DomainEventBlockJobMsg,
    }

    /// Body of [`DomainEventDiskChange`].
    pub struct DomainEventDiskChangeMsg {
        dom: NonnullDomain,
        old_src_path: Option<String>,
        new_src_path: Option<String>,
        dev_alias: String,
        reason: i32,
    }

    /// Body of [`DomainEventCallbackDiskChange`].
    pub struct DomainEventCallbackDiskChangeMsg {
        callback_id: i32,
        msg: DomainEventDiskChangeMsg,
    }

    /// Body of [`DomainEventTrayChange`].
    pub struct DomainEventTrayChangeMsg {
        dom: NonnullDomain,
        dev_alias: String,
        reason: i32,
    }

    /// Body of [`DomainEventCallbackTrayChange`].
    pub struct DomainEventCallbackTrayChangeMsg {
        callback_id: i32,
        msg: DomainEventTrayChangeMsg,
    }

    /// Body of [`DomainEventPmwakeup`].
    pub struct DomainEventPmwakeupMsg {
        dom: NonnullDomain,
    }

    /// Body of [`DomainEventCallbackPmwakeup`].
    pub struct DomainEventCallbackPmwakeupMsg {
        callback_id: i32,
        reason: i32,
        msg: DomainEventPmwakeupMsg,
    }

    /// Body of [`DomainEventPmsuspend`].
    pub struct DomainEventPmsuspendMsg {
        dom: NonnullDomain,
    }

    /// Body of [`DomainEventCallbackPmsuspend`].
    pub struct DomainEventCallbackPmsuspendMsg {
        callback_id: i32,
        reason: i32,
        msg: DomainEventPmsuspendMsg,
    }

    /// Body of [`DomainEventBalloonChange`].
    pub struct DomainEventBalloonChangeMsg {
        dom: NonnullDomain,
        actual: u64,
    }

    /// Body of [`DomainEventCallbackBalloonChange`].
    pub struct DomainEventCallbackBalloonChangeMsg {
        callback_id: i32,
        msg: DomainEventBalloonChangeMsg,
    }

    /// Body of [`DomainEventPmsuspendDisk`].
    pub struct DomainEventPmsuspendDiskMsg {
        dom: NonnullDomain,
    }

    /// Body of [`DomainEventCallbackPmsuspendDisk`].
    pub struct DomainEventCallbackPmsuspendDiskMsg {
        callback_id: i32,
        reason: i32,
        msg: DomainEventPmsuspendDiskMsg,
    }

    /// Body of [`DomainEventControlError`].
    pub struct DomainEventControlErrorMsg {
        dom: NonnullDomain,
    }

    /// Body of [`DomainEventCallbackControlError`].
    pub struct DomainEventCallbackControlErrorMsg {
        callback_id: i32,
        msg: DomainEventControlErrorMsg,
    }

    /// Body of [`DomainEventDeviceRemoved`].
    pub struct DomainEventDeviceRemovedMsg {
        dom: NonnullDomain,
        dev_alias: String,
    }

    /// Body of [`DomainEventCallbackDeviceRemoved`].
    pub struct DomainEventCallbackDeviceRemovedMsg {
        callback_id: i32,
        msg: DomainEventDeviceRemovedMsg,
    }

    /// Body of [`DomainEventBlockJob2`].
    pub struct DomainEventBlockJob2Msg {
        callback_id: i32,
        dom: NonnullDomain,
        dst: String,
        kind: i32,
        status: i32,
    }

    /// Body of [`DomainEventBlockThreshold`].
    pub struct DomainEventBlockThresholdMsg {
        callback_id: i32,
        dom: NonnullDomain,
        dev: String,
        path: Option<String>,
        threshold: u64,
        excess: u64,
    }

    /// Body of [`DomainEventCallbackTunable`].
    pub struct DomainEventCallbackTunableMsg {
        callback_id: i32,
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_EVENT_TUNABLE_MAX }>,
    }

    /// Body of [`DomainEventCallbackDeviceAdded`].
    pub struct DomainEventCallbackDeviceAddedMsg {
        callback_id: i32,
        dom: NonnullDomain,
        dev_alias: String,
    }

    /// Body of [`DomainEventCallbackAgentLifecycle`].
    pub struct DomainEventCallbackAgentLifecycleMsg {
        callback_id: i32,
        dom: NonnullDomain,
        state: i32,
        reason: i32,
    }

    /// Body of [`DomainEventCallbackMigrationIteration`].
    pub struct DomainEventCallbackMigrationIterationMsg {
        callback_id: i32,
        dom: NonnullDomain,
        iteration: i32,
    }

    /// Body of [`DomainEventCallbackJobCompleted`].
    pub struct DomainEventCallbackJobCompletedMsg {
        callback_id: i32,
        dom: NonnullDomain,
        params: List<TypedParam, { limits::DOMAIN_JOB_STATS_MAX }>,
    }

    /// Body of [`DomainEventCallbackDeviceRemovalFailed`].
    pub struct DomainEventCallbackDeviceRemovalFailedMsg {
        callback_id: i32,
        dom: NonnullDomain,
        dev_alias: String,
    }

    /// Body of [`DomainEventCallbackMetadataChange`].
    pub struct DomainEventCallbackMetadataChangeMsg {
        callback_id: i32,
        dom: NonnullDomain,
        kind: i32,
        nsuri: Option<String>,
    }

    /// Body of [`DomainEventMemoryFailure`].
    pub struct DomainEventMemoryFailureMsg {
        callback_id: i32,
        dom: NonnullDomain,
        recipient: i32,
        action: i32,
        flags: u32,
    }

    /// Body of [`DomainEventMemoryDeviceSizeChange`].
    pub struct DomainEventMemoryDeviceSizeChangeMsg {
        callback_id: i32,
        dom: NonnullDomain,
        alias: String,
        size: u64,
    }

    /// Body of [`DomainEventNicMacChange`].
    pub struct DomainEventNicMacChangeMsg {
        callback_id: i32,
        dom: NonnullDomain,
        alias: String,
        old_mac: String,
        new_mac: String,
    }
}
