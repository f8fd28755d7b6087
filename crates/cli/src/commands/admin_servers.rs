//! `fv admin servers`: list the servers of the daemon.

use ferrovirt::api::admin::{ConnectListServers, ConnectListServersArgs};

use crate::admin;
use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::table::Table;

command!("admin servers", "List the servers of the daemon", [admin::SOCKET, admin::JSON]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let connection = admin::connect(cx, args).await?;
    let asked = ConnectListServersArgs { need_results: 1, flags: 0 };
    let list = connection.call::<ConnectListServers>(asked).await?;
    let names: Vec<&str> = list.servers.iter().map(|server| server.name.as_str()).collect();
    if args.has("json") {
        return cx.json(&names.into());
    }
    let mut table = Table::new(["Id", "Name"]);
    for (id, name) in names.into_iter().enumerate() {
        table.row([id.to_string(), name.to_owned()]);
    }
    cx.print(&table.render(cx.is_quiet()))
}
