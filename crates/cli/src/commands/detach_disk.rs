//! `fv detach-disk`: take a disk out.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::device::{self, Changes, PERSISTENT, PRINT_XML};
use crate::failure::WhileDoing;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE};

command!("detach-disk", "Take a disk out", [
    DOMAIN,
    Opt::value("target", "target or source of the disk").required(),
    PERSISTENT,
    CONFIG,
    LIVE,
    CURRENT,
    PRINT_XML,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let flags = device::flags(args, &domain).await?;
    let xml = device::document(&domain, flags).await?;
    let disk = {
        let document = device::parse(&xml)?;
        let disk = device::disk(&document, args.required("target"))?;
        device::print(disk, &Changes { without: &["backingStore"], ..Changes::default() })
    };
    if args.has("print-xml") {
        return cx.print(&disk);
    }
    let done = domain.detach_device(&disk, flags).await;
    done.while_doing(|| "Failed to detach disk".to_owned())?;
    cx.remark("Disk detached successfully")
}
