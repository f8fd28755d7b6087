//! What pools there could be.

use api::remote::*;
use config::storagepool::capabilities;
use definitions::{answers, flags};

use crate::define::is_served;
use crate::driver::StorageDriver;
use crate::kind::STORAGE;

answers! { StorageDriver;
    ConnectGetStoragePoolCapabilities(_driver, args) => {
        flags::only(args.flags, 0, STORAGE, "storageConnectGetStoragePoolCapabilities")?;
        Ok(ConnectGetStoragePoolCapabilitiesRet { capabilities: capabilities(is_served) })
    };
}
