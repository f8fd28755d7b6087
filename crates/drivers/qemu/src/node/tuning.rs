//! Merging of memory that holds the same.

use api::remote::{
    NodeGetMemoryParameters, NodeGetMemoryParametersArgs, NodeGetMemoryParametersRet,
};
use api::{Error, Params, Result};
use driver::{CallContext, Handler};
use host::ksm::merging;

use super::{HOST, no_flags};
use crate::driver::QemuDriver;

/// The kernel's names, the width that libvirt gives each, in libvirt's order.
const FIGURES: [(&str, Width); 8] = [
    ("pages_to_scan", Width::Setting),
    ("sleep_millisecs", Width::Setting),
    ("pages_shared", Width::Counter),
    ("pages_sharing", Width::Counter),
    ("pages_unshared", Width::Counter),
    ("pages_volatile", Width::Counter),
    ("full_scans", Width::Counter),
    ("merge_across_nodes", Width::Setting),
];

#[derive(Clone, Copy)]
enum Width {
    Setting,
    Counter,
}

impl Handler<NodeGetMemoryParameters> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: NodeGetMemoryParametersArgs,
    ) -> Result<NodeGetMemoryParametersRet> {
        // Every client that speaks to us takes strings; there are none here.
        let flags = args.flags & !api::TypedParameterFlags::PARAM_STRING_OKAY.0;
        no_flags(flags, HOST, "virHostMemGetParameters")?;
        if args.nparams < 0 {
            let detail = "nparams in virNodeGetMemoryParameters must be zero or greater";
            return Err(Error::invalid_arg(HOST, detail));
        }
        let mut params = Params::default();
        for (name, width) in FIGURES {
            let Some(value) = merging(&self.node.root, name) else { continue };
            let field = format!("shm_{name}");
            match width {
                Width::Setting => params.uint(field, u32::try_from(value).unwrap_or(u32::MAX)),
                Width::Counter => params.ullong(field, value),
            };
        }
        let nparams = i32::try_from(params.0.len()).unwrap_or(i32::MAX);
        if args.nparams == 0 {
            return Ok(NodeGetMemoryParametersRet { params: Vec::new().into(), nparams });
        }
        let room = usize::try_from(args.nparams).unwrap_or(0);
        params.0.truncate(room);
        let nparams = i32::try_from(params.0.len()).unwrap_or(i32::MAX);
        Ok(NodeGetMemoryParametersRet { params: params.0.into(), nparams })
    }
}
