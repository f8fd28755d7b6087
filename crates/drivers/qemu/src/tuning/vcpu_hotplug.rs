//! Virtual CPUs that come and go while the guest runs.
//!
//! QEMU says which places there are. A CPU that is there when it starts stays; one that was
//! plugged is called `vcpuN` and may be asked to go again, which is the guest's decision.

use std::sync::Arc;
use std::time::Duration;

use api::{Error, ErrorCode, Result};
use config::domain::{VcpuState, Vcpus};
use config::{RangeSet, YesNo};
use qmp::Command;
use qmp::commands::{CpuPlace, HotpluggableCpu, VcpuThread};
use serde_json::{Map, Value};

use super::vcpu::Switch;
use super::{current_vcpus, maximum_vcpus};
use crate::domain::{Domain, Live, not_running};
use crate::driver::QemuDriver;
use crate::errors::QEMU;

/// How long a guest may take to let go of a CPU.
const UNPLUG: Duration = Duration::from_secs(5);

impl QemuDriver {
    /// Plugs or unplugs virtual CPUs until there are `wanted`. The caller holds a modify job.
    pub(super) async fn plug_vcpus(&self, domain: &Domain, wanted: u32) -> Result<()> {
        let live = domain.running()?;
        let document = domain.published().live.clone().ok_or_else(not_running)?;
        let current = current_vcpus(&document);
        if wanted == current {
            return Ok(());
        }
        let places = self.ask(domain, live.monitor()?.query_hotpluggable_cpus()).await?;
        let places = in_order(places);
        if wanted > current {
            self.plug(domain, &live, &places, wanted - current).await
        } else {
            self.unplug(domain, &live, &places, current - wanted).await
        }
    }

    /// Plugs the virtual CPUs that a document wants at start although they may go again; its others are those
    /// that QEMU starts with.
    ///
    /// # Errors
    /// `CONFIG_UNSUPPORTED` when QEMU has no place for one.
    pub(crate) async fn plug_vcpus_at_start(
        &self,
        domain: &Domain,
        live: &Live,
        document: &config::Domain,
    ) -> Result<()> {
        let wanted = plugged_at_start(document);
        if wanted.is_empty() {
            return Ok(());
        }
        let places = self.ask(domain, live.monitor()?.query_hotpluggable_cpus()).await?;
        let places = in_order(places);
        for id in wanted {
            let place = places.iter().find(|place| place.numbers().contains(&id));
            let place = place.ok_or_else(|| {
                let what = format!("vcpu '{id}' has no place in this machine");
                Error::config_unsupported(QEMU, what)
            })?;
            // A place with several comes with the first of them.
            if place.first == id && place.cpu.qom_path.is_none() {
                self.plug_place(domain, live, place).await?;
            }
        }
        Ok(())
    }

    /// Plugs or unplugs the place that has these virtual CPUs. The caller holds a modify job.
    ///
    /// # Errors
    /// `INVALID_ARG` when nothing would change, `OPERATION_UNSUPPORTED` for more than one place and for a
    /// CPU that cannot go.
    pub(super) async fn switch_vcpus(
        &self,
        domain: &Domain,
        vcpus: &RangeSet,
        switch: Switch,
    ) -> Result<()> {
        let live = domain.running()?;
        let places = self.ask(domain, live.monitor()?.query_hotpluggable_cpus()).await?;
        let places = in_order(places);
        let place = place_of(&places, vcpus, switch)?;
        match switch {
            Switch::On => {
                self.plug_place(domain, &live, place).await?;
                self.refresh_vcpus(domain, &live).await
            }
            Switch::Off => self.unplug_place(domain, &live, place).await,
        }
    }

    async fn plug(&self, domain: &Domain, live: &Live, places: &[Place], more: u32) -> Result<()> {
        let free = places.iter().filter(|place| place.cpu.qom_path.is_none());
        for place in choose(free, more)? {
            self.plug_place(domain, live, place).await?;
        }
        self.refresh_vcpus(domain, live).await
    }

    async fn plug_place(&self, domain: &Domain, live: &Live, place: &Place) -> Result<()> {
        let command = Command::with("device_add", place.properties());
        self.ask(domain, live.monitor()?.perform(&command)).await
    }

    async fn unplug(
        &self,
        domain: &Domain,
        live: &Live,
        places: &[Place],
        less: u32,
    ) -> Result<()> {
        let plugged = places.iter().rev().filter(|place| place.is_plugged());
        for place in choose(plugged, less)? {
            self.unplug_place(domain, live, place).await?;
        }
        Ok(())
    }

    async fn unplug_place(&self, domain: &Domain, live: &Live, place: &Place) -> Result<()> {
        let before = live.parts().vcpus.len();
        self.ask(domain, live.monitor()?.device_del(&place.alias())).await?;
        let gone = |view: &crate::domain::Published| {
            view.id != Some(live.id) || live.parts().vcpus.len() < before
        };
        if domain.wait_until(gone, UNPLUG).await {
            return Ok(());
        }
        let detail = "vcpu unplug request timed out. Unplug result must be manually inspected in \
                      the domain";
        Err(Error::operation_timeout(QEMU, detail))
    }

    /// Looks again after a virtual CPU went. Not waited for: whoever sees QEMU's events calls this.
    pub(crate) fn vcpu_unplugged(&self, domain: &Arc<Domain>, live: &Arc<Live>) {
        let Ok(driver) = self.shared() else { return };
        let (domain, live) = (Arc::clone(domain), Arc::clone(live));
        tokio::spawn(async move {
            if let Err(error) = driver.refresh_vcpus(&domain, &live).await {
                tracing::warn!(domain = %domain.name(), %error, "virtual CPUs not counted again");
            }
        });
    }

    /// Asks which virtual CPUs there are now, and tells readers.
    async fn refresh_vcpus(&self, domain: &Domain, live: &Live) -> Result<()> {
        let threads = self.ask(domain, live.monitor()?.query_cpus_fast()).await?;
        let before = std::mem::replace(&mut live.parts().vcpus, threads.clone());
        if let Some(document) = &domain.published().live {
            self.follow_vcpus(live, document, &before, &threads).await?;
            super::apply_pins(document, &threads);
        }
        self.change_live(domain, live, |document| describe(document, &threads));
        Ok(())
    }
}

/// Whether a device that went was a virtual CPU.
pub(crate) fn is_vcpu_alias(alias: &str) -> bool {
    alias.strip_prefix("vcpu").is_some_and(|number| number.parse::<u32>().is_ok())
}

/// A place and the number of its first virtual CPU.
#[derive(Debug, Clone)]
struct Place {
    first: u32,
    cpu: HotpluggableCpu,
}

impl Place {
    fn last(&self) -> u32 {
        self.first.saturating_add(self.cpu.vcpus_count.max(1)) - 1
    }

    fn numbers(&self) -> std::ops::RangeInclusive<u32> {
        self.first..=self.last()
    }

    fn alias(&self) -> String {
        format!("vcpu{}", self.first)
    }

    /// Whether a CPU is there that was plugged: those of the start have no name.
    fn is_plugged(&self) -> bool {
        let path = self.cpu.qom_path.as_deref();
        path.is_some_and(|path| path.rsplit('/').next() == Some(self.alias().as_str()))
    }

    /// What `device_add` takes.
    fn properties(&self) -> Value {
        let CpuPlace { node_id, socket_id, die_id, cluster_id, core_id, thread_id } =
            self.cpu.props;
        let mut object = Map::new();
        object.insert("driver".to_owned(), self.cpu.kind.as_str().into());
        object.insert("id".to_owned(), self.alias().into());
        let ids = [
            ("node-id", node_id),
            ("socket-id", socket_id),
            ("die-id", die_id),
            ("cluster-id", cluster_id),
            ("core-id", core_id),
            ("thread-id", thread_id),
        ];
        for (name, id) in ids {
            if let Some(id) = id {
                object.insert(name.to_owned(), id.into());
            }
        }
        Value::Object(object)
    }
}

/// The places in the order of their virtual CPUs; QEMU lists the last first.
fn in_order(mut cpus: Vec<HotpluggableCpu>) -> Vec<Place> {
    let place = |props: &CpuPlace| {
        (
            props.node_id,
            props.socket_id,
            props.die_id,
            props.cluster_id,
            props.core_id,
            props.thread_id,
        )
    };
    cpus.sort_by_key(|cpu| place(&cpu.props));
    let mut next = 0u32;
    let mut places = Vec::with_capacity(cpus.len());
    for cpu in cpus {
        let first = next;
        next = next.saturating_add(cpu.vcpus_count.max(1));
        places.push(Place { first, cpu });
    }
    places
}

/// Takes places until they have exactly `count` virtual CPUs.
fn choose<'p>(places: impl Iterator<Item = &'p Place>, count: u32) -> Result<Vec<&'p Place>> {
    let mut left = count;
    let mut chosen = Vec::new();
    for place in places {
        if left == 0 {
            break;
        }
        if let Some(rest) = left.checked_sub(place.cpu.vcpus_count.max(1)) {
            left = rest;
            chosen.push(place);
        }
    }
    if left == 0 {
        return Ok(chosen);
    }
    let detail =
        "failed to find appropriate hotpluggable vcpus to reach the desired target vcpu count";
    Err(Error::new(ErrorCode::CONFIG_UNSUPPORTED, QEMU, detail))
}

/// The virtual CPUs that come before a guest runs, in the order in which they come.
fn plugged_at_start(document: &config::Domain) -> Vec<u32> {
    let states = document.vcpus.as_deref().map_or(&[][..], |known| &known.vcpus);
    let comes =
        |state: &&VcpuState| state.enabled == YesNo::Yes && state.hotpluggable == Some(YesNo::Yes);
    let mut states: Vec<&VcpuState> = states.iter().filter(comes).collect();
    states.sort_by_key(|state| (state.order.unwrap_or(u32::MAX), state.id));
    states.into_iter().map(|state| state.id).collect()
}

/// Says in the document of a guest that has just started which virtual CPUs are there, if it speaks of each.
pub(crate) fn describe_at_start(document: &mut config::Domain, threads: &[VcpuThread]) {
    if document.vcpus.is_some() {
        describe(document, threads);
    }
}

/// The one place whose virtual CPUs are all of `vcpus`.
fn place_of<'p>(places: &'p [Place], vcpus: &RangeSet, switch: Switch) -> Result<&'p Place> {
    let unsupported = |what: String| Err(Error::operation_unsupported(QEMU, what));
    let chosen: Vec<&Place> =
        places.iter().filter(|place| place.numbers().any(|id| vcpus.contains(id))).collect();
    for place in &chosen {
        let is_on = place.cpu.qom_path.is_some();
        if let Some(id) = place.numbers().find(|id| vcpus.contains(*id))
            && is_on == (switch == Switch::On)
        {
            let what = format!("vcpu '{id}' is already in requested state");
            return Err(Error::invalid_arg(QEMU, what));
        }
        if let Some(id) = place.numbers().find(|id| !vcpus.contains(*id)) {
            let (first, last) = (place.first, place.last());
            let what = format!(
                "vcpu '{id}' was not selected but it belongs to hotpluggable entity \
                 '{first}-{last}' which was partially selected"
            );
            return Err(Error::invalid_arg(QEMU, what));
        }
        if switch == Switch::Off && !place.is_plugged() {
            return unsupported(format!("vcpu '{}' can't be unplugged", place.first));
        }
    }
    match chosen.as_slice() {
        [place] => Ok(place),
        _ => unsupported("only one hotpluggable entity can be selected".to_owned()),
    }
}

/// Says in the document which virtual CPUs are there, and in which order they came.
fn describe(document: &mut config::Domain, threads: &[VcpuThread]) {
    let maximum = maximum_vcpus(document);
    let online = u32::try_from(threads.len()).unwrap_or(maximum);
    if let Some(vcpu) = &mut document.vcpu {
        vcpu.current = (online < maximum).then_some(online);
    }
    let plugged = |thread: &VcpuThread| {
        let name = thread.qom_path.rsplit('/').next().unwrap_or_default();
        name == format!("vcpu{}", thread.cpu_index)
    };
    let known = document.vcpus.take().map(|known| known.vcpus).unwrap_or_default();
    let rank = ranks(&known, threads);
    let states = (0..maximum).map(|id| {
        let thread = threads.iter().find(|thread| thread.cpu_index == id);
        let before = known.iter().find(|state| state.id == id);
        let stays = before.and_then(|state| state.hotpluggable).filter(|_| thread.is_some());
        let hotpluggable = thread.is_none_or(plugged);
        VcpuState {
            id,
            enabled: thread.is_some().into(),
            hotpluggable: Some(stays.unwrap_or(hotpluggable.into())),
            order: rank.iter().position(|ranked| *ranked == id).map(number),
        }
    });
    document.vcpus = Some(Box::new(Vcpus { vcpus: states.collect() }));
}

/// The virtual CPUs that are there, in the order in which they came: first those that the document knows.
fn ranks(known: &[VcpuState], threads: &[VcpuThread]) -> Vec<u32> {
    let order = |id: u32| known.iter().find(|state| state.id == id).and_then(|state| state.order);
    let mut ranks: Vec<u32> = threads.iter().map(|thread| thread.cpu_index).collect();
    ranks.sort_by_key(|id| (order(*id).unwrap_or(u32::MAX), *id));
    ranks
}

/// A rank as the document counts it.
fn number(rank: usize) -> u32 {
    u32::try_from(rank).map_or(u32::MAX, |rank| rank.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(socket: i64, qom_path: Option<&str>) -> HotpluggableCpu {
        HotpluggableCpu {
            kind: "qemu64-x86_64-cpu".to_owned(),
            vcpus_count: 1,
            props: CpuPlace {
                socket_id: Some(socket),
                core_id: Some(0),
                thread_id: Some(0),
                ..CpuPlace::default()
            },
            qom_path: qom_path.map(str::to_owned),
        }
    }

    #[test]
    fn places_are_taken_in_the_order_of_their_cpus() {
        let places = in_order(vec![
            cpu(3, None),
            cpu(2, None),
            cpu(1, Some("/machine/peripheral/vcpu1")),
            cpu(0, Some("/machine/unattached/device[0]")),
        ]);
        let free = || places.iter().filter(|place| place.cpu.qom_path.is_none());
        let chosen = choose(free(), 1).unwrap();
        let expected = serde_json::json!({"driver": "qemu64-x86_64-cpu", "id": "vcpu2",
            "socket-id": 2, "core-id": 0, "thread-id": 0});
        assert_eq!(chosen[0].properties(), expected);
        assert!(choose(free(), 3).is_err());
        let plugged: Vec<u32> =
            places.iter().filter(|place| place.is_plugged()).map(|place| place.first).collect();
        assert_eq!(plugged, [1]);
    }

    #[test]
    fn the_document_says_which_are_there() {
        let xml = "<domain type='qemu'><name>a</name><vcpu current='1'>3</vcpu>\
                   <os><type>hvm</type></os></domain>";
        let mut document =
            config::Domain::parse(xml, config::domain::ParseFlags::Inactive).unwrap();
        let thread = |cpu_index, qom_path: &str| VcpuThread {
            cpu_index,
            qom_path: qom_path.to_owned(),
            ..VcpuThread::default()
        };
        let start = thread(0, "/machine/unattached/device[0]");
        describe(&mut document, &[start, thread(1, "/machine/peripheral/vcpu1")]);
        assert_eq!(current_vcpus(&document), 2);
        let states = &document.vcpus.as_ref().unwrap().vcpus;
        let found: Vec<_> =
            states.iter().map(|state| (state.enabled, state.hotpluggable, state.order)).collect();
        assert_eq!(
            found,
            [
                (YesNo::Yes, Some(YesNo::No), Some(1)),
                (YesNo::Yes, Some(YesNo::Yes), Some(2)),
                (YesNo::No, Some(YesNo::Yes), None),
            ]
        );
    }

    #[test]
    fn one_that_came_later_keeps_its_rank() {
        let xml = "<domain type='qemu'><name>a</name><vcpu current='1'>3</vcpu>\
                   <os><type>hvm</type></os></domain>";
        let mut document =
            config::Domain::parse(xml, config::domain::ParseFlags::Inactive).unwrap();
        let thread = |cpu_index| VcpuThread { cpu_index, ..VcpuThread::default() };
        let mut show = |threads: &[u32]| {
            let threads: Vec<_> = threads.iter().copied().map(thread).collect();
            describe(&mut document, &threads);
            let states = &document.vcpus.as_ref().unwrap().vcpus;
            states.iter().map(|state| state.order).collect::<Vec<_>>()
        };
        show(&[0, 2]);
        assert_eq!(show(&[0, 1, 2]), [Some(1), Some(3), Some(2)]);
        assert_eq!(show(&[0, 1]), [Some(1), Some(2), None]);
    }

    #[test]
    fn one_place_at_a_time_is_switched() {
        let places = in_order(vec![
            cpu(2, None),
            cpu(1, Some("/machine/peripheral/vcpu1")),
            cpu(0, Some("/machine/unattached/device[0]")),
        ]);
        let place = |vcpus: &[u32], switch| {
            let found = place_of(&places, &vcpus.iter().copied().collect(), switch);
            found.map(|place| place.first).map_err(|error| error.detail.unwrap())
        };
        assert_eq!(place(&[2], Switch::On), Ok(2));
        assert_eq!(place(&[1], Switch::Off), Ok(1));
        let refused = |what: &str| Err(what.to_owned());
        assert_eq!(place(&[1], Switch::On), refused("vcpu '1' is already in requested state"));
        assert_eq!(place(&[0], Switch::Off), refused("vcpu '0' can't be unplugged"));
        let many = refused("only one hotpluggable entity can be selected");
        assert_eq!(place(&[7], Switch::On), many);
    }

    #[test]
    fn what_may_go_again_comes_before_the_guest_runs() {
        let xml = "<domain type='qemu'><name>a</name><vcpu current='3'>4</vcpu><vcpus>\
                   <vcpu id='0' enabled='yes' hotpluggable='no'/>\
                   <vcpu id='1' enabled='yes' hotpluggable='yes' order='3'/>\
                   <vcpu id='2' enabled='no' hotpluggable='yes'/>\
                   <vcpu id='3' enabled='yes' hotpluggable='yes' order='2'/></vcpus>\
                   <os><type>hvm</type></os></domain>";
        let document = config::Domain::parse(xml, config::domain::ParseFlags::Inactive).unwrap();
        assert_eq!(plugged_at_start(&document), [3, 1]);
    }
}
