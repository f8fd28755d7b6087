//! Limits and weights of a domain: typed parameters by libvirt's names, and its I/O threads.

use api::remote;
use api::{DomainModificationImpact, TypedParam};

use super::{Domain, domain_calls};
use crate::error::Result;
use crate::host::bits;

/// That texts among the values are understood. **Source**: `VIR_TYPED_PARAM_STRING_OKAY`.
const STRINGS: u32 = 0x4;

/// A thread of QEMU that carries input and output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IoThread {
    /// Number, from 1.
    pub id: u32,
    /// One entry a CPU of the host: whether it may run there.
    pub affinity: Vec<bool>,
}

/// Methods that get parameters and set them. The server wants to know how many values fit, and tells how
/// many there are when none do.
macro_rules! parameters {
    ($($(#[$meta:meta])* $get:ident, $set:ident($($arg:ident: $field:ident = $value:expr),*):
        $Get:ident $GetArgs:ident, $Set:ident $SetArgs:ident { $($setfield:ident = $setvalue:expr),* };)*) => {
        impl Domain { $(
            $(#[$meta])*
            pub async fn $get(&self, $($arg: &str,)* impact: DomainModificationImpact) -> Result<Vec<TypedParam>> {
                let flags = impact.0 | STRINGS;
                let args = |nparams| remote::$GetArgs { dom: self.reference(), $($field: $value,)* nparams, flags };
                let call = |nparams| self.connection().call::<remote::$Get>(args(nparams));
                let count = call(0).await?.nparams;
                Ok(call(count).await?.params.0)
            }

            /// Sets some of them; the others stay.
            ///
            /// # Errors
            /// Code 55 when it does not run (`LIVE`), 8 for a value that cannot be.
            pub async fn $set(&self, $($arg: &str,)* params: Vec<TypedParam>, impact: DomainModificationImpact) -> Result<()> {
                let args = remote::$SetArgs {
                    dom: self.reference(), $($setfield: $setvalue,)* params: params.into(), flags: impact.0,
                };
                self.connection().call::<remote::$Set>(args).await
            }
        )* }
    };
}

parameters! {
    /// What the network card with this host device or MAC address may carry. **Units**: KiB, and KiB/s.
    ///
    /// # Errors
    /// Code 8 when there is no such card.
    interface_limits, set_interface_limits(device: device = device.to_owned()):
        DomainGetInterfaceParameters DomainGetInterfaceParametersArgs,
        DomainSetInterfaceParameters DomainSetInterfaceParametersArgs { device = device.to_owned() };

    /// How much the disk with this target or source may read and write. **Units**: bytes/s, requests/s.
    ///
    /// # Errors
    /// Code 8 when there is no such disk.
    disk_limits, set_disk_limits(disk: disk = Some(disk.to_owned())):
        DomainGetBlockIoTune DomainGetBlockIoTuneArgs,
        DomainSetBlockIoTune DomainSetBlockIoTuneArgs { disk = disk.to_owned() };

    /// Weights and limits of its block I/O on the host.
    ///
    /// # Errors
    /// Code 55 when it does not run (`LIVE`).
    block_io_weights, set_block_io_weights():
        DomainGetBlkioParameters DomainGetBlkioParametersArgs,
        DomainSetBlkioParameters DomainSetBlkioParametersArgs {};

    /// Limits of its memory on the host. **Units**: KiB.
    ///
    /// # Errors
    /// Code 55 when it does not run (`LIVE`).
    memory_limits, set_memory_limits():
        DomainGetMemoryParameters DomainGetMemoryParametersArgs,
        DomainSetMemoryParameters DomainSetMemoryParametersArgs {};

    /// Which nodes of the host its memory comes from.
    ///
    /// # Errors
    /// Code 55 when it does not run (`LIVE`).
    numa_placement, set_numa_placement():
        DomainGetNumaParameters DomainGetNumaParametersArgs,
        DomainSetNumaParameters DomainSetNumaParametersArgs {};
}

domain_calls! {
    /// Adds a thread for input and output.
    ///
    /// # Errors
    /// Code 8 when the number is taken.
    add_iothread(id: u32, impact: DomainModificationImpact),
        remote::DomainAddIothread,
        remote::DomainAddIothreadArgs { iothread_id: id, flags: impact.0 };

    /// Takes such a thread away.
    ///
    /// # Errors
    /// Code 8 when there is none, or it is in use.
    delete_iothread(id: u32, impact: DomainModificationImpact),
        remote::DomainDelIothread,
        remote::DomainDelIothreadArgs { iothread_id: id, flags: impact.0 };

    /// Says on which CPUs of the host such a thread runs: one entry a CPU.
    ///
    /// # Errors
    /// Code 8 when there is none.
    pin_iothread(id: u32, affinity: &[bool], impact: DomainModificationImpact),
        remote::DomainPinIothread, remote::DomainPinIothreadArgs {
            iothreads_id: id, cpumap: api::xdr::Opaque(bytes(affinity)), flags: impact.0 };

    /// Says how such a thread polls, and how many helpers it has.
    ///
    /// # Errors
    /// Code 8 when there is none.
    set_iothread(id: u32, params: Vec<TypedParam>, impact: DomainModificationImpact),
        remote::DomainSetIothreadParams, remote::DomainSetIothreadParamsArgs {
            iothread_id: id, params: params.into(), flags: impact.0 };
}

impl Domain {
    /// Its threads for input and output; `host_cpus` bounds the affinity's length.
    ///
    /// # Errors
    /// Code 55 when it does not run (`LIVE`).
    pub async fn iothreads(
        &self,
        host_cpus: usize,
        impact: DomainModificationImpact,
    ) -> Result<Vec<IoThread>> {
        let args = remote::DomainGetIothreadInfoArgs { dom: self.reference(), flags: impact.0 };
        let ret = self.connection().call::<remote::DomainGetIothreadInfo>(args).await?;
        let thread = |info: &remote::DomainIothreadInfo| IoThread {
            id: info.iothread_id,
            affinity: bits(&info.cpumap.0).take(host_cpus).collect(),
        };
        Ok(ret.info.iter().map(thread).collect())
    }
}

/// A set of CPUs as bytes, the lowest bit first.
fn bytes(affinity: &[bool]) -> Vec<u8> {
    let byte = |cpus: &[bool]| {
        cpus.iter().enumerate().fold(0, |byte, (bit, set)| byte | (u8::from(*set) << bit))
    };
    affinity.chunks(8).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpus_are_bits_from_the_lowest() {
        let mut affinity = vec![false; 9];
        affinity[0] = true;
        affinity[3] = true;
        affinity[8] = true;
        assert_eq!(bytes(&affinity), [0b1001, 1]);
        assert_eq!(bits(&bytes(&affinity)).take(9).collect::<Vec<_>>(), affinity);
    }
}
