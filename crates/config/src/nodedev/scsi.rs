//! SCSI: host adapters, targets, units, and the generic devices of units.

use std::borrow::Cow;

use xml::{Value, ValueKind, element, tagged};

use crate::list::{OneOfEach, Stranger, Typed};
use crate::{Code, Text};

tagged! {
    /// What a host adapter can do.
    #[derive(Eq)]
    pub enum ScsiHostCapability by "type" {
        /// It is on a Fibre Channel fabric.
        FcHost(FcHost) = "fc_host",
        /// It can have virtual ports.
        VportOps(VportOps) = "vport_ops",
    }
}

impl Typed for ScsiHostCapability {
    const NAMELESS: Stranger =
        Stranger::Refused(Code::InternalError, "missing SCSI host capability type");
    const UNKNOWN: Stranger =
        Stranger::Refused(Code::InternalError, "unknown SCSI host capability type");
}

tagged! {
    /// What a target is.
    #[derive(Eq)]
    pub enum ScsiTargetCapability by "type" {
        /// A port of a Fibre Channel fabric.
        FcRemotePort(FcRemotePort) = "fc_remote_port",
    }
}

impl Typed for ScsiTargetCapability {
    const NAMELESS: Stranger =
        Stranger::Refused(Code::InternalError, "missing type for SCSI target capability");
    const UNKNOWN: Stranger =
        Stranger::Refused(Code::InternalError, "unknown SCSI target capability type");
}

element! {
    /// `<capability type='scsi_host'>`
    #[derive(Eq)]
    pub struct ScsiHost {
        /// Number.
        leaf host: u32 = "host",
        /// What the driver tells it apart by.
        leaf unique_id: Option<HostId> = "unique_id",
        /// What it can do.
        own capabilities: OneOfEach<ScsiHostCapability> = "capability",
    }

    /// `<capability type='fc_host'>`
    #[derive(Eq)]
    pub struct FcHost {
        /// World-wide name of the node.
        leaf wwnn: Text = "wwnn",
        /// World-wide name of the port.
        leaf wwpn: Text = "wwpn",
        /// World-wide name of the fabric.
        leaf fabric_wwn: Option<Text> = "fabric_wwn",
    }

    /// `<capability type='vport_ops'>`
    #[derive(Copy, Eq)]
    pub struct VportOps {
        /// How many virtual ports there can be.
        leaf max_vports: Option<u32> = "max_vports",
        /// How many there are.
        leaf vports: Option<u32> = "vports",
    }

    /// `<capability type='scsi_target'>`
    #[derive(Eq)]
    pub struct ScsiTarget {
        /// Name.
        leaf target: Text = "target",
        /// What it is.
        own capabilities: OneOfEach<ScsiTargetCapability> = "capability",
    }

    /// `<capability type='fc_remote_port'>`
    #[derive(Eq)]
    pub struct FcRemotePort {
        /// Name.
        leaf rport: Text = "rport",
        /// World-wide name.
        leaf wwpn: Text = "wwpn",
    }

    /// `<capability type='scsi'>`
    #[derive(Eq)]
    pub struct Scsi {
        /// Host adapter.
        leaf host: u32 = "host",
        /// Bus of the adapter.
        leaf bus: u32 = "bus",
        /// Target on the bus.
        leaf target: u32 = "target",
        /// Unit of the target.
        leaf lun: u32 = "lun",
        /// What it is.
        leaf kind: Option<Text> = "type",
    }

    /// `<capability type='scsi_generic'>`
    #[derive(Eq)]
    pub struct ScsiGeneric {
        /// Path of the device.
        leaf path: Text = "char",
    }
}

/// What a driver tells its adapters apart by; -1 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostId(pub u32);

impl Value for HostId {
    const KIND: ValueKind = ValueKind::Number;

    fn says_nothing(text: &str) -> bool {
        text.trim_ascii() == "-1"
    }

    fn parse(text: &str) -> Option<Self> {
        text.trim_ascii().parse().ok().map(Self)
    }

    fn print(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }
}
