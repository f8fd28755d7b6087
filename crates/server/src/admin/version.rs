//! Which libvirt the daemon speaks for.

use api::Result;
use api::admin::{ConnectGetLibVersion, ConnectGetLibVersionRet};
use driver::{CallContext, Handler};

use super::AdminDriver;

impl Handler<ConnectGetLibVersion> for AdminDriver {
    async fn handle(&self, _: &CallContext, (): ()) -> Result<ConnectGetLibVersionRet> {
        Ok(ConnectGetLibVersionRet { lib_ver: api::LIBVIRT_VERSION })
    }
}
