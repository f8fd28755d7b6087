//! `fv hypervisor-cpu-baseline`: show a CPU that an emulator can give on several hosts.

use super::cpu_baseline::{described, flags};
use super::hypervisor_cpu_compare::emulation;
use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};

command!("hypervisor-cpu-baseline", "Show a CPU that an emulator can give on several hosts", [
    Opt::value("file", "file with the documents of the hosts' CPUs").required(),
    Opt::named("virttype", "kind of hypervisor, such as kvm"),
    Opt::named("emulator", "path of the emulator"),
    Opt::named("arch", "architecture"),
    Opt::named("machine", "machine type"),
    Opt::flag("features", "name all features, also those of the model"),
    Opt::flag("migratable", "without what keeps a guest on its host"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let cpus = described(args)?;
    let connection = cx.connection().await?;
    cx.print(&connection.baseline_hypervisor_cpu(&emulation(args), cpus, flags(args)).await?)
}
