//! `fv destroy`: end a guest at once.

use ferrovirt::DomainDestroyFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::selection::DOMAIN;

command!("destroy", "End a guest at once", [
    DOMAIN,
    Opt::flag("graceful", "only if it obeys a signal"),
    Opt::flag("remove-logs", "remove its logs too"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let name = domain.name();
    let flags = DomainDestroyFlags(args.bits(&[
        ("graceful", DomainDestroyFlags::GRACEFUL.0),
        ("remove-logs", DomainDestroyFlags::REMOVE_LOGS.0),
    ]));
    domain.destroy(flags).await.while_doing(|| format!("Failed to destroy domain '{name}'"))?;
    cx.remark(format!("Domain '{name}' destroyed"))
}
