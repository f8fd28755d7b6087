//! Types that several objects share.

use crate::Uuid;

xdr::structs! {
    /// A domain: by UUID; name and id (-1 when it is not running) tell the client what the server knew.
    pub struct NonnullDomain {
        name: String,
        uuid: Uuid,
        id: i32,
    }

    /// A virtual network: name and UUID.
    pub struct NonnullNetwork {
        name: String,
        uuid: Uuid,
    }

    /// Wire struct `remote_nonnull_network_port`.
    pub struct NonnullNetworkPort {
        net: NonnullNetwork,
        uuid: Uuid,
    }

    /// Wire struct `remote_nonnull_nwfilter`.
    pub struct NonnullNwfilter {
        name: String,
        uuid: Uuid,
    }

    /// Wire struct `remote_nonnull_nwfilter_binding`.
    pub struct NonnullNwfilterBinding {
        portdev: String,
        filtername: String,
    }

    /// Wire struct `remote_nonnull_interface`.
    pub struct NonnullInterface {
        name: String,
        mac: String,
    }

    /// Wire struct `remote_nonnull_storage_pool`.
    pub struct NonnullStoragePool {
        name: String,
        uuid: Uuid,
    }

    /// Wire struct `remote_nonnull_storage_vol`.
    pub struct NonnullStorageVol {
        pool: String,
        name: String,
        key: String,
    }

    /// Wire struct `remote_nonnull_node_device`.
    pub struct NonnullNodeDevice {
        name: String,
    }

    /// Wire struct `remote_nonnull_secret`.
    pub struct NonnullSecret {
        uuid: Uuid,
        usage_type: i32,
        usage_id: String,
    }

    /// Wire struct `remote_nonnull_domain_checkpoint`.
    pub struct NonnullDomainCheckpoint {
        name: String,
        dom: NonnullDomain,
    }

    /// Wire struct `remote_nonnull_domain_snapshot`.
    pub struct NonnullDomainSnapshot {
        name: String,
        dom: NonnullDomain,
    }

    /// An error on the wire.
    pub struct Error {
        code: i32,
        domain: i32,
        message: Option<String>,
        level: i32,
        dom: Option<NonnullDomain>,
        str1: Option<String>,
        str2: Option<String>,
        str3: Option<String>,
        int1: i32,
        int2: i32,
        net: Option<NonnullNetwork>,
    }

    /// Wire struct `remote_vcpu_info`.
    pub struct VcpuInfo {
        number: u32,
        state: i32,
        cpu_time: u64,
        cpu: i32,
    }
}

xdr::structs! {
    /// A hole in a sparse stream.
    pub struct StreamHole {
        length: i64,
        flags: u32,
    }
}
