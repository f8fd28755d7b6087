//! Which host CPUs a guest's threads may use.

use api::remote::{
    DomainGetEmulatorPinInfo, DomainGetEmulatorPinInfoArgs, DomainGetEmulatorPinInfoRet,
    DomainGetVcpuPinInfo, DomainGetVcpuPinInfoArgs, DomainGetVcpuPinInfoRet, DomainPinEmulator,
    DomainPinEmulatorArgs, DomainPinVcpu, DomainPinVcpuArgs, DomainPinVcpuFlags,
    DomainPinVcpuFlagsArgs,
};
use api::xdr::Opaque;
use api::{DomainModificationImpact as Flag, Error, ErrorDomain, Params, Result, limits};
use config::RangeSet;
use config::domain::tuning::{EmulatorPin, VcpuPin};
use driver::{CallContext, DomainEventBody, Handler};
use host::Root;
use host::proc::{ProcReader, set_affinity};
use qmp::commands::VcpuThread;

use super::vcpu_info::bounded;
use super::{cpu_map, maximum_vcpus};
use crate::control_group::Part;
use crate::domain::{Domain, Impact, Live};
use crate::driver::QemuDriver;
use crate::errors::QEMU;
use crate::flags;

const KNOWN: u32 = Flag::LIVE.0 | Flag::CONFIG.0;

impl Handler<DomainGetVcpuPinInfo> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetVcpuPinInfoArgs,
    ) -> Result<DomainGetVcpuPinInfoRet> {
        flags::only(args.flags, KNOWN, "qemuDomainGetVcpuPinInfo")?;
        let most = bounded(args.ncpumaps, limits::VCPUINFO_MAX, "ncpumaps > REMOTE_VCPUINFO_MAX")?;
        let length = bounded(args.maplen, limits::CPUMAP_MAX, "maplen > REMOTE_CPUMAP_MAX")?;
        if most.saturating_mul(length) > limits::CPUMAPS_MAX {
            return Err(Error::internal(QEMU, "ncpumaps * maplen > REMOTE_CPUMAPS_MAX"));
        }
        let view = self.registry.find(&args.dom)?.published();
        let document = Impact::document(args.flags, &view)?;
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let (vcpus, host_cpus) = (maximum_vcpus(&document).min(most), cpu_map::host_cpus());
        let mut maps = Vec::new();
        for vcpu in 0..vcpus {
            let pin = document.cputune.vcpupins.iter().find(|pin| pin.vcpu == vcpu);
            append_pin(&mut maps, length, &document, pin.map(|pin| &pin.cpuset), host_cpus);
        }
        let num = i32::try_from(vcpus).unwrap_or(i32::MAX);
        Ok(DomainGetVcpuPinInfoRet { cpumaps: Opaque(maps), num })
    }
}

impl Handler<DomainGetEmulatorPinInfo> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetEmulatorPinInfoArgs,
    ) -> Result<DomainGetEmulatorPinInfoRet> {
        flags::only(args.flags, KNOWN, "qemuDomainGetEmulatorPinInfo")?;
        let length = bounded(args.maplen, limits::CPUMAP_MAX, "maplen > REMOTE_CPUMAP_MAX")?;
        let view = self.registry.find(&args.dom)?.published();
        let document = Impact::document(args.flags, &view)?;
        let mut maps = Vec::new();
        let pin = document.cputune.emulatorpin.as_ref().map(|pin| &pin.cpuset);
        append_pin(&mut maps, length, &document, pin, cpu_map::host_cpus());
        Ok(DomainGetEmulatorPinInfoRet { cpumaps: Opaque(maps), ret: 1 })
    }
}

/// What a thread may use: what it is pinned to, else what the whole guest is, else all.
fn append_pin(
    maps: &mut Vec<u8>,
    length: usize,
    document: &config::Domain,
    pin: Option<&RangeSet>,
    host_cpus: u32,
) {
    let of_guest = || document.vcpu.as_ref().and_then(|vcpu| vcpu.cpuset.as_ref());
    match pin.or_else(of_guest) {
        Some(cpus) => cpu_map::append(maps, length, cpus.iter()),
        None => cpu_map::append(maps, length, 0..host_cpus),
    }
}

impl Handler<DomainPinVcpu> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainPinVcpuArgs) -> Result<()> {
        let DomainPinVcpuArgs { dom, vcpu, cpumap } = args;
        let args = DomainPinVcpuFlagsArgs { dom, vcpu, cpumap, flags: Flag::LIVE.0 };
        Handler::<DomainPinVcpuFlags>::handle(self, cx, args).await
    }
}

impl Handler<DomainPinVcpuFlags> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainPinVcpuFlagsArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainPinVcpuFlags")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainPinVcpuFlags", &self.settings.deadlines).await?;
        let view = domain.published();
        let impact = Impact::of(args.flags, &view)?;
        let number = args.vcpu;
        if impact.live {
            in_range(number, view.live.as_deref(), "live")?;
        }
        if impact.config {
            in_range(number, view.definition().as_deref(), "persistent")?;
        }
        let cpus = wanted(&args.cpumap.0)?;
        if let Some(live) = domain.live().filter(|_| impact.live) {
            let vcpu = live.parts().vcpus.iter().find(|vcpu| vcpu.cpu_index == number).cloned();
            // One that is not plugged yet gets its CPUs when it is.
            if let Some(vcpu) = vcpu {
                self.pin_part(&live, Part::Vcpu(number), &cpus).await?;
                pin(vcpu.thread_id, &cpus)?;
            }
            self.change_live(&domain, &live, |document| pin_vcpu(document, number, &cpus));
            self.tell_pinned(&domain, format!("cputune.vcpupin{number}"), &cpus);
        }
        if impact.config {
            self.change_definition(&domain, |document| {
                pin_vcpu(document, number, &cpus);
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

impl Handler<DomainPinEmulator> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: DomainPinEmulatorArgs) -> Result<()> {
        flags::only(args.flags, KNOWN, "qemuDomainPinEmulator")?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainPinEmulator", &self.settings.deadlines).await?;
        let impact = Impact::of(args.flags, &domain.published())?;
        let cpus = wanted(&args.cpumap.0)?;
        let emulatorpin = Some(EmulatorPin { cpuset: cpus.clone() });
        if let Some(live) = domain.live().filter(|_| impact.live) {
            self.pin_part(&live, Part::Emulator, &cpus).await?;
            self.pin_emulator(&domain, &live, &cpus).await?;
            self.change_live(&domain, &live, |document| {
                document.cputune.emulatorpin.clone_from(&emulatorpin);
            });
            self.tell_pinned(&domain, "cputune.emulatorpin".to_owned(), &cpus);
        }
        if impact.config {
            self.change_definition(&domain, |document| {
                document.cputune.emulatorpin = emulatorpin;
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

impl QemuDriver {
    /// The threads of a QEMU that run neither virtual CPUs nor the guest's I/O.
    async fn emulator_threads(&self, domain: &Domain, live: &Live) -> Result<Vec<i32>> {
        let iothreads = self.ask(domain, live.monitor()?.query_iothreads()).await?;
        let mut others: Vec<i32> = iothreads.iter().map(|iothread| iothread.thread_id).collect();
        others.extend(live.parts().vcpus.iter().map(|vcpu| vcpu.thread_id));
        let threads = ProcReader::new(Root::default()).threads(live.process.pid());
        let mut threads = threads.map_err(|error| Error::internal(QEMU, error.to_string()))?;
        threads.retain(|thread| !others.contains(thread));
        Ok(threads)
    }

    /// Pins what QEMU does beside running virtual CPUs and I/O threads.
    ///
    /// # Errors
    /// `SYSTEM_ERROR` when the host has no such CPU.
    pub(crate) async fn pin_emulator(
        &self,
        domain: &Domain,
        live: &Live,
        cpus: &RangeSet,
    ) -> Result<()> {
        let threads = self.emulator_threads(domain, live).await?;
        threads.into_iter().try_for_each(|thread| pin(thread, cpus))
    }

    pub(super) fn tell_pinned(&self, domain: &Domain, what: String, cpus: &RangeSet) {
        let mut params = Params::default();
        params.string(what, cpus.to_string());
        self.tell(domain, DomainEventBody::Tunable { params: params.0 });
    }
}

fn in_range(vcpu: u32, document: Option<&config::Domain>, which: &str) -> Result<()> {
    let count = document.map_or(0, maximum_vcpus);
    if vcpu < count {
        return Ok(());
    }
    Err(Error::invalid_arg(
        QEMU,
        format!("vcpu {vcpu} is out of range of {which} cpu count {count}"),
    ))
}

pub(super) fn wanted(map: &[u8]) -> Result<RangeSet> {
    let cpus = cpu_map::read(map, cpu_map::host_cpus());
    if cpus.is_empty() {
        return Err(Error::invalid_arg(QEMU, "Empty cpu list for pinning"));
    }
    Ok(cpus)
}

pub(super) fn pin(thread: i32, cpus: &RangeSet) -> Result<()> {
    let cpus: Vec<u32> = cpus.iter().collect();
    match set_affinity(thread, &cpus) {
        // A thread that has ended since it was listed needs no CPUs.
        Err(error) if error.raw_os_error() != Some(rustix::io::Errno::SRCH.raw_os_error()) => {
            Err(Error::io(
                ErrorDomain::NONE,
                &error,
                format_args!("cannot set CPU affinity on process {thread}"),
            ))
        }
        _ => Ok(()),
    }
}

/// Binds threads of virtual CPUs that have just begun to the CPUs that the document names. A
/// failure is logged: the guest runs, if not where it should.
pub(crate) fn apply_pins(document: &config::Domain, vcpus: &[VcpuThread]) {
    let of_guest = document.vcpu.as_ref().and_then(|vcpu| vcpu.cpuset.as_ref());
    for vcpu in vcpus {
        let own = document.cputune.vcpupins.iter().find(|pin| pin.vcpu == vcpu.cpu_index);
        let cpus = own.map(|pin| &pin.cpuset).or(of_guest);
        if let Some(Err(error)) = cpus.map(|cpus| pin(vcpu.thread_id, cpus)) {
            tracing::warn!(vcpu = vcpu.cpu_index, %error, "virtual CPU not pinned");
        }
    }
}

fn pin_vcpu(document: &mut config::Domain, vcpu: u32, cpus: &RangeSet) {
    let pins = &mut document.cputune.vcpupins;
    match pins.iter_mut().find(|pin| pin.vcpu == vcpu) {
        Some(pin) => pin.cpuset = cpus.clone(),
        None => {
            let at = pins.partition_point(|pin| pin.vcpu < vcpu);
            pins.insert(at, VcpuPin { vcpu, cpuset: cpus.clone() });
        }
    }
}
