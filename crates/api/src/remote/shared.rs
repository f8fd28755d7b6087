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

    /// A port of a network: by UUID.
    pub struct NonnullNetworkPort {
        net: NonnullNetwork,
        uuid: Uuid,
    }

    /// A network filter: by UUID.
    pub struct NonnullNwfilter {
        name: String,
        uuid: Uuid,
    }

    /// What binds a filter to a card: by the host's name of the card.
    pub struct NonnullNwfilterBinding {
        portdev: String,
        filtername: String,
    }

    /// A network interface of the host: by name.
    pub struct NonnullInterface {
        name: String,
        mac: String,
    }

    /// A storage pool: by UUID.
    pub struct NonnullStoragePool {
        name: String,
        uuid: Uuid,
    }

    /// A volume: by key; names tell people.
    pub struct NonnullStorageVol {
        pool: String,
        name: String,
        key: String,
    }

    /// A device of the host: by name.
    pub struct NonnullNodeDevice {
        name: String,
    }

    /// A secret: by UUID; its usage tells what it is for.
    pub struct NonnullSecret {
        uuid: Uuid,
        usage_type: i32,
        usage_id: String,
    }

    /// A checkpoint of a domain: by name.
    pub struct NonnullDomainCheckpoint {
        name: String,
        dom: NonnullDomain,
    }

    /// A snapshot of a domain: by name.
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

    /// A virtual CPU: its state, its time, and where it runs.
    pub struct VcpuInfo {
        number: u32,
        state: i32,
        /// **Units**: nanoseconds.
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
