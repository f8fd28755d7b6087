//! What balloon and host know of a guest's memory.

use api::remote::{
    DomainMemoryStat, DomainMemoryStats, DomainMemoryStatsArgs, DomainMemoryStatsRet,
    DomainSetMemoryStatsPeriod, DomainSetMemoryStatsPeriodArgs,
};
use api::xdr::List;
use api::{DomainMemoryStatTags as Tag, Error, ErrorDomain, Result, limits};
use config::domain::memory::BalloonStats;
use driver::{CallContext, Handler};
use host::Root;
use host::proc::ProcReader;

use super::{balloon, balloon_path, current_memory_kib};
use crate::domain::{Impact, not_running};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

/// One figure that a guest's balloon driver tells.
pub(crate) struct BalloonFigure {
    /// QEMU's name.
    pub(crate) qemu: &'static str,
    /// Name in `domstats`, after `balloon.`.
    pub(crate) name: &'static str,
    /// Number in `dommemstat`.
    pub(crate) tag: Tag,
    /// By what QEMU's figure is divided: bytes become KiB, counts stay.
    pub(crate) divisor: u64,
}

const fn figure(qemu: &'static str, name: &'static str, tag: Tag, divisor: u64) -> BalloonFigure {
    BalloonFigure { qemu, name, tag, divisor }
}

/// All of them, in the order in which libvirt tells them; the time of the last update comes
/// after the first seven.
pub(crate) static BALLOON_FIGURES: [BalloonFigure; 10] = [
    figure("stat-swap-in", "swap_in", Tag::SWAP_IN, 1024),
    figure("stat-swap-out", "swap_out", Tag::SWAP_OUT, 1024),
    figure("stat-major-faults", "major_fault", Tag::MAJOR_FAULT, 1),
    figure("stat-minor-faults", "minor_fault", Tag::MINOR_FAULT, 1),
    figure("stat-free-memory", "unused", Tag::UNUSED, 1024),
    figure("stat-total-memory", "available", Tag::AVAILABLE, 1024),
    figure("stat-available-memory", "usable", Tag::USABLE, 1024),
    figure("stat-disk-caches", "disk_caches", Tag::DISK_CACHES, 1024),
    figure("stat-htlb-pgalloc", "hugetlb_pgalloc", Tag::HUGETLB_PGALLOC, 1),
    figure("stat-htlb-pgfail", "hugetlb_pgfail", Tag::HUGETLB_PGFAIL, 1),
];

/// How many figures come before the time of the last update.
pub(crate) const BEFORE_LAST_UPDATE: usize = 7;

impl Handler<DomainMemoryStats> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainMemoryStatsArgs,
    ) -> Result<DomainMemoryStatsRet> {
        flags::only(args.flags, 0, "qemuDomainMemoryStats")?;
        let most = usize::try_from(args.max_stats).unwrap_or(usize::MAX);
        if most > limits::DOMAIN_MEMORY_STATS_MAX {
            let detail = "maxStats > REMOTE_DOMAIN_MEMORY_STATS_MAX";
            return Err(Error::internal(ErrorDomain::RPC, detail));
        }
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.query("DomainMemoryStats", &self.settings.deadlines).await?;
        let live = domain.running()?;
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        let mut stats = Vec::new();
        let mut put = |tag: Tag, val| stats.push(DomainMemoryStat { tag: tag.0, val });
        match balloon(&document).and_then(balloon_path) {
            Some(path) => {
                let monitor = live.monitor()?;
                let (actual, guest) =
                    tokio::join!(monitor.query_balloon(), monitor.guest_memory_stats(&path));
                let actual = self.ask(&domain, async { actual }).await?.actual;
                let guest = self.ask(&domain, async { guest }).await?;
                put(Tag::ACTUAL_BALLOON, actual / 1024);
                let told = |figure: &BalloonFigure| {
                    Some((figure.tag, guest.get(figure.qemu)? / figure.divisor))
                };
                let (first, last) = BALLOON_FIGURES.split_at(BEFORE_LAST_UPDATE);
                first.iter().filter_map(told).for_each(|(tag, value)| put(tag, value));
                put(Tag::LAST_UPDATE, u64::try_from(guest.last_update).unwrap_or(0));
                last.iter().filter_map(told).for_each(|(tag, value)| put(tag, value));
            }
            None => put(Tag::ACTUAL_BALLOON, current_memory_kib(&document)),
        }
        let process = ProcReader::new(Root::default()).process(live.process.pid());
        if let Ok(process) = process {
            put(Tag::RSS, process.rss_kib);
        }
        stats.truncate(most);
        Ok(DomainMemoryStatsRet { stats: List(stats) })
    }
}

impl Handler<DomainSetMemoryStatsPeriod> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetMemoryStatsPeriodArgs) -> Result<()> {
        let known = api::DomainMemoryModFlags::LIVE | api::DomainMemoryModFlags::CONFIG;
        flags::only(args.flags, known.0, "qemuDomainSetMemoryStatsPeriod")?;
        let period = u32::try_from(args.period).map_err(|_| {
            let message = "period in virDomainSetMemoryStatsPeriod must be zero or greater";
            flags::refused(ErrorDomain::DOMAIN, message)
        })?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetMemoryStatsPeriod", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags, &view)?;
        if impact.live {
            let live = domain.running()?;
            let document = view.live.clone().ok_or_else(not_running)?;
            let path = balloon(&document).and_then(balloon_path).ok_or_else(no_balloon)?;
            let set = live.monitor()?.set_guest_memory_stats_period(&path, period);
            self.ask(&domain, set).await?;
            // What could not be without a balloon was refused above.
            self.change_live(&domain, &live, |document| drop(set_period(document, period)));
        }
        if impact.config {
            self.change_definition(&domain, |document| set_period(document, period)).await?;
        }
        Ok(())
    }
}

fn set_period(document: &mut config::Domain, period: u32) -> Result<()> {
    balloon(document).ok_or_else(no_balloon)?;
    if let Some(balloon) = document.devices.memballoon.as_deref_mut() {
        balloon.stats = (period > 0).then_some(BalloonStats { period });
    }
    Ok(())
}

fn no_balloon() -> Error {
    let detail = "Memory balloon model must be virtio to set the collection period";
    Error::operation_invalid(QEMU, detail)
}
