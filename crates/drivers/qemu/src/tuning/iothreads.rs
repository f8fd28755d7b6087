//! I/O threads: which there are, where they run, how they poll.

use api::remote::{
    DomainAddIothread, DomainAddIothreadArgs, DomainDelIothread, DomainDelIothreadArgs,
    DomainGetIothreadInfo, DomainGetIothreadInfoArgs, DomainGetIothreadInfoRet, DomainIothreadInfo,
    DomainPinIothread, DomainPinIothreadArgs, DomainSetIothreadParams, DomainSetIothreadParamsArgs,
};
use api::xdr::Opaque;
use api::{DomainModificationImpact as Flag, Error, Result, TypedParam, TypedParamValue};
use config::RangeSet;
use config::domain::tuning::IoThreadPin;
use config::domain::{IoThread, IoThreadIds};
use driver::{CallContext, Handler};
use qmp::{Command, QmpError};
use serde_json::{Value, json};

use super::parameters::unknown;
use super::{cpu_map, pinning};
use crate::control_group::Part;
use crate::domain::{Domain, Impact, Live};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

const KNOWN: u32 = Flag::LIVE.0 | Flag::CONFIG.0;

impl Handler<DomainGetIothreadInfo> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetIothreadInfoArgs,
    ) -> Result<DomainGetIothreadInfoRet> {
        flags::only(args.flags, KNOWN, "qemuDomainGetIOThreadInfo")?;
        let view = self.registry.find(&args.dom)?.published();
        let document = Impact::document(args.flags, &view)?;
        let host_cpus = cpu_map::host_cpus();
        let length = usize::try_from(host_cpus.div_ceil(8)).unwrap_or(0);
        let describe = |thread: &IoThread| {
            let mut map = Vec::new();
            let mut pins = document.cputune.iothreadpins.iter();
            match pins.find(|pin| pin.iothread == thread.id) {
                Some(pin) => cpu_map::append(&mut map, length, pin.cpuset.iter()),
                None => cpu_map::append(&mut map, length, 0..host_cpus),
            }
            DomainIothreadInfo { iothread_id: thread.id, cpumap: Opaque(map) }
        };
        let info: Vec<_> = threads(&document).iter().map(describe).collect();
        let ret = u32::try_from(info.len()).unwrap_or(u32::MAX);
        Ok(DomainGetIothreadInfoRet { info: info.into(), ret })
    }
}

impl Handler<DomainAddIothread> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainAddIothreadArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainAddIOThread")?;
        let id = not_zero(args.iothread_id, "qemuDomainAddIOThread")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainAddIothread", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags, &view)?;
        for document in involved(impact, &view) {
            add(&mut document.clone(), id)?;
        }
        if let Some(live) = domain.live().filter(|_| impact.live) {
            let object = json!({ "qom-type": "iothread", "id": format!("iothread{id}") });
            let command = Command::with("object-add", object);
            self.ask(&domain, live.monitor()?.perform(&command)).await?;
            // It was checked that there is none.
            self.change_live(&domain, &live, |document| drop(add(document, id)));
            if let Some(document) = &domain.published().live {
                self.follow_new_iothread(&domain, &live, document, id).await?;
            }
        }
        if impact.config {
            self.change_definition(&domain, |document| add(document, id)).await?;
        }
        Ok(())
    }
}

impl Handler<DomainDelIothread> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainDelIothreadArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainDelIOThread")?;
        let id = not_zero(args.iothread_id, "qemuDomainDelIOThread")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainDelIothread", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags, &view)?;
        for document in involved(impact, &view) {
            delete(&mut document.clone(), id)?;
        }
        if let Some(live) = domain.live().filter(|_| impact.live) {
            let command = Command::with("object-del", json!({ "id": format!("iothread{id}") }));
            self.ask(&domain, live.monitor()?.perform(&command)).await?;
            self.change_live(&domain, &live, |document| drop(delete(document, id)));
            self.forget_iothread(&live, id).await?;
        }
        if impact.config {
            self.change_definition(&domain, |document| delete(document, id)).await?;
        }
        Ok(())
    }
}

impl Handler<DomainPinIothread> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainPinIothreadArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainPinIOThread")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainPinIothread", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags, &view)?;
        let (id, cpus) = (args.iothreads_id, pinning::wanted(&args.cpumap.0)?);
        let known = |document: &config::Domain| threads(document).iter().any(|t| t.id == id);
        if impact.live && !view.live.as_deref().is_some_and(known) {
            return Err(Error::invalid_arg(QEMU, format!("iothread {id} not found")));
        }
        if impact.config && !view.definition().as_deref().is_some_and(known) {
            return Err(Error::invalid_arg(QEMU, format!("iothreadid {id} not found")));
        }
        if let Some(live) = domain.live().filter(|_| impact.live) {
            self.pin_part(&live, Part::IoThread(id), &cpus).await?;
            self.pin_thread(&domain, &live, id, &cpus).await?;
            self.change_live(&domain, &live, |document| pin(document, id, &cpus));
            self.tell_pinned(&domain, format!("cputune.iothreadpin{id}"), &cpus);
        }
        if impact.config {
            self.change_definition(&domain, |document| {
                pin(document, id, &cpus);
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

impl Handler<DomainSetIothreadParams> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainSetIothreadParamsArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainSetIOThreadParams")?;
        let id = not_zero(args.iothread_id, "qemuDomainSetIOThreadParams")?;
        let wanted = Parameters::read(&args.params.0)?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetIothreadParams", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags, &view)?;
        for document in involved(impact, &view) {
            wanted.apply(&mut document.clone(), id)?;
        }
        if impact.config && !wanted.polling.is_empty() {
            let what = "configuring persistent polling values is not supported";
            return Err(Error::config_unsupported(QEMU, what));
        }
        if let Some(live) = domain.live().filter(|_| impact.live) {
            self.ask(&domain, wanted.tell(live.monitor()?, id)).await?;
            self.change_live(&domain, &live, |document| drop(wanted.apply(document, id)));
        }
        if impact.config {
            self.change_definition(&domain, |document| wanted.apply(document, id)).await?;
        }
        Ok(())
    }
}

impl QemuDriver {
    async fn pin_thread(
        &self,
        domain: &Domain,
        live: &Live,
        id: u32,
        cpus: &RangeSet,
    ) -> Result<()> {
        let found = self.ask(domain, live.monitor()?.query_iothreads()).await?;
        let name = format!("iothread{id}");
        let thread = found.iter().find(|thread| thread.id == name);
        let thread =
            thread.ok_or_else(|| Error::invalid_arg(QEMU, format!("iothread {id} not found")))?;
        pinning::pin(thread.thread_id, cpus)
    }

    /// Has the threads of a guest that has just started run where its document says.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the host has no such CPU.
    pub(crate) async fn pin_iothreads(
        &self,
        domain: &Domain,
        live: &Live,
        document: &config::Domain,
    ) -> Result<()> {
        for IoThreadPin { iothread, cpuset } in &document.cputune.iothreadpins {
            self.pin_thread(domain, live, *iothread, cpuset).await?;
        }
        Ok(())
    }
}

/// The documents that a change is about.
fn involved(impact: Impact, view: &crate::domain::Published) -> Vec<config::Domain> {
    let live = view.live.as_deref().filter(|_| impact.live);
    let definition = view.definition().filter(|_| impact.config);
    live.into_iter().chain(definition.as_deref()).cloned().collect()
}

fn not_zero(id: u32, function: &str) -> Result<u32> {
    match id {
        0 => Err(flags::refused(QEMU, format!("iothread_id in {function} must not be zero"))),
        id => Ok(id),
    }
}

/// The I/O threads of a document, those that it only counts too.
pub(super) fn threads(document: &config::Domain) -> Vec<IoThread> {
    match &document.iothread_ids {
        Some(ids) if !ids.iothreads.is_empty() => ids.iothreads.clone(),
        _ => {
            let bare = |id| IoThread { id, thread_pool_min: None, thread_pool_max: None };
            (1..=document.iothreads.unwrap_or(0)).map(bare).collect()
        }
    }
}

fn keep(document: &mut config::Domain, threads: Vec<IoThread>) {
    document.iothreads = u32::try_from(threads.len()).ok().filter(|count| *count > 0);
    document.iothread_ids =
        (!threads.is_empty()).then(|| Box::new(IoThreadIds { iothreads: threads }));
}

fn add(document: &mut config::Domain, id: u32) -> Result<()> {
    let mut threads = threads(document);
    if threads.iter().any(|thread| thread.id == id) {
        let what = format!("an IOThread is already using iothread_id '{id}'");
        return Err(Error::invalid_arg(QEMU, what));
    }
    threads.push(IoThread { id, thread_pool_min: None, thread_pool_max: None });
    keep(document, threads);
    Ok(())
}

fn delete(document: &mut config::Domain, id: u32) -> Result<()> {
    let mut threads = threads(document);
    if !threads.iter().any(|thread| thread.id == id) {
        let what = format!("cannot find IOThread '{id}' in iothreadids list");
        return Err(Error::invalid_arg(QEMU, what));
    }
    let devices = &document.devices;
    if let Some(disk) = devices.disks.iter().find(|disk| disk.driver.iothread == Some(id)) {
        let dev = &disk.target.dev;
        let what = format!("cannot remove IOThread {id} since it is being used by disk '{dev}'");
        return Err(Error::invalid_arg(QEMU, what));
    }
    if devices.controllers.iter().any(|controller| controller.driver.iothread == Some(id)) {
        let what = format!("cannot remove IOThread '{id}' since it is being used by controller");
        return Err(Error::invalid_arg(QEMU, what));
    }
    threads.retain(|thread| thread.id != id);
    keep(document, threads);
    document.cputune.iothreadpins.retain(|pin| pin.iothread != id);
    Ok(())
}

fn pin(document: &mut config::Domain, id: u32, cpus: &RangeSet) {
    let pins = &mut document.cputune.iothreadpins;
    match pins.iter_mut().find(|pin| pin.iothread == id) {
        Some(pin) => pin.cpuset = cpus.clone(),
        None => {
            let at = pins.partition_point(|pin| pin.iothread < id);
            pins.insert(at, IoThreadPin { iothread: id, cpuset: cpus.clone() });
        }
    }
}

/// What a client sets of a thread.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parameters {
    /// How it polls: QEMU's property and its value.
    polling: Vec<(&'static str, u64)>,
    pool_min: Option<u32>,
    pool_max: Option<u32>,
}

impl Parameters {
    fn read(params: &[TypedParam]) -> Result<Self> {
        let mut wanted = Self::default();
        for TypedParam { field, value } in params {
            let number = match value {
                TypedParamValue::Int(value) => u64::try_from(*value).ok(),
                TypedParamValue::UInt(value) => Some(u64::from(*value)),
                TypedParamValue::ULLong(value) => Some(*value),
                _ => None,
            };
            let number = number.ok_or_else(|| unknown(field))?;
            let small = || u32::try_from(number).map_err(|_| unknown(field));
            match field.as_str() {
                "poll_max_ns" => wanted.polling.push(("poll-max-ns", number)),
                "poll_grow" => wanted.polling.push(("poll-grow", number)),
                "poll_shrink" => wanted.polling.push(("poll-shrink", number)),
                "thread_pool_min" => wanted.pool_min = Some(small()?),
                "thread_pool_max" => wanted.pool_max = Some(small()?),
                _ => return Err(unknown(field)),
            }
        }
        Ok(wanted)
    }

    fn apply(&self, document: &mut config::Domain, id: u32) -> Result<()> {
        let mut threads = threads(document);
        let thread = threads.iter_mut().find(|thread| thread.id == id).ok_or_else(|| {
            Error::invalid_arg(QEMU, format!("cannot find IOThread '{id}' in iothreadids"))
        })?;
        thread.thread_pool_min = self.pool_min.or(thread.thread_pool_min);
        thread.thread_pool_max = self.pool_max.or(thread.thread_pool_max);
        if let (Some(min), Some(max)) = (thread.thread_pool_min, thread.thread_pool_max)
            && min > max
        {
            let what =
                format!("thread_pool_min ({min}) can't be greater than thread_pool_max ({max})");
            return Err(Error::operation_invalid(QEMU, what));
        }
        if self.pool_min.is_some() || self.pool_max.is_some() {
            keep(document, threads);
        }
        Ok(())
    }

    /// Tells QEMU, with the bounds of the pool in an order in which neither passes the other.
    async fn tell(&self, monitor: &qmp::Monitor, id: u32) -> Result<(), QmpError> {
        let path = format!("/objects/iothread{id}");
        let mut pool = Vec::new();
        pool.extend(self.pool_min.map(|min| ("thread-pool-min", u64::from(min))));
        pool.extend(self.pool_max.map(|max| ("thread-pool-max", u64::from(max))));
        if let (Some(min), [_, _]) = (self.pool_min, pool.as_slice()) {
            let most: u64 = monitor.qom_get(&path, "thread-pool-max").await?;
            if u64::from(min) > most {
                pool.reverse();
            }
        }
        for (property, value) in self.polling.iter().chain(&pool) {
            monitor.qom_set(&path, property, Value::from(*value)).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(more: &str) -> config::Domain {
        let xml = format!(
            "<domain type='qemu'><name>a</name><iothreads>1</iothreads>\
             <os><type>hvm</type></os><devices>{more}</devices></domain>"
        );
        config::Domain::parse(&xml, config::domain::ParseFlags::Inactive).unwrap()
    }

    #[test]
    fn threads_that_are_only_counted_get_their_numbers() {
        let mut document = document("");
        add(&mut document, 4).unwrap();
        let ids: Vec<u32> = threads(&document).iter().map(|thread| thread.id).collect();
        assert_eq!((ids, document.iothreads), (vec![1, 4], Some(2)));
        assert!(
            add(&mut document, 4).unwrap_err().message.contains("already using iothread_id '4'")
        );
        pin(&mut document, 4, &[0].into_iter().collect());
        delete(&mut document, 4).unwrap();
        assert!(document.cputune.iothreadpins.is_empty());
        assert!(delete(&mut document, 4).unwrap_err().message.contains("cannot find IOThread '4'"));
    }

    #[test]
    fn a_thread_in_use_stays() {
        let disk = "<disk type='file'><driver name='qemu' iothread='1'/><source file='/a'/>\
                    <target dev='vda' bus='virtio'/></disk>";
        let error = delete(&mut document(disk), 1).unwrap_err();
        assert!(
            error
                .message
                .ends_with("cannot remove IOThread 1 since it is being used by disk 'vda'")
        );
    }

    #[test]
    fn a_pool_has_bounds_in_order() {
        let wanted = Parameters { pool_min: Some(4), pool_max: Some(3), ..Parameters::default() };
        assert!(wanted.apply(&mut document(""), 1).is_err());
        let mut document = document("");
        let wanted = Parameters { pool_min: Some(1), pool_max: Some(3), ..Parameters::default() };
        wanted.apply(&mut document, 1).unwrap();
        assert_eq!(threads(&document)[0].thread_pool_max, Some(3));
        assert!(wanted.apply(&mut document, 9).is_err());
    }
}
