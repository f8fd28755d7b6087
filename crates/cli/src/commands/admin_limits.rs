//! `fv admin limits`: show or change how many clients and calls there may be.

use ferrovirt::Connection;
use ferrovirt::api::Params;
use ferrovirt::api::admin::{
    NonnullServer, ServerGetClientLimits, ServerGetClientLimitsArgs, ServerGetThreadpoolParameters,
    ServerGetThreadpoolParametersArgs, ServerSetClientLimits, ServerSetClientLimitsArgs,
    ServerSetThreadpoolParameters, ServerSetThreadpoolParametersArgs,
};

use crate::admin;
use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;

command!("admin limits", "Show or change how many clients and calls there may be", [
    Opt::named("max-clients", "most clients"),
    Opt::named("max-unauth-clients", "most clients of one user that have not authenticated"),
    Opt::named("max-workers", "most calls that run at a time"),
    admin::SERVER, admin::SOCKET, admin::JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let clients = given(args, &[
        ("max-clients", "nclients_max"),
        ("max-unauth-clients", "nclients_unauth_max"),
    ])?;
    let calls = given(args, &[("max-workers", "maxWorkers")])?;
    let connection = admin::connect(cx, args).await?;
    let srv = admin::server(args);
    let is_change = !(clients.0.is_empty() && calls.0.is_empty());
    if !clients.0.is_empty() {
        let params = clients.0.into();
        let change = ServerSetClientLimitsArgs { srv: srv.clone(), params, flags: 0 };
        connection.call::<ServerSetClientLimits>(change).await?;
    }
    if !calls.0.is_empty() {
        let params = calls.0.into();
        let change = ServerSetThreadpoolParametersArgs { srv: srv.clone(), params, flags: 0 };
        connection.call::<ServerSetThreadpoolParameters>(change).await?;
    }
    if is_change { Ok(()) } else { show(cx, args, &connection, srv).await }
}

async fn show(cx: &Context, args: &Args, connection: &Connection, srv: NonnullServer) -> Outcome {
    let asked = ServerGetClientLimitsArgs { srv: srv.clone(), flags: 0 };
    let clients = connection.call::<ServerGetClientLimits>(asked).await?.params;
    let asked = ServerGetThreadpoolParametersArgs { srv, flags: 0 };
    let calls = connection.call::<ServerGetThreadpoolParameters>(asked).await?.params;
    let facts: Vec<_> = clients.iter().chain(calls.iter()).map(admin::fact).collect();
    admin::print_facts(cx, args, &facts)
}

/// The parameters whose option was given.
fn given(args: &Args, known: &[(&str, &str)]) -> Result<Params, Failure> {
    let mut params = Params::default();
    for (option, name) in known {
        if let Some(number) = args.number(option)? {
            params.uint(*name, number);
        }
    }
    Ok(params)
}
