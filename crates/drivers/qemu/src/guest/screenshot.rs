//! A picture of what a guest shows.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use api::remote::{DomainScreenshot, DomainScreenshotArgs, DomainScreenshotRet};
use api::{Error, ErrorCode, Result};
use driver::{CallContext, Handler, Stream};
use qmp::commands::{ImageFormat, Screen};
use tempfile::NamedTempFile;

use crate::capabilities::{Emulator, SchemaPath};
use crate::domain::not_running;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

/// The largest picture that is passed on: four times an 8K screen without compression. **Units**: bytes.
const PICTURE_LIMIT: u64 = 400 << 20;

impl Handler<DomainScreenshot> for QemuDriver {
    async fn handle(
        &self,
        cx: &CallContext,
        args: DomainScreenshotArgs,
    ) -> Result<DomainScreenshotRet> {
        flags::only(args.flags, 0, "qemuDomainScreenshot")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainScreenshot", &self.settings.deadlines).await?;
        let live = domain.running()?;
        let view = domain.published();
        let document = view.live.as_deref().ok_or_else(not_running)?;
        let screen = screen(document, &live.emulator, args.screen)?;
        let format = format_of(&live.emulator);
        // QEMU writes into the very file that is open here; its name is gone with `path`.
        let (file, path) = private_file(&live.directory)
            .map_err(|error| Error::io(QEMU, &error, "cannot create a file for the picture"))?
            .into_parts();
        self.ask(&domain, live.monitor()?.screendump(&path, screen, format)).await?;
        drop(path);
        let picture = tokio::task::spawn_blocking(move || read(file)).await;
        let picture = picture
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| Error::io(QEMU, &error, "cannot read the picture"))?;
        cx.open_stream(Stream::download(Cursor::new(picture)));
        Ok(DomainScreenshotRet { mime: Some(mime(format).to_owned()) })
    }
}

/// The best format that QEMU can write.
fn format_of(emulator: &Emulator) -> ImageFormat {
    match emulator.has_schema_path(SchemaPath::ScreendumpFormat) {
        true => ImageFormat::Png,
        false => ImageFormat::Ppm,
    }
}

fn mime(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "image/png",
        ImageFormat::Ppm => "image/x-portable-pixmap",
    }
}

/// The device and head behind a screen's number: heads count through all graphics cards. The first
/// screen is whatever QEMU shows first.
fn screen<'a>(
    document: &'a config::Domain,
    emulator: &Emulator,
    number: u32,
) -> Result<Option<Screen<'a>>> {
    if document.devices.videos.is_empty() {
        return Err(Error::operation_invalid(QEMU, "no screens to take screenshot from"));
    }
    if number == 0 {
        return Ok(None);
    }
    if !emulator.has_schema_path(SchemaPath::ScreendumpDevice) {
        let detail = "qemu does not allow specifying screen ID";
        return Err(Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, QEMU, detail));
    }
    let mut head = number;
    for video in &document.devices.videos {
        let heads = video.model.as_ref().and_then(|model| model.heads).unwrap_or(1);
        if head < heads {
            let device = video.info.alias.name().unwrap_or_default();
            return Ok(Some(Screen { device, head }));
        }
        head -= heads;
    }
    Err(Error::operation_invalid(QEMU, "no such screen ID"))
}

/// A file that only this user can open, where QEMU can reach it.
fn private_file(directory: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix("screenshot.").tempfile_in(directory)
}

fn read(file: File) -> io::Result<Vec<u8>> {
    let size = file.metadata()?.len();
    if size > PICTURE_LIMIT {
        return Err(io::Error::other(format!("{size} bytes are more than {PICTURE_LIMIT}")));
    }
    let mut picture = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(PICTURE_LIMIT).read_to_end(&mut picture)?;
    Ok(picture)
}
