//! `fv get-user-sshkeys`: show by which SSH keys a user of a guest may log in.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::selection::DOMAIN;

command!("get-user-sshkeys", "Show by which SSH keys a user of a guest may log in", [
    DOMAIN,
    Opt::value("user", "the user").required(),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    for key in domain.ssh_keys(args.required("user")).await? {
        cx.line(key)?;
    }
    Ok(())
}
