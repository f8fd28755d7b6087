//! `fv cpu-baseline`: show a CPU that several hosts can give.

use ferrovirt::ConnectBaselineCPUFlags as Flags;

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::cpu_document::cpus;
use crate::failure::Failure;

command!("cpu-baseline", "Show a CPU that several hosts can give", [
    Opt::value("file", "file with the documents of the hosts' CPUs").required(),
    Opt::flag("features", "name all features, also those of the model"),
    Opt::flag("migratable", "without what keeps a guest on its host"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let cpus = described(args)?;
    cx.print(&cx.connection().await?.baseline_cpu(cpus, flags(args)).await?)
}

/// The CPUs in the file that was named.
pub(super) fn described(args: &Args) -> Result<Vec<String>, Failure> {
    let file = args.required("file");
    cpus(file, &context::read_file(file)?)
}

/// What is to be named.
pub(super) fn flags(args: &Args) -> Flags {
    Flags(args.bits(&[
        ("features", Flags::EXPAND_FEATURES.0),
        ("migratable", Flags::MIGRATABLE.0),
    ]))
}
