//! `fv change-media`: put another medium into a drive, or none.

use ferrovirt::DomainDeviceModifyFlags;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::device::{self, Changes, PRINT_XML, element};
use crate::failure::{Failure, WhileDoing};
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("change-media", "Put another medium into a drive, or none", [
    DOMAIN,
    Opt::value("path", "target or source of the drive").required(),
    Opt::value("source", "the medium"),
    Opt::flag("eject", "take the medium out"),
    Opt::flag("insert", "put a medium into an empty drive"),
    Opt::flag("update", "put another medium in"),
    CURRENT,
    LIVE,
    CONFIG,
    Opt::flag("force", "even if the guest has locked the drive"),
    PRINT_XML,
    Opt::flag("block", "the medium is a block device"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["eject", "insert", "update"])?;
    args.exclusive(&["eject", "block"])?;
    let force = args.bits(&[("force", DomainDeviceModifyFlags::FORCE.0)]);
    let flags = DomainDeviceModifyFlags(impact(args)?.0 | force);
    let (action, done) = match (args.has("eject"), args.has("insert")) {
        (true, _) => ("eject", "Successfully ejected media."),
        (_, true) => ("insert", "Successfully inserted media."),
        _ => ("update", "Successfully updated media."),
    };
    let domain = cx.domain(args.required("domain")).await?;
    let xml = device::document(&domain, flags).await?;
    let source = args.value("source").map(|source| (source, args.has("block")));
    let drive = changed(&xml, args.required("path"), action, source)?;
    if args.has("print-xml") {
        return cx.print(&drive);
    }
    let outcome = domain.update_device(&drive, flags).await;
    outcome.while_doing(|| format!("Failed to complete action {action} on media"))?;
    // virsh ends the line no more than that.
    cx.print(done)
}

/// The drive as it is to be. A medium is a path and whether that is a block device.
fn changed(
    xml: &str,
    path: &str,
    action: &str,
    medium: Option<(&str, bool)>,
) -> Result<String, Failure> {
    let document = device::parse(xml)?;
    let drive = device::disk(&document, path)?;
    let refused = |what: String| Err(Failure::new(what));
    if !matches!(drive.attribute("device"), Some("cdrom" | "floppy")) {
        return refused(format!("No disk found whose source path or target is {path}"));
    }
    let has_medium = drive.children().any(|child| child.has_tag_name("source"));
    let without = &["source", "backingStore"];
    if action == "eject" {
        if !has_medium {
            return refused(format!("The disk device '{path}' doesn't have media"));
        }
        return Ok(device::print(drive, &Changes { without, ..Changes::default() }));
    }
    let Some((source, is_device)) = medium else {
        return refused("New disk media source was not specified".to_owned());
    };
    if action == "insert" && has_medium {
        return refused(format!("The disk device '{path}' already has media"));
    }
    let (kind, attribute) = if is_device { ("block", "dev") } else { ("file", "file") };
    let with = Some(element("source", &[(attribute, Some(source))]));
    Ok(device::print(drive, &Changes { kind: Some(kind), without, with }))
}

#[cfg(test)]
mod tests {
    use super::changed;

    const EMPTY: &str = "<domain><devices><disk type='file' device='cdrom'><target dev='hdc'/>\
                         </disk><disk type='file'><target dev='vda'/></disk></devices></domain>";

    #[test]
    fn a_drive_gets_and_loses_a_medium() {
        let inserted = changed(EMPTY, "hdc", "insert", Some(("/a.iso", false))).unwrap();
        assert!(inserted.ends_with("<source file='/a.iso'/></disk>"), "{inserted}");
        let full = format!("<domain><devices>{inserted}</devices></domain>");
        let ejected = changed(&full, "hdc", "eject", None).unwrap();
        assert!(!ejected.contains("source"), "{ejected}");
        let updated = changed(&full, "/a.iso", "update", Some(("/dev/sr0", true))).unwrap();
        assert!(updated.contains("type=\"block\"") && updated.contains("<source dev='/dev/sr0'/>"));
        assert!(changed(&full, "hdc", "insert", Some(("/b", false))).is_err());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(changed(EMPTY, "hdc", "eject", None).is_err());
        assert!(changed(EMPTY, "hdc", "update", None).is_err());
        assert!(changed(EMPTY, "vda", "eject", None).is_err());
    }
}
