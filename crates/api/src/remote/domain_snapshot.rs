//! Snapshots.

use xdr::List;

use super::shared::{NonnullDomain, NonnullDomainSnapshot};
use crate::{limits, procedure::procedures};

procedures! { REMOTE
    /// Makes a snapshot of disks, memory or both, or by flag notes one that exists.
    ///
    /// **Source**: `virDomainSnapshotCreateXML`.
    DomainSnapshotCreateXml = 185, Ordinary, access: [domain.snapshot, domain.fs_freeze if With(0x40)], since: "0.8.0";
        args DomainSnapshotCreateXmlArgs, ret DomainSnapshotCreateXmlRet;
    /// The snapshot's document.
    ///
    /// **Source**: `virDomainSnapshotGetXMLDesc`.
    DomainSnapshotGetXmlDesc = 186, Quick, access: [domain.read, domain.read_secure if With(0x1)], since: "0.8.0";
        args DomainSnapshotGetXmlDescArgs, ret DomainSnapshotGetXmlDescRet;
    /// How many snapshots a domain has.
    ///
    /// **Source**: `virDomainSnapshotNum`.
    DomainSnapshotNum = 187, Quick, access: [domain.read], since: "0.8.0";
        args DomainSnapshotNumArgs, ret DomainSnapshotNumRet;
    /// Names of a domain's snapshots, at most `maxnames`.
    ///
    /// **Source**: `virDomainSnapshotListNames`.
    DomainSnapshotListNames = 188, Quick, access: [domain.read], since: "0.8.0";
        args DomainSnapshotListNamesArgs, ret DomainSnapshotListNamesRet;
    /// Finds a snapshot of a domain by its name.
    ///
    /// **Source**: `virDomainSnapshotLookupByName`.
    DomainSnapshotLookupByName = 189, Quick, access: [domain.read], since: "0.8.0";
        args DomainSnapshotLookupByNameArgs, ret DomainSnapshotLookupByNameRet;
    /// Whether one snapshot is the current one: 1 or 0.
    ///
    /// **Source**: `virDomainHasCurrentSnapshot`.
    DomainHasCurrentSnapshot = 190, Ordinary, access: [domain.read], since: "0.8.0";
        args DomainHasCurrentSnapshotArgs, ret DomainHasCurrentSnapshotRet;
    /// The snapshot that the domain was last taken to or from.
    ///
    /// **Source**: `virDomainSnapshotCurrent`.
    DomainSnapshotCurrent = 191, Ordinary, access: [domain.read], since: "0.8.0";
        args DomainSnapshotCurrentArgs, ret DomainSnapshotCurrentRet;
    /// Takes the domain back to the state of a snapshot.
    ///
    /// **Source**: `virDomainRevertToSnapshot`.
    DomainRevertToSnapshot = 192, Ordinary, access: [domain.snapshot], since: "0.8.0";
        args DomainRevertToSnapshotArgs, ret ();
    /// Deletes a snapshot, by flag with those that came after it, or only the note of it.
    ///
    /// **Source**: `virDomainSnapshotDelete`.
    DomainSnapshotDelete = 193, Ordinary, access: [domain.snapshot], since: "0.8.0";
        args DomainSnapshotDeleteArgs, ret ();
    /// The snapshot before this one.
    ///
    /// **Source**: `virDomainSnapshotGetParent`.
    DomainSnapshotGetParent = 244, Quick, access: [domain.read], since: "0.9.7";
        args DomainSnapshotGetParentArgs, ret DomainSnapshotGetParentRet;
    /// How many snapshots came after this one.
    ///
    /// **Source**: `virDomainSnapshotNumChildren`.
    DomainSnapshotNumChildren = 246, Quick, access: [domain.read], since: "0.9.7";
        args DomainSnapshotNumChildrenArgs, ret DomainSnapshotNumChildrenRet;
    /// Names of the snapshots that came after this one, at most `maxnames`.
    ///
    /// **Source**: `virDomainSnapshotListChildrenNames`.
    DomainSnapshotListChildrenNames = 247, Quick, access: [domain.read], since: "0.9.7";
        args DomainSnapshotListChildrenNamesArgs, ret DomainSnapshotListChildrenNamesRet;
    /// Whether this is the current snapshot: 1 or 0.
    ///
    /// **Source**: `virDomainSnapshotIsCurrent`.
    DomainSnapshotIsCurrent = 271, Ordinary, access: [domain.read], since: "0.9.13";
        args DomainSnapshotIsCurrentArgs, ret DomainSnapshotIsCurrentRet;
    /// Whether the daemon keeps a note of this snapshot: 1 or 0.
    ///
    /// **Source**: `virDomainSnapshotHasMetadata`.
    DomainSnapshotHasMetadata = 272, Ordinary, access: [domain.read], since: "0.9.13";
        args DomainSnapshotHasMetadataArgs, ret DomainSnapshotHasMetadataRet;
    /// The snapshots of a domain, by flag some of them.
    ///
    /// **Source**: `virDomainListAllSnapshots`.
    DomainListAllSnapshots = 274, Quick, access: [domain.read], since: "0.9.13";
        args DomainListAllSnapshotsArgs, ret DomainListAllSnapshotsRet;
    /// The snapshots that came after this one, by flag some of them.
    ///
    /// **Source**: `virDomainSnapshotListAllChildren`.
    DomainSnapshotListAllChildren = 275, Quick, access: [domain.read], since: "0.9.13";
        args DomainSnapshotListAllChildrenArgs, ret DomainSnapshotListAllChildrenRet;
}

xdr::structs! {
    /// Arguments of [`DomainSnapshotCreateXml`].
    pub struct DomainSnapshotCreateXmlArgs {
        dom: NonnullDomain,
        xml_desc: String,
        flags: u32,
    }

    /// Results of [`DomainSnapshotCreateXml`].
    pub struct DomainSnapshotCreateXmlRet {
        snap: NonnullDomainSnapshot,
    }

    /// Arguments of [`DomainSnapshotGetXmlDesc`].
    pub struct DomainSnapshotGetXmlDescArgs {
        snap: NonnullDomainSnapshot,
        flags: u32,
    }

    /// Results of [`DomainSnapshotGetXmlDesc`].
    pub struct DomainSnapshotGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`DomainSnapshotNum`].
    pub struct DomainSnapshotNumArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainSnapshotNum`].
    pub struct DomainSnapshotNumRet {
        num: i32,
    }

    /// Arguments of [`DomainSnapshotListNames`].
    pub struct DomainSnapshotListNamesArgs {
        dom: NonnullDomain,
        maxnames: i32,
        flags: u32,
    }

    /// Results of [`DomainSnapshotListNames`].
    pub struct DomainSnapshotListNamesRet {
        names: List<String, { limits::DOMAIN_SNAPSHOT_LIST_MAX }>,
    }

    /// Arguments of [`DomainListAllSnapshots`].
    pub struct DomainListAllSnapshotsArgs {
        dom: NonnullDomain,
        need_results: i32,
        flags: u32,
    }

    /// Results of [`DomainListAllSnapshots`].
    pub struct DomainListAllSnapshotsRet {
        snapshots: List<NonnullDomainSnapshot, { limits::DOMAIN_SNAPSHOT_LIST_MAX }>,
        ret: i32,
    }

    /// Arguments of [`DomainSnapshotNumChildren`].
    pub struct DomainSnapshotNumChildrenArgs {
        snap: NonnullDomainSnapshot,
        flags: u32,
    }

    /// Results of [`DomainSnapshotNumChildren`].
    pub struct DomainSnapshotNumChildrenRet {
        num: i32,
    }

    /// Arguments of [`DomainSnapshotListChildrenNames`].
    pub struct DomainSnapshotListChildrenNamesArgs {
        snap: NonnullDomainSnapshot,
        maxnames: i32,
        flags: u32,
    }

    /// Results of [`DomainSnapshotListChildrenNames`].
    pub struct DomainSnapshotListChildrenNamesRet {
        names: List<String, { limits::DOMAIN_SNAPSHOT_LIST_MAX }>,
    }

    /// Arguments of [`DomainSnapshotListAllChildren`].
    pub struct DomainSnapshotListAllChildrenArgs {
        snapshot: NonnullDomainSnapshot,
        need_results: i32,
        flags: u32,
    }

    /// Results of [`DomainSnapshotListAllChildren`].
    pub struct DomainSnapshotListAllChildrenRet {
        snapshots: List<NonnullDomainSnapshot, { limits::DOMAIN_SNAPSHOT_LIST_MAX }>,
        ret: i32,
    }

    /// Arguments of [`DomainSnapshotLookupByName`].
    pub struct DomainSnapshotLookupByNameArgs {
        dom: NonnullDomain,
        name: String,
        flags: u32,
    }

    /// Results of [`DomainSnapshotLookupByName`].
    pub struct DomainSnapshotLookupByNameRet {
        snap: NonnullDomainSnapshot,
    }

    /// Arguments of [`DomainHasCurrentSnapshot`].
    pub struct DomainHasCurrentSnapshotArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainHasCurrentSnapshot`].
    pub struct DomainHasCurrentSnapshotRet {
        result: i32,
    }

    /// Arguments of [`DomainSnapshotGetParent`].
    pub struct DomainSnapshotGetParentArgs {
        snap: NonnullDomainSnapshot,
        flags: u32,
    }

    /// Results of [`DomainSnapshotGetParent`].
    pub struct DomainSnapshotGetParentRet {
        snap: NonnullDomainSnapshot,
    }

    /// Arguments of [`DomainSnapshotCurrent`].
    pub struct DomainSnapshotCurrentArgs {
        dom: NonnullDomain,
        flags: u32,
    }

    /// Results of [`DomainSnapshotCurrent`].
    pub struct DomainSnapshotCurrentRet {
        snap: NonnullDomainSnapshot,
    }

    /// Arguments of [`DomainSnapshotIsCurrent`].
    pub struct DomainSnapshotIsCurrentArgs {
        snap: NonnullDomainSnapshot,
        flags: u32,
    }

    /// Results of [`DomainSnapshotIsCurrent`].
    pub struct DomainSnapshotIsCurrentRet {
        current: i32,
    }

    /// Arguments of [`DomainSnapshotHasMetadata`].
    pub struct DomainSnapshotHasMetadataArgs {
        snap: NonnullDomainSnapshot,
        flags: u32,
    }

    /// Results of [`DomainSnapshotHasMetadata`].
    pub struct DomainSnapshotHasMetadataRet {
        metadata: i32,
    }

    /// Arguments of [`DomainRevertToSnapshot`].
    pub struct DomainRevertToSnapshotArgs {
        snap: NonnullDomainSnapshot,
        flags: u32,
    }

    /// Arguments of [`DomainSnapshotDelete`].
    pub struct DomainSnapshotDeleteArgs {
        snap: NonnullDomainSnapshot,
        flags: u32,
    }
}
