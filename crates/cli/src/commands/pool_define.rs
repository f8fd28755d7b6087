//! `fv pool-define`: define a storage pool from an XML file.

use ferrovirt::api::StoragePoolDefineFlags;

use crate::arguments::Args;
use crate::context::{self, Context, Outcome};
use crate::failure::WhileDoing;
use crate::objects::{FILE, VALIDATE};

command!("pool-define", "Define a storage pool from an XML file", [FILE, VALIDATE]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let file = args.required("file");
    let xml = context::read_file(file)?;
    let flags = StoragePoolDefineFlags(args.bits(&[("validate", StoragePoolDefineFlags::VALIDATE.0)]));
    let connection = cx.connection().await?;
    let defined = connection.define_storage_pool(&xml, flags).await;
    let pool = defined.while_doing(|| format!("Failed to define pool from {file}"))?;
    cx.remark(format!("Pool {} defined from {file}", pool.name()))
}
