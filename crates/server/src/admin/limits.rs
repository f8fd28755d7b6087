//! How many clients may be connected.

use api::admin::{
    ServerGetClientLimits, ServerGetClientLimitsArgs, ServerGetClientLimitsRet,
    ServerSetClientLimits, ServerSetClientLimitsArgs,
};
use api::{Error, ErrorDomain, Params, Result};
use driver::{CallContext, Handler};

use super::params::unsigned;
use super::{AdminDriver, check_flags, figure};
use crate::admission::AnonymousAboveClients;

const CLIENTS_MAX: &str = "nclients_max";
const ANONYMOUS_MAX: &str = "nclients_unauth_max";

impl Handler<ServerGetClientLimits> for AdminDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ServerGetClientLimitsArgs,
    ) -> Result<ServerGetClientLimitsRet> {
        let server = self.server()?;
        let service = server.service_named(&args.srv.name)?;
        check_flags(args.flags, 0, "adminServerGetClientLimits")?;
        let occupancy = service.admission().occupancy();
        let mut params = Params::default();
        params
            .uint(CLIENTS_MAX, figure(occupancy.capacity.clients))
            .uint("nclients", figure(occupancy.clients))
            .uint(ANONYMOUS_MAX, figure(occupancy.capacity.anonymous))
            .uint("nclients_unauth", figure(occupancy.anonymous));
        Ok(ServerGetClientLimitsRet { params: params.0.into() })
    }
}

impl Handler<ServerSetClientLimits> for AdminDriver {
    /// Takes effect at once. Whoever is connected stays.
    async fn handle(&self, _: &CallContext, args: ServerSetClientLimitsArgs) -> Result<()> {
        let server = self.server()?;
        let service = server.service_named(&args.srv.name)?;
        check_flags(args.flags, 0, "adminServerSetClientLimits")?;
        let [clients, anonymous] = unsigned(&args.params, [CLIENTS_MAX, ANONYMOUS_MAX])?;
        let number =
            |value: Option<u32>| value.map(|value| usize::try_from(value).unwrap_or(usize::MAX));
        let resized = service.admission().resize(number(clients), number(anonymous));
        resized.map_err(|AnonymousAboveClients| {
            // libvirtd has it the wrong way round; scripts may look for its words.
            let detail = "The overall maximum number of clients waiting for authentication must \
                          not be less than the overall maximum number of clients";
            Error::invalid_arg(ErrorDomain::RPC, detail)
        })?;
        tracing::info!(server = service.name(), clients, anonymous, "client limits were changed");
        Ok(())
    }
}
