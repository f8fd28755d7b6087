//! `fv attach-interface`: add a network card.

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::device::{self, PERSISTENT, PRINT_XML, element};
use crate::failure::Failure;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE};
use super::domiftune::Rate;

command!("attach-interface", "Add a network card", [
    DOMAIN,
    Opt::value("type", "network, bridge, direct or hostdev").required(),
    Opt::value("source", "the network, bridge or device").required(),
    Opt::named("target", "name of the host's end"),
    Opt::named("mac", "MAC address"),
    Opt::named("script", "script that sets the host's end up"),
    Opt::named("model", "model"),
    Opt::named("alias", "the user's alias"),
    Opt::named("inbound", "what may come: average,peak,burst,floor"),
    Opt::named("outbound", "what may go: average,peak,burst"),
    PERSISTENT,
    CONFIG,
    LIVE,
    CURRENT,
    PRINT_XML,
    Opt::flag("managed", "the host gives a device up and takes it back by itself"),
    Opt::named("source-mode", "mode of the source"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    device::attach(cx, args, &document(args)?, "interface").await
}

fn document(args: &Args) -> Result<String, Failure> {
    let (kind, source) = (args.required("type"), args.value("source"));
    let mode = ("mode", args.value("source-mode"));
    let source = match kind {
        "network" | "bridge" => element("source", &[(kind, source), mode]),
        "direct" => element("source", &[("dev", source), mode]),
        "hostdev" => host_device(args.required("source"))?,
        _ => {
            let what = format!("No support for {kind} in command 'attach-interface'");
            return Err(Failure::new(what));
        }
    };
    let managed = args.has("managed").then_some("yes");
    let head = element("interface", &[("type", Some(kind)), ("managed", managed)]);
    let mut lines = vec![head.replace("/>", ">"), format!("  {source}")];
    for (option, name, attribute) in [
        ("target", "target", "dev"),
        ("mac", "mac", "address"),
        ("script", "script", "path"),
        ("model", "model", "type"),
        ("alias", "alias", "name"),
    ] {
        if let Some(value) = args.value(option) {
            lines.push(format!("  {}", element(name, &[(attribute, Some(value))])));
        }
    }
    let mut limits = Vec::new();
    for way in ["inbound", "outbound"] {
        if let Some(text) = args.value(way) {
            limits.push(format!("    {}", Rate::read(text, way)?.element(way)));
        }
    }
    if !limits.is_empty() {
        lines.push(format!("  <bandwidth>\n{}\n  </bandwidth>", limits.join("\n")));
    }
    lines.push("</interface>\n".to_owned());
    Ok(lines.join("\n"))
}

/// Such as `pci:0000:01:00.0` or, by itself, `0000:01:00.0`.
fn host_device(source: &str) -> Result<String, Failure> {
    let wrong = || Failure::new(format!("cannot parse pci address '{source}'"));
    let place = source.strip_prefix("pci:").unwrap_or(source);
    let words: Vec<&str> = place.split([':', '.']).collect();
    let [domain, bus, slot, function] = words.as_slice() else { return Err(wrong()) };
    let hex = |word: &str, width: usize| {
        let number = u32::from_str_radix(word, 16).map_err(|_| wrong())?;
        Ok::<_, Failure>(format!("0x{number:0width$x}"))
    };
    let (domain, bus) = (hex(domain, 4)?, hex(bus, 2)?);
    let (slot, function) = (hex(slot, 2)?, hex(function, 1)?);
    let address = element("address", &[
        ("type", Some("pci")),
        ("domain", Some(&domain)),
        ("bus", Some(&bus)),
        ("slot", Some(&slot)),
        ("function", Some(&function)),
    ]);
    Ok(format!("<source>\n    {address}\n  </source>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::find;

    fn printed(line: &str) -> Result<String, Failure> {
        let words = line.split_whitespace().map(str::to_owned).collect();
        document(&Args::parse(find("attach-interface").unwrap().syntax, words).unwrap())
    }

    #[test]
    fn a_card_is_described_by_its_options() {
        let expected = "<interface type='bridge'>\n  <source bridge='br0'/>\n  \
                        <mac address='52:54:00:00:00:01'/>\n  <model type='virtio'/>\n  \
                        <bandwidth>\n    <inbound average='5' peak='6'/>\n  </bandwidth>\n\
                        </interface>\n";
        let line = "g1 bridge br0 --model virtio --mac 52:54:00:00:00:01 --inbound 5,6";
        assert_eq!(printed(line).unwrap(), expected);
        let host = printed("g1 hostdev 0000:01:0a.0 --managed").unwrap();
        assert!(host.contains("bus='0x01' slot='0x0a' function='0x0'/>"), "{host}");
        assert!(printed("g1 pigeon coop").is_err() && printed("g1 hostdev x").is_err());
    }
}
