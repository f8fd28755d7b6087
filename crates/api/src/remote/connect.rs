//! Connections: open, features, capabilities.

use xdr::List;

use crate::{TypedParam, limits, procedure::procedures};

procedures! { REMOTE
    /// Opens the connection to a driver, which the URI names.
    ///
    /// **Source**: `virConnectOpen`.
    ConnectOpen = 1, Quick, access: [connect.getattr], since: "0.0.3";
        args ConnectOpenArgs, ret ();
    /// Ends the connection; the server closes the socket after its reply.
    ///
    /// **Source**: `virConnectClose`.
    ConnectClose = 2, Quick, since: "0.0.3";
        args (), ret ();
    /// Name of the driver, such as `QEMU`.
    ///
    /// **Source**: `virConnectGetType`.
    ConnectGetType = 3, Quick, access: [connect.getattr], since: "0.0.3";
        args (), ret ConnectGetTypeRet;
    /// Version of the hypervisor: major * 1,000,000 + minor * 1,000 + release.
    ///
    /// **Source**: `virConnectGetVersion`.
    ConnectGetVersion = 4, Quick, access: [connect.getattr], since: "0.0.3";
        args (), ret ConnectGetVersionRet;
    /// Most virtual CPUs of a guest of the given kind.
    ///
    /// **Source**: `virConnectGetMaxVcpus`.
    ConnectGetMaxVcpus = 5, Quick, access: [connect.read], since: "0.2.1";
        args ConnectGetMaxVcpusArgs, ret ConnectGetMaxVcpusRet;
    /// What host and hypervisor can do, as XML.
    ///
    /// **Source**: `virConnectGetCapabilities`.
    ConnectGetCapabilities = 7, Ordinary, access: [connect.read], since: "0.2.1";
        args (), ret ConnectGetCapabilitiesRet;
    /// Host name of the machine that the server runs on.
    ///
    /// **Source**: `virConnectGetHostname`.
    ConnectGetHostname = 59, Quick, access: [connect.getattr], since: "0.3.0";
        args (), ret ConnectGetHostnameRet;
    /// Whether the server has an optional feature; see [`crate::Feature`].
    ConnectSupportsFeature = 60, Quick, access: [connect.getattr], since: "0.3.2";
        args ConnectSupportsFeatureArgs, ret ConnectSupportsFeatureRet;
    /// The URI that the connection was opened with, filled in by the server.
    ///
    /// **Source**: `virConnectGetURI`.
    ConnectGetUri = 110, Quick, access: [connect.getattr], since: "0.3.0";
        args (), ret ConnectGetUriRet;
    /// Whether nobody between client and server can listen.
    ///
    /// **Source**: `virConnectIsSecure`.
    ConnectIsSecure = 149, Quick, since: "0.7.3";
        args (), ret ConnectIsSecureRet;
    /// Version of libvirt that the server speaks for, encoded as for [`ConnectGetVersion`].
    ///
    /// **Source**: `virConnectGetLibVersion`.
    ConnectGetLibVersion = 157, Quick, access: [connect.getattr], since: "0.7.3";
        args (), ret ConnectGetLibVersionRet;
    /// Compares a CPU document with the host's CPU: incompatible, identical or superset.
    ///
    /// **Source**: `virConnectCompareCPU`.
    ConnectCompareCpu = 158, Quick, access: [connect.read], since: "0.7.5";
        args ConnectCompareCpuArgs, ret ConnectCompareCpuRet;
    /// Makes the CPU document that all the given CPUs can offer.
    ///
    /// **Source**: `virConnectBaselineCPU`.
    ConnectBaselineCpu = 162, Ordinary, access: [connect.read], since: "0.7.7";
        args ConnectBaselineCpuArgs, ret ConnectBaselineCpuRet;
    /// The SMBIOS tables of the host, as XML.
    ///
    /// **Source**: `virConnectGetSysinfo`.
    ConnectGetSysinfo = 203, Quick, access: [connect.read], since: "0.8.8";
        args ConnectGetSysinfoArgs, ret ConnectGetSysinfoRet;
    /// Names of the CPU models of an architecture; with `need_results` 0 only their number.
    ///
    /// **Source**: `virConnectGetCPUModelNames`.
    ConnectGetCpuModelNames = 312, Ordinary, access: [connect.read], since: "1.1.3";
        args ConnectGetCpuModelNamesArgs, ret ConnectGetCpuModelNamesRet;
    /// What guests of one emulator, machine and kind may be made of, as XML.
    ///
    /// **Source**: `virConnectGetDomainCapabilities`.
    ConnectGetDomainCapabilities = 342, Ordinary, access: [connect.write], since: "1.2.7";
        args ConnectGetDomainCapabilitiesArgs, ret ConnectGetDomainCapabilitiesRet;
    /// Asks for a notice when the connection to the hypervisor ends.
    ///
    /// **Source**: `virConnectRegisterCloseCallback`.
    ConnectRegisterCloseCallback = 360, Quick, access: [connect.getattr], since: "0.10.0";
        args (), ret ();
    /// Takes the request for that notice back.
    ///
    /// **Source**: `virConnectUnregisterCloseCallback`.
    ConnectUnregisterCloseCallback = 361, Quick, access: [connect.getattr], since: "0.10.0";
        args (), ret ();
    /// Event: the daemon lost its own connection to the hypervisor, for this reason.
    ConnectEventConnectionClosed = 362, Event;
        args ConnectEventConnectionClosedMsg, ret ();
    /// Compares a CPU document with what the hypervisor can give a guest on this host.
    ///
    /// **Source**: `virConnectCompareHypervisorCPU`.
    ConnectCompareHypervisorCpu = 393, Ordinary, access: [connect.write], since: "4.4.0";
        args ConnectCompareHypervisorCpuArgs, ret ConnectCompareHypervisorCpuRet;
    /// Makes the CPU document that the hypervisor can give a guest on each of the given hosts.
    ///
    /// **Source**: `virConnectBaselineHypervisorCPU`.
    ConnectBaselineHypervisorCpu = 394, Ordinary, access: [connect.write], since: "4.4.0";
        args ConnectBaselineHypervisorCpuArgs, ret ConnectBaselineHypervisorCpuRet;
    /// Tells a daemon behind this one who its client's client is; only root may.
    ///
    /// **Source**: `virConnectSetIdentity`.
    ConnectSetIdentity = 419, Ordinary, access: [connect.write], since: "5.8.0";
        args ConnectSetIdentityArgs, ret ();
}

xdr::structs! {
    /// Arguments of [`ConnectOpen`].
    pub struct ConnectOpenArgs {
        name: Option<String>,
        flags: u32,
    }

    /// Arguments of [`ConnectSupportsFeature`].
    pub struct ConnectSupportsFeatureArgs {
        feature: i32,
    }

    /// Results of [`ConnectSupportsFeature`].
    pub struct ConnectSupportsFeatureRet {
        supported: i32,
    }

    /// Results of [`ConnectGetType`].
    pub struct ConnectGetTypeRet {
        kind: String,
    }

    /// Results of [`ConnectGetVersion`].
    pub struct ConnectGetVersionRet {
        hv_ver: u64,
    }

    /// Results of [`ConnectGetLibVersion`].
    pub struct ConnectGetLibVersionRet {
        lib_ver: u64,
    }

    /// Results of [`ConnectGetHostname`].
    pub struct ConnectGetHostnameRet {
        hostname: String,
    }

    /// Arguments of [`ConnectGetSysinfo`].
    pub struct ConnectGetSysinfoArgs {
        flags: u32,
    }

    /// Results of [`ConnectGetSysinfo`].
    pub struct ConnectGetSysinfoRet {
        sysinfo: String,
    }

    /// Results of [`ConnectGetUri`].
    pub struct ConnectGetUriRet {
        uri: String,
    }

    /// Arguments of [`ConnectGetMaxVcpus`].
    pub struct ConnectGetMaxVcpusArgs {
        kind: Option<String>,
    }

    /// Results of [`ConnectGetMaxVcpus`].
    pub struct ConnectGetMaxVcpusRet {
        max_vcpus: i32,
    }

    /// Results of [`ConnectGetCapabilities`].
    pub struct ConnectGetCapabilitiesRet {
        capabilities: String,
    }

    /// Arguments of [`ConnectGetDomainCapabilities`].
    pub struct ConnectGetDomainCapabilitiesArgs {
        emulatorbin: Option<String>,
        arch: Option<String>,
        machine: Option<String>,
        virttype: Option<String>,
        flags: u32,
    }

    /// Results of [`ConnectGetDomainCapabilities`].
    pub struct ConnectGetDomainCapabilitiesRet {
        capabilities: String,
    }

    /// Results of [`ConnectIsSecure`].
    pub struct ConnectIsSecureRet {
        secure: i32,
    }

    /// Arguments of [`ConnectCompareCpu`].
    pub struct ConnectCompareCpuArgs {
        xml: String,
        flags: u32,
    }

    /// Results of [`ConnectCompareCpu`].
    pub struct ConnectCompareCpuRet {
        result: i32,
    }

    /// Arguments of [`ConnectBaselineCpu`].
    pub struct ConnectBaselineCpuArgs {
        xml_cpus: List<String, { limits::CPU_BASELINE_MAX }>,
        flags: u32,
    }

    /// Results of [`ConnectBaselineCpu`].
    pub struct ConnectBaselineCpuRet {
        cpu: String,
    }

    /// Body of [`ConnectEventConnectionClosed`].
    pub struct ConnectEventConnectionClosedMsg {
        reason: i32,
    }

    /// Arguments of [`ConnectGetCpuModelNames`].
    pub struct ConnectGetCpuModelNamesArgs {
        arch: String,
        need_results: i32,
        flags: u32,
    }

    /// Results of [`ConnectGetCpuModelNames`].
    pub struct ConnectGetCpuModelNamesRet {
        models: List<String, { limits::CONNECT_CPU_MODELS_MAX }>,
        ret: i32,
    }

    /// Arguments of [`ConnectCompareHypervisorCpu`].
    pub struct ConnectCompareHypervisorCpuArgs {
        emulator: Option<String>,
        arch: Option<String>,
        machine: Option<String>,
        virttype: Option<String>,
        xml_cpu: String,
        flags: u32,
    }

    /// Results of [`ConnectCompareHypervisorCpu`].
    pub struct ConnectCompareHypervisorCpuRet {
        result: i32,
    }

    /// Arguments of [`ConnectBaselineHypervisorCpu`].
    pub struct ConnectBaselineHypervisorCpuArgs {
        emulator: Option<String>,
        arch: Option<String>,
        machine: Option<String>,
        virttype: Option<String>,
        xml_cpus: List<String, { limits::CPU_BASELINE_MAX }>,
        flags: u32,
    }

    /// Results of [`ConnectBaselineHypervisorCpu`].
    pub struct ConnectBaselineHypervisorCpuRet {
        cpu: String,
    }

    /// Arguments of [`ConnectSetIdentity`].
    pub struct ConnectSetIdentityArgs {
        params: List<TypedParam, { limits::CONNECT_IDENTITY_PARAMS_MAX }>,
        flags: u32,
    }
}
