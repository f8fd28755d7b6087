//! `fv secret-get-value`: print the value of a secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::objects::{self, SECRET};

command!("secret-get-value", "Print the value of a secret, as base64", [
    SECRET,
    Opt::flag("plain", "as it is"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let secret = objects::secret(cx, args).await?;
    let value = secret.value().await?;
    match args.has("plain") {
        true => context::write(&value),
        false => cx.print(&STANDARD.encode(value)),
    }
}
