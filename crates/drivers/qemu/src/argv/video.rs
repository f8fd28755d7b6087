//! `<video>`: graphics cards.

use config::domain::graphics::{Video, VideoBackend, VideoModel, VideoModelType};
use config::{Error, YesNo};

use super::Result;
use super::line::{Line, alias};
use super::props::Props;
use super::virtio;

/// Whether a card is the one that the firmware draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rank {
    Primary,
    Secondary,
}

impl Line<'_> {
    /// `<video>`, the primary card first.
    pub(super) fn videos(&mut self) -> Result<()> {
        let videos = &self.domain.devices.videos;
        let is_primary = |video: &&Video| {
            video.model.as_ref().is_some_and(|model| model.primary == Some(YesNo::Yes))
        };
        let primaries = videos.iter().filter(is_primary).map(|video| (video, Rank::Primary));
        let others =
            videos.iter().filter(|video| !is_primary(video)).map(|video| (video, Rank::Secondary));
        primaries.chain(others).try_for_each(|(video, rank)| self.video(video, rank))
    }

    fn video(&mut self, video: &Video, rank: Rank) -> Result<()> {
        if video.driver.name == Some(VideoBackend::Vhostuser) {
            return Err(Error::unsupported("video driver 'vhostuser' is not supported yet"));
        }
        let model = video.model.as_ref().ok_or_else(|| Error::internal("video has no model"))?;
        let kind = model.kind.ok_or_else(|| Error::internal("video has no model"))?;
        if kind == VideoModelType::None {
            return Ok(());
        }
        let mut props = Props::driver(&self.card_name(model, kind, rank)?);
        if kind == VideoModelType::Virtio {
            virtio::add_options(&mut props, &video.driver.virtio);
        }
        props.set("id", alias(&video.info)?);
        self.add_card(&mut props, model, kind);
        self.place(&mut props, &video.info)?;
        self.device(props)
    }

    fn card_name(&self, model: &VideoModel, kind: VideoModelType, rank: Rank) -> Result<String> {
        let name = match (kind, rank) {
            (VideoModelType::Vga, Rank::Primary) => "VGA",
            (VideoModelType::Cirrus, Rank::Primary) => "cirrus-vga",
            (VideoModelType::Vmvga, Rank::Primary) => "vmware-svga",
            (VideoModelType::Ramfb, Rank::Primary) => "ramfb",
            (VideoModelType::Qxl, Rank::Primary) => "qxl-vga",
            (VideoModelType::Qxl, Rank::Secondary) => "qxl",
            (VideoModelType::Bochs, _) => "bochs-display",
            (VideoModelType::Virtio, rank) => {
                let name = if rank == Rank::Primary { "virtio-vga" } else { "virtio-gpu" };
                let suffix = if rank == Rank::Primary { "" } else { "-pci" };
                let gl = if self.renders(model, name, suffix) { "-gl" } else { "" };
                return Ok(format!("{name}{gl}{suffix}"));
            }
            (kind, Rank::Secondary) => {
                let what = format!("video type '{kind}' is only valid as primary video device");
                return Err(Error::unsupported(what));
            }
            (kind, Rank::Primary) => {
                let what = format!("domain configuration does not support video model '{kind}'");
                return Err(Error::unsupported(what));
            }
        };
        Ok(name.to_owned())
    }

    fn renders(&self, model: &VideoModel, name: &str, suffix: &str) -> bool {
        accelerated(model) && self.context.emulator.has_device(&format!("{name}-gl{suffix}"))
    }

    fn add_card(&self, props: &mut Props, model: &VideoModel, kind: VideoModelType) {
        match kind {
            VideoModelType::Qxl => {
                props
                    .set("max_outputs", model.heads)
                    .set("ram_size", bytes(model.ram))
                    .set("vram_size", bytes(model.vram))
                    .set("vram64_size_mb", Some(mib(model.vram64.unwrap_or_default())))
                    .set("vgamem_mb", model.vgamem.map(mib));
            }
            VideoModelType::Virtio => {
                let has_gl_model = self.context.emulator.has_device("virtio-vga-gl");
                let virgl = accelerated(model) && !has_gl_model;
                props.set("virgl", virgl.then_some(true)).set("max_outputs", model.heads);
            }
            VideoModelType::Vga | VideoModelType::Vmvga => {
                props.set("vgamem_mb", model.vram.filter(|vram| *vram > 0).map(mib));
            }
            VideoModelType::Bochs => {
                props.set("vgamem", bytes(model.vram.filter(|vram| *vram > 0)));
            }
            _ => {}
        }
        if let Some(resolution) = model.resolution {
            props.set("xres", resolution.x).set("yres", resolution.y);
        }
    }
}

fn accelerated(model: &VideoModel) -> bool {
    model.acceleration.as_ref().is_some_and(|acceleration| acceleration.accel3d == Some(YesNo::Yes))
}

fn bytes(kib: Option<u32>) -> Option<u64> {
    kib.map(|kib| u64::from(kib) << 10)
}

const fn mib(kib: u32) -> u32 {
    kib / 1024
}
