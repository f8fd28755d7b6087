//! `fv blkdeviotune`: show or set how much a disk may read and write.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::WhileDoing;
use crate::parameters::{self, Kind};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("blkdeviotune", "Show or set how much a disk may read and write", [
    DOMAIN,
    Opt::value("device", "target or source of the disk").required(),
    Opt::named("total-bytes-sec", "bytes a second, all"),
    Opt::named("read-bytes-sec", "bytes a second, reads"),
    Opt::named("write-bytes-sec", "bytes a second, writes"),
    Opt::named("total-iops-sec", "requests a second, all"),
    Opt::named("read-iops-sec", "requests a second, reads"),
    Opt::named("write-iops-sec", "requests a second, writes"),
    Opt::named("total-bytes-sec-max", "bytes a second, in a burst, all"),
    Opt::named("read-bytes-sec-max", "bytes a second, in a burst, reads"),
    Opt::named("write-bytes-sec-max", "bytes a second, in a burst, writes"),
    Opt::named("total-iops-sec-max", "requests a second, in a burst, all"),
    Opt::named("read-iops-sec-max", "requests a second, in a burst, reads"),
    Opt::named("write-iops-sec-max", "requests a second, in a burst, writes"),
    Opt::named("size-iops-sec", "size of a request, in bytes"),
    Opt::named("group-name", "disks of a group share their limits"),
    Opt::named("total-bytes-sec-max-length", "seconds of a burst of bytes, all"),
    Opt::named("read-bytes-sec-max-length", "seconds of a burst of bytes, reads"),
    Opt::named("write-bytes-sec-max-length", "seconds of a burst of bytes, writes"),
    Opt::named("total-iops-sec-max-length", "seconds of a burst of requests, all"),
    Opt::named("read-iops-sec-max-length", "seconds of a burst of requests, reads"),
    Opt::named("write-iops-sec-max-length", "seconds of a burst of requests, writes"),
    CONFIG,
    LIVE,
    CURRENT,
]);

const PARAMETERS: &[(&str, &str, Kind)] = &[
    ("total-bytes-sec", "total_bytes_sec", Kind::Bytes),
    ("read-bytes-sec", "read_bytes_sec", Kind::Bytes),
    ("write-bytes-sec", "write_bytes_sec", Kind::Bytes),
    ("total-iops-sec", "total_iops_sec", Kind::ULLong),
    ("read-iops-sec", "read_iops_sec", Kind::ULLong),
    ("write-iops-sec", "write_iops_sec", Kind::ULLong),
    ("total-bytes-sec-max", "total_bytes_sec_max", Kind::Bytes),
    ("read-bytes-sec-max", "read_bytes_sec_max", Kind::Bytes),
    ("write-bytes-sec-max", "write_bytes_sec_max", Kind::Bytes),
    ("total-iops-sec-max", "total_iops_sec_max", Kind::ULLong),
    ("read-iops-sec-max", "read_iops_sec_max", Kind::ULLong),
    ("write-iops-sec-max", "write_iops_sec_max", Kind::ULLong),
    ("size-iops-sec", "size_iops_sec", Kind::Bytes),
    ("group-name", "group_name", Kind::Text),
    ("total-bytes-sec-max-length", "total_bytes_sec_max_length", Kind::ULLong),
    ("read-bytes-sec-max-length", "read_bytes_sec_max_length", Kind::ULLong),
    ("write-bytes-sec-max-length", "write_bytes_sec_max_length", Kind::ULLong),
    ("total-iops-sec-max-length", "total_iops_sec_max_length", Kind::ULLong),
    ("read-iops-sec-max-length", "read_iops_sec_max_length", Kind::ULLong),
    ("write-iops-sec-max-length", "write_iops_sec_max_length", Kind::ULLong),
];

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let disk = args.required("device");
    let domain = cx.domain(args.required("domain")).await?;
    let params = parameters::given(args, PARAMETERS)?;
    if params.is_empty() {
        let failed = || "Unable to get block I/O throttle parameters".to_owned();
        let found = domain.disk_limits(disk, impact).await.while_doing(failed)?;
        return parameters::show(cx, &found);
    }
    let done = domain.set_disk_limits(disk, params, impact).await;
    done.while_doing(|| "Unable to change block I/O throttle".to_owned())
}
