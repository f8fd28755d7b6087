//! Requests and bytes of one disk, or of all.

use api::remote::{
    DomainBlockStats, DomainBlockStatsArgs, DomainBlockStatsFlags, DomainBlockStatsFlagsArgs,
    DomainBlockStatsFlagsRet, DomainBlockStatsRet, NonnullDomain,
};
use api::{Error, Params, Result};
use driver::{CallContext, Handler};
use qmp::commands::BlockCounters;

use super::figures::find_device;
use super::layers::find;
use crate::domain::not_running;
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

/// Names and values, in libvirt's order.
fn fields(counters: &BlockCounters) -> [(&'static str, u64); 8] {
    [
        ("wr_bytes", counters.wr_bytes),
        ("wr_operations", counters.wr_operations),
        ("rd_bytes", counters.rd_bytes),
        ("rd_operations", counters.rd_operations),
        ("flush_operations", counters.flush_operations),
        ("wr_total_times", counters.wr_total_time_ns),
        ("rd_total_times", counters.rd_total_time_ns),
        ("flush_total_times", counters.flush_total_time_ns),
    ]
}

impl Handler<DomainBlockStats> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainBlockStatsArgs,
    ) -> Result<DomainBlockStatsRet> {
        let counters = self.counters(&args.dom, &args.path, "DomainBlockStats").await?;
        Ok(DomainBlockStatsRet {
            rd_req: signed(counters.rd_operations),
            rd_bytes: signed(counters.rd_bytes),
            wr_req: signed(counters.wr_operations),
            wr_bytes: signed(counters.wr_bytes),
            // QEMU does not count errors; -1 says so.
            errs: -1,
        })
    }
}

impl Handler<DomainBlockStatsFlags> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainBlockStatsFlagsArgs,
    ) -> Result<DomainBlockStatsFlagsRet> {
        // The one flag says that the client takes strings; there are none.
        flags::only(args.flags, 0x4, "qemuDomainBlockStatsFlags")?;
        let counters = self.counters(&args.dom, &args.path, "DomainBlockStatsFlags").await?;
        let mut params = Params::default();
        for (name, value) in fields(&counters) {
            params.llong(name, signed(value));
        }
        // Without room, a client asks how many there are.
        let wanted = usize::try_from(args.nparams).unwrap_or(0);
        if wanted > 0 {
            params.0.truncate(wanted);
        }
        let nparams = i32::try_from(params.0.len()).unwrap_or(i32::MAX);
        params.0.truncate(wanted);
        Ok(DomainBlockStatsFlagsRet { params: params.into(), nparams })
    }
}

impl QemuDriver {
    /// The counters of the disk that a client names; of all disks together for no name.
    async fn counters(
        &self,
        reference: &NonnullDomain,
        name: &str,
        call: &'static str,
    ) -> Result<BlockCounters> {
        let domain = self.registry.find(reference)?;
        let _job = domain.query(call, &self.settings.deadlines).await?;
        let live = domain.running()?;
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        let disk = match name {
            "" => None,
            name => Some(
                find(&document, name)
                    .ok_or_else(|| Error::invalid_arg(QEMU, format!("invalid path: {name}")))?,
            ),
        };
        let devices = self.ask(&domain, live.monitor()?.query_blockstats()).await?;
        let Some(disk) = disk else {
            let disks = document.devices.disks.iter();
            let aliases = disks.filter_map(|disk| disk.info.alias.name());
            let known = aliases.filter_map(|alias| find_device(&devices, alias));
            return Ok(known.fold(BlockCounters::default(), |sum, device| add(sum, &device.stats)));
        };
        let device = disk.info.alias.name().and_then(|alias| find_device(&devices, alias));
        device.map(|device| device.stats.clone()).ok_or_else(|| {
            Error::internal(
                QEMU,
                format!("cannot find statistics for device '{}'", disk.target.dev),
            )
        })
    }
}

fn add(sum: BlockCounters, more: &BlockCounters) -> BlockCounters {
    BlockCounters {
        rd_operations: sum.rd_operations.saturating_add(more.rd_operations),
        rd_bytes: sum.rd_bytes.saturating_add(more.rd_bytes),
        rd_total_time_ns: sum.rd_total_time_ns.saturating_add(more.rd_total_time_ns),
        wr_operations: sum.wr_operations.saturating_add(more.wr_operations),
        wr_bytes: sum.wr_bytes.saturating_add(more.wr_bytes),
        wr_total_time_ns: sum.wr_total_time_ns.saturating_add(more.wr_total_time_ns),
        flush_operations: sum.flush_operations.saturating_add(more.flush_operations),
        flush_total_time_ns: sum.flush_total_time_ns.saturating_add(more.flush_total_time_ns),
        wr_highest_offset: sum.wr_highest_offset.max(more.wr_highest_offset),
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_numbers_stay_numbers() {
        let most = BlockCounters { rd_bytes: u64::MAX, rd_operations: 1, ..Default::default() };
        let sum = add(most.clone(), &most);
        assert_eq!((sum.rd_operations, signed(sum.rd_bytes)), (2, i64::MAX));
    }
}
