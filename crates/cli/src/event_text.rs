//! Domain events in virsh's words.

use ferrovirt::api::{
    ConnectDomainEventAgentLifecycleReason as AgentReason,
    ConnectDomainEventAgentLifecycleState as AgentState, DomainEventType, DomainMemoryFailureFlags,
    DomainMetadataType,
};
use ferrovirt::{DomainEvent, DomainEventBody as Body, DomainEventID as Id};

/// Names of the kinds of event.
pub(crate) const TYPES: [(&str, Id); 27] = [
    ("lifecycle", Id::LIFECYCLE),
    ("reboot", Id::REBOOT),
    ("rtc-change", Id::RTC_CHANGE),
    ("watchdog", Id::WATCHDOG),
    ("io-error", Id::IO_ERROR),
    ("graphics", Id::GRAPHICS),
    ("io-error-reason", Id::IO_ERROR_REASON),
    ("control-error", Id::CONTROL_ERROR),
    ("block-job", Id::BLOCK_JOB),
    ("disk-change", Id::DISK_CHANGE),
    ("tray-change", Id::TRAY_CHANGE),
    ("pm-wakeup", Id::PMWAKEUP),
    ("pm-suspend", Id::PMSUSPEND),
    ("balloon-change", Id::BALLOON_CHANGE),
    ("pm-suspend-disk", Id::PMSUSPEND_DISK),
    ("device-removed", Id::DEVICE_REMOVED),
    ("block-job-2", Id::BLOCK_JOB_2),
    ("tunable", Id::TUNABLE),
    ("agent-lifecycle", Id::AGENT_LIFECYCLE),
    ("device-added", Id::DEVICE_ADDED),
    ("migration-iteration", Id::MIGRATION_ITERATION),
    ("job-completed", Id::JOB_COMPLETED),
    ("device-removal-failed", Id::DEVICE_REMOVAL_FAILED),
    ("metadata-change", Id::METADATA_CHANGE),
    ("block-threshold", Id::BLOCK_THRESHOLD),
    ("memory-failure", Id::MEMORY_FAILURE),
    ("memory-device-size-change", Id::MEMORY_DEVICE_SIZE_CHANGE),
];

/// The event in words; some take several lines.
pub(crate) fn describe(event: &DomainEvent) -> String {
    let (name, rest) = words(&event.body);
    format!("event '{name}' for domain '{}'{rest}", event.domain.name)
}

/// The name of the kind, and what follows the domain.
fn words(body: &Body) -> (&'static str, String) {
    match body {
        Body::Lifecycle { event, detail } => ("lifecycle", lifecycle(*event, *detail)),
        Body::Reboot => ("reboot", String::new()),
        Body::RtcChange { offset_s } => ("rtc-change", format!(": {offset_s}")),
        Body::Watchdog { action } => ("watchdog", format!(": {}", named(WATCHDOG, action.0))),
        Body::IoError { path, alias, action } => {
            ("io-error", format!(": {path} ({alias}) {}", named(IO_ERROR, action.0)))
        }
        Body::IoErrorReason { path, alias, action, reason } => {
            let action = named(IO_ERROR, action.0);
            ("io-error-reason", format!(": {path} ({alias}) {action} due to {reason}"))
        }
        Body::Graphics { .. } => ("graphics", graphics(body)),
        Body::ControlError => ("control-error", String::new()),
        Body::BlockJob { path, kind, status } => ("block-job", block_job(kind.0, path, status.0)),
        Body::BlockJob2 { target, kind, status } => {
            ("block-job-2", block_job(kind.0, target, status.0))
        }
        Body::DiskChange { old, new, alias, reason } => {
            let (old, new) = (or_null(old), or_null(new));
            let reason = named(&["changed", "dropped"], reason.0);
            ("disk-change", format!(" disk {alias}: {old} -> {new}: {reason}"))
        }
        Body::TrayChange { alias, reason } => {
            let reason = named(&["opened", "closed"], reason.0);
            ("tray-change", format!(" disk {alias}: {reason}"))
        }
        Body::PmWakeup => ("pm-wakeup", String::new()),
        Body::PmSuspend => ("pm-suspend", String::new()),
        Body::PmSuspendDisk => ("pm-suspend-disk", String::new()),
        Body::BalloonChange { actual_kib } => ("balloon-change", format!(": {actual_kib}KiB")),
        Body::DeviceRemoved { alias } => ("device-removed", format!(": {alias}")),
        Body::DeviceAdded { alias } => ("device-added", format!(": {alias}")),
        Body::DeviceRemovalFailed { alias } => ("device-removal-failed", format!(": {alias}")),
        Body::Tunable { params } => ("tunable", params_text(params)),
        Body::AgentLifecycle { state, reason } => ("agent-lifecycle", agent(*state, *reason)),
        Body::MigrationIteration { iteration } => {
            ("migration-iteration", format!(": iteration: '{iteration}'"))
        }
        Body::JobCompleted { params } => ("job-completed", params_text(params)),
        Body::MetadataChange { kind, ns_uri } => ("metadata-change", metadata(*kind, ns_uri)),
        Body::BlockThreshold { dev, path, threshold, excess } => {
            let path = or_null(path);
            ("block-threshold", format!(": dev: {dev}({path}) {threshold} {excess}"))
        }
        Body::MemoryFailure { recipient, action, flags } => {
            ("memory-failure", memory_failure(recipient.0, action.0, *flags))
        }
        Body::MemoryDeviceSizeChange { alias, size_kib } => {
            ("memory-device-size-change", format!(":\nalias: {alias}\nsize: {size_kib}"))
        }
        Body::NicMacChange { alias, old_mac, new_mac } => {
            ("nic-mac-change", format!(": {alias}: {old_mac} -> {new_mac}"))
        }
        other => ("unknown", format!(": {other:?}")),
    }
}

const WATCHDOG: &[&str] =
    &["none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi"];
const IO_ERROR: &[&str] = &["none", "pause", "report"];

fn named(names: &[&'static str], value: i32) -> &'static str {
    usize::try_from(value).ok().and_then(|at| names.get(at)).copied().unwrap_or("unknown")
}

fn or_null(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or("<null>")
}

fn lifecycle(event: DomainEventType, detail: i32) -> String {
    let (name, details): (_, &[&'static str]) = match event {
        DomainEventType::DEFINED => ("Defined", &["Added", "Updated", "Renamed", "Snapshot"]),
        DomainEventType::UNDEFINED => ("Undefined", &["Removed", "Renamed"]),
        DomainEventType::STARTED => {
            ("Started", &["Booted", "Migrated", "Restored", "Snapshot", "Event wakeup"])
        }
        DomainEventType::SUSPENDED => (
            "Suspended",
            &[
                "Paused",
                "Migrated",
                "I/O Error",
                "Watchdog",
                "Restored",
                "Snapshot",
                "API error",
                "Post-copy",
                "Post-copy Error",
            ],
        ),
        DomainEventType::RESUMED => {
            ("Resumed", &["Unpaused", "Migrated", "Snapshot", "Post-copy", "Post-copy Error"])
        }
        DomainEventType::STOPPED => (
            "Stopped",
            &["Shutdown", "Destroyed", "Crashed", "Migrated", "Saved", "Failed", "Snapshot"],
        ),
        DomainEventType::SHUTDOWN => (
            "Shutdown",
            &["Finished", "Finished after guest request", "Finished after host request"],
        ),
        DomainEventType::PMSUSPENDED => ("PMSuspended", &["Memory", "Disk"]),
        DomainEventType::CRASHED => ("Crashed", &["Panicked", "Crashloaded"]),
        _ => ("unknown", &[]),
    };
    format!(": {name} {}", named(details, detail))
}

fn graphics(body: &Body) -> String {
    let Body::Graphics { phase, local, remote, auth_scheme, subject } = body else {
        return String::new();
    };
    let family = |family| named(&["IPv4", "IPv6", "unix"], family);
    let mut text = format!(
        ": {} local[{} {} {}] remote[{} {} {}] {auth_scheme}",
        named(&["connect", "initialize", "disconnect"], phase.0),
        family(local.family),
        local.node,
        local.service,
        family(remote.family),
        remote.node,
        remote.service,
    );
    for identity in subject {
        text.push_str(&format!("\n\t{}={}", identity.kind, identity.name));
    }
    text
}

fn block_job(kind: i32, disk: &str, status: i32) -> String {
    let kinds =
        ["unknown", "Block Pull", "Block Copy", "Block Commit", "Active Block Commit", "Backup"];
    let statuses = ["completed", "failed", "canceled", "ready"];
    format!(": {} for {disk} {}", named(&kinds, kind), named(&statuses, status))
}

fn params_text(params: &[ferrovirt::TypedParam]) -> String {
    let mut text = String::from(":");
    for param in params {
        let value = crate::commands::value_text(&param.value);
        text.push_str(&format!("\n\t{}: {value}", param.field));
    }
    text
}

fn agent(state: AgentState, reason: AgentReason) -> String {
    let state = named(&["unknown", "connected", "disconnected"], state.0);
    let reason = named(&["unknown", "domain started", "channel event"], reason.0);
    format!(": state: '{state}' reason: '{reason}'")
}

fn metadata(kind: DomainMetadataType, ns_uri: &Option<String>) -> String {
    let kind = named(&["description", "title", "element"], kind.0);
    format!(": type {kind}, uri {}", or_null(ns_uri))
}

fn memory_failure(recipient: i32, action: i32, flags: DomainMemoryFailureFlags) -> String {
    let recipient = named(&["hypervisor", "guest"], recipient);
    let action = named(&["ignore", "inject", "fatal", "reset"], action);
    let flag = |flag| i32::from(flags.contains(flag));
    let required = flag(DomainMemoryFailureFlags::ACTION_REQUIRED);
    let recursive = flag(DomainMemoryFailureFlags::RECURSIVE);
    format!(
        ":\nrecipient: {recipient}\naction: {action}\nflags:\n\taction required: {required}\n\t\
         recursive: {recursive}"
    )
}

#[cfg(test)]
mod tests {
    use ferrovirt::api::{DomainEventType, remote::NonnullDomain};
    use ferrovirt::{DomainEvent, DomainEventBody};

    use super::describe;

    fn text(body: DomainEventBody) -> String {
        let domain = NonnullDomain { name: "g1".to_owned(), ..NonnullDomain::default() };
        describe(&DomainEvent { domain, body })
    }

    #[test]
    fn events_read_as_virshs() {
        let lifecycle = |event, detail| text(DomainEventBody::Lifecycle { event, detail });
        assert_eq!(
            lifecycle(DomainEventType::SUSPENDED, 0),
            "event 'lifecycle' for domain 'g1': Suspended Paused"
        );
        assert_eq!(
            lifecycle(DomainEventType(77), 3),
            "event 'lifecycle' for domain 'g1': unknown unknown"
        );
        assert_eq!(text(DomainEventBody::Reboot), "event 'reboot' for domain 'g1'");
        assert_eq!(
            text(DomainEventBody::BalloonChange { actual_kib: 204_800 }),
            "event 'balloon-change' for domain 'g1': 204800KiB"
        );
    }
}
