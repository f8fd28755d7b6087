//! Checkpoints and backup.

use xdr::List;

use super::shared::{NonnullDomain, NonnullDomainCheckpoint};
use crate::{limits, procedure::procedures};

procedures! { REMOTE
    /// `virDomainCheckpointCreateXML`.
    DomainCheckpointCreateXml = 411, Ordinary, access: [domain.checkpoint, domain.fs_freeze if With(0x2)], since: "5.6.0";
        args DomainCheckpointCreateXmlArgs, ret DomainCheckpointCreateXmlRet;
    /// `virDomainCheckpointGetXMLDesc`.
    DomainCheckpointGetXmlDesc = 412, Ordinary, access: [domain.read, domain.read_secure if With(0x1)], since: "5.6.0";
        args DomainCheckpointGetXmlDescArgs, ret DomainCheckpointGetXmlDescRet;
    /// `virDomainListAllCheckpoints`.
    DomainListAllCheckpoints = 413, Quick, access: [domain.read], since: "5.6.0";
        args DomainListAllCheckpointsArgs, ret DomainListAllCheckpointsRet;
    /// `virDomainCheckpointListAllChildren`.
    DomainCheckpointListAllChildren = 414, Quick, access: [domain.read], since: "5.6.0";
        args DomainCheckpointListAllChildrenArgs, ret DomainCheckpointListAllChildrenRet;
    /// `virDomainCheckpointLookupByName`.
    DomainCheckpointLookupByName = 415, Quick, access: [domain.read], since: "5.6.0";
        args DomainCheckpointLookupByNameArgs, ret DomainCheckpointLookupByNameRet;
    /// `virDomainCheckpointGetParent`.
    DomainCheckpointGetParent = 416, Quick, access: [domain.read], since: "5.6.0";
        args DomainCheckpointGetParentArgs, ret DomainCheckpointGetParentRet;
    /// `virDomainCheckpointDelete`.
    DomainCheckpointDelete = 417, Ordinary, access: [domain.checkpoint], since: "5.6.0";
        args DomainCheckpointDeleteArgs, ret ();
    /// `virDomainBackupBegin`.
    DomainBackupBegin = 421, Ordinary, access: [domain.checkpoint, domain.block_write], since: "6.0.0";
        args DomainBackupBeginArgs, ret ();
    /// `virDomainBackupGetXMLDesc`.
    DomainBackupGetXmlDesc = 422, Quick, access: [domain.read], since: "6.0.0";
        args DomainBackupGetXmlDescArgs, ret DomainBackupGetXmlDescRet;
}

xdr::structs! {
    /// Arguments of [`DomainCheckpointCreateXml`].
    pub struct DomainCheckpointCreateXmlArgs {
        dom: NonnullDomain,
        xml_desc: String,
        flags: u32,
    }

    /// Results of [`DomainCheckpointCreateXml`].
    pub struct DomainCheckpointCreateXmlRet {
        checkpoint: NonnullDomainCheckpoint,
    }

    /// Arguments of [`DomainCheckpointGetXmlDesc`].
    pub struct DomainCheckpointGetXmlDescArgs {
        checkpoint: NonnullDomainCheckpoint,
        flags: u32,
    }

    /// Results of [`DomainCheckpointGetXmlDesc`].
    pub struct DomainCheckpointGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`DomainListAllCheckpoints`].
    pub struct DomainListAllCheckpointsArgs {
        dom: NonnullDomain,
        need_results: i32,
        flags: u32,
    }

    /// Results of [`DomainListAllCheckpoints`].
    pub struct DomainListAllCheckpointsRet {
        checkpoints: List<NonnullDomainCheckpoint, { limits::DOMAIN_CHECKPOINT_LIST_MAX }>,
        ret: i32,
    }

    /// Arguments of [`DomainCheckpointListAllChildren`].
    pub struct DomainCheckpointListAllChildrenArgs {
        checkpoint: NonnullDomainCheckpoint,
        need_results: i32,
        flags: u32,
    }

    /// Results of [`DomainCheckpointListAllChildren`].
    pub struct DomainCheckpointListAllChildrenRet {
        checkpoints: List<NonnullDomainCheckpoint, { limits::DOMAIN_CHECKPOINT_LIST_MAX }>,
        ret: i32,
    }

    /// Arguments of [`DomainCheckpointLookupByName`].
    pub struct DomainCheckpointLookupByNameArgs {
        dom: NonnullDomain,
        name: String,
        flags: u32,
    }

    /// Results of [`DomainCheckpointLookupByName`].
    pub struct DomainCheckpointLookupByNameRet {
        checkpoint: NonnullDomainCheckpoint,
    }

    /// Arguments of [`DomainCheckpointGetParent`].
    pub struct DomainCheckpointGetParentArgs {
        checkpoint: NonnullDomainCheckpoint,
        flags: u32,
    }

    /// Results of [`DomainCheckpointGetParent`].
    pub struct DomainCheckpointGetParentRet {
        parent: NonnullDomainCheckpoint,
    }

    /// Arguments of [`DomainCheckpointDelete`].
    pub struct DomainCheckpointDeleteArgs {
        checkpoint: NonnullDomainCheckpoint,
        flags: u32,
    }

    /// Arguments of [`DomainBackupBegin`].
    pub struct DomainBackupBeginArgs {
        dom: NonnullDomain,
        backup_xml: String,
        checkpoint_xml: Option<String>,
        flags: u32,
    }

    /// Arguments of [`DomainBackupGetXmlDesc`].
    pub struct DomainBackupGetXmlDescArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainBackupGetXmlDesc`].
    pub struct DomainBackupGetXmlDescRet {
        xml: String,
    }
}
