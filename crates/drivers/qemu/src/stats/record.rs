//! The figures of one guest, put together.

use std::sync::Arc;

use api::remote::DomainStatsRecord;
use api::{ConnectGetAllDomainStatsFlags as Flag, DomainStatsTypes as Group, Params, Result};
use driver::JobKind;
use host::Root;
use host::proc::ProcReader;
use tokio::time::{Instant, timeout_at};

use super::answers::{Answers, Reached};
use super::guest::Guest;
use super::interface::HostTraffic;
use super::{Wanted, balloon, block, cpu, dirty_rate, interface, iothread, kvm, state, vcpu};
use crate::domain::{Domain, Live};
use crate::driver::QemuDriver;

impl QemuDriver {
    /// The record of one domain.
    ///
    /// # Errors
    /// Only when the call insists on a group that the domain does not have.
    pub(super) async fn stats_of(
        &self,
        domain: &Arc<Domain>,
        wanted: Wanted,
        traffic: &HostTraffic,
    ) -> Result<DomainStatsRecord> {
        let view = domain.published();
        let live = domain.live().filter(|live| view.id == Some(live.id));
        let dom = view.reference(domain.uuid);
        let wanted = wanted.of(&view)?;
        let mut params = Params::default();
        let Some(allotment) = view.allotment() else {
            return Ok(DomainStatsRecord { dom, params: params.into() });
        };
        let deadline = Instant::now() + self.settings.deadlines.stats;
        let answers = match (&live, &view.live) {
            (Some(live), Some(document)) => {
                self.answers(domain, live, document, wanted, deadline).await
            }
            _ => Answers::default(),
        };
        let mut reader = ProcReader::new(Root::default());
        let process = live.as_ref().and_then(|live| reader.process(live.process.pid()).ok());
        let sizes = block::sizes(live.as_ref(), &view, &answers, wanted, deadline).await;
        let guest = Guest { view: &view, allotment, live: live.as_ref(), process, answers };
        write(&mut params, &guest, wanted, traffic, &mut reader, &sizes);
        Ok(DomainStatsRecord { dom, params: params.into() })
    }

    /// What the monitor says before the deadline. A guest that is known not to answer is not
    /// asked again: its next answer, to whatever it was asked before, makes it known again.
    async fn answers(
        &self,
        domain: &Domain,
        live: &Arc<Live>,
        document: &config::Domain,
        wanted: Wanted,
        deadline: Instant,
    ) -> Answers {
        let name = "ConnectGetAllDomainStats";
        let _job = if wanted.flag(Flag::NOWAIT) {
            match domain.gate.try_begin(JobKind::Query, name) {
                Ok(job) => job,
                Err(_) => return Answers::default(),
            }
        } else {
            let left = deadline.saturating_duration_since(Instant::now());
            match domain.gate.begin(JobKind::Query, name, left).await {
                Ok(job) => job,
                Err(_) => return Answers::default(),
            }
        };
        let Ok(monitor) = live.monitor() else { return Answers::unreached() };
        if let qmp::Health::Unresponsive { since } = monitor.health() {
            return Answers { reached: Reached::Silent { since }, ..Answers::default() };
        }
        let monitor = monitor.within(deadline.saturating_duration_since(Instant::now()));
        let asked = Answers::ask(&monitor, live, document, wanted);
        // Each command has this deadline itself; the margin lets theirs tell that it passed.
        let last = deadline + std::time::Duration::from_millis(100);
        timeout_at(last, asked).await.unwrap_or_else(|_| Answers::unreached())
    }
}

/// Writes the groups in libvirt's order.
pub(super) fn write(
    params: &mut Params,
    guest: &Guest<'_>,
    wanted: Wanted,
    traffic: &HostTraffic,
    reader: &mut ProcReader,
    sizes: &[block::DiskSizes],
) {
    if let Some(ms) = guest.answers.silent_ms() {
        params.ullong("monitor.unresponsive", ms);
    }
    if wanted.group(Group::STATE) {
        state::write(params, guest);
    }
    if wanted.group(Group::CPU_TOTAL) {
        cpu::write(params, guest);
    }
    if wanted.group(Group::BALLOON) {
        balloon::write(params, guest);
    }
    if wanted.group(Group::VCPU) {
        vcpu::write(params, guest, reader);
    }
    if wanted.group(Group::INTERFACE) && guest.live.is_some() {
        interface::write(params, guest, traffic);
    }
    if wanted.group(Group::BLOCK) {
        block::write(params, sizes);
    }
    if wanted.group(Group::IOTHREAD) {
        iothread::write(params, guest);
    }
    if wanted.group(Group::DIRTYRATE) {
        dirty_rate::write(params, guest);
    }
    if wanted.group(Group::VM) {
        kvm::write_vm(params, guest);
    }
}

#[cfg(test)]
mod tests;
