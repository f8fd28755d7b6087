//! `fv hypervisor-cpu-compare`: compare a CPU with what an emulator can give.

use ferrovirt::{CPUCompareResult, Emulation};

use super::cpu_compare::{asked, flags};
use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};

command!("hypervisor-cpu-compare", "Compare a CPU with what an emulator can give", [
    Opt::value("file", "file with the CPU's document").required(),
    Opt::named("virttype", "kind of hypervisor, such as kvm"),
    Opt::named("emulator", "path of the emulator"),
    Opt::named("arch", "architecture"),
    Opt::named("machine", "machine type"),
    Opt::flag("error", "fail with the reason if it cannot be given"),
    Opt::flag("validate", "refuse what is not known in the document"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let (file, cpu) = asked(args)?;
    let connection = cx.connection().await?;
    let compared = connection.compare_hypervisor_cpu(&emulation(args), &cpu, flags(args)).await;
    let compared =
        compared.while_doing(|| format!("Failed to compare hypervisor CPU with {file}"))?;
    let given = "the CPU provided by hypervisor on the host";
    match compared {
        CPUCompareResult::SUPERSET => cx.line(format!(
            "The CPU provided by hypervisor on the host is a superset of CPU described in {file}"
        )),
        CPUCompareResult::IDENTICAL => {
            cx.line(format!("CPU described in {file} is identical to {given}"))
        }
        _ => {
            cx.line(format!("CPU described in {file} is incompatible with {given}"))?;
            Err(Failure::silent())
        }
    }
}

/// Which emulator is meant.
pub(super) fn emulation(args: &Args) -> Emulation {
    let value = |name| args.value(name).map(str::to_owned);
    Emulation {
        emulator: value("emulator"),
        arch: value("arch"),
        machine: value("machine"),
        virt_type: value("virttype"),
    }
}
