//! Events of clock, memory, channels and devices that come and go.

use std::sync::Arc;

use api::{
    ConnectDomainEventAgentLifecycleReason, ConnectDomainEventAgentLifecycleState,
    DomainMemoryFailureActionType, DomainMemoryFailureFlags, DomainMemoryFailureRecipientType,
};
use config::Kib;
use config::domain::chardev::ChannelState;
use config::domain::clock::ClockOffset;
use driver::DomainEventBody;
use serde::Deserialize;

use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;
use crate::guest::agent;
use crate::hotplug::UnplugOutcome;

/// Data of `RTC_CHANGE`.
#[derive(Debug, Deserialize)]
pub(super) struct RtcChange {
    /// **Units**: seconds.
    offset: i64,
}

/// Data of `BALLOON_CHANGE`.
#[derive(Debug, Deserialize)]
pub(super) struct BalloonChange {
    /// **Units**: bytes.
    actual: u64,
}

/// Data of `VSERPORT_CHANGE`.
#[derive(Debug, Deserialize)]
pub(super) struct PortChange {
    id: String,
    open: bool,
}

/// Data of `DEVICE_DELETED` and of the events of a refusal.
#[derive(Debug, Deserialize)]
pub(super) struct DeviceName {
    /// None for a part of a device, such as the backend of a virtio device.
    device: Option<String>,
}

/// Data of `ACPI_DEVICE_OST`.
#[derive(Debug, Deserialize)]
pub(super) struct AcpiStatus {
    info: AcpiStatusInfo,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct AcpiStatusInfo {
    device: Option<String>,
    slot_type: String,
    source: u32,
    status: u32,
}

/// Data of `MEMORY_DEVICE_SIZE_CHANGE`.
#[derive(Debug, Deserialize)]
pub(super) struct MemorySizeChange {
    id: Option<String>,
    /// **Units**: bytes.
    size: u64,
}

/// Data of `MEMORY_FAILURE`.
#[derive(Debug, Deserialize)]
pub(super) struct MemoryFailure {
    recipient: String,
    action: String,
    flags: MemoryFailureFlags,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct MemoryFailureFlags {
    action_required: bool,
    recursive: bool,
}

impl QemuDriver {
    pub(super) fn on_rtc_change(&self, domain: &Domain, live: &Live, data: Option<RtcChange>) {
        let Some(RtcChange { offset }) = data else { return };
        let mut offset_s = offset;
        let view = domain.published();
        let clock = view.live.as_ref().and_then(|live| live.clock.as_ref());
        if let Some(clock) = clock.filter(|clock| clock.offset == Some(ClockOffset::Variable)) {
            // Started from a date of its own, QEMU counts from that date and not from now.
            let now = clock.adjustment.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
            let start = *live.parts().clock_start_s.get_or_insert(now);
            offset_s = offset.saturating_add(start);
            self.change_live(domain, live, |document| {
                if let Some(clock) = &mut document.clock {
                    clock.adjustment = Some(offset_s.to_string().into());
                }
            });
        }
        self.tell(domain, DomainEventBody::RtcChange { offset_s });
    }

    pub(super) fn on_balloon_change(
        &self,
        domain: &Domain,
        live: &Live,
        data: Option<BalloonChange>,
    ) {
        let Some(BalloonChange { actual }) = data else { return };
        let mut actual_kib = actual.div_ceil(1024);
        self.change_live(domain, live, |document| {
            // QEMU's figure leaves out what virtio-mem adds; the document's has it.
            let sizes = document.devices.memories.iter().filter_map(|device| device.target.current);
            actual_kib = sizes.fold(actual_kib, |sum, size| sum.saturating_add(size.0));
            document.current_memory = Some(Kib(actual_kib));
        });
        self.tell(domain, DomainEventBody::BalloonChange { actual_kib });
    }

    /// The guest opened or closed a virtio port, be it the agent's.
    pub(super) fn on_port_change(&self, domain: &Domain, live: &Live, data: Option<PortChange>) {
        let Some(PortChange { id, open }) = data else { return };
        let (state, told) = match open {
            true => (ChannelState::Connected, ConnectDomainEventAgentLifecycleState::CONNECTED),
            false => {
                (ChannelState::Disconnected, ConnectDomainEventAgentLifecycleState::DISCONNECTED)
            }
        };
        let mut is_agent = false;
        self.change_live(domain, live, |document| {
            let mut channels = document.devices.channels.iter_mut();
            let found = channels.find(|channel| channel.info.alias.name() == Some(&*id));
            let Some(channel) = found else { return };
            channel.target.state = Some(state);
            is_agent = agent::is_agent(channel);
        });
        if !is_agent {
            return;
        }
        {
            let mut parts = live.parts();
            parts.agent_open = Some(open);
            // Whoever opens the port next has heard nothing of what was said before.
            parts.agent = None;
        }
        let reason = ConnectDomainEventAgentLifecycleReason::CHANNEL;
        self.tell(domain, DomainEventBody::AgentLifecycle { state: told, reason });
    }

    pub(super) fn on_device_deleted(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        data: Option<DeviceName>,
    ) {
        let Some(alias) = data.and_then(|data| data.device) else { return };
        if crate::tuning::is_vcpu_alias(&alias) {
            return self.vcpu_unplugged(domain, live);
        }
        self.device_left(domain, live, alias);
    }

    pub(super) fn on_unplug_refused(&self, domain: &Domain, live: &Live, data: Option<DeviceName>) {
        if let Some(alias) = data.and_then(|data| data.device) {
            self.unplug_refused(domain, live, alias);
        }
    }

    fn unplug_refused(&self, domain: &Domain, live: &Live, alias: String) {
        live.end_unplug(&alias, Some(UnplugOutcome::Refused));
        self.tell(domain, DomainEventBody::DeviceRemovalFailed { alias });
    }

    /// What the guest's ACPI says about a memory module it was asked to give back.
    pub(super) fn on_acpi_status(&self, domain: &Domain, live: &Live, data: Option<AcpiStatus>) {
        /// Ejection asked for by the host, and by the guest's own system. **Source**: ACPI `_OST`.
        const EJECTION: [u32; 2] = [0x3, 0x103];
        let Some(AcpiStatus { info }) = data else { return };
        let refused = matches!(info.status, 0x1 | 0x80..=0x83);
        let Some(alias) = info.device else { return };
        if info.slot_type == "DIMM" && EJECTION.contains(&info.source) && refused {
            self.unplug_refused(domain, live, alias);
        }
    }

    pub(super) fn on_memory_size_change(
        &self,
        domain: &Domain,
        live: &Live,
        data: Option<MemorySizeChange>,
    ) {
        let Some(MemorySizeChange { id: Some(alias), size }) = data else { return };
        let size_kib = size.div_ceil(1024);
        let mut changed = false;
        self.change_live(domain, live, |document| {
            let mut devices = document.devices.memories.iter_mut();
            let found = devices.find(|device| device.info.alias.name() == Some(&*alias));
            let Some(device) = found else { return };
            device.target.current = Some(Kib(size_kib));
            changed = true;
        });
        if changed {
            self.tell(domain, DomainEventBody::MemoryDeviceSizeChange { alias, size_kib });
        }
    }

    pub(super) fn on_memory_failure(&self, domain: &Domain, data: Option<MemoryFailure>) {
        use DomainMemoryFailureActionType as Action;
        let Some(data) = data else { return };
        let recipient = match data.recipient.as_str() {
            "hypervisor" => DomainMemoryFailureRecipientType::HYPERVISOR,
            "guest" => DomainMemoryFailureRecipientType::GUEST,
            other => return unknown(domain, "recipient", other),
        };
        let action = match data.action.as_str() {
            "ignore" => Action::IGNORE,
            "inject" => Action::INJECT,
            "fatal" => Action::FATAL,
            "reset" => Action::RESET,
            other => return unknown(domain, "action", other),
        };
        let flag = |set: bool, flag: DomainMemoryFailureFlags| if set { flag.0 } else { 0 };
        let flags = flag(data.flags.action_required, DomainMemoryFailureFlags::ACTION_REQUIRED)
            | flag(data.flags.recursive, DomainMemoryFailureFlags::RECURSIVE);
        let (recipient, action) = (recipient.0, action.0);
        self.tell(domain, DomainEventBody::MemoryFailure { recipient, action, flags });
    }
}

fn unknown(domain: &Domain, what: &str, value: &str) {
    tracing::warn!(domain = %domain.name(), what, value, "memory failure not understood");
}
