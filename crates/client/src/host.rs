//! The machine that the server runs on, and what it can do.

use api::remote;

use crate::connection::Connection;
use crate::error::Result;

/// CPUs and memory of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInfo {
    /// Name of the CPU's architecture.
    pub model: String,
    /// Memory. **Units**: KiB.
    pub memory_kib: u64,
    /// CPUs that are online.
    pub cpus: i32,
    /// Clock rate. **Units**: MHz; 0 when it is not known.
    pub mhz: i32,
    /// NUMA cells.
    pub cells: i32,
    /// Sockets of a cell.
    pub sockets: i32,
    /// Cores of a socket.
    pub cores: i32,
    /// Threads of a core.
    pub threads: i32,
}

/// Which CPUs of the host are present and online.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CpuMap {
    /// CPUs that are present.
    pub present: usize,
    /// CPUs that are online.
    pub online: u32,
    /// One entry a present CPU: whether it is online.
    pub map: Vec<bool>,
}

/// What confines the guests of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityModel {
    /// Name, such as `apparmor`; empty when there is none.
    pub model: String,
    /// Domain of interpretation.
    pub doi: String,
}

impl Connection {
    /// Name of the driver, such as `QEMU`.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn hypervisor(&self) -> Result<String> {
        Ok(self.call::<remote::ConnectGetType>(()).await?.kind)
    }

    /// Version of the hypervisor: major * 1,000,000 + minor * 1,000 + release; 0 when unknown.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn hypervisor_version(&self) -> Result<u64> {
        Ok(self.call::<remote::ConnectGetVersion>(()).await?.hv_ver)
    }

    /// Version of libvirt that the server speaks for, encoded as
    /// [`hypervisor_version`](Self::hypervisor_version).
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn server_version(&self) -> Result<u64> {
        Ok(self.call::<remote::ConnectGetLibVersion>(()).await?.lib_ver)
    }

    /// Name of the host.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn hostname(&self) -> Result<String> {
        Ok(self.call::<remote::ConnectGetHostname>(()).await?.hostname)
    }

    /// What host and hypervisor can do, as XML.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn capabilities(&self) -> Result<String> {
        Ok(self.call::<remote::ConnectGetCapabilities>(()).await?.capabilities)
    }

    /// What guests of one emulator, architecture, machine and kind may be made of, as XML; the
    /// server fills in what is not given.
    ///
    /// # Errors
    /// Code 8 for an emulator, machine or kind that does not exist.
    pub async fn domain_capabilities(
        &self,
        emulator: Option<&str>,
        arch: Option<&str>,
        machine: Option<&str>,
        virt_type: Option<&str>,
    ) -> Result<String> {
        let args = remote::ConnectGetDomainCapabilitiesArgs {
            emulatorbin: emulator.map(str::to_owned),
            arch: arch.map(str::to_owned),
            machine: machine.map(str::to_owned),
            virttype: virt_type.map(str::to_owned),
            flags: 0,
        };
        Ok(self.call::<remote::ConnectGetDomainCapabilities>(args).await?.capabilities)
    }

    /// CPUs and memory of the host.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn node_info(&self) -> Result<NodeInfo> {
        let info = self.call::<remote::NodeGetInfo>(()).await?;
        Ok(NodeInfo {
            model: info.model.to_text(),
            memory_kib: info.memory,
            cpus: info.cpus,
            mhz: info.mhz,
            cells: info.nodes,
            sockets: info.sockets,
            cores: info.cores,
            threads: info.threads,
        })
    }

    /// Which CPUs of the host are present and online.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn node_cpu_map(&self) -> Result<CpuMap> {
        let args = remote::NodeGetCpuMapArgs { need_map: 1, need_online: 1, flags: 0 };
        let ret = self.call::<remote::NodeGetCpuMap>(args).await?;
        let present = usize::try_from(ret.ret).unwrap_or_default();
        let map = bits(&ret.cpumap).chain(std::iter::repeat(false)).take(present).collect();
        Ok(CpuMap { present, online: ret.online, map })
    }

    /// What confines the guests of the host.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn security_model(&self) -> Result<SecurityModel> {
        let ret = self.call::<remote::NodeGetSecurityModel>(()).await?;
        Ok(SecurityModel { model: text(&ret.model), doi: text(&ret.doi) })
    }

    /// The command line that a document would be started with; the only format is `qemu-argv`.
    ///
    /// # Errors
    /// Code 8 for another format, and what is wrong with the document.
    pub async fn xml_to_native(&self, format: &str, xml: &str) -> Result<String> {
        let args = remote::ConnectDomainXmlToNativeArgs {
            native_format: format.to_owned(),
            domain_xml: xml.to_owned(),
            flags: 0,
        };
        Ok(self.call::<remote::ConnectDomainXmlToNative>(args).await?.native_config)
    }
}

/// A CPU map's bits, the first CPU first.
pub(crate) fn bits(map: &[u8]) -> impl Iterator<Item = bool> {
    map.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1))
}

/// A C string that came as signed characters.
pub(crate) fn text(chars: &[i8]) -> String {
    let bytes: Vec<u8> = chars.iter().take_while(|c| **c != 0).map(|c| c.cast_unsigned()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
