//! Domain events and their registration.

use xdr::List;

use super::shared::NonnullDomain;
use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// Registers for lifecycle events of all domains, without a callback id.
    ///
    /// **Source**: `virConnectDomainEventRegister`.
    ConnectDomainEventRegister = 105, Quick, access: [connect.search_domains], filter: domain.getattr, since: "0.5.0";
        args (), ret ConnectDomainEventRegisterRet;
    /// Ends what [`ConnectDomainEventRegister`] began.
    ///
    /// **Source**: `virConnectDomainEventDeregister`.
    ConnectDomainEventDeregister = 106, Quick, access: [connect.read], since: "0.5.0";
        args (), ret ConnectDomainEventDeregisterRet;
    /// Event: a domain was defined, started, suspended, …; to clients without callback ids.
    DomainEventLifecycle = 107, Event;
        args DomainEventLifecycleMsg, ret ();
    /// Registers for one kind of event of all domains, without a callback id.
    ///
    /// **Source**: `virConnectDomainEventRegisterAny`.
    ConnectDomainEventRegisterAny = 167, Quick, access: [connect.search_domains], filter: domain.getattr, since: "0.8.0";
        args ConnectDomainEventRegisterAnyArgs, ret ();
    /// Ends what [`ConnectDomainEventRegisterAny`] began.
    ///
    /// **Source**: `virConnectDomainEventDeregisterAny`.
    ConnectDomainEventDeregisterAny = 168, Quick, access: [connect.read], since: "0.8.0";
        args ConnectDomainEventDeregisterAnyArgs, ret ();
    /// Event: the guest restarted; to clients without callback ids.
    DomainEventReboot = 169, Event, since: "0.8.0";
        args DomainEventRebootMsg, ret ();
    /// Event: the guest set its clock; to clients without callback ids.
    ///
    /// **Units**: seconds from UTC.
    DomainEventRtcChange = 170, Event, since: "0.8.0";
        args DomainEventRtcChangeMsg, ret ();
    /// Event: the guest's watchdog fired; to clients without callback ids.
    DomainEventWatchdog = 171, Event, since: "0.8.0";
        args DomainEventWatchdogMsg, ret ();
    /// Event: a disk failed; to clients without callback ids.
    DomainEventIoError = 172, Event, since: "0.8.0";
        args DomainEventIoErrorMsg, ret ();
    /// Event: a viewer connected, proved who it is, or left; to clients without callback ids.
    DomainEventGraphics = 173, Event, since: "0.8.0";
        args DomainEventGraphicsMsg, ret ();
    /// Event: a disk failed for this reason; to clients without callback ids.
    DomainEventIoErrorReason = 195, Event, since: "0.8.1";
        args DomainEventIoErrorReasonMsg, ret ();
    /// Event: contact to the guest's process was lost; to clients without callback ids.
    DomainEventControlError = 224, Event, since: "0.9.2";
        args DomainEventControlErrorMsg, ret ();
    /// Event: a disk's job ended or became ready; to clients without callback ids.
    DomainEventBlockJob = 241, Event, since: "0.9.4";
        args DomainEventBlockJobMsg, ret ();
    /// Event: a removable disk has another medium; to clients without callback ids.
    DomainEventDiskChange = 248, Event, since: "0.9.7";
        args DomainEventDiskChangeMsg, ret ();
    /// Event: a tray was opened or closed; to clients without callback ids.
    DomainEventTrayChange = 268, Event, since: "0.9.11";
        args DomainEventTrayChangeMsg, ret ();
    /// Event: the guest woke up; to clients without callback ids.
    DomainEventPmwakeup = 269, Event, since: "0.9.11";
        args DomainEventPmwakeupMsg, ret ();
    /// Event: the guest fell asleep in memory; to clients without callback ids.
    DomainEventPmsuspend = 270, Event, since: "0.9.11";
        args DomainEventPmsuspendMsg, ret ();
    /// Event: the guest has more or less memory; to clients without callback ids.
    ///
    /// **Units**: KiB.
    DomainEventBalloonChange = 276, Event, since: "0.10.0";
        args DomainEventBalloonChangeMsg, ret ();
    /// Event: the guest fell asleep on disk; to clients without callback ids.
    DomainEventPmsuspendDisk = 292, Event, since: "1.0.0";
        args DomainEventPmsuspendDiskMsg, ret ();
    /// Event: a device left the guest; to clients without callback ids.
    DomainEventDeviceRemoved = 311, Event, since: "1.1.1";
        args DomainEventDeviceRemovedMsg, ret ();
    /// Registers for one kind of domain event, of one domain or of all; the reply has the callback id.
    ConnectDomainEventCallbackRegisterAny = 316, Quick, access: [connect.search_domains], filter: domain.getattr;
        args ConnectDomainEventCallbackRegisterAnyArgs, ret ConnectDomainEventCallbackRegisterAnyRet;
    /// Ends a registration by its callback id.
    ConnectDomainEventCallbackDeregisterAny = 317, Quick, access: [connect.read];
        args ConnectDomainEventCallbackDeregisterAnyArgs, ret ();
    /// Event: a domain was defined, started, suspended, ….
    DomainEventCallbackLifecycle = 318, Event;
        args DomainEventCallbackLifecycleMsg, ret ();
    /// Event: the guest restarted.
    DomainEventCallbackReboot = 319, Event;
        args DomainEventCallbackRebootMsg, ret ();
    /// Event: the guest set its clock.
    ///
    /// **Units**: seconds from UTC, or from the clock's own base.
    DomainEventCallbackRtcChange = 320, Event;
        args DomainEventCallbackRtcChangeMsg, ret ();
    /// Event: the guest's watchdog fired, and what was done about it.
    DomainEventCallbackWatchdog = 321, Event;
        args DomainEventCallbackWatchdogMsg, ret ();
    /// Event: a disk failed, and what was done about it.
    DomainEventCallbackIoError = 322, Event;
        args DomainEventCallbackIoErrorMsg, ret ();
    /// Event: a viewer connected, proved who it is, or left.
    DomainEventCallbackGraphics = 323, Event;
        args DomainEventCallbackGraphicsMsg, ret ();
    /// Event: a disk failed for this reason, and what was done about it.
    DomainEventCallbackIoErrorReason = 324, Event;
        args DomainEventCallbackIoErrorReasonMsg, ret ();
    /// Event: contact to the guest's process was lost.
    DomainEventCallbackControlError = 325, Event;
        args DomainEventCallbackControlErrorMsg, ret ();
    /// Event: the job of the disk with this source ended or became ready.
    DomainEventCallbackBlockJob = 326, Event;
        args DomainEventCallbackBlockJobMsg, ret ();
    /// Event: a removable disk has another medium.
    DomainEventCallbackDiskChange = 327, Event;
        args DomainEventCallbackDiskChangeMsg, ret ();
    /// Event: a tray was opened or closed.
    DomainEventCallbackTrayChange = 328, Event;
        args DomainEventCallbackTrayChangeMsg, ret ();
    /// Event: the guest woke up.
    DomainEventCallbackPmwakeup = 329, Event;
        args DomainEventCallbackPmwakeupMsg, ret ();
    /// Event: the guest fell asleep in memory.
    DomainEventCallbackPmsuspend = 330, Event;
        args DomainEventCallbackPmsuspendMsg, ret ();
    /// Event: the guest has more or less memory.
    ///
    /// **Units**: KiB.
    DomainEventCallbackBalloonChange = 331, Event;
        args DomainEventCallbackBalloonChangeMsg, ret ();
    /// Event: the guest fell asleep on disk.
    DomainEventCallbackPmsuspendDisk = 332, Event;
        args DomainEventCallbackPmsuspendDiskMsg, ret ();
    /// Event: a device left the guest.
    DomainEventCallbackDeviceRemoved = 333, Event;
        args DomainEventCallbackDeviceRemovedMsg, ret ();
    /// Event: the job of the disk with this target ended or became ready.
    DomainEventBlockJob2 = 339, Event, since: "1.2.6";
        args DomainEventBlockJob2Msg, ret ();
    /// Event: tunable values of a domain changed.
    DomainEventCallbackTunable = 346, Event, since: "1.2.9";
        args DomainEventCallbackTunableMsg, ret ();
    /// Event: the guest's agent came or went.
    DomainEventCallbackAgentLifecycle = 348, Event, since: "1.2.11";
        args DomainEventCallbackAgentLifecycleMsg, ret ();
    /// Event: a device was added to the guest.
    DomainEventCallbackDeviceAdded = 354, Event, since: "1.2.15";
        args DomainEventCallbackDeviceAddedMsg, ret ();
    /// Event: a migration goes over the guest's memory once more, for the n-th time.
    DomainEventCallbackMigrationIteration = 359, Event, since: "1.3.2";
        args DomainEventCallbackMigrationIterationMsg, ret ();
    /// Event: a domain's job ended; the parameters are its figures.
    DomainEventCallbackJobCompleted = 363, Event, since: "1.3.3";
        args DomainEventCallbackJobCompletedMsg, ret ();
    /// Event: the guest refused to let a device go.
    DomainEventCallbackDeviceRemovalFailed = 367, Event, since: "1.3.4";
        args DomainEventCallbackDeviceRemovalFailedMsg, ret ();
    /// Event: a domain's title, description or metadata changed.
    DomainEventCallbackMetadataChange = 379, Event, since: "3.0.0";
        args DomainEventCallbackMetadataChangeMsg, ret ();
    /// Event: the guest wrote past the mark that was set.
    ///
    /// **Units**: bytes.
    DomainEventBlockThreshold = 385, Event, since: "3.2.0";
        args DomainEventBlockThresholdMsg, ret ();
    /// Event: the host's memory failed under the guest.
    DomainEventMemoryFailure = 423, Event, since: "6.9.0";
        args DomainEventMemoryFailureMsg, ret ();
    /// Event: a memory device of the guest has another size.
    ///
    /// **Units**: KiB.
    DomainEventMemoryDeviceSizeChange = 438, Event, since: "7.9.0";
        args DomainEventMemoryDeviceSizeChangeMsg, ret ();
    /// Event: the guest changed the address of a network card.
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
        /// **Units**: seconds.
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

    /// One end of a viewer's connection.
    pub struct DomainEventGraphicsAddress {
        family: i32,
        node: String,
        service: String,
    }

    /// A name that a viewer proved to have, and its kind.
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
        /// **Units**: KiB.
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
        /// **Units**: bytes.
        threshold: u64,
        /// **Units**: bytes beyond the mark.
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
        /// **Units**: KiB.
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
