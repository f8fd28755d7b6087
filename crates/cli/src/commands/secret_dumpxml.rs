//! `fv secret-dumpxml`: print the document of a secret.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::objects::{self, SECRET};

command!("secret-dumpxml", "Print the document of a secret", [SECRET]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let secret = objects::secret(cx, args).await?;
    cx.print(&secret.xml().await?)
}
