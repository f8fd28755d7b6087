//! `fv detach-device-alias`: take out the device with this alias.

use ferrovirt::DomainDeviceModifyFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("detach-device-alias", "Take out the device with this alias", [
    DOMAIN,
    Opt::value("alias", "the device's alias").required(),
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let flags = DomainDeviceModifyFlags(impact(args)?.0);
    let alias = args.required("alias");
    let domain = cx.domain(args.required("domain")).await?;
    domain
        .detach_device_alias(alias, flags)
        .await
        .while_doing(|| format!("Failed to detach device with alias {alias}"))?;
    cx.remark("Device detach request sent successfully")
}
