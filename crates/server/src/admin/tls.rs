//! Certificates, read again while the daemon runs.

use api::admin::{ServerUpdateTlsFiles, ServerUpdateTlsFilesArgs};
use api::{Error, ErrorDomain, Result};
use driver::{CallContext, Handler};

use super::{AdminDriver, check_flags};

impl Handler<ServerUpdateTlsFiles> for AdminDriver {
    async fn handle(&self, _: &CallContext, args: ServerUpdateTlsFilesArgs) -> Result<()> {
        let server = self.server()?;
        server.service_named(&args.srv.name)?;
        check_flags(args.flags, 0, "adminServerUpdateTlsFiles")?;
        match server.reload_tls() {
            Ok(0) => {
                let detail = "no tls service found, unable to update tls files";
                Err(Error::internal(ErrorDomain::RPC, detail))
            }
            Ok(_) => Ok(()),
            Err(fault) => Err(Error::internal(ErrorDomain::RPC, fault.to_string())),
        }
    }
}
