//! `fv admin log-outputs`: show or change where the daemon logs to.

use ferrovirt::api::admin::{
    ConnectGetLoggingOutputs, ConnectGetLoggingOutputsArgs, ConnectSetLoggingOutputs,
    ConnectSetLoggingOutputsArgs,
};

use crate::admin;
use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};

command!("admin log-outputs", "Show or change where the daemon logs to", [
    Opt::value("outputs", "as in '1:file:/var/log/fv.log 3:journald'; '' brings the configured ones back"),
    admin::SOCKET, admin::JSON,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let connection = admin::connect(cx, args).await?;
    if let Some(outputs) = args.value("outputs") {
        let change = ConnectSetLoggingOutputsArgs { outputs: Some(outputs.to_owned()), flags: 0 };
        return Ok(connection.call::<ConnectSetLoggingOutputs>(change).await?);
    }
    let asked = ConnectGetLoggingOutputsArgs { flags: 0 };
    let text = connection.call::<ConnectGetLoggingOutputs>(asked).await?.outputs;
    admin::print_log_setting(cx, args, &text)
}
