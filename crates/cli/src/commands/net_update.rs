//! `fv net-update`: change a part of a network.

use std::borrow::Cow;

use ferrovirt::api::{NetworkUpdateCommand, NetworkUpdateFlags, NetworkUpdateSection};

use crate::arguments::{Args, Opt};
use crate::context::{self, Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::objects::{self, NETWORK, Word};
use crate::selection::{CONFIG, CURRENT, LIVE};

command!("net-update", "Change a part of a network", [
    NETWORK,
    Opt::value("command", "add-first, add-last (or add), delete or modify").required(),
    Opt::value("section", "which part, such as ip-dhcp-host").required(),
    Opt::value("xml", "the element, or a file with it").required(),
    Opt::named("parent-index", "which of several elements to look in"),
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["current", "live"])?;
    args.exclusive(&["current", "config"])?;
    let command = known(&COMMANDS, args.required("command"), "command")?;
    let section = known(&SECTIONS, args.required("section"), "section")?;
    let parent = args.number("parent-index")?;
    let xml = match args.required("xml") {
        element if element.starts_with('<') => Cow::Borrowed(element),
        file => Cow::Owned(context::read_file(file)?),
    };
    let network = objects::network(cx, args, Word::Any).await?;
    let (live, config) = (NetworkUpdateFlags::LIVE, NetworkUpdateFlags::CONFIG);
    let on = NetworkUpdateFlags(args.bits(&[("live", live.0), ("config", config.0)]));
    let done = network.update(command, section, parent, &xml, on).await;
    done.while_doing(|| format!("Failed to update network {}", network.name()))?;
    let what = match (on.contains(config), on.contains(live)) {
        (true, true) => "persistent config and live state",
        (true, false) => "persistent config",
        (false, true) => "live state",
        (false, false) if network.is_active().await? => "live state",
        (false, false) => "persistent config",
    };
    cx.remark(format!("Updated network {} {what}", network.name()))
}

const COMMANDS: [(&str, NetworkUpdateCommand); 5] = [
    ("modify", NetworkUpdateCommand::MODIFY),
    ("delete", NetworkUpdateCommand::DELETE),
    ("add-last", NetworkUpdateCommand::ADD_LAST),
    ("add", NetworkUpdateCommand::ADD_LAST),
    ("add-first", NetworkUpdateCommand::ADD_FIRST),
];

const SECTIONS: [(&str, NetworkUpdateSection); 12] = [
    ("bridge", NetworkUpdateSection::BRIDGE),
    ("domain", NetworkUpdateSection::DOMAIN),
    ("ip", NetworkUpdateSection::IP),
    ("ip-dhcp-host", NetworkUpdateSection::IP_DHCP_HOST),
    ("ip-dhcp-range", NetworkUpdateSection::IP_DHCP_RANGE),
    ("forward", NetworkUpdateSection::FORWARD),
    ("forward-interface", NetworkUpdateSection::FORWARD_INTERFACE),
    ("forward-pf", NetworkUpdateSection::FORWARD_PF),
    ("portgroup", NetworkUpdateSection::PORTGROUP),
    ("dns-host", NetworkUpdateSection::DNS_HOST),
    ("dns-txt", NetworkUpdateSection::DNS_TXT),
    ("dns-srv", NetworkUpdateSection::DNS_SRV),
];

fn known<T: Copy>(words: &[(&str, T)], word: &str, what: &str) -> Result<T, Failure> {
    let found = words.iter().find(|(known, _)| *known == word);
    let unknown = || Failure::new(format!("unrecognized {what} name '{word}'"));
    found.map(|(_, value)| *value).ok_or_else(unknown)
}
