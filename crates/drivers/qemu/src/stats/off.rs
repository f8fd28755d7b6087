//! Guests that are off, all together: nobody need be asked, and what they have is kept at hand.

use std::sync::Arc;

use api::remote::DomainStatsRecord;
use api::{ConnectGetAllDomainStatsFlags as Flag, DomainStatsTypes as Group, Params, Result};
use host::Root;
use host::proc::ProcReader;
use tokio::time::Instant;

use super::Wanted;
use super::answers::Answers;
use super::block::{self, DiskSizes};
use super::guest::Guest;
use super::interface::HostTraffic;
use super::record::write;
use crate::domain::{Definition, Domain, Published};

/// A domain that is off.
pub(super) struct Off {
    /// Its place in the answer.
    number: usize,
    domain: Arc<Domain>,
    view: Arc<Published>,
    definition: Definition,
}

impl Off {
    /// The domain, if its definition at hand says all that is wanted of it.
    pub(super) fn of(number: usize, domain: &Arc<Domain>, wanted: Wanted) -> Option<Self> {
        // What is below an image has to be looked for, which takes its time.
        let is_deep = wanted.flag(Flag::BACKING);
        let view = domain.published();
        let definition = view.persistent.clone();
        let definition = definition.filter(|_| view.live.is_none() && !is_deep)?;
        Some(Self { number, domain: Arc::clone(domain), view, definition })
    }
}

/// Their records, each with its place.
///
/// # Errors
/// Only when the call insists on a group that none of them has.
pub(super) async fn records(
    off: &[Off],
    wanted: Wanted,
    traffic: &HostTraffic,
    deadline: Instant,
) -> Result<Vec<(usize, DomainStatsRecord)>> {
    let Some(first) = off.first() else { return Ok(Vec::new()) };
    let wanted = wanted.of(&first.view)?;
    let has_disks = wanted.group(Group::BLOCK);
    let images = off.iter().filter(|_| has_disks).flat_map(|off| off.definition.images());
    let mut sizes = block::stored(images, deadline).await.into_iter();
    let mut reader = ProcReader::new(Root::default());
    let record = |off: &Off| {
        let count = if has_disks { off.definition.images().len() } else { 0 };
        let own: Vec<DiskSizes> = sizes.by_ref().take(count).collect();
        let guest = Guest {
            view: &off.view,
            allotment: off.definition.allotment(),
            live: None,
            process: None,
            answers: Answers::default(),
        };
        let mut params = Params::default();
        write(&mut params, &guest, wanted, traffic, &mut reader, &own);
        let dom = off.view.reference(off.domain.uuid);
        (off.number, DomainStatsRecord { dom, params: params.into() })
    };
    Ok(off.iter().map(record).collect())
}
