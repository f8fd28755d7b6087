//! Every procedure that the driver serves.

use api::remote::*;
use driver::Routes;

use crate::driver::StorageDriver;

/// The driver's table of contents, by subject.
pub(crate) fn routes() -> Routes<StorageDriver> {
    driver::routes! { StorageDriver:
        // Look-up
        ConnectNumOfStoragePools,
        ConnectListStoragePools,
        ConnectNumOfDefinedStoragePools,
        ConnectListDefinedStoragePools,
        ConnectListAllStoragePools,
        StoragePoolLookupByName,
        StoragePoolLookupByUuid,
        StoragePoolLookupByVolume,
        StoragePoolLookupByTargetPath,
        StoragePoolGetXmlDesc,
        StoragePoolGetInfo,
        StoragePoolGetAutostart,
        StoragePoolIsActive,
        StoragePoolIsPersistent,
        // Definitions
        StoragePoolDefineXml,
        StoragePoolUndefine,
        StoragePoolSetAutostart,
        // What there could be
        ConnectGetStoragePoolCapabilities,
        ConnectFindStoragePoolSources,
        // What only active pools do
        StoragePoolCreate,
        StoragePoolCreateXml,
        StoragePoolBuild,
        StoragePoolDelete,
        StoragePoolDestroy,
        StoragePoolRefresh,
        StoragePoolNumOfVolumes,
        StoragePoolListVolumes,
        StoragePoolListAllVolumes,
        StorageVolLookupByName,
        StorageVolLookupByKey,
        StorageVolLookupByPath,
        StorageVolCreateXml,
    }
}
