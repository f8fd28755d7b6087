//! `fv set-lifecycle-action`: set what becomes of a domain after an event.

use ferrovirt::api::{DomainLifecycle, DomainLifecycleAction};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("set-lifecycle-action", "Set what becomes of a domain after an event", [
    DOMAIN,
    Opt::value("type", "the event: poweroff, reboot or crash").required(),
    Opt::value("action", "destroy, restart, preserve, coredump-destroy or coredump-restart").required(),
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let event = known(&EVENTS, args.required("type"), "type")?;
    let action = known(&ACTIONS, args.required("action"), "action")?;
    let domain = cx.domain(args.required("domain")).await?;
    let done = domain.set_lifecycle_action(event, action, impact).await;
    done.while_doing(|| "Unable to change lifecycle action.".to_owned())
}

const EVENTS: [(&str, DomainLifecycle); 3] = [
    ("poweroff", DomainLifecycle::POWEROFF),
    ("reboot", DomainLifecycle::REBOOT),
    ("crash", DomainLifecycle::CRASH),
];

const ACTIONS: [(&str, DomainLifecycleAction); 6] = [
    ("destroy", DomainLifecycleAction::DESTROY),
    ("restart", DomainLifecycleAction::RESTART),
    ("rename-restart", DomainLifecycleAction::RESTART_RENAME),
    ("preserve", DomainLifecycleAction::PRESERVE),
    ("coredump-destroy", DomainLifecycleAction::COREDUMP_DESTROY),
    ("coredump-restart", DomainLifecycleAction::COREDUMP_RESTART),
];

fn known<T: Copy>(words: &[(&str, T)], word: &str, what: &str) -> Result<T, Failure> {
    let found = words.iter().find(|(known, _)| *known == word);
    let unknown = || Failure::new(format!("Invalid lifecycle {what} '{word}'."));
    found.map(|(_, value)| *value).ok_or_else(unknown)
}
