//! `fv admin clients`: list the clients of the daemon.

use ferrovirt::api::admin::{ServerListClients, ServerListClientsArgs};
use serde_json::json;

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::table::Table;
use crate::{admin, clock};

command!("admin clients", "List the clients of the daemon", [
    admin::SERVER, admin::SOCKET, admin::JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let connection = admin::connect(cx, args).await?;
    let srv = admin::server(args);
    let asked = ServerListClientsArgs { srv, need_results: 1, flags: 0 };
    let list = connection.call::<ServerListClients>(asked).await?;
    let rows = list.clients.iter().map(|client| {
        let since = clock::second_stamp(u64::try_from(client.timestamp).unwrap_or(0));
        (client.id, admin::transport(client.transport), since)
    });
    if args.has("json") {
        let clients = rows.map(|(id, transport, since)| {
            json!({ "id": id, "transport": transport, "connected": since })
        });
        return cx.json(&clients.collect::<Vec<_>>().into());
    }
    let mut table = Table::new(["Id", "Transport", "Connected since"]);
    rows.for_each(|(id, transport, since)| table.row([id.to_string(), transport, since]));
    cx.print(&table.render(cx.is_quiet()))
}
