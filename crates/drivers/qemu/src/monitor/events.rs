//! From a monitor's events to a domain's state and the events that clients see.
//!
//! The watcher of a guest calls [`QemuDriver::on_delivery`] for every event, in order. It alone
//! changes the run state of a running guest: a call that stops or starts the virtual CPUs says
//! beforehand what the change is to be called, and waits to see it.
//!
//! Deliberately absent: events of block jobs, migrations and dumps. This driver begins none, and of
//! those that somebody begins behind its back through the monitor, libvirt tells nothing either.
//! Whoever wants them registers for the raw events.

mod block;
mod devices;
mod graphics;
mod run_state;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use api::DomainState;
use driver::{Event, MonitorEvent};
use qmp::Delivery;
use serde::de::DeserializeOwned;

use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;

impl QemuDriver {
    /// Takes one event of a guest's monitor.
    pub(crate) async fn on_delivery(
        &self,
        domain: &Arc<Domain>,
        live: &Arc<Live>,
        delivery: Delivery,
    ) {
        match delivery {
            Delivery::Event(event) => {
                self.publish(raw(domain, &event));
                self.on_event(domain, live, &event);
            }
            Delivery::EventsLost { count } => {
                tracing::warn!(domain = %domain.name(), count, "monitor events lost");
                self.resynchronise(domain, live).await;
            }
        }
    }

    /// The table of what is understood; anything else is only passed on raw.
    fn on_event(&self, domain: &Arc<Domain>, live: &Arc<Live>, event: &qmp::Event) {
        match event.name.as_str() {
            "STOP" => self.on_stop(domain, live),
            "RESUME" => self.on_resume(domain, live),
            "SHUTDOWN" => self.on_shutdown(domain, live, decoded(domain, event)),
            "RESET" => self.on_reset(domain),
            "SUSPEND" => self.on_suspend(domain, live),
            "SUSPEND_DISK" => self.on_suspend_disk(domain, live),
            "WAKEUP" => self.on_wakeup(domain, live),
            "WATCHDOG" => self.on_watchdog(domain, live, decoded(domain, event)),
            "GUEST_PANICKED" => self.on_panic(domain, live),
            "GUEST_CRASHLOADED" => self.on_crash_loaded(domain),

            "RTC_CHANGE" => self.on_rtc_change(domain, live, decoded(domain, event)),
            "BALLOON_CHANGE" => self.on_balloon_change(domain, live, decoded(domain, event)),
            "VSERPORT_CHANGE" => self.on_port_change(domain, live, decoded(domain, event)),
            "DEVICE_DELETED" => self.on_device_deleted(domain, live, decoded(domain, event)),
            "DEVICE_UNPLUG_GUEST_ERROR" | "MEM_UNPLUG_ERROR" => {
                self.on_unplug_refused(domain, live, decoded(domain, event));
            }
            "ACPI_DEVICE_OST" => self.on_acpi_status(domain, live, decoded(domain, event)),
            "MEMORY_DEVICE_SIZE_CHANGE" => {
                self.on_memory_size_change(domain, live, decoded(domain, event));
            }
            "MEMORY_FAILURE" => self.on_memory_failure(domain, decoded(domain, event)),

            "BLOCK_IO_ERROR" => self.on_io_error(domain, live, decoded(domain, event)),
            "BLOCK_WRITE_THRESHOLD" => self.on_write_threshold(domain, decoded(domain, event)),
            "DEVICE_TRAY_MOVED" => self.on_tray_moved(domain, live, decoded(domain, event)),

            name => match graphics::phase(name) {
                Some(phase) => self.on_graphics(domain, phase, decoded(domain, event)),
                None => tracing::trace!(domain = %domain.name(), name, "event passed on raw"),
            },
        }
    }

    /// Asks for what lost events would have said about the state.
    async fn resynchronise(&self, domain: &Arc<Domain>, live: &Arc<Live>) {
        let Ok(monitor) = live.monitor() else { return };
        let status = match self.ask(domain, monitor.query_status()).await {
            Ok(status) => status,
            Err(error) => {
                tracing::warn!(domain = %domain.name(), %error, "state not known after lost events");
                return;
            }
        };
        match (status.status.as_str(), domain.published().state.state()) {
            ("shutdown", _) => self.on_shutdown(domain, live, Some(Default::default())),
            ("suspended", DomainState::RUNNING) => self.on_suspend(domain, live),
            ("guest-panicked", DomainState::RUNNING) => self.on_panic(domain, live),
            ("running", DomainState::PMSUSPENDED) => self.on_wakeup(domain, live),
            ("running", DomainState::PAUSED) => self.on_resume(domain, live),
            (_, DomainState::RUNNING) if !status.running => self.on_stop(domain, live),
            _ => {}
        }
    }
}

/// The event as those see it who register for raw events.
fn raw(domain: &Domain, event: &qmp::Event) -> Event {
    Event::Monitor(MonitorEvent {
        domain: domain.reference(),
        name: event.name.clone(),
        // QEMU says -1 when it could not tell the time.
        seconds: event.seconds.max(0),
        micros: u32::try_from(event.microseconds).unwrap_or(0),
        details: event.data.as_deref().map(|data| qmp::compact(data.get())),
        tags: domain.published().tags.clone(),
    })
}

/// The event's data; none, with a line in the daemon's log, when QEMU's words make no sense.
fn decoded<T: DeserializeOwned>(domain: &Domain, event: &qmp::Event) -> Option<T> {
    let data = event.decode();
    data.inspect_err(|error| {
        tracing::warn!(domain = %domain.name(), event = event.name, %error, "event not understood");
    })
    .ok()
}
