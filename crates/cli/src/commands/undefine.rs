//! `fv undefine`: remove the definition of a domain.

use ferrovirt::DomainUndefineFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::DOMAIN;

command!("undefine", "Remove the definition of a domain", [
    DOMAIN,
    Opt::flag("managed-save", "remove its saved state too"),
    Opt::flag("snapshots-metadata", "remove what is known of its snapshots too"),
    Opt::flag("checkpoints-metadata", "remove what is known of its checkpoints too"),
    Opt::flag("nvram", "remove its NVRAM file too"),
    Opt::flag("keep-nvram", "keep its NVRAM file"),
    Opt::flag("tpm", "remove the state of its TPM too"),
    Opt::flag("keep-tpm", "keep the state of its TPM"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["nvram", "keep-nvram"])?;
    args.exclusive(&["tpm", "keep-tpm"])?;
    let domain = cx.domain(args.required("domain")).await?;
    let name = domain.name();
    let flags = DomainUndefineFlags(args.bits(&[
        ("managed-save", DomainUndefineFlags::MANAGED_SAVE.0),
        ("snapshots-metadata", DomainUndefineFlags::SNAPSHOTS_METADATA.0),
        ("checkpoints-metadata", DomainUndefineFlags::CHECKPOINTS_METADATA.0),
        ("nvram", DomainUndefineFlags::NVRAM.0),
        ("keep-nvram", DomainUndefineFlags::KEEP_NVRAM.0),
        ("tpm", DomainUndefineFlags::TPM.0),
        ("keep-tpm", DomainUndefineFlags::KEEP_TPM.0),
    ]));
    domain.undefine(flags).await.while_doing(|| format!("Failed to undefine domain '{name}'"))?;
    cx.remark(format!("Domain '{name}' has been undefined"))
}
