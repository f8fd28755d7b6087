//! Sizes of one disk.

use api::remote::{DomainGetBlockInfo, DomainGetBlockInfoArgs, DomainGetBlockInfoRet};
use api::{Error, ErrorDomain, Result};
use config::domain::disk::Disk;
use config::domain::storage::StorageFormat;
use driver::{CallContext, Handler};
use image::{ImageError, Usage};

use super::layers::find;
use super::{DiskLayer, Figures, Place, format_of, image_end, usage};
use crate::domain::{Domain, not_running};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

impl Handler<DomainGetBlockInfo> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetBlockInfoArgs,
    ) -> Result<DomainGetBlockInfoRet> {
        flags::only(args.flags, 0, "qemuDomainGetBlockInfo")?;
        if args.path.is_empty() {
            let message = "string disk in virDomainGetBlockInfo must not be empty";
            return Err(flags::refused(ErrorDomain::DOMAIN, message));
        }
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.query("DomainGetBlockInfo", &self.settings.deadlines).await?;
        let view = domain.published();
        let document = view.current().ok_or_else(not_running)?;
        let disk = find(&document, &args.path).ok_or_else(|| {
            let detail = format!("invalid path {} not assigned to domain", args.path);
            Error::invalid_arg(QEMU, detail)
        })?;
        let top = DiskLayer::top(disk);
        if top.place == Place::Empty {
            let detail = format!("disk '{}' does not currently have a source assigned", args.path);
            return Err(Error::invalid_arg(QEMU, detail));
        }
        let sizes = match view.is_active() {
            true => self.sizes_of_running(&domain, disk, &top).await?,
            false => self.sizes_of_stored(&args.path, &top).await?,
        };
        let Usage { capacity, allocation, physical } = sizes;
        Ok(DomainGetBlockInfoRet { allocation, capacity, physical })
    }
}

impl QemuDriver {
    async fn sizes_of_running(
        &self,
        domain: &Domain,
        disk: &Disk,
        top: &DiskLayer<'_>,
    ) -> Result<Usage> {
        let live = domain.running()?;
        let alias = disk.info.alias.name().ok_or_else(|| {
            Error::internal(QEMU, format!("missing disk device alias name for {}", disk.target.dev))
        })?;
        let within = self.settings.deadlines.monitor;
        let monitor = live.monitor()?;
        // The size of such a file is its allocation, whatever was written where in it.
        let is_sparse_file =
            matches!(top.place, Place::File(_)) && top.format == Some(StorageFormat::Qcow2);
        let figures = self.ask(domain, async {
            match is_sparse_file {
                true => Figures::ask_sizes(monitor).await,
                false => Figures::ask(monitor).await,
            }
        });
        // The file is looked at meanwhile, as what QEMU says mostly asks for it.
        let (figures, end, length) =
            tokio::join!(figures, image_end(&live, top, within), self.length(top));
        let figures = figures?;
        let sizes = match is_sparse_file {
            true => figures.sizes(top),
            false => figures.device(alias).and_then(|device| figures.layer(device, top)),
        };
        let sizes = sizes.ok_or_else(|| {
            Error::internal(QEMU, format!("failed to gather stats for disk '{}'", disk.target.dev))
        })?;
        let allocation = match sizes.written_end {
            Some(written) => written.max(end),
            None => sizes.physical,
        };
        // As libvirt does: where QEMU has nothing to say, the file itself is looked at.
        let unknown = sizes.physical == 0 || allocation == 0 || allocation == sizes.physical;
        let physical = length.filter(|_| unknown);
        Ok(Usage {
            capacity: sizes.capacity,
            allocation: if allocation == 0 { sizes.physical } else { allocation },
            physical: physical.unwrap_or(sizes.physical),
        })
    }

    /// The length of a file or device.
    pub(crate) async fn length(&self, layer: &DiskLayer<'_>) -> Option<u64> {
        let read = usage(layer.place.path()?, image::Format::Raw, self.settings.deadlines.monitor);
        Some(read.await.ok()?.ok()?.physical)
    }

    async fn sizes_of_stored(&self, name: &str, top: &DiskLayer<'_>) -> Result<Usage> {
        let path = top.place.path().ok_or_else(|| {
            let detail = format!("sizes of disk '{name}' are not known: it is not on this host");
            Error::operation_unsupported(QEMU, detail)
        })?;
        let within = self.settings.deadlines.monitor;
        let read = usage(path, format_of(top.format), within).await;
        read.map_err(|unanswered| unanswered.error(QEMU))?.map_err(|error| match error {
            ImageError::System { path, error } => {
                Error::io(QEMU, &error, format_args!("Failed to open file '{}'", path.display()))
            }
            error => Error::internal(QEMU, error.to_string()),
        })
    }
}
