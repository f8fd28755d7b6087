//! CPU documents: whether this host can give such a CPU, and what several of them have in common.

use std::sync::Arc;

use api::remote::{
    ConnectBaselineCpu, ConnectBaselineCpuArgs, ConnectBaselineCpuRet,
    ConnectBaselineHypervisorCpu, ConnectBaselineHypervisorCpuArgs,
    ConnectBaselineHypervisorCpuRet, ConnectCompareCpu, ConnectCompareCpuArgs,
    ConnectCompareCpuRet, ConnectCompareHypervisorCpu, ConnectCompareHypervisorCpuArgs,
    ConnectCompareHypervisorCpuRet,
};
use api::{
    CPUCompareResult, ConnectBaselineCPUFlags as BaselineFlags,
    ConnectCompareCPUFlags as CompareFlags, Error, ErrorCode, ErrorDomain, Result,
};
use config::domain::ParseFlags;
use driver::{CallContext, Handler};
use host::kvm::Kvm;

use super::capabilities::refused;
use super::state::on_threads;
use crate::capabilities::cpu::{
    Baseline, Comparison, CpuData, FeatureSet, Kind, WrittenCpu, baseline, compare, host_cpu,
};
use crate::capabilities::document::Request;
use crate::capabilities::{Accel, Arch, Emulator};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};
use crate::flags;

const COMPARE_FLAGS: u32 = CompareFlags::FAIL_INCOMPATIBLE.0 | CompareFlags::VALIDATE_XML.0;
const BASELINE_FLAGS: u32 = BaselineFlags::EXPAND_FEATURES.0 | BaselineFlags::MIGRATABLE.0;

/// What a host's CPU has and no other host may have in the same way.
const BOUND_TO_HOST: [&str; 2] = ["invtsc", "xsaves"];

/// What KVM gives only to guests that stay.
const BOUND_BY_KVM: [&str; 1] = ["invtsc"];

impl Handler<ConnectCompareCpu> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectCompareCpuArgs,
    ) -> Result<ConnectCompareCpuRet> {
        flags::only(args.flags, COMPARE_FLAGS, "qemuConnectCompareCPU")?;
        let asked = read_asked(&args.xml, args.flags)?;
        let host = on_threads(|| Ok(host_cpu(Kvm::open().ok().as_ref()))).await?;
        let host = host.unwrap_or_default();
        let compared = compare(&host, Arch::host(), &asked)?;
        Ok(ConnectCompareCpuRet { result: answer(compared, args.flags)? })
    }
}

impl Handler<ConnectCompareHypervisorCpu> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectCompareHypervisorCpuArgs,
    ) -> Result<ConnectCompareHypervisorCpuRet> {
        flags::only(args.flags, COMPARE_FLAGS, "qemuConnectCompareHypervisorCPU")?;
        let request = Request {
            emulator: args.emulator,
            arch: args.arch,
            machine: args.machine,
            virt_type: args.virttype,
        };
        let emulation = self.emulation(&request).await?;
        let host = emulation.cpu()?;
        let asked = read_asked(&args.xml_cpu, args.flags)?;
        let compared = compare(&host, emulation.arch, &asked)?;
        Ok(ConnectCompareHypervisorCpuRet { result: answer(compared, args.flags)? })
    }
}

impl Handler<ConnectBaselineCpu> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectBaselineCpuArgs,
    ) -> Result<ConnectBaselineCpuRet> {
        flags::only(args.flags, BASELINE_FLAGS, "qemuConnectBaselineCPU")?;
        let cpus = read_all(&args.xml_cpus.0, Kind::Host)?;
        let arch = cpus.first().and_then(|cpu| cpu.arch).unwrap_or_else(Arch::host);
        let wanted = wanted(args.flags, &BOUND_TO_HOST);
        Ok(ConnectBaselineCpuRet { cpu: baseline(&cpus, arch, &wanted)? })
    }
}

impl Handler<ConnectBaselineHypervisorCpu> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectBaselineHypervisorCpuArgs,
    ) -> Result<ConnectBaselineHypervisorCpuRet> {
        flags::only(args.flags, BASELINE_FLAGS, "qemuConnectBaselineHypervisorCPU")?;
        let cpus = read_all(&args.xml_cpus.0, Kind::Either)?;
        let request = Request {
            emulator: args.emulator,
            arch: args.arch,
            machine: args.machine,
            virt_type: args.virttype,
        };
        let emulation = self.emulation(&request).await?;
        let bound: &[&str] = match emulation.accel {
            Some(Accel::Kvm) => &BOUND_BY_KVM,
            _ => &[],
        };
        let offered = Some(emulation.candidates()?);
        let wanted = Baseline { offered, ..wanted(args.flags, bound) };
        Ok(ConnectBaselineHypervisorCpuRet { cpu: baseline(&cpus, emulation.arch, &wanted)? })
    }
}

/// An emulator, and the way to run guests that is asked about; none for one that no QEMU here has.
struct Emulation {
    emulator: Arc<Emulator>,
    arch: Arch,
    accel: Option<Accel>,
    virt_type: String,
}

impl Emulation {
    /// The CPU that has all that guests can be given.
    fn cpu(&self) -> Result<CpuData> {
        let cpu = self.accel.and_then(|accel| self.emulator.host_cpu(accel));
        cpu.ok_or_else(|| self.unsupported("reporting CPU model"))
    }

    fn candidates(&self) -> Result<Vec<crate::capabilities::cpu::Candidate>> {
        let found = self.accel.map(|accel| self.emulator.candidates(accel)).unwrap_or_default();
        match found.is_empty() && self.arch.is_x86() {
            true => Err(self.unsupported("any CPU models")),
            false => Ok(found),
        }
    }

    fn unsupported(&self, what: &str) -> Error {
        let (path, virt_type) = (self.emulator.path().display(), &self.virt_type);
        let what = format!("QEMU '{path}' does not support {what} for virttype '{virt_type}'");
        Error::operation_unsupported(QEMU, what)
    }
}

impl QemuDriver {
    async fn emulation(&self, request: &Request) -> Result<Emulation> {
        let found = request.emulator(&self.emulators).await.map_err(|error| refused(&error))?;
        let accel = match request.virt_type.as_deref() {
            None => found.ways().next(),
            Some("kvm") => Some(Accel::Kvm),
            // Whatever else QEMU once was run by, it is not accelerated.
            Some("hvf") => None,
            Some(_) => Some(Accel::Tcg),
        };
        Ok(Emulation {
            emulator: found.emulator,
            arch: found.arch,
            accel,
            virt_type: request.virt_type.clone().unwrap_or_else(|| "kvm".to_owned()),
        })
    }
}

fn read_asked(xml: &str, flags: u32) -> Result<WrittenCpu> {
    if flags & CompareFlags::VALIDATE_XML.0 != 0 {
        refuse_unknown(xml)?;
    }
    WrittenCpu::read(xml, Kind::Either)
}

/// Refuses a document that says something which no CPU of a guest does.
fn refuse_unknown(xml: &str) -> Result<()> {
    // Of a machine's CPU there is more, and nobody writes it by hand.
    let is_guests = WrittenCpu::read(xml, Kind::Either).map_or(true, |cpu| cpu.arch.is_none());
    if !is_guests {
        return Ok(());
    }
    let around =
        format!("<domain type='qemu'><name>a</name><os><type>hvm</type></os>{xml}</domain>");
    if config::Domain::parse(&around, ParseFlags::Inactive).is_err() {
        return Ok(());
    }
    config::Domain::refuse_unknown(&around).map_err(|error| errors::document(&error))
}

fn read_all(documents: &[String], kind: Kind) -> Result<Vec<WrittenCpu>> {
    documents.iter().map(|text| WrittenCpu::read(text, kind)).collect()
}

fn wanted(flags: u32, bound: &[&str]) -> Baseline {
    let bound = if flags & BaselineFlags::MIGRATABLE.0 == 0 { &[] } else { bound };
    Baseline {
        offered: None,
        without: bound.iter().copied().collect::<FeatureSet>(),
        expanded: flags & BaselineFlags::EXPAND_FEATURES.0 != 0,
    }
}

fn answer(compared: Comparison, flags: u32) -> Result<i32> {
    match compared {
        Comparison::Identical => Ok(CPUCompareResult::IDENTICAL.0),
        Comparison::Superset => Ok(CPUCompareResult::SUPERSET.0),
        Comparison::Incompatible(why) if flags & CompareFlags::FAIL_INCOMPATIBLE.0 != 0 => {
            Err(Error::new(ErrorCode::CPU_INCOMPATIBLE, ErrorDomain::CPU, why))
        }
        Comparison::Incompatible(_) => Ok(CPUCompareResult::INCOMPATIBLE.0),
    }
}
