//! `<sound>`: sound cards.

use config::Error;
use config::domain::graphics::{Codec, CodecType, Sound, SoundModel};

use super::Result;
use super::audio;
use super::line::{Line, alias};
use super::props::Props;

impl Line<'_> {
    /// Whether the machine's own speaker is to be heard.
    pub(super) fn speaker_is_wanted(&self) -> bool {
        self.domain.devices.sounds.iter().any(|sound| sound.model == SoundModel::Pcspk)
    }

    /// `<sound>`
    pub(super) fn sounds(&mut self) -> Result<()> {
        let sounds = &self.domain.devices.sounds;
        sounds.iter().try_for_each(|sound| self.sound(sound))
    }

    fn sound(&mut self, sound: &Sound) -> Result<()> {
        let driver = match sound.model {
            SoundModel::Pcspk => return Ok(()),
            SoundModel::Es1370 => "ES1370",
            SoundModel::Ac97 => "AC97",
            SoundModel::Sb16 => "sb16",
            SoundModel::Usb => "usb-audio",
            SoundModel::Ich6 => "intel-hda",
            SoundModel::Ich9 => "ich9-intel-hda",
            SoundModel::Ich7 => {
                return Err(Error::unsupported("sound card model 'ich7' is not supported"));
            }
        };
        let alias = alias(&sound.info)?;
        let backend = match sound.audio {
            Some(named) => audio::id(named.id),
            None => self.default_audio_id()?,
        };
        let codecs = matches!(sound.model, SoundModel::Ich6 | SoundModel::Ich9);
        let mut props = Props::driver(driver);
        props.set("id", alias);
        props.set("audiodev", Some(backend.as_str()).filter(|_| !codecs));
        self.place(&mut props, &sound.info)?;
        self.device(props)?;
        if codecs {
            self.codecs(sound, alias, &backend)?;
        }
        Ok(())
    }

    /// What a bus of Intel's leads to; one that plays and records if the document names none.
    fn codecs(&mut self, sound: &Sound, alias: &str, backend: &str) -> Result<()> {
        let default = [Codec { kind: CodecType::Duplex }];
        let codecs = if sound.codecs.is_empty() { default.as_slice() } else { &sound.codecs };
        for (number, codec) in (0_u32..).zip(codecs) {
            let mut props = Props::driver(&format!("hda-{}", codec.kind));
            props
                .set("id", format!("{alias}-codec{number}"))
                .set("bus", format!("{alias}.0"))
                .set("cad", number)
                .set("audiodev", backend);
            self.device(props)?;
        }
        Ok(())
    }
}
