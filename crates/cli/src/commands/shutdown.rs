//! `fv shutdown`: ask a guest to shut down.

use ferrovirt::DomainShutdownFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::selection::DOMAIN;

command!("shutdown", "Ask a guest to shut down", [
    DOMAIN,
    Opt::value("mode", "how to ask: acpi, agent, initctl, signal, paravirt; several by commas"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let modes = modes(args.value("mode").unwrap_or_default())?;
    let domain = cx.domain(args.required("domain")).await?;
    let name = domain.name();
    domain.shutdown(DomainShutdownFlags(modes)).await.while_doing(|| format!("Failed to shutdown domain '{name}'"))?;
    cx.remark(format!("Domain '{name}' is being shutdown"))
}

/// The bits of the modes that are named; `reboot` has the same.
pub(super) fn modes(text: &str) -> Result<u32, Failure> {
    let known = [
        ("acpi", DomainShutdownFlags::ACPI_POWER_BTN),
        ("agent", DomainShutdownFlags::GUEST_AGENT),
        ("initctl", DomainShutdownFlags::INITCTL),
        ("signal", DomainShutdownFlags::SIGNAL),
        ("paravirt", DomainShutdownFlags::PARAVIRT),
    ];
    let mut bits = 0;
    for mode in text.split(',').filter(|mode| !mode.is_empty()) {
        let (_, bit) = known.iter().find(|(name, _)| *name == mode).ok_or_else(|| {
            Failure::new(format!(
                "Unknown mode {mode} value, expecting 'acpi', 'agent', 'initctl', 'signal' or \
                 'paravirt'"
            ))
        })?;
        bits |= bit.0;
    }
    Ok(bits)
}
