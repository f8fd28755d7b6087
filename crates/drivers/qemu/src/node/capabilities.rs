//! The capability documents and what else QEMU decides.

use std::sync::Arc;

use api::remote::{
    ConnectGetCapabilities, ConnectGetCapabilitiesRet, ConnectGetCpuModelNames,
    ConnectGetCpuModelNamesArgs, ConnectGetCpuModelNamesRet, ConnectGetDomainCapabilities,
    ConnectGetDomainCapabilitiesArgs, ConnectGetDomainCapabilitiesRet, ConnectGetMaxVcpus,
    ConnectGetMaxVcpusArgs, ConnectGetMaxVcpusRet, ConnectGetVersion, ConnectGetVersionRet,
};
use api::{Error, ErrorCode, ErrorDomain, Result};
use driver::{CallContext, Handler};
use host::kvm::Kvm;

use super::no_flags;
use crate::capabilities::cpu::{Model, POWER_MODELS};
use crate::capabilities::document::{Request, RequestError, domain_capabilities};
use crate::capabilities::{Arch, Emulator};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};

/// Most virtual CPUs that a guest without KVM is promised.
const TRANSLATED_VCPUS: i32 = 16;

pub(super) fn refused(error: &RequestError) -> Error {
    match error {
        RequestError::Probe(error) => errors::probe(error),
        RequestError::NoEmulator(_) => Error::config_unsupported(QEMU, error.to_string()),
        other => Error::invalid_arg(QEMU, other.to_string()),
    }
}

impl QemuDriver {
    /// The emulator for guests of the host's own architecture.
    async fn native_emulator(&self) -> Result<Arc<Emulator>> {
        let arch = Arch::host();
        let binary = self.emulators.binary(arch).ok_or_else(|| {
            Error::internal(QEMU, format!("Cannot find suitable emulator for {}", arch.name))
        })?;
        self.emulators.get(&binary).await.map_err(|error| errors::probe(&error))
    }
}

impl Handler<ConnectGetVersion> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectGetVersionRet> {
        let version = self.native_emulator().await?.version();
        let [major, minor, micro] = [version.major, version.minor, version.micro].map(u64::from);
        Ok(ConnectGetVersionRet { hv_ver: major * 1_000_000 + minor * 1_000 + micro })
    }
}

impl Handler<ConnectGetCapabilities> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectGetCapabilitiesRet> {
        let text = self.node.capabilities(&self.emulators).await?;
        Ok(ConnectGetCapabilitiesRet { capabilities: text.to_string() })
    }
}

impl Handler<ConnectGetDomainCapabilities> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectGetDomainCapabilitiesArgs,
    ) -> Result<ConnectGetDomainCapabilitiesRet> {
        no_flags(args.flags, QEMU, "qemuConnectGetDomainCapabilities")?;
        let request = Request {
            emulator: args.emulatorbin,
            arch: args.arch,
            machine: args.machine,
            virt_type: args.virttype,
        };
        let choice = request.resolve(&self.emulators).await.map_err(|error| refused(&error))?;
        let around = self.node.surroundings(choice.arch, &self.emulators).await?;
        Ok(ConnectGetDomainCapabilitiesRet { capabilities: domain_capabilities(&choice, &around) })
    }
}

impl Handler<ConnectGetMaxVcpus> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectGetMaxVcpusArgs,
    ) -> Result<ConnectGetMaxVcpusRet> {
        let kind = args.kind.as_deref().unwrap_or("qemu");
        let max_vcpus = if kind.eq_ignore_ascii_case("qemu") {
            TRANSLATED_VCPUS
        } else if kind.eq_ignore_ascii_case("kvm") {
            let kvm = Kvm::open()
                .map_err(|error| Error::io(ErrorDomain::NONE, &error, "Unable to open /dev/kvm"))?;
            kvm.max_vcpus().and_then(|max| max.try_into().ok()).unwrap_or(TRANSLATED_VCPUS)
        } else {
            return Err(Error::invalid_arg(QEMU, format!("unknown type '{kind}'")));
        };
        Ok(ConnectGetMaxVcpusRet { max_vcpus })
    }
}

impl Handler<ConnectGetCpuModelNames> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectGetCpuModelNamesArgs,
    ) -> Result<ConnectGetCpuModelNamesRet> {
        no_flags(args.flags, QEMU, "qemuConnectGetCPUModelNames")?;
        let arch = Arch::by_name(&args.arch).ok_or_else(|| {
            Error::invalid_arg(QEMU, format!("cannot find architecture {}", args.arch))
        })?;
        let models = model_names(arch)?;
        let count = i32::try_from(models.len()).unwrap_or(i32::MAX);
        let models = if args.need_results == 0 { Vec::new() } else { models };
        Ok(ConnectGetCpuModelNamesRet { models: models.into(), ret: count })
    }
}

/// The CPU models that guests of an architecture can name, simple ones first. ARM's and the mainframe's
/// come with the machine: there the list is empty.
fn model_names(arch: Arch) -> Result<Vec<String>> {
    match arch.name {
        "i686" | "x86_64" => Ok(Model::all().iter().map(|model| model.name.to_owned()).collect()),
        "ppc64" | "ppc64le" => Ok(POWER_MODELS.map(str::to_owned).into()),
        "aarch64" | "armv6l" | "armv7l" | "armv7b" | "s390" | "s390x" => Ok(Vec::new()),
        name => Err(Error::new(
            ErrorCode::NO_SUPPORT,
            ErrorDomain::CPU,
            format!("'{name}' architecture is not supported by CPU driver"),
        )),
    }
}
