//! `fv attach-disk`: add a disk.

use std::os::unix::fs::FileTypeExt;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::device::{self, PERSISTENT, PRINT_XML, element, escaped};
use crate::failure::Failure;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE};

command!("attach-disk", "Add a disk", [
    DOMAIN,
    Opt::value("source", "the image, or the name of a disk on the network").required(),
    Opt::value("target", "what the guest calls it, such as vdb").required(),
    Opt::named("targetbus", "the bus"),
    Opt::named("driver", "the driver"),
    Opt::named("subdriver", "the image's format"),
    Opt::named("iothread", "the I/O thread"),
    Opt::named("cache", "how writes are cached"),
    Opt::named("io", "how requests are made"),
    Opt::named("type", "disk, cdrom, floppy or lun"),
    Opt::named("mode", "readonly or shareable"),
    Opt::named("sourcetype", "file, block or network"),
    Opt::named("serial", "serial number"),
    Opt::named("wwn", "world wide name"),
    Opt::named("alias", "the user's alias"),
    Opt::flag("rawio", "needs raw I/O"),
    PRINT_XML,
    Opt::named("source-protocol", "protocol of a disk on the network"),
    Opt::named("source-host-name", "its host"),
    Opt::named("source-host-transport", "how its host is reached"),
    Opt::named("source-host-socket", "its host's socket"),
    PERSISTENT,
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    device::attach(cx, args, &document(args)?, "disk").await
}

fn document(args: &Args) -> Result<String, Failure> {
    let kind = args.value("type");
    let known = ["disk", "cdrom", "floppy", "lun"];
    if let Some(kind) = kind.filter(|kind| !known.contains(kind)) {
        return Err(Failure::new(format!("No support for {kind} in command 'attach-disk'")));
    }
    let mode = args.value("mode");
    if let Some(mode) = mode.filter(|mode| !["readonly", "shareable"].contains(mode)) {
        return Err(Failure::new(format!("No support for {mode} in command 'attach-disk'")));
    }
    let source_type = source_type(args)?;
    let head = element("disk", &[
        ("type", Some(source_type)),
        ("device", kind),
        ("rawio", args.has("rawio").then_some("yes")),
    ]);
    let mut lines = vec![head.replace("/>", ">")];
    let mut add = |text: String| lines.push(format!("  {text}"));
    let driver = [
        ("name", args.value("driver")),
        ("type", args.value("subdriver")),
        ("iothread", args.value("iothread")),
        ("cache", args.value("cache")),
        ("io", args.value("io")),
    ];
    if driver.iter().any(|(_, value)| value.is_some()) {
        add(element("driver", &driver));
    }
    if let Some(source) = args.value("source").filter(|source| !source.is_empty()) {
        add(source_element(args, source_type, source));
    }
    let target = args.value("target");
    add(element("target", &[("dev", target), ("bus", args.value("targetbus"))]));
    if let Some(mode) = mode {
        add(element(mode, &[]));
    }
    for name in ["serial", "wwn"] {
        if let Some(value) = args.value(name) {
            add(format!("<{name}>{}</{name}>", escaped(value)));
        }
    }
    if let Some(alias) = args.value("alias") {
        add(element("alias", &[("name", Some(alias))]));
    }
    lines.push("</disk>\n".to_owned());
    Ok(lines.join("\n"))
}

/// What kind of source it is; by itself, a file unless a block device is there.
fn source_type(args: &Args) -> Result<&'static str, Failure> {
    if args.has("source-protocol") {
        return Ok("network");
    }
    match args.value("sourcetype") {
        Some("file") => Ok("file"),
        Some("block") => Ok("block"),
        Some("network") => Ok("network"),
        Some(other) => Err(Failure::new(format!("Unknown source type: '{other}'"))),
        None => {
            let found = std::fs::metadata(args.required("source"));
            let is_device = found.is_ok_and(|found| found.file_type().is_block_device());
            Ok(if is_device { "block" } else { "file" })
        }
    }
}

fn source_element(args: &Args, kind: &str, source: &str) -> String {
    if kind != "network" {
        let attribute = if kind == "block" { "dev" } else { "file" };
        return element("source", &[(attribute, Some(source))]);
    }
    let plain =
        element("source", &[("protocol", args.value("source-protocol")), ("name", Some(source))]);
    let (name, port) = match args.value("source-host-name").map(|host| host.split_once(':')) {
        Some(Some((name, port))) => (Some(name), Some(port)),
        Some(None) => (args.value("source-host-name"), None),
        None => (None, None),
    };
    let host = [
        ("transport", args.value("source-host-transport")),
        ("socket", args.value("source-host-socket")),
        ("name", name),
        ("port", port),
    ];
    if host.iter().all(|(_, value)| value.is_none()) {
        return plain;
    }
    format!("{}\n    {}\n  </source>", plain.replace("/>", ">"), element("host", &host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::find;

    fn printed(line: &str) -> Result<String, Failure> {
        let words = line.split_whitespace().map(str::to_owned).collect();
        document(&Args::parse(find("attach-disk").unwrap().syntax, words).unwrap())
    }

    #[test]
    fn a_disk_is_described_by_its_options() {
        let line = "g1 /no/such.img sdb --targetbus scsi --subdriver qcow2 --mode readonly";
        let expected = "<disk type='file'>\n  <driver type='qcow2'/>\n  \
                        <source file='/no/such.img'/>\n  <target dev='sdb' bus='scsi'/>\n  \
                        <readonly/>\n</disk>\n";
        assert_eq!(printed(line).unwrap(), expected);
        let line = "g1 pool/a vdb --source-protocol rbd --source-host-name h:1";
        let network = printed(line).unwrap();
        assert!(network.contains("<source protocol='rbd' name='pool/a'>"), "{network}");
        assert!(network.contains("<host name='h' port='1'/>"), "{network}");
    }

    #[test]
    fn what_no_disk_can_be_is_refused() {
        assert!(printed("g1 /a vdb --type tape").is_err());
        assert!(printed("g1 /a vdb --mode wobbly").is_err());
        assert!(printed("g1 /a vdb --sourcetype ftp").is_err());
    }
}
