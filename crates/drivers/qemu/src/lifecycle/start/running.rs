//! What the document of a guest that runs says more than its definition: what the daemon decided for it.

use std::path::Path;

use config::domain::chardev::CharSource;
use config::domain::clock::{Clock, ClockBasis, ClockOffset};
use config::domain::disk::{DiskCache, DiskDevice};
use config::domain::graphics::{Graphics, Listen};
use config::domain::peripheral::SmartcardSource;
use config::{Domain, YesNo};

use crate::argv::{self, WallClock};

/// Where displays listen of which the document does not say it.
pub(super) struct Displays<'a> {
    /// The address.
    pub(super) listen: &'a str,
    /// Directory of their sockets.
    pub(super) directory: &'a Path,
}

/// Completes the document of a guest that is about to start.
pub(super) fn describe(document: &mut Domain, displays: &Displays<'_>, now: WallClock) {
    argv::align_memory(document);
    // The image that serves it has been chosen.
    document.os.firmware = None;
    if let Some(clock) = &mut document.clock {
        count_from_utc(clock, now);
    }
    for graphics in &mut document.devices.graphics {
        name_listeners(graphics, displays);
    }
    for disk in &mut document.devices.disks {
        let unsaid = matches!(disk.driver.cache, None | Some(DiskCache::Default));
        if unsaid && disk.shareable && !disk.readonly {
            disk.driver.cache = Some(DiskCache::None);
        }
        // QEMU starts with trays in.
        if disk.device == DiskDevice::Cdrom {
            disk.target.tray = None;
        }
    }
    host_ends(document).for_each(say_tls);
}

/// An adjustment counts from the host's local time only until the guest has a clock of its own.
fn count_from_utc(clock: &mut Clock, now: WallClock) {
    let is_local = clock.basis == Some(ClockBasis::Localtime);
    if clock.offset != Some(ClockOffset::Variable) || !is_local {
        return;
    }
    let seconds = clock.adjustment.as_deref().unwrap_or("0").parse::<i64>();
    if let Some(seconds) = seconds.ok().and_then(|s| s.checked_add(now.local_offset_s)) {
        clock.adjustment = Some(seconds.to_string().into());
        clock.basis = Some(ClockBasis::Utc);
    }
}

fn name_listeners(graphics: &mut Graphics, displays: &Displays<'_>) {
    let (listens, socket) = match graphics {
        Graphics::Vnc(vnc) => (&mut vnc.listens, "vnc.sock"),
        Graphics::Spice(spice) => (&mut spice.listens, "spice.sock"),
        _ => return,
    };
    for listen in &mut *listens {
        match listen {
            Listen::Address(listen) => {
                listen.address.get_or_insert_with(|| displays.listen.into());
            }
            Listen::Socket(listen) => {
                let path = displays.directory.join(socket);
                listen.socket.get_or_insert_with(|| path.to_string_lossy().into());
            }
            Listen::Network(_) | Listen::None => {}
        }
    }
    let first = listens.first().cloned();
    match (graphics, first) {
        (Graphics::Vnc(vnc), Some(Listen::Address(listen))) => vnc.listen = listen.address,
        (Graphics::Vnc(vnc), Some(Listen::Socket(listen))) => vnc.socket = listen.socket,
        (Graphics::Spice(spice), Some(Listen::Address(listen))) => spice.listen = listen.address,
        _ => {}
    }
}

/// Host ends of TCP are without TLS unless the document says otherwise.
fn say_tls(end: &mut CharSource) {
    if let CharSource::Tcp(tcp) = end {
        tcp.source.tls.get_or_insert(YesNo::No);
    }
}

fn host_ends(document: &mut Domain) -> impl Iterator<Item = &mut CharSource> {
    let devices = &mut document.devices;
    let serials = devices.serials.iter_mut().map(|device| &mut device.source);
    let parallels = devices.parallels.iter_mut().map(|device| &mut device.source);
    let channels = devices.channels.iter_mut().map(|device| &mut device.source);
    let consoles = devices.consoles.iter_mut().map(|device| &mut device.source);
    let redirected = devices.redirdevs.iter_mut().map(|device| &mut device.source);
    let cards = devices.smartcards.iter_mut().filter_map(|card| match &mut card.source {
        SmartcardSource::Passthrough(source) => Some(source),
        SmartcardSource::Host | SmartcardSource::Certificates(_) => None,
    });
    serials.chain(parallels).chain(channels).chain(consoles).chain(redirected).chain(cards)
}

#[cfg(test)]
mod tests {
    use config::domain::{FormatFlags, ParseFlags};

    use super::*;

    fn described(inside: &str) -> String {
        let text =
            format!("<domain type='qemu'><name>a</name><os><type>hvm</type></os>{inside}</domain>");
        let mut document = Domain::parse(&text, ParseFlags::Live).unwrap();
        let displays = Displays { listen: "127.0.0.1", directory: Path::new("/run/a") };
        describe(&mut document, &displays, WallClock { utc_s: 0, local_offset_s: 7200 });
        document.format(FormatFlags::LIVE)
    }

    #[test]
    fn a_running_guest_says_what_was_decided_for_it() {
        for (inside, said) in [
            ("<memory>219100</memory>", "<memory unit='KiB'>219136</memory>"),
            ("<memory>219100</memory>", "<currentMemory unit='KiB'>219136</currentMemory>"),
            (
                "<clock offset='variable' adjustment='60' basis='localtime'/>",
                "<clock offset='variable' adjustment='7260' basis='utc'/>",
            ),
            (
                "<devices><graphics type='vnc'><listen type='address'/></graphics></devices>",
                "<listen type='address' address='127.0.0.1'/>",
            ),
            (
                "<devices><graphics type='vnc'><listen type='socket'/></graphics></devices>",
                "<listen type='socket' socket='/run/a/vnc.sock'/>",
            ),
            (
                "<devices><disk type='file'><source file='/a'/><target dev='vda'/><shareable/></disk></devices>",
                "cache='none'",
            ),
            (
                "<devices><serial type='tcp'><source mode='bind' host='::' service='1'/></serial></devices>",
                "service='1' tls='no'/>",
            ),
        ] {
            let text = described(inside);
            assert!(text.contains(said), "no {said} in {text}");
        }
    }
}
