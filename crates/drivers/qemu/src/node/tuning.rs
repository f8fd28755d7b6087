//! Merging of memory that holds the same.

use api::remote::{
    NodeGetMemoryParameters, NodeGetMemoryParametersArgs, NodeGetMemoryParametersRet,
    NodeSetMemoryParameters, NodeSetMemoryParametersArgs,
};
use api::{Error, ErrorCode, Params, Result, TypedParam, TypedParamValue};
use driver::{CallContext, Handler};
use host::Root;
use host::ksm::{merging, set_merging};

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

impl Handler<NodeSetMemoryParameters> for QemuDriver {
    async fn handle(&self, _: &CallContext, args: NodeSetMemoryParametersArgs) -> Result<()> {
        no_flags(args.flags, HOST, "virHostMemSetParameters")?;
        set_merging_parameters(&self.node.root, &args.params.0)
    }
}

/// Sets all of them, or none when one of them cannot be.
fn set_merging_parameters(root: &Root, params: &[TypedParam]) -> Result<()> {
    let settings = params.iter().map(|param| setting(root, param)).collect::<Result<Vec<_>>>()?;
    for (name, value) in settings {
        set_merging(root, name, value.into())
            .map_err(|error| Error::io(HOST, &error, format!("failed to set shm_{name}")))?;
    }
    Ok(())
}

/// The kernel's name of a setting, and the value it is to have.
fn setting(root: &Root, param: &TypedParam) -> Result<(&'static str, u32)> {
    let field = param.field.as_str();
    let known = FIGURES.iter().find(|(name, width)| {
        matches!(width, Width::Setting) && field.strip_prefix("shm_") == Some(*name)
    });
    let Some((name, _)) = known else {
        let what = format!("parameter '{field}' not supported");
        return Err(Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, HOST, what));
    };
    let TypedParamValue::UInt(value) = param.value else {
        let what = format!("invalid type for parameter '{field}', expected 'uint'");
        return Err(Error::invalid_arg(HOST, what));
    };
    if merging(root, name).is_none() {
        let what = format!("Parameter '{field}' is not supported by this kernel");
        return Err(Error::operation_invalid(HOST, what));
    }
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn settings_are_written_all_or_none() {
        let directory = tempfile::tempdir().unwrap();
        let ksm = directory.path().join("sys/kernel/mm/ksm");
        fs::create_dir_all(&ksm).unwrap();
        fs::write(ksm.join("pages_to_scan"), "100\n").unwrap();
        let root = Root::at(directory.path());
        let scan = |value| {
            let mut params = Params::default();
            params.uint("shm_pages_to_scan", value);
            params
        };
        set_merging_parameters(&root, &scan(7).0).unwrap();
        assert_eq!(merging(&root, "pages_to_scan"), Some(7));
        for (wrong, code) in [
            ("shm_pages_shared", ErrorCode::ARGUMENT_UNSUPPORTED),
            ("nosuch", ErrorCode::ARGUMENT_UNSUPPORTED),
            ("shm_sleep_millisecs", ErrorCode::OPERATION_INVALID),
        ] {
            let mut params = scan(8);
            params.uint(wrong, 1);
            let error = set_merging_parameters(&root, &params.0).unwrap_err();
            assert_eq!(error.code, code, "{wrong}");
            assert_eq!(merging(&root, "pages_to_scan"), Some(7), "{wrong}");
        }
    }
}
