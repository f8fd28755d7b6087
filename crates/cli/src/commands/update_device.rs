//! `fv update-device`: change what may change of a device.

use ferrovirt::{DomainDeviceModifyFlags, DomainState};

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::device::PERSISTENT;
use crate::failure::WhileDoing;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE};

command!("update-device", "Change what may change of a device, as an XML file describes it", [
    DOMAIN,
    Opt::value("file", "file with the device's document").required(),
    PERSISTENT,
    CONFIG,
    LIVE,
    CURRENT,
    Opt::flag("force", "even if the guest does not agree"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    for other in ["persistent", "config", "live"] {
        args.exclusive(&[other, "current"])?;
    }
    let file = args.required("file");
    let domain = cx.domain(args.required("domain")).await?;
    let mut flags = args.bits(&[
        ("config", DomainDeviceModifyFlags::CONFIG.0),
        ("persistent", DomainDeviceModifyFlags::CONFIG.0),
        ("live", DomainDeviceModifyFlags::LIVE.0),
        ("force", DomainDeviceModifyFlags::FORCE.0),
    ]);
    if args.has("persistent") && domain.info().await?.state == DomainState::RUNNING {
        flags |= DomainDeviceModifyFlags::LIVE.0;
    }
    let xml = context::read_file(file)?;
    domain
        .update_device(&xml, DomainDeviceModifyFlags(flags))
        .await
        .while_doing(|| format!("Failed to update device from {file}"))?;
    cx.remark("Device updated successfully")
}
