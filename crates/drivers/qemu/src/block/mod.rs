//! Disks of a domain: their chains of images, their sizes, their counters.

pub(crate) mod chain;
mod counters;
mod disk_errors;
pub(crate) mod figures;
mod image_end;
mod info;
mod io_tune;
mod layers;
mod stored;

pub(crate) use figures::Figures;
pub(crate) use image_end::image_end;
pub(crate) use layers::{DiskLayer, Place, disk_layers, format_of, without_number};
pub(crate) use stored::StoredImage;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use image::{Format, Image, ImageError, Usage};
use tokio::task::JoinSet;

use crate::slow_storage::{self, Unanswered};

/// What is known of an image's sizes: nothing when its storage does not answer in time.
pub(crate) type Read = Result<Result<Usage, ImageError>, Unanswered>;

/// Sizes of an image.
pub(crate) async fn usage(path: &str, format: Format, within: Duration) -> Read {
    let read = read_usage(path, format);
    slow_storage::on(Path::new(path), within, read).await
}

/// How many images a thread reads one after the other: handing each over takes longer than reading it.
const AT_A_TIME: usize = 64;

/// Sizes of images, in their order. No thread reads those of two media.
pub(crate) async fn usages(images: &[(String, Format)], within: Duration) -> Vec<Option<Usage>> {
    let mut media: HashMap<PathBuf, Vec<usize>> = HashMap::new();
    for (number, (path, _)) in images.iter().enumerate() {
        media.entry(slow_storage::medium(Path::new(path))).or_default().push(number);
    }
    let mut readers = JoinSet::new();
    for (medium, numbers) in media {
        for some in numbers.chunks(AT_A_TIME) {
            let image = |at: &usize| Some((*at, images.get(*at)?.clone()));
            let some: Vec<_> = some.iter().filter_map(image).collect();
            let read = |(at, (path, format)): (usize, (String, Format))| {
                Some((at, read_usage(&path, format)().ok()?))
            };
            let all = move || some.into_iter().filter_map(read).collect::<Vec<_>>();
            let medium = medium.clone();
            readers.spawn(async move { slow_storage::on(&medium, within, all).await });
        }
    }
    let mut found = vec![None; images.len()];
    while let Some(read) = readers.join_next().await {
        for (at, usage) in read.ok().and_then(Result::ok).unwrap_or_default() {
            if let Some(place) = found.get_mut(at) {
                *place = Some(usage);
            }
        }
    }
    found
}

fn read_usage(
    path: &str,
    format: Format,
) -> impl FnOnce() -> Result<Usage, ImageError> + Send + 'static {
    let path = PathBuf::from(path);
    move || image::usage(&Image::open(&path)?, format)
}
