//! Rules of what a user sees and hears.

use std::collections::HashSet;

use super::refuse;
use crate::domain::Domain;
use crate::domain::chardev::CharSource;
use crate::domain::device::VirtioOptions;
use crate::domain::graphics::{
    Audio, AudioRef, AudioStream, AudioType, Gl, Graphics, Listen, ListenAddress, ListenSocket,
    Video, VideoBackend, VideoModel, VideoModelType,
};
use crate::{Error, YesNo};

/// Longest password of VNC.
const VNC_PASSWORD: usize = 8;
/// Least video memory, in KiB.
const LEAST_VRAM: u32 = 1024;

/// Refuses what contradicts itself, before completion makes one of both.
pub(super) fn check_written(displays: &[Graphics]) -> Result<(), Error> {
    for display in displays {
        match display {
            Graphics::Vnc(vnc) => {
                check_listen(&vnc.listens, vnc.listen.as_deref())?;
                if let (Some(short), Some(Listen::Socket(ListenSocket { socket: Some(socket) }))) =
                    (&vnc.socket, vnc.listens.first())
                    && short != socket
                {
                    return Err(mismatch("socket", "socket", short, socket));
                }
            }
            Graphics::Spice(spice) => check_listen(&spice.listens, spice.listen.as_deref())?,
            Graphics::Rdp(rdp) => check_listen(&rdp.listens, rdp.listen.as_deref())?,
            Graphics::DBus(bus) => {
                refuse(bus.p2p == Some(YesNo::Yes) && bus.address.is_some(), || {
                    Error::xml("D-Bus p2p with an address is not supported")
                })?;
            }
            Graphics::Sdl(_) | Graphics::EglHeadless(_) | Graphics::Desktop(_) => {}
        }
    }
    Ok(())
}

fn check_listen(listens: &[Listen], short: Option<&str>) -> Result<(), Error> {
    let nameless =
        |listen: &Listen| matches!(listen, Listen::Network(network) if network.network.is_none());
    refuse(listens.iter().any(nameless), || {
        Error::xml("'network' attribute is required for listen type 'network'")
    })?;
    match (short, listens.first()) {
        (Some(short), Some(Listen::Address(ListenAddress { address: Some(address) })))
            if short != &**address =>
        {
            Err(mismatch("listen", "address", short, address))
        }
        _ => Ok(()),
    }
}

fn mismatch(short: &str, long: &str, said: &str, found: &str) -> Error {
    Error::unsupported(format!(
        "graphics '{short}' attribute '{said}' must match '{long}' attribute of first listen element (found '{found}')"
    ))
}

/// Refuses what no guest of ours can have.
pub(super) fn check(domain: &Domain) -> Result<(), Error> {
    check_displays(domain)?;
    check_audio(domain)?;
    let videos = &domain.devices.videos;
    let mut primaries = 0;
    for (at, video) in videos.iter().enumerate() {
        let Some(model) = &video.model else { continue };
        primaries += u32::from(model.primary == Some(YesNo::Yes));
        refuse(primaries > 1, || Error::unsupported("Only one primary video device is supported"))?;
        let Some(kind) = model.kind else { continue };
        refuse(kind == VideoModelType::None && videos.len() > 1, || {
            Error::unsupported(
                "a 'none' video type must be the only video device defined for the domain",
            )
        })?;
        let several = matches!(kind, VideoModelType::Qxl | VideoModelType::Virtio);
        refuse(at > 0 && !several, || {
            Error::unsupported(format!("video type '{kind}' is only valid as primary video device"))
        })?;
        check_card(video, model, kind)?;
        check_memory(model, kind)?;
    }
    Ok(())
}

fn check_card(video: &Video, model: &VideoModel, kind: VideoModelType) -> Result<(), Error> {
    let foreign = matches!(
        kind,
        VideoModelType::Gop
            | VideoModelType::Xen
            | VideoModelType::Vbox
            | VideoModelType::Parallels
    );
    refuse(foreign, || {
        Error::unsupported(format!("domain configuration does not support video model '{kind}'"))
    })?;
    let virtio = kind == VideoModelType::Virtio;
    refuse(kind != VideoModelType::Qxl && !virtio && model.heads.is_some_and(|n| n > 1), || {
        Error::unsupported(format!("video type '{kind}' doesn't support multiple 'heads'"))
    })?;
    let vhost = video.driver.name == Some(VideoBackend::Vhostuser);
    refuse(vhost && !virtio, || {
        Error::unsupported("'vhostuser' driver is only supported with 'virtio' device")
    })?;
    refuse(!virtio && video.driver.virtio != VirtioOptions::default(), || {
        Error::unsupported("iommu driver option is only supported for virtio devices")
    })?;
    if let Some(acceleration) = &model.acceleration {
        refuse(acceleration.rendernode.is_some() && !vhost, || {
            Error::unsupported("unsupported rendernode accel attribute without 'vhostuser'")
        })?;
        let said = acceleration.accel2d.is_some()
            || acceleration.accel3d.is_some()
            || acceleration.rendernode.is_some();
        refuse(!said, || Error::unsupported("missing values for acceleration"))?;
        refuse(acceleration.accel2d.is_some(), || {
            Error::unsupported("qemu does not support the accel2d setting")
        })?;
        refuse(acceleration.accel3d == Some(YesNo::Yes) && !virtio, || {
            Error::unsupported("3d acceleration is supported only with 'virtio' video device")
        })?;
    }
    if let Some(resolution) = model.resolution {
        refuse(kind == VideoModelType::Cirrus, || Error::xml("model resolution is not supported"))?;
        refuse(resolution.x == 0 || resolution.y == 0, || {
            Error::unsupported("video resolution values must be greater than 0")
        })?;
    }
    Ok(())
}

fn check_memory(model: &VideoModel, kind: VideoModelType) -> Result<(), Error> {
    let qxl = kind == VideoModelType::Qxl;
    for (size, name) in [(model.vgamem, "vgamem"), (model.vram64, "vram64")] {
        refuse(size.is_some() && !qxl, || {
            Error::unsupported(format!("{name} attribute only supported for video type qxl"))
        })?;
    }
    refuse(model.vgamem.is_some_and(|vgamem| !vgamem.is_power_of_two()), || {
        Error::unsupported("value for 'vgamem' must be power of two")
    })?;
    refuse(model.vgamem.is_some_and(|vgamem| vgamem < LEAST_VRAM), || {
        Error::unsupported("value for 'vgamem' must be at least 1 MiB (1024 KiB)")
    })?;
    let small = kind == VideoModelType::Vga && model.vram.is_some_and(|vram| vram < LEAST_VRAM);
    refuse(small, || Error::unsupported("value for 'vram' must be at least 1 MiB (1024 KiB)"))
}

fn check_displays(domain: &Domain) -> Result<(), Error> {
    let displays = &domain.devices.graphics;
    let has = |wanted: fn(&Graphics) -> bool| displays.iter().any(wanted);
    let headless = has(|display| matches!(display, Graphics::EglHeadless(_)));
    let remote = has(|display| matches!(display, Graphics::Vnc(_) | Graphics::Spice(_)));
    refuse(headless && displays.len() > 1 && !remote, || {
        Error::unsupported(
            "graphics type 'egl-headless' is only supported with one of: 'vnc', 'spice' graphics types",
        )
    })?;
    let drawn = |gl: &Option<Gl>| gl.as_ref().is_some_and(|gl| gl.enable == Some(YesNo::Yes));
    let accelerated = displays.iter().filter(|display| match display {
        Graphics::EglHeadless(_) => true,
        Graphics::Sdl(sdl) => drawn(&sdl.gl),
        Graphics::Spice(spice) => drawn(&spice.gl),
        _ => false,
    });
    refuse(accelerated.count() > 1, || {
        Error::unsupported("multiple OpenGL displays are not supported by QEMU")
    })?;
    let needs_spice = domain.devices.char_sources().into_iter().find_map(|source| match source {
        CharSource::SpiceVmc(_) => Some("spicevmc"),
        CharSource::SpicePort(_) => Some("spiceport"),
        _ => None,
    });
    if let Some(kind) = needs_spice.filter(|_| !has_spice(domain)) {
        return Err(Error::unsupported(format!(
            "chardev '{kind}' not supported without spice graphics"
        )));
    }
    for display in displays {
        match display {
            Graphics::Vnc(vnc) => {
                let length = vnc.password.passwd.as_deref().map_or(0, str::len);
                refuse(length > VNC_PASSWORD, || {
                    Error::unsupported(format!(
                        "VNC password is {length} characters long, only {VNC_PASSWORD} permitted"
                    ))
                })?;
            }
            Graphics::Spice(spice) => {
                let listens = spice.listens.first() != Some(&Listen::None);
                refuse(listens && spice.tls_port.is_some_and(|port| port > 0), || {
                    Error::unsupported(
                        "spice TLS port set in XML configuration, but TLS is disabled in qemu.conf",
                    )
                })?;
            }
            Graphics::Rdp(_) | Graphics::Desktop(_) => {
                let what = format!("{} graphics are not supported with this QEMU", display.word());
                return Err(Error::unsupported(what));
            }
            Graphics::Sdl(_) | Graphics::EglHeadless(_) | Graphics::DBus(_) => {}
        }
    }
    Ok(())
}

fn has_spice(domain: &Domain) -> bool {
    domain.devices.graphics.iter().any(|display| matches!(display, Graphics::Spice(_)))
}

fn check_audio(domain: &Domain) -> Result<(), Error> {
    let devices = &domain.devices;
    let mut ids = HashSet::new();
    for audio in &devices.audios {
        let Some(id) = audio.id else {
            return Err(Error::xml("Missing required attribute 'id' in element 'audio'"));
        };
        refuse(id == 0, || {
            Error::xml("Invalid value for attribute 'id' in element 'audio': Zero is not permitted")
        })?;
        refuse(!ids.insert(id), || Error::xml(format!("audio ID {id} is used multiple times")))?;
        check_backend(audio)?;
        refuse(audio.kind == AudioType::Spice && !has_spice(domain), || {
            Error::unsupported("Spice audio is not supported without spice graphics")
        })?;
    }
    let of_displays = devices.graphics.iter().filter_map(|display| match display {
        Graphics::Vnc(vnc) => vnc.audio,
        Graphics::DBus(bus) => bus.audio,
        _ => None,
    });
    let of_cards = devices.sounds.iter().filter_map(|sound| sound.audio);
    match of_displays.chain(of_cards).find(|AudioRef { id }| !ids.contains(id)) {
        Some(AudioRef { id }) => Err(Error::xml(format!("no audio device with ID {id}"))),
        None => Ok(()),
    }
}

fn check_backend(audio: &Audio) -> Result<(), Error> {
    refuse(audio.timer_period == Some(0), || {
        Error::xml(
            "Invalid value for attribute 'timerPeriod' in element 'audio': Zero is not permitted",
        )
    })?;
    [&audio.input, &audio.output].into_iter().flatten().try_for_each(|stream| check_stream(stream))
}

/// Settings are QEMU's mixer's, and only if they are said to be.
fn check_stream(stream: &AudioStream) -> Result<(), Error> {
    let fixed = stream.fixed_settings == Some(YesNo::Yes);
    refuse(fixed && stream.mixing_engine != Some(YesNo::Yes), || {
        Error::unsupported("fixed audio settings requires mixing engine")
    })?;
    refuse(stream.settings.is_some() && !fixed, || {
        Error::unsupported("audio settings specified without fixed settings flag")
    })
}
