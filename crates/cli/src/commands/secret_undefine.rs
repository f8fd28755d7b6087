//! `fv secret-undefine`: take a secret and its value away.

use crate::arguments::Args;
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{self, SECRET};

command!("secret-undefine", "Take a secret and its value away", [SECRET]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let secret = objects::secret(cx, args).await?;
    let uuid = secret.uuid();
    secret.undefine().await.while_doing(|| format!("Failed to delete secret {uuid}"))?;
    cx.remark(format!("Secret {uuid} deleted"))
}
