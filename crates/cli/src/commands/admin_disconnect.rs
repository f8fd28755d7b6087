//! `fv admin disconnect`: end the connection of a client.

use ferrovirt::api::admin::{ClientClose, ClientCloseArgs, NonnullClient};

use crate::admin;
use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;

command!("admin disconnect", "End the connection of a client", [
    Opt::value("id", "number of the client").required(),
    admin::SERVER, admin::SOCKET,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let id = args.number("id")?.ok_or_else(|| Failure::usage("no client"))?;
    let connection = admin::connect(cx, args).await?;
    let clnt = NonnullClient { srv: admin::server(args), id, ..NonnullClient::default() };
    connection.call::<ClientClose>(ClientCloseArgs { clnt, flags: 0 }).await?;
    cx.remark(format!("Client '{id}' disconnected"))
}
