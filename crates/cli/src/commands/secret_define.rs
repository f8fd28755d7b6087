//! `fv secret-define`: define a secret from an XML file, or change its definition.

use ferrovirt::api::SecretDefineFlags;

use crate::arguments::Args;
use crate::context::{self, Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{FILE, VALIDATE};

command!("secret-define", "Define a secret from an XML file, or change its definition", [
    FILE, VALIDATE
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let file = args.required("file");
    let xml = context::read_file(file)?;
    let flags = SecretDefineFlags(args.bits(&[("validate", SecretDefineFlags::VALIDATE.0)]));
    let defined = cx.connection().await?.define_secret(&xml, flags).await;
    let secret = defined.while_doing(|| format!("Failed to set attributes from {file}"))?;
    cx.remark(format!("Secret {} created", secret.uuid()))
}
