//! The connection: what the other end is called.

use api::Result;
use api::remote::{
    ConnectGetHostname, ConnectGetHostnameRet, ConnectGetLibVersion, ConnectGetLibVersionRet,
    ConnectGetType, ConnectGetTypeRet, ConnectIsSecure, ConnectIsSecureRet, NodeGetSecurityModel,
    NodeGetSecurityModelRet, NodeGetSevInfo, NodeGetSevInfoArgs, NodeGetSevInfoRet,
};
use api::{Error, Params};
use driver::{CallContext, Handler};

use super::no_flags;
use super::state::security_labels;
use crate::capabilities::{Accel, Arch};
use crate::driver::QemuDriver;
use crate::errors::{self, QEMU};

impl Handler<ConnectGetType> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectGetTypeRet> {
        Ok(ConnectGetTypeRet { kind: "QEMU".to_owned() })
    }
}

impl Handler<ConnectGetLibVersion> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectGetLibVersionRet> {
        Ok(ConnectGetLibVersionRet { lib_ver: api::LIBVIRT_VERSION })
    }
}

impl Handler<ConnectGetHostname> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectGetHostnameRet> {
        Ok(ConnectGetHostnameRet { hostname: host::identity::hostname() })
    }
}

impl Handler<ConnectIsSecure> for QemuDriver {
    /// Between driver and hypervisor there is no wire; the server speaks for the client's.
    async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectIsSecureRet> {
        Ok(ConnectIsSecureRet { secure: 1 })
    }
}

impl Handler<NodeGetSecurityModel> for QemuDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<NodeGetSecurityModelRet> {
        let labels = security_labels();
        let Some(first) = labels.first() else { return Ok(NodeGetSecurityModelRet::default()) };
        // On the wire these are C strings with their final NUL.
        let chars = |text: &str| text.bytes().chain([0]).map(u8::cast_signed).collect();
        Ok(NodeGetSecurityModelRet { model: chars(&first.model), doi: chars(&first.doi) })
    }
}

impl Handler<NodeGetSevInfo> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: NodeGetSevInfoArgs) -> Result<NodeGetSevInfoRet> {
        no_flags(args.flags, QEMU, "qemuNodeGetSEVInfo")?;
        let unsupported = || Error::operation_unsupported(QEMU, "QEMU does not support SEV guest");
        let binary = self.emulators.binary(Arch::host()).ok_or_else(unsupported)?;
        let emulator = self.emulators.get(&binary).await;
        let emulator = emulator.map_err(|error| errors::probe(&error))?;
        let sev =
            emulator.sev().filter(|_| emulator.supports(Accel::Kvm)).ok_or_else(unsupported)?;
        let mut params = Params::default();
        params
            .string("pdh", &sev.pdh)
            .string("cert-chain", &sev.cert_chain)
            .uint("cbitpos", sev.cbitpos)
            .uint("reduced-phys-bits", sev.reduced_phys_bits);
        if let Some(id) = &sev.cpu0_id {
            params.string("cpu0-id", id);
        }
        let nparams = i32::try_from(params.0.len()).unwrap_or(i32::MAX);
        let params = if args.nparams == 0 { Vec::new() } else { params.0 };
        Ok(NodeGetSevInfoRet { params: params.into(), nparams })
    }
}
