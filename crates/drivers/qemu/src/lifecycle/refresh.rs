//! What only a running QEMU knows: its threads, its pseudo-terminals, its ports.
//!
//! Asked once after a start, and again when a daemon finds a guest that another one started. All
//! questions go out together.

use config::domain::Devices;
use config::domain::chardev::{CharSource, ConsoleType, Path, PtySource};
use config::domain::device::DeviceInfo;
use qmp::commands::{Chardev, VcpuThread};
use qmp::{Monitor, QmpError};

use super::start_settings::{self, DisplayPassword};
use crate::domain::Live;

/// Completes the live document and the live part of a guest that has just greeted.
pub(super) async fn after_start(
    live: &Live,
    document: &mut config::Domain,
    passwords: &[DisplayPassword],
) -> Result<(), QmpError> {
    let Ok(monitor) = live.monitor() else { return Ok(()) };
    let (facts, set) =
        tokio::join!(ask(monitor), start_settings::apply(monitor, document, passwords));
    set?;
    fill(live, document, facts?);
    Ok(())
}

/// What a guest that was found again has; passwords and periods it was told already.
pub(super) async fn facts(live: &Live, document: &mut config::Domain) -> Result<(), QmpError> {
    let Ok(monitor) = live.monitor() else { return Ok(()) };
    fill(live, document, ask(monitor).await?);
    Ok(())
}

type Facts = (Vec<VcpuThread>, Vec<Chardev>, Option<u64>);

async fn ask(monitor: &Monitor) -> Result<Facts, QmpError> {
    // A guest without a balloon refuses to say what its balloon leaves.
    let balloon = async { Ok(monitor.query_balloon().await.ok().map(|balloon| balloon.actual)) };
    tokio::try_join!(monitor.query_cpus_fast(), monitor.query_chardev(), balloon)
}

fn fill(live: &Live, document: &mut config::Domain, (vcpus, devices, balloon): Facts) {
    crate::tuning::apply_pins(document, &vcpus);
    if let Some(bytes) = balloon {
        document.current_memory = Some(config::Kib(bytes / 1024));
    }
    live.parts().vcpus = vcpus;
    fill_terminals(document, &devices);
    crate::guest::agent::fill_states(document, &devices);
    live.parts().agent_open = agent_open(document, &devices);
}

fn fill_terminals(document: &mut config::Domain, found: &[Chardev]) {
    let devices = &mut document.devices;
    let fill = |info: &DeviceInfo, source: &mut CharSource| {
        let (CharSource::Pty(pty), Some(alias)) = (source, info.alias.name()) else { return };
        let label = format!("char{alias}");
        let device = found.iter().find(|device| device.label == label);
        if let Some(path) = device.and_then(|device| device.filename.strip_prefix("pty:")) {
            pty.source = Some(Path { path: path.into(), seclabels: Vec::new() });
        }
    };
    devices.serials.iter_mut().for_each(|device| fill(&device.info, &mut device.source));
    devices.parallels.iter_mut().for_each(|device| fill(&device.info, &mut device.source));
    devices.channels.iter_mut().for_each(|device| fill(&device.info, &mut device.source));
    devices.consoles.iter_mut().for_each(|device| fill(&device.info, &mut device.source));
    mirror_first_console(devices);
    for console in devices.consoles.iter_mut().filter(|console| console.target.port == Some(0)) {
        if let CharSource::Pty(PtySource { source: Some(terminal), .. }) = &console.source {
            console.tty = Some(terminal.path.clone());
        }
    }
}

/// The first console stands for the first serial port, and has its terminal.
fn mirror_first_console(devices: &mut Devices) {
    let Some(serial) = devices.serials.first() else { return };
    let Some(console) = devices.consoles.first_mut() else { return };
    if console.target.kind == Some(ConsoleType::Serial) {
        console.source = serial.source.clone();
        console.info.alias = serial.info.alias.clone();
    }
}

/// Whether the guest has the agent's port open, if it has such a port at all.
fn agent_open(document: &config::Domain, found: &[Chardev]) -> Option<bool> {
    let channel = crate::guest::agent::channel(document)?;
    let label = format!("char{}", channel.info.alias.name()?);
    found.iter().find(|device| device.label == label).map(|device| device.frontend_open)
}
