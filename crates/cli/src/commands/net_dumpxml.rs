//! `fv net-dumpxml`: print the document of a network.

use ferrovirt::api::NetworkXMLFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::objects::{self, NETWORK, Word};

command!("net-dumpxml", "Print the document of a network", [
    NETWORK,
    Opt::flag("inactive", "as it is defined"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let network = objects::network(cx, args, Word::Any).await?;
    let flags = NetworkXMLFlags(args.bits(&[("inactive", NetworkXMLFlags::INACTIVE.0)]));
    cx.print(&network.xml(flags).await?)
}
