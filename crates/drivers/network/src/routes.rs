//! Every procedure that the driver serves.

use api::remote::*;
use driver::Routes;

use crate::driver::NetworkDriver;

/// The driver's table of contents, by subject.
pub(crate) fn routes() -> Routes<NetworkDriver> {
    driver::routes! { NetworkDriver:
        // Look-up
        ConnectNumOfNetworks,
        ConnectListNetworks,
        ConnectNumOfDefinedNetworks,
        ConnectListDefinedNetworks,
        ConnectListAllNetworks,
        NetworkLookupByName,
        NetworkLookupByUuid,
        NetworkGetXmlDesc,
        NetworkGetBridgeName,
        NetworkGetAutostart,
        NetworkIsActive,
        NetworkIsPersistent,
        // Definitions
        NetworkDefineXml,
        NetworkDefineXmlFlags,
        NetworkUndefine,
        NetworkSetAutostart,
        NetworkGetMetadata,
        NetworkSetMetadata,
        NetworkUpdate,
        // What only active networks do
        NetworkCreate,
        NetworkCreateXml,
        NetworkCreateXmlFlags,
        NetworkDestroy,
        NetworkGetDhcpLeases,
        NetworkListAllPorts,
        NetworkPortLookupByUuid,
        NetworkPortCreateXml,
    }
}
