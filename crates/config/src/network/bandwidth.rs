//! Limits of a network or of a kind of port, as of an interface.

pub use crate::domain::interface::{Bandwidth, Rate};

/// Drops what is zero: a rate without an average limits nothing, and limits that limit nothing are
/// none.
pub(super) fn forget_zeros(limits: &mut Option<Box<Bandwidth>>) {
    if let Some(limits) = limits {
        for rate in [&mut limits.inbound, &mut limits.outbound] {
            *rate = limits_something(*rate);
        }
    }
    *limits = limits.take().filter(|limits| limits.inbound.is_some() || limits.outbound.is_some());
}

fn limits_something(rate: Option<Rate>) -> Option<Rate> {
    let said = |value: Option<u64>| value.filter(|value| *value != 0);
    let rate = rate.map(|rate| Rate {
        average: rate.average,
        peak: said(rate.peak),
        floor: said(rate.floor),
        burst: said(rate.burst),
    });
    rate.filter(|rate| rate.average != Some(0) || rate.floor.is_some())
}
