//! Storage volumes.

use super::shared::{NonnullStoragePool, NonnullStorageVol};
use crate::procedure::procedures;

procedures! { REMOTE
    /// Makes a volume in a pool.
    ///
    /// **Source**: `virStorageVolCreateXML`.
    StorageVolCreateXml = 93, Ordinary, access: [storage_vol.create], since: "0.4.1";
        args StorageVolCreateXmlArgs, ret StorageVolCreateXmlRet;
    /// Deletes a volume.
    ///
    /// **Source**: `virStorageVolDelete`.
    StorageVolDelete = 94, Ordinary, access: [storage_vol.delete], since: "0.4.1";
        args StorageVolDeleteArgs, ret ();
    /// Finds a volume of a pool by its name.
    ///
    /// **Source**: `virStorageVolLookupByName`.
    StorageVolLookupByName = 95, Quick, access: [storage_vol.getattr], since: "0.4.1";
        args StorageVolLookupByNameArgs, ret StorageVolLookupByNameRet;
    /// Finds a volume by the key that is its own on this host.
    ///
    /// **Source**: `virStorageVolLookupByKey`.
    StorageVolLookupByKey = 96, Quick, access: [storage_vol.getattr], since: "0.4.1";
        args StorageVolLookupByKeyArgs, ret StorageVolLookupByKeyRet;
    /// Finds a volume by its path.
    ///
    /// **Source**: `virStorageVolLookupByPath`.
    StorageVolLookupByPath = 97, Quick, access: [storage_vol.getattr], since: "0.4.1";
        args StorageVolLookupByPathArgs, ret StorageVolLookupByPathRet;
    /// Type and sizes of a volume.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virStorageVolGetInfo`.
    StorageVolGetInfo = 98, Quick, access: [storage_vol.read], since: "0.4.1";
        args StorageVolGetInfoArgs, ret StorageVolGetInfoRet;
    /// The volume's document.
    ///
    /// **Source**: `virStorageVolGetXMLDesc`.
    StorageVolGetXmlDesc = 99, Quick, access: [storage_vol.read], since: "0.4.1";
        args StorageVolGetXmlDescArgs, ret StorageVolGetXmlDescRet;
    /// The volume's path on the host.
    ///
    /// **Source**: `virStorageVolGetPath`.
    StorageVolGetPath = 100, Quick, access: [storage_vol.read], since: "0.4.1";
        args StorageVolGetPathArgs, ret StorageVolGetPathRet;
    /// Makes a volume with the contents of another.
    ///
    /// **Source**: `virStorageVolCreateXMLFrom`.
    StorageVolCreateXmlFrom = 125, Ordinary, access: [storage_vol.create], since: "0.6.4";
        args StorageVolCreateXmlFromArgs, ret StorageVolCreateXmlFromRet;
    /// Overwrites a volume with zeros.
    ///
    /// **Source**: `virStorageVolWipe`.
    StorageVolWipe = 165, Ordinary, access: [storage_vol.format], since: "0.8.0";
        args StorageVolWipeArgs, ret ();
    /// Opens a stream that writes to a volume, by flag with holes.
    ///
    /// **Units**: bytes; length 0 for no limit.
    ///
    /// **Source**: `virStorageVolUpload`.
    StorageVolUpload = 208, Ordinary, access: [storage_vol.data_write], stream: Upload, since: "0.9.0";
        args StorageVolUploadArgs, ret ();
    /// Opens a stream that reads from a volume, by flag with holes.
    ///
    /// **Units**: bytes; length 0 for all.
    ///
    /// **Source**: `virStorageVolDownload`.
    StorageVolDownload = 209, Ordinary, access: [storage_vol.data_read], stream: Download, since: "0.9.0";
        args StorageVolDownloadArgs, ret ();
    /// Overwrites a volume by a method of choice.
    ///
    /// **Source**: `virStorageVolWipePattern`.
    StorageVolWipePattern = 259, Ordinary, access: [storage_vol.format], since: "0.9.10";
        args StorageVolWipePatternArgs, ret ();
    /// Changes the size of a volume, by flag by a difference.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virStorageVolResize`.
    StorageVolResize = 260, Ordinary, access: [storage_vol.resize], since: "0.9.10";
        args StorageVolResizeArgs, ret ();
    /// As [`StorageVolGetInfo`], by flag with the physical size for the allocation.
    ///
    /// **Units**: bytes.
    ///
    /// **Source**: `virStorageVolGetInfoFlags`.
    StorageVolGetInfoFlags = 378, Quick, access: [storage_vol.read], since: "3.0.0";
        args StorageVolGetInfoFlagsArgs, ret StorageVolGetInfoFlagsRet;
}

xdr::structs! {
    /// Arguments of [`StorageVolLookupByName`].
    pub struct StorageVolLookupByNameArgs {
        pool: NonnullStoragePool,
        name: String,
    }

    /// Results of [`StorageVolLookupByName`].
    pub struct StorageVolLookupByNameRet {
        vol: NonnullStorageVol,
    }

    /// Arguments of [`StorageVolLookupByKey`].
    pub struct StorageVolLookupByKeyArgs {
        key: String,
    }

    /// Results of [`StorageVolLookupByKey`].
    pub struct StorageVolLookupByKeyRet {
        vol: NonnullStorageVol,
    }

    /// Arguments of [`StorageVolLookupByPath`].
    pub struct StorageVolLookupByPathArgs {
        path: String,
    }

    /// Results of [`StorageVolLookupByPath`].
    pub struct StorageVolLookupByPathRet {
        vol: NonnullStorageVol,
    }

    /// Arguments of [`StorageVolCreateXml`].
    pub struct StorageVolCreateXmlArgs {
        pool: NonnullStoragePool,
        xml: String,
        flags: u32,
    }

    /// Results of [`StorageVolCreateXml`].
    pub struct StorageVolCreateXmlRet {
        vol: NonnullStorageVol,
    }

    /// Arguments of [`StorageVolCreateXmlFrom`].
    pub struct StorageVolCreateXmlFromArgs {
        pool: NonnullStoragePool,
        xml: String,
        clonevol: NonnullStorageVol,
        flags: u32,
    }

    /// Results of [`StorageVolCreateXmlFrom`].
    pub struct StorageVolCreateXmlFromRet {
        vol: NonnullStorageVol,
    }

    /// Arguments of [`StorageVolDelete`].
    pub struct StorageVolDeleteArgs {
        vol: NonnullStorageVol,
        flags: u32,
    }

    /// Arguments of [`StorageVolWipe`].
    pub struct StorageVolWipeArgs {
        vol: NonnullStorageVol,
        flags: u32,
    }

    /// Arguments of [`StorageVolWipePattern`].
    pub struct StorageVolWipePatternArgs {
        vol: NonnullStorageVol,
        algorithm: u32,
        flags: u32,
    }

    /// Arguments of [`StorageVolGetXmlDesc`].
    pub struct StorageVolGetXmlDescArgs {
        vol: NonnullStorageVol,
        flags: u32,
    }

    /// Results of [`StorageVolGetXmlDesc`].
    pub struct StorageVolGetXmlDescRet {
        xml: String,
    }

    /// Arguments of [`StorageVolGetInfo`].
    pub struct StorageVolGetInfoArgs {
        vol: NonnullStorageVol,
    }

    /// Results of [`StorageVolGetInfo`].
    pub struct StorageVolGetInfoRet {
        kind: i8,
        /// **Units**: bytes.
        capacity: u64,
        /// **Units**: bytes.
        allocation: u64,
    }

    /// Arguments of [`StorageVolGetInfoFlags`].
    pub struct StorageVolGetInfoFlagsArgs {
        vol: NonnullStorageVol,
        flags: u32,
    }

    /// Results of [`StorageVolGetInfoFlags`].
    pub struct StorageVolGetInfoFlagsRet {
        kind: i8,
        /// **Units**: bytes.
        capacity: u64,
        /// **Units**: bytes; by flag 1 the physical size.
        allocation: u64,
    }

    /// Arguments of [`StorageVolGetPath`].
    pub struct StorageVolGetPathArgs {
        vol: NonnullStorageVol,
    }

    /// Results of [`StorageVolGetPath`].
    pub struct StorageVolGetPathRet {
        name: String,
    }

    /// Arguments of [`StorageVolResize`].
    pub struct StorageVolResizeArgs {
        vol: NonnullStorageVol,
        /// **Units**: bytes; by flag 2 how much more, or by flag 4 less.
        capacity: u64,
        flags: u32,
    }

    /// Arguments of [`StorageVolUpload`].
    pub struct StorageVolUploadArgs {
        vol: NonnullStorageVol,
        /// **Units**: bytes.
        offset: u64,
        /// **Units**: bytes; 0: no limit.
        length: u64,
        flags: u32,
    }

    /// Arguments of [`StorageVolDownload`].
    pub struct StorageVolDownloadArgs {
        vol: NonnullStorageVol,
        /// **Units**: bytes.
        offset: u64,
        /// **Units**: bytes; 0: all.
        length: u64,
        flags: u32,
    }
}
