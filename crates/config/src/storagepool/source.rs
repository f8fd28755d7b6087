//! `<source>` of a pool.

use xml::{element, tagged, words};

use crate::domain::address::PciAddress;
use crate::{EndTag, Text, Uuid, YesNo};

words! {
    /// How an authentication goes.
    pub enum AuthType { Chap = "chap", Ceph = "ceph" }
}

tagged! {
    /// `<adapter>`
    #[derive(Eq)]
    pub enum Adapter by "type" or "scsi_host" {
        /// A SCSI host.
        ScsiHost(ScsiHost) = "scsi_host",
        /// A Fibre Channel host.
        FcHost(FcHost) = "fc_host",
    }
}

element! {
    /// `<source>`
    #[derive(Eq, Default)]
    pub struct PoolSource {
        /// It has an end tag.
        part end: EndTag,
        /// Who serves it.
        child hosts: Vec<PoolHost> = "host",
        /// Devices, or the one target of iSCSI.
        child devices: Vec<PoolDevice> = "device",
        /// Directory on the server.
        child dir: Option<PoolDir> = "dir",
        /// Adapter of the host.
        child adapter: Option<Adapter> = "adapter",
        /// Name at the source.
        leaf name: Option<Text> = "name",
        /// Who asks, of iSCSI.
        child initiator: Option<Initiator> = "initiator",
        /// Format; complete after completion, for the types that have one.
        child format: Option<PoolFormat> = "format",
        /// Login.
        child auth: Option<PoolAuth> = "auth",
        /// Version of the protocol, of NFS.
        child protocol: Option<PoolProtocol> = "protocol",
        /// Vendor of the device.
        child vendor: Option<PoolVendor> = "vendor",
        /// Model of the device.
        child product: Option<PoolVendor> = "product",
    }

    /// `<host>`
    #[derive(Eq)]
    pub struct PoolHost {
        /// Name or address.
        attr name: Box<str> = "name",
        /// Port; never zero.
        attr port: Option<i32> = "port",
    }

    /// `<device>`
    #[derive(Eq)]
    pub struct PoolDevice {
        /// Path.
        attr path: Box<str> = "path",
        /// Whether a `p` stands before a partition's number.
        attr part_separator: Option<YesNo> = "part_separator",
    }

    /// `<dir>`
    #[derive(Eq)]
    pub struct PoolDir {
        /// Path.
        attr path: Option<Text> = "path",
    }

    /// `<format>`
    #[derive(Eq)]
    pub struct PoolFormat {
        /// Its name; each type of pool has its own list.
        attr kind: Option<Text> = "type",
    }

    /// `<initiator>`
    #[derive(Eq)]
    pub struct Initiator {
        /// Name.
        child iqn: Option<Iqn> = "iqn",
    }

    /// `<iqn>`
    #[derive(Eq)]
    pub struct Iqn {
        /// Name.
        attr name: Option<Text> = "name",
    }

    /// `<auth>`
    #[derive(Eq)]
    pub struct PoolAuth {
        /// How.
        attr kind: AuthType = "type",
        /// User.
        attr username: Text = "username",
        /// Secret.
        child secret: AuthSecret = "secret",
    }

    /// `<secret>` of a login: by usage or by identity.
    #[derive(Eq)]
    pub struct AuthSecret {
        /// What it is for.
        attr kind: Option<Box<str>> = "type",
        /// By usage.
        attr usage: Option<Box<str>> = "usage",
        /// By identity.
        attr uuid: Option<Uuid> = "uuid",
    }

    /// `<protocol>`
    #[derive(Eq)]
    pub struct PoolProtocol {
        /// Version.
        attr ver: Option<Text> = "ver",
    }

    /// `<vendor>`, `<product>`
    #[derive(Eq)]
    pub struct PoolVendor {
        /// Name.
        attr name: Option<Text> = "name",
    }

    /// `<adapter type='scsi_host'>`
    #[derive(Eq)]
    pub struct ScsiHost {
        /// Name.
        attr name: Option<Text> = "name",
        /// Place of its device, instead of a name.
        child parentaddr: Option<ParentAddress> = "parentaddr",
    }

    /// `<parentaddr>`
    #[derive(Eq)]
    pub struct ParentAddress {
        /// Which host of the device.
        attr unique_id: Option<u32> = "unique_id",
        /// The device.
        child address: PciAddress = "address",
    }

    /// `<adapter type='fc_host'>`
    #[derive(Eq)]
    pub struct FcHost {
        /// Its parent, by name.
        attr parent: Option<Text> = "parent",
        /// Its parent, by node name.
        attr parent_wwnn: Option<Text> = "parent_wwnn",
        /// Its parent, by port name.
        attr parent_wwpn: Option<Text> = "parent_wwpn",
        /// Its parent, by fabric.
        attr parent_fabric_wwn: Option<Text> = "parent_fabric_wwn",
        /// Whether the daemon makes and removes it.
        attr managed: Option<YesNo> = "managed",
        /// Node name.
        attr wwnn: Text = "wwnn",
        /// Port name.
        attr wwpn: Text = "wwpn",
    }
}
