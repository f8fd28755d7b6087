//! Checkpoints and backup.

use xdr::List;

use super::shared::{NonnullDomain, NonnullDomainCheckpoint};
use crate::{limits, procedure::procedures};

procedures! { REMOTE
    /// Begins to keep track of what the guest writes from now on.
    ///
    /// **Source**: `virDomainCheckpointCreateXML`.
    DomainCheckpointCreateXml = 411, Ordinary, access: [domain.checkpoint, domain.fs_freeze if With(0x2)], since: "5.6.0";
        args DomainCheckpointCreateXmlArgs, ret DomainCheckpointCreateXmlRet;
    /// The checkpoint's document.
    ///
    /// **Source**: `virDomainCheckpointGetXMLDesc`.
    DomainCheckpointGetXmlDesc = 412, Ordinary, access: [domain.read, domain.read_secure if With(0x1)], since: "5.6.0";
        args DomainCheckpointGetXmlDescArgs, ret DomainCheckpointGetXmlDescRet;
    /// The checkpoints of a domain, by flag some of them.
    ///
    /// **Source**: `virDomainListAllCheckpoints`.
    DomainListAllCheckpoints = 413, Quick, access: [domain.read], since: "5.6.0";
        args DomainListAllCheckpointsArgs, ret DomainListAllCheckpointsRet;
    /// The checkpoints that came after this one.
    ///
    /// **Source**: `virDomainCheckpointListAllChildren`.
    DomainCheckpointListAllChildren = 414, Quick, access: [domain.read], since: "5.6.0";
        args DomainCheckpointListAllChildrenArgs, ret DomainCheckpointListAllChildrenRet;
    /// Finds a checkpoint of a domain by its name.
    ///
    /// **Source**: `virDomainCheckpointLookupByName`.
    DomainCheckpointLookupByName = 415, Quick, access: [domain.read], since: "5.6.0";
        args DomainCheckpointLookupByNameArgs, ret DomainCheckpointLookupByNameRet;
    /// The checkpoint before this one.
    ///
    /// **Source**: `virDomainCheckpointGetParent`.
    DomainCheckpointGetParent = 416, Quick, access: [domain.read], since: "5.6.0";
        args DomainCheckpointGetParentArgs, ret DomainCheckpointGetParentRet;
    /// Deletes a checkpoint; what it kept track of goes to the one before.
    ///
    /// **Source**: `virDomainCheckpointDelete`.
    DomainCheckpointDelete = 417, Ordinary, access: [domain.checkpoint], since: "5.6.0";
        args DomainCheckpointDeleteArgs, ret ();
    /// Begins a backup as a document describes it, with or without a new checkpoint.
    ///
    /// **Source**: `virDomainBackupBegin`.
    DomainBackupBegin = 421, Ordinary, access: [domain.checkpoint, domain.block_write], since: "6.0.0";
        args DomainBackupBeginArgs, ret ();
    /// The document of the backup under way.
    ///
    /// **Source**: `virDomainBackupGetXMLDesc`.
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
