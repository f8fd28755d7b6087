//! `fv cpu-compare`: compare a CPU with the host's.

use ferrovirt::{CPUCompareResult, ConnectCompareCPUFlags as Flags};

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::cpu_document::cpus;
use crate::failure::{Failure, WhileDoing};

command!("cpu-compare", "Compare a CPU with the host's", [
    Opt::value("file", "file with the CPU's document").required(),
    Opt::flag("error", "fail with the reason if the host cannot give it"),
    Opt::flag("validate", "refuse what is not known in the document"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let (file, cpu) = asked(args)?;
    let compared = cx.connection().await?.compare_cpu(&cpu, flags(args)).await;
    let compared = compared.while_doing(|| format!("Failed to compare host CPU with {file}"))?;
    match compared {
        CPUCompareResult::SUPERSET => {
            cx.line(format!("Host CPU is a superset of CPU described in {file}"))
        }
        CPUCompareResult::IDENTICAL => {
            cx.line(format!("CPU described in {file} is identical to host CPU"))
        }
        _ => {
            cx.line(format!("CPU described in {file} is incompatible with host CPU"))?;
            Err(Failure::silent())
        }
    }
}

/// The file that was named, and the first CPU in it.
pub(super) fn asked(args: &Args) -> Result<(&str, String), Failure> {
    let file = args.required("file");
    let found = cpus(file, &context::read_file(file)?)?;
    Ok((file, found.into_iter().next().unwrap_or_default()))
}

/// How strictly to compare.
pub(super) fn flags(args: &Args) -> Flags {
    Flags(args.bits(&[
        ("error", Flags::FAIL_INCOMPATIBLE.0),
        ("validate", Flags::VALIDATE_XML.0),
    ]))
}
