//! Disks of a domain: their chains of images, their sizes, their counters.

pub(crate) mod chain;
mod counters;
mod disk_errors;
pub(crate) mod figures;
mod image_end;
mod info;
mod io_tune;
mod layers;

pub(crate) use figures::Figures;
pub(crate) use image_end::image_end;
pub(crate) use layers::{DiskLayer, Place, disk_layers, format_of, without_number};

use std::path::Path;
use std::time::Duration;

use image::{Format, Image, ImageError, Usage};

/// Sizes of an image, read where nobody else waits for the storage; none when the storage does
/// not answer in time.
pub(crate) async fn usage(
    path: &str,
    format: Format,
    within: Duration,
) -> Option<Result<Usage, ImageError>> {
    usages(vec![(path.to_owned(), format)], within).await?.pop()
}

/// Sizes of images, read one after the other by one thread: where they are many, handing each over
/// takes longer than reading it.
pub(crate) async fn usages(
    images: Vec<(String, Format)>,
    within: Duration,
) -> Option<Vec<Result<Usage, ImageError>>> {
    let read =
        |(path, format): (String, Format)| image::usage(&Image::open(Path::new(&path))?, format);
    let all = move || images.into_iter().map(read).collect();
    tokio::time::timeout(within, tokio::task::spawn_blocking(all)).await.ok()?.ok()
}
