//! Group `dirtyrate`: the last measurement of how fast the guest writes to its memory.

use api::{DomainDirtyRateStatus as Status, Params};

use super::guest::Guest;

/// How QEMU measures when it does not say how.
const DEFAULT_MODE: &str = "page-sampling";

pub(super) fn write(params: &mut Params, guest: &Guest<'_>) {
    let Some(rate) = &guest.answers.dirty_rate else { return };
    let status = match rate.status.as_str() {
        "measuring" => Status::MEASURING,
        "measured" => Status::MEASURED,
        _ => Status::UNSTARTED,
    };
    let mode = rate.mode.as_deref().unwrap_or(DEFAULT_MODE);
    params
        .int("dirtyrate.calc_status", status.0)
        .llong("dirtyrate.calc_start_time", rate.start_time)
        .int("dirtyrate.calc_period", i32::try_from(rate.calc_time).unwrap_or(i32::MAX))
        .string("dirtyrate.calc_mode", mode);
    if status != Status::MEASURED {
        return;
    }
    params.llong("dirtyrate.megabytes_per_second", rate.dirty_rate.unwrap_or(0));
    for vcpu in rate.vcpu_dirty_rate.iter().filter(|_| mode == "dirty-ring") {
        let name = format!("dirtyrate.vcpu.{}.megabytes_per_second", vcpu.id);
        params.ullong(name, u64::try_from(vcpu.dirty_rate).unwrap_or(0));
    }
}
