//! Putting the host to sleep, which a host with guests does not do on a client's word.

use api::remote::{NodeSuspendForDuration, NodeSuspendForDurationArgs};
use api::{Error, ErrorCode, NodeSuspendTarget, Result};
use driver::{CallContext, Handler};

use super::{HOST, no_flags};
use crate::driver::QemuDriver;

impl Handler<NodeSuspendForDuration> for QemuDriver {
    /// Refuses it in the words for a host that cannot: the capability document offers none of it.
    async fn handle(&self, _: &CallContext, args: NodeSuspendForDurationArgs) -> Result<()> {
        no_flags(args.flags, HOST, "virNodeSuspend")?;
        let how = match i32::try_from(args.target).map(NodeSuspendTarget) {
            Ok(NodeSuspendTarget::MEM) => "Suspend-to-RAM",
            Ok(NodeSuspendTarget::DISK) => "Suspend-to-Disk",
            Ok(NodeSuspendTarget::HYBRID) => "Hybrid-Suspend",
            _ => {
                let what = format!("unknown suspend target '{}'", args.target);
                return Err(Error::invalid_arg(HOST, what));
            }
        };
        Err(Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, HOST, how))
    }
}
