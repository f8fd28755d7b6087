//! `fv version`: show versions.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};

command!("version", "Show versions", [    Opt::flag("daemon", "of the daemon too"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let connection = cx.connection().await?;
    let library = dotted(ferrovirt::api::LIBVIRT_VERSION);
    let hypervisor = connection.hypervisor().await?;
    cx.line(format!("Compiled against library: libvirt {library}"))?;
    cx.line(format!("Using library: libvirt {library}"))?;
    cx.line(format!("Using API: {hypervisor} {library}"))?;
    match connection.hypervisor_version().await? {
        0 => cx.line(format!("Cannot extract running {hypervisor} hypervisor version"))?,
        version => cx.line(format!("Running hypervisor: {hypervisor} {}", dotted(version)))?,
    }
    if args.has("daemon") {
        let version = dotted(connection.server_version().await?);
        cx.line(format!("Running against daemon: {version}"))?;
    }
    Ok(())
}

fn dotted(version: u64) -> String {
    format!("{}.{}.{}", version / 1_000_000, version / 1000 % 1000, version % 1000)
}
