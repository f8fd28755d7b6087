//! `fv cpu-models`: list the CPU models that documents may name.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;

command!("cpu-models", "List the CPU models that documents may name", [
    Opt::value("arch", "architecture").required(),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let models = cx.connection().await?.cpu_models(args.required("arch")).await;
    let models = models.while_doing(|| "failed to get CPU model names".to_owned())?;
    if models.is_empty() {
        return cx.line("all CPU models are accepted");
    }
    models.iter().try_for_each(|model| cx.line(model))
}
