//! `fv blkiotune`: show or set weights and limits of a domain's block I/O on the host.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::parameters::{self, Kind};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("blkiotune", "Show or set weights and limits of block I/O on the host", [
    DOMAIN,
    Opt::named("weight", "weight of the domain"),
    Opt::named("device-weights", "weights by device: /dev/a,weight,/dev/b,weight"),
    Opt::named("device-read-iops-sec", "reads a second by device"),
    Opt::named("device-write-iops-sec", "writes a second by device"),
    Opt::named("device-read-bytes-sec", "bytes read a second by device"),
    Opt::named("device-write-bytes-sec", "bytes written a second by device"),
    CONFIG,
    LIVE,
    CURRENT,
]);

const PARAMETERS: &[(&str, &str, Kind)] = &[
    ("weight", "weight", Kind::UInt),
    ("device-weights", "device_weight", Kind::Text),
    ("device-read-iops-sec", "device_read_iops_sec", Kind::Text),
    ("device-write-iops-sec", "device_write_iops_sec", Kind::Text),
    ("device-read-bytes-sec", "device_read_bytes_sec", Kind::Text),
    ("device-write-bytes-sec", "device_write_bytes_sec", Kind::Text),
];

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let domain = cx.domain(args.required("domain")).await?;
    if let Some(weight @ ..=0) = args.number::<i64>("weight")? {
        return Err(Failure::new(format!("Invalid value of {weight} for I/O weight")));
    }
    let params = parameters::given(args, PARAMETERS)?;
    if params.is_empty() {
        let failed = || "Unable to get blkio parameters".to_owned();
        let found = domain.block_io_weights(impact).await.while_doing(failed)?;
        return parameters::show(cx, &found);
    }
    let done = domain.set_block_io_weights(params, impact).await;
    done.while_doing(|| "Unable to change blkio parameters".to_owned())
}
