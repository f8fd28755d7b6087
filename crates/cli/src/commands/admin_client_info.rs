//! `fv admin client-info`: show who a client is.

use ferrovirt::api::admin::{
    ClientGetInfo, ClientGetInfoArgs, ServerLookupClient, ServerLookupClientArgs,
};
use serde_json::json;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::{admin, clock};

command!("admin client-info", "Show who a client is", [
    Opt::value("id", "number of the client").required(),
    admin::SERVER, admin::SOCKET, admin::JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let id = args.number("id")?.ok_or_else(|| Failure::usage("no client"))?;
    let connection = admin::connect(cx, args).await?;
    let asked = ServerLookupClientArgs { srv: admin::server(args), id, flags: 0 };
    let client = connection.call::<ServerLookupClient>(asked).await?.clnt;
    let asked = ClientGetInfoArgs { clnt: client.clone(), flags: 0 };
    let info = connection.call::<ClientGetInfo>(asked).await?;
    let since = clock::second_stamp(u64::try_from(client.timestamp).unwrap_or(0));
    let mut facts = vec![
        ("id".to_owned(), json!(client.id)),
        ("connection_time".to_owned(), json!(since)),
        ("transport".to_owned(), json!(admin::transport(client.transport))),
    ];
    facts.extend(info.params.iter().map(admin::fact));
    admin::print_facts(cx, args, &facts)
}
