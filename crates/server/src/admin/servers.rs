//! The servers of the daemon: which there are.

use api::admin::{
    ConnectListServers, ConnectListServersArgs, ConnectListServersRet, ConnectLookupServer,
    ConnectLookupServerArgs, ConnectLookupServerRet, NonnullServer,
};
use api::{Error, ErrorCode, ErrorDomain, Result};
use driver::{CallContext, Handler};

use super::{AdminDriver, check_flags, figure};
use crate::Server;
use crate::service::Service;

impl Server {
    /// The service that a client names.
    ///
    /// # Errors
    /// NO_SERVER when there is none of that name.
    pub(super) fn service_named(&self, name: &str) -> Result<&Service> {
        self.services().named(name).ok_or_else(|| {
            let detail = format!("No server named '{name}'");
            Error::new(ErrorCode::NO_SERVER, ErrorDomain::RPC, detail)
        })
    }
}

impl Service {
    /// The service as it is named on the wire.
    pub(super) fn to_wire(&self) -> NonnullServer {
        NonnullServer { name: self.name().to_owned() }
    }
}

impl Handler<ConnectListServers> for AdminDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectListServersArgs,
    ) -> Result<ConnectListServersRet> {
        check_flags(args.flags, 0, "adminConnectListServers")?;
        let server = self.server()?;
        let mut servers: Vec<_> = server.services().iter().map(Service::to_wire).collect();
        let ret = figure(servers.len());
        if args.need_results == 0 {
            servers.clear();
        }
        Ok(ConnectListServersRet { servers: servers.into(), ret })
    }
}

impl Handler<ConnectLookupServer> for AdminDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ConnectLookupServerArgs,
    ) -> Result<ConnectLookupServerRet> {
        let server = self.server()?;
        let srv = server.service_named(&args.name)?.to_wire();
        Ok(ConnectLookupServerRet { srv })
    }
}
