//! Who may do what, for `fv can-i`.

use api::Result;
use api::ferrovirt::{AccessCheck, AccessCheckArgs, AccessCheckRet};
use driver::{CallContext, Handler};

use super::AdminDriver;

impl Handler<AccessCheck> for AdminDriver {
    async fn handle(&self, cx: &CallContext, args: AccessCheckArgs) -> Result<AccessCheckRet> {
        let server = self.server()?;
        let (served, _) = server.open("")?;
        server.access().explain(&*served.driver, &cx.client, args).await
    }
}
