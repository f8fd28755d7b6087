//! Calls that run at a time, under the names of libvirt's thread pools.
//!
//! A worker stands for the place of an ordinary call that runs. All places are ready at any time,
//! so there are as many workers as there may be; calls of the quick lane need none. The least
//! number of workers, and those with priority, are kept for whoever sets them and do nothing.

use api::admin::{
    ServerGetThreadpoolParameters, ServerGetThreadpoolParametersArgs,
    ServerGetThreadpoolParametersRet, ServerSetThreadpoolParameters,
    ServerSetThreadpoolParametersArgs,
};
use api::{Error, ErrorDomain, Params, Result};
use driver::{CallContext, Handler};

use super::params::unsigned;
use super::{AdminDriver, check_flags};
use crate::turns::{FiguresChange, MinAboveMax};

const MIN: &str = "minWorkers";
const MAX: &str = "maxWorkers";
const PRIORITY: &str = "prioWorkers";

impl Handler<ServerGetThreadpoolParameters> for AdminDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: ServerGetThreadpoolParametersArgs,
    ) -> Result<ServerGetThreadpoolParametersRet> {
        let server = self.server()?;
        let service = server.service_named(&args.srv.name)?;
        check_flags(args.flags, 0, "adminServerGetThreadPoolParameters")?;
        let figures = service.turns().figures();
        let mut params = Params::default();
        params
            .uint(MIN, figures.min)
            .uint(MAX, figures.max)
            .uint("nWorkers", figures.max)
            .uint("freeWorkers", figures.max.saturating_sub(figures.running))
            .uint(PRIORITY, figures.priority)
            .uint("jobQueueDepth", figures.waiting);
        Ok(ServerGetThreadpoolParametersRet { params: params.0.into() })
    }
}

impl Handler<ServerSetThreadpoolParameters> for AdminDriver {
    async fn handle(&self, _: &CallContext, args: ServerSetThreadpoolParametersArgs) -> Result<()> {
        let server = self.server()?;
        let service = server.service_named(&args.srv.name)?;
        check_flags(args.flags, 0, "adminServerSetThreadPoolParameters")?;
        let [min, max, priority] = unsigned(&args.params, [MIN, MAX, PRIORITY])?;
        let change = FiguresChange { min, max, priority };
        service.turns().set_figures(change).map_err(|MinAboveMax| {
            let detail = "minWorkers cannot be larger than maxWorkers";
            Error::invalid_arg(ErrorDomain::NONE, detail)
        })?;
        let figures = service.turns().figures();
        tracing::info!(server = service.name(), max = figures.max, "calls at a time were changed");
        Ok(())
    }
}
