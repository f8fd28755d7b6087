//! `fv maxvcpus`: show how many virtual CPUs a guest may have.

use roxmltree::Document;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};

command!("maxvcpus", "Show how many virtual CPUs a guest may have", [
    Opt::named("type", "kind of hypervisor, such as kvm"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let (connection, kind) = (cx.connection().await?, args.value("type"));
    // What guests of the usual machine may have is known better than what the kind may.
    let of_machine = connection.domain_capabilities(None, None, None, kind).await;
    if let Some(max) = of_machine.ok().as_deref().and_then(max_vcpus) {
        return cx.line(max);
    }
    cx.line(connection.max_vcpus(kind).await?.to_string())
}

fn max_vcpus(capabilities: &str) -> Option<String> {
    let document = Document::parse(capabilities).ok()?;
    let vcpu = document.root_element().children().find(|node| node.has_tag_name("vcpu"))?;
    vcpu.attribute("max").map(str::to_owned)
}
