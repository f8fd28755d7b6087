//! `fv domcontrol`: show whether the monitor of a guest is free.

use ferrovirt::api::{DomainControlErrorReason, DomainControlState};

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::selection::DOMAIN;

command!("domcontrol", "Show whether the monitor of a guest is free", [DOMAIN]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let control = domain.control_info().await?;
    let seconds = control.since.as_secs_f64();
    match control.state {
        DomainControlState::OK => cx.line("ok"),
        DomainControlState::JOB => cx.line(format!("background job ({seconds:.3}s)")),
        DomainControlState::OCCUPIED => cx.line(format!("occupied ({seconds:.3}s)")),
        DomainControlState::ERROR => cx.line(format!("error: {}", error(control.error))),
        _ => cx.line("unknown"),
    }
}

fn error(reason: DomainControlErrorReason) -> &'static str {
    match reason {
        DomainControlErrorReason::NONE => "none",
        DomainControlErrorReason::MONITOR => "monitor failure",
        DomainControlErrorReason::INTERNAL => "internal (locking) error",
        _ => "unknown",
    }
}
