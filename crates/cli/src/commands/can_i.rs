//! `fv can-i`: ask the daemon whether somebody may do something, and which rule says so.

use ferrovirt::api::ferrovirt::{AccessCheck, AccessCheckArgs};

use crate::admin;
use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;

command!("can-i", "Ask whether somebody may do something, and which rule says so", [
    Opt::value("permission", "such as domain.start, or a call such as domain_create").required(),
    Opt::named("domain", "name or UUID of the domain that it is about"),
    Opt::named("as-uid", "number of the user who asks; else you"),
    Opt::named("as-gid", "number of a group of the one who asks"),
    Opt::named("as-sasl", "name by which who asks has authenticated"),
    Opt::named("as-tls", "distinguished name in the certificate of the one who asks"),
    admin::SOCKET,
    admin::JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let text = |name| args.value(name).map(str::to_owned);
    let question = AccessCheckArgs {
        uid: number(args, "as-uid")?,
        gid: number(args, "as-gid")?,
        sasl_name: text("as-sasl"),
        tls_name: text("as-tls"),
        permission: args.required("permission").to_owned(),
        object: args.value("domain").map(|_| "domain".to_owned()),
        name: text("domain"),
    };
    let answer = admin::connect(cx, args).await?.call::<AccessCheck>(question).await?;
    let allowed = answer.allowed != 0;
    if args.has("json") {
        cx.json(&serde_json::json!({ "allowed": allowed, "reason": answer.reason }))?;
    } else {
        cx.line(format!("{}: {}", if allowed { "yes" } else { "no" }, answer.reason))?;
    }
    if allowed { Ok(()) } else { Err(Failure::silent()) }
}

fn number(args: &Args, name: &str) -> Result<Option<u32>, Failure> {
    let parse = |text: &str| {
        text.parse().map_err(|_| Failure::usage(format!("--{name} '{text}' is not a number")))
    };
    args.value(name).map(parse).transpose()
}
