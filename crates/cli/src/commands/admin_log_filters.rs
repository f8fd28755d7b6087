//! `fv admin log-filters`: show or change how much of each part of the daemon is logged.

use ferrovirt::api::admin::{
    ConnectGetLoggingFilters, ConnectGetLoggingFiltersArgs, ConnectSetLoggingFilters,
    ConnectSetLoggingFiltersArgs,
};

use crate::admin;
use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};

command!("admin log-filters", "Show or change how much of each part of the daemon is logged", [
    Opt::value("filters", "levels for parts of the daemon, as in '1:qemu 3:rpc'; '' takes all away"),
    admin::SOCKET, admin::JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let connection = admin::connect(cx, args).await?;
    if let Some(filters) = args.value("filters") {
        let change = ConnectSetLoggingFiltersArgs { filters: Some(filters.to_owned()), flags: 0 };
        return Ok(connection.call::<ConnectSetLoggingFilters>(change).await?);
    }
    let asked = ConnectGetLoggingFiltersArgs { flags: 0 };
    let text = connection.call::<ConnectGetLoggingFilters>(asked).await?.filters.unwrap_or_default();
    admin::print_log_setting(cx, args, &text)
}
