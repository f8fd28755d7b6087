//! `<audio>`: sound systems of the host.

use config::Error;
use config::domain::graphics::{Audio, AudioStream, AudioType};

use super::Result;
use super::line::Line;
use super::props::Props;

/// QEMU's name of a sound system.
pub(super) fn id(number: u32) -> String {
    format!("audio{number}")
}

impl Line<'_> {
    /// `-audiodev`
    pub(super) fn audio_backends(&mut self) -> Result<()> {
        for audio in &self.domain.devices.audios {
            let backend = backend(audio)?;
            self.option("-audiodev", backend);
        }
        Ok(())
    }

    /// The sound system of a device that names none: the first.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if there is none: completion adds one.
    pub(super) fn default_audio_id(&self) -> Result<String> {
        let first = self.domain.devices.audios.first().and_then(|audio| audio.id);
        first.map(id).ok_or_else(|| Error::internal("unable to find default audio backend"))
    }
}

fn backend(audio: &Audio) -> Result<Props> {
    let number = audio.id.ok_or_else(|| Error::internal("audio backend has no id"))?;
    let mut props = Props::new();
    props.set("id", id(number)).set(
        "driver",
        match audio.kind {
            AudioType::Pulseaudio => "pa",
            AudioType::File => "wav",
            AudioType::None
            | AudioType::Alsa
            | AudioType::Coreaudio
            | AudioType::Jack
            | AudioType::Oss
            | AudioType::Sdl
            | AudioType::Spice
            | AudioType::Dbus => audio.kind.word(),
        },
    );
    props
        .set("timer-period", audio.timer_period)
        .set("server", audio.server_name.as_ref())
        .set("path", audio.path.as_ref());
    if audio.kind == AudioType::Oss {
        props
            .set("try-mmap", audio.try_mmap)
            .set("exclusive", audio.exclusive)
            .set("dsp-policy", audio.dsp_policy);
    }
    props.set("in", audio.input.as_deref().and_then(stream));
    props.set("out", audio.output.as_deref().and_then(stream));
    Ok(props)
}

fn stream(stream: &AudioStream) -> Option<Props> {
    let mut props = Props::new();
    props
        .set("mixing-engine", stream.mixing_engine)
        .set("fixed-settings", stream.fixed_settings)
        .set("voices", stream.voices)
        .set("buffer-length", stream.buffer_length);
    if let Some(settings) = stream.settings {
        props
            .set("frequency", settings.frequency)
            .set("channels", settings.channels)
            .set("format", settings.format.map(|format| format.word()));
    }
    props
        .set("dev", stream.dev.as_ref())
        .set("buffer-count", stream.buffer_count)
        .set("try-poll", stream.try_poll)
        .set("name", stream.name.as_ref())
        .set("stream-name", stream.stream_name.as_ref())
        .set("latency", stream.latency)
        .set("server-name", stream.server_name.as_ref())
        .set("client-name", stream.client_name.as_ref())
        .set("connect-ports", stream.connect_ports.as_ref())
        .set("exact-name", stream.exact_name);
    Some(props).filter(|props| *props != Props::new())
}
