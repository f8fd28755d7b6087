//! Where an image ends on its block device, true from a guest's first second.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use image::Image;
use tokio::sync::watch;

use super::{DiskLayer, Place, format_of};
use crate::domain::Live;
use crate::slow_storage;

/// The end of a qcow2 image on a block device, as its own tables say; 0 for any other layer, and
/// while the storage does not answer.
///
/// The tables are read once in a guest's life: from then on QEMU knows the highest write.
pub(crate) async fn image_end(live: &Arc<Live>, layer: &DiskLayer<'_>, within: Duration) -> u64 {
    let Place::Device(path) = layer.place else { return 0 };
    if !layer.is_image_on_device() {
        return 0;
    }
    let mut end = begin(live, path, layer);
    let read = tokio::time::timeout(within, end.wait_for(Option::is_some)).await;
    read.ok().and_then(|end| *end.ok()?).unwrap_or(0)
}

/// Begins to read the tables, unless that has begun.
fn begin(live: &Live, path: &str, layer: &DiskLayer<'_>) -> watch::Receiver<Option<u64>> {
    if let Some(end) = live.parts().image_ends.get(path) {
        return end.clone();
    }
    let (sender, receiver) = watch::channel(None);
    live.parts().image_ends.insert(path.to_owned(), receiver.clone());
    let (path, format) = (PathBuf::from(path), format_of(layer.format));
    tokio::spawn(async move {
        let image = path.clone();
        let read = move || Image::open(&image).and_then(|image| image::usage(&image, format));
        let end = match slow_storage::whenever(&path, read).await {
            Some(Ok(usage)) => usage.allocation,
            Some(Err(error)) => {
                tracing::warn!(%error, "highest offset not read");
                0
            }
            None => 0,
        };
        sender.send_replace(Some(end));
    });
    receiver
}
