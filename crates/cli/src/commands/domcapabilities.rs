//! `fv domcapabilities`: show what guests may be made of.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;

command!("domcapabilities", "Show what guests may be made of", [
    Opt::value("virttype", "kind of hypervisor, such as kvm"),
    Opt::value("emulatorbin", "path of the emulator"),
    Opt::value("arch", "architecture"),
    Opt::value("machine", "machine type"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let capabilities = cx
        .connection()
        .await?
        .domain_capabilities(
            args.value("emulatorbin"),
            args.value("arch"),
            args.value("machine"),
            args.value("virttype"),
        )
        .await
        .while_doing(|| "failed to get emulator capabilities".to_owned())?;
    cx.line(capabilities)
}
