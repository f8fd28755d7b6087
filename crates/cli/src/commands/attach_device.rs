//! `fv attach-device`: add a device, which an XML file describes.

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::device::{self, PERSISTENT};
use crate::failure::WhileDoing;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE};

command!("attach-device", "Add a device, which an XML file describes", [
    DOMAIN,
    Opt::value("file", "file with the device's document").required(),
    PERSISTENT,
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let file = args.required("file");
    let domain = cx.domain(args.required("domain")).await?;
    let flags = device::flags(args, &domain).await?;
    let xml = context::read_file(file)?;
    domain.attach_device(&xml, flags).await.while_doing(|| format!("Failed to attach device from {file}"))?;
    cx.remark("Device attached successfully")
}
