//! Displays, graphics cards and sound.

use super::Qemu;
use crate::YesNo;
use crate::domain::Domain;
use crate::domain::device::DeviceInfo;
use crate::domain::graphics::{
    Audio, AudioType, Graphics, Listen, ListenAddress, ListenNetwork, ListenSocket, Video,
    VideoModel, VideoModelType,
};

/// Default memory of a card in KiB.
const VGA_MEMORY: u32 = 16 << 10;
const QXL_MEMORY: u32 = 64 << 10;
/// Default frame buffer of QXL in KiB.
const QXL_VGA_MEMORY: u32 = 16 << 10;

/// Adds a graphics card for a display, and a sound system.
pub(super) fn add(domain: &mut Domain) {
    let devices = &mut domain.devices;
    if !devices.graphics.is_empty() && devices.videos.is_empty() {
        devices.videos.push(Video {
            driver: Default::default(),
            model: None,
            info: DeviceInfo::default(),
        });
    }
    if devices.audios.is_empty() {
        devices.audios.extend(default_audio(&devices.graphics));
    }
    let mut next = 1;
    for audio in &mut devices.audios {
        next = *audio.id.get_or_insert(next) + 1;
    }
}

/// The sound system that a domain with these displays gets when it names none.
pub fn default_audio(graphics: &[Graphics]) -> Option<Audio> {
    default_audio_type(graphics).map(|kind| Audio {
        id: Some(1),
        kind,
        timer_period: None,
        server_name: None,
        driver: None,
        path: None,
        try_mmap: None,
        exclusive: None,
        dsp_policy: None,
        input: None,
        output: None,
    })
}

/// Where sound goes by itself: to the last display that has a say, unless it can have none.
fn default_audio_type(graphics: &[Graphics]) -> Option<AudioType> {
    if graphics.is_empty() {
        return Some(AudioType::None);
    }
    let last = graphics.iter().rev().find_map(|display| match display {
        Graphics::Vnc(_) => Some(Some(AudioType::None)),
        Graphics::Spice(_) => Some(Some(AudioType::Spice)),
        Graphics::Sdl(_) => Some(None), // QEMU finds what the display's own session has
        _ => None,
    });
    last.flatten()
}

/// Names the model of each card that has none.
pub(super) fn name_cards(domain: &mut Domain, qemu: &dyn Qemu) {
    for video in &mut domain.devices.videos {
        let model = video.model.get_or_insert(VideoModel {
            kind: None,
            ram: None,
            vram: None,
            vram64: None,
            vgamem: None,
            heads: None,
            primary: None,
            acceleration: None,
            resolution: None,
        });
        model.kind.get_or_insert_with(|| qemu.default_video());
    }
}

/// Completes displays and cards, which have models; the primary card comes first.
pub(super) fn complete(domain: &mut Domain) {
    let devices = &mut domain.devices;
    for graphics in &mut devices.graphics {
        complete_display(graphics);
    }
    for model in devices.videos.iter_mut().filter_map(|video| video.model.as_mut()) {
        complete_card(model);
        model.primary = model.primary.filter(|primary| *primary == YesNo::Yes);
    }
    let is_primary =
        |video: &Video| video.model.as_ref().is_some_and(|model| model.primary == Some(YesNo::Yes));
    if let Some(at) = devices.videos.iter().position(is_primary) {
        devices.videos[..=at].rotate_right(1);
    } else if let Some(model) = devices.videos.first_mut().and_then(|video| video.model.as_mut())
        && model.kind != Some(VideoModelType::None)
    {
        model.primary = Some(YesNo::Yes);
    }
}

fn complete_card(model: &mut VideoModel) {
    let Some(kind) = model.kind else { return };
    let default_vram = match kind {
        VideoModelType::None => {
            // Nothing has no screens, and is not the first of any.
            (model.heads, model.primary) = (None, None);
            return;
        }
        VideoModelType::Vga
        | VideoModelType::Cirrus
        | VideoModelType::Vmvga
        | VideoModelType::Bochs => Some(VGA_MEMORY),
        VideoModelType::Qxl => {
            model.ram = model.ram.filter(|ram| *ram > 0);
            model.ram.get_or_insert(QXL_MEMORY);
            model.vgamem.get_or_insert(QXL_VGA_MEMORY);
            Some(QXL_MEMORY)
        }
        _ => None,
    };
    model.vram = model.vram.or(default_vram);
    model.heads.get_or_insert(1);
    for size in [&mut model.ram, &mut model.vram] {
        *size = size.map(|kib| kib.checked_next_power_of_two().unwrap_or(kib));
    }
}

fn complete_display(graphics: &mut Graphics) {
    match graphics {
        Graphics::Vnc(vnc) => {
            drop_empty(&mut vnc.listen, &mut vnc.listens);
            let nowhere = vnc.listens.iter().any(|listen| matches!(listen, Listen::None));
            let unwanted = vnc.autoport == Some(YesNo::No) && vnc.port.is_none();
            if vnc.socket.is_none() && !listens_on_socket(&vnc.listens) && !nowhere && !unwanted {
                complete_ports(&mut [&mut vnc.port], &mut vnc.autoport);
            }
            if let Some(socket) = vnc.socket.clone() {
                let listen = ListenSocket { socket: Some(socket) };
                vnc.listens = vec![Listen::Socket(listen)];
            }
            vnc.socket = match vnc.listens.first() {
                Some(Listen::Socket(ListenSocket { socket })) => socket.clone(),
                _ => None,
            };
            complete_listens(&mut vnc.listens, &mut vnc.listen);
        }
        Graphics::Spice(spice) => {
            drop_empty(&mut spice.listen, &mut spice.listens);
            if !listens_on_socket(&spice.listens)
                && !spice.listens.iter().any(|l| matches!(l, Listen::None))
            {
                let automatic = spice.autoport == Some(YesNo::Yes)
                    || (spice.port == Some(-1) && spice.tls_port == Some(-1));
                spice.autoport = automatic.then_some(YesNo::Yes).or(Some(YesNo::No));
                if automatic {
                    (spice.port, spice.tls_port) = (None, None);
                }
            }
            complete_listens(&mut spice.listens, &mut spice.listen);
            let silent = spice.port.is_none()
                && spice.tls_port.is_none()
                && spice.autoport == Some(YesNo::No);
            if silent && matches!(spice.listens.as_slice(), [Listen::Address(_)]) {
                // Without a port there is nothing to listen on.
                (spice.listens, spice.listen, spice.autoport) = (vec![Listen::None], None, None);
            }
        }
        Graphics::Rdp(rdp) => complete_ports(&mut [&mut rdp.port], &mut rdp.autoport),
        Graphics::Sdl(_) | Graphics::EglHeadless(_) | Graphics::DBus(_) | Graphics::Desktop(_) => {}
    }
}

/// An address that is empty is none.
fn drop_empty(short: &mut Option<Box<str>>, listens: &mut [Listen]) {
    let long = listens.iter_mut().filter_map(|listen| match listen {
        Listen::Address(listen) => Some(&mut listen.address),
        _ => None,
    });
    for address in long.chain([short]) {
        *address = address.take().filter(|address| !address.is_empty());
    }
}

fn listens_on_socket(listens: &[Listen]) -> bool {
    listens.iter().any(|listen| matches!(listen, Listen::Socket(_)))
}

/// A port that is not said, or -1, is the daemon's to choose.
fn complete_ports(ports: &mut [&mut Option<i32>], autoport: &mut Option<YesNo>) {
    let said = ports.iter().any(|port| port.is_some_and(|port| port != -1));
    if !said || *autoport == Some(YesNo::Yes) {
        *autoport = Some(YesNo::Yes);
        ports.iter_mut().for_each(|port| **port = Some(-1));
    } else {
        *autoport = Some(YesNo::No);
    }
}

/// The long way and the short way to say where a display listens.
fn complete_listens(listens: &mut Vec<Listen>, short: &mut Option<Box<str>>) {
    if listens.is_empty() {
        listens.push(Listen::Address(ListenAddress { address: short.clone() }));
    }
    *short = match listens.first() {
        Some(Listen::Address(ListenAddress { address })) => address.clone(),
        Some(Listen::Network(ListenNetwork { address, .. })) => address.clone(),
        _ => None,
    };
}
