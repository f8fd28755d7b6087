//! Chains: what they can be called, and in which order they are looked at.

use xml::Node;

use crate::Code;
use crate::kind::rule;

/// What a chain's name begins with, and its usual priority; zero is not said.
const CHAINS: &[(&str, i32)] = &[
    ("root", 0),
    ("mac", -800),
    ("vlan", -750),
    ("stp", 0),
    ("arp", -500),
    ("rarp", -400),
    ("ipv4", -700),
    ("ipv6", -600),
];
/// Longest name. **Units**: bytes.
const LONGEST: usize = 12;
/// Largest priority, either way.
const FARTHEST: i32 = 1000;

/// The filter's chain; `root` if it says none.
pub(super) fn of<'a>(filter: Node<'a, '_>) -> &'a str {
    filter.attribute("chain").filter(|chain| !chain.is_empty()).unwrap_or("root")
}

/// Refuses what no chain can be called.
pub(super) fn check(filter: Node<'_, '_>) -> Result<(), xml::Error> {
    let chain = of(filter);
    let refuse = |what: String| Err(rule(filter, Code::InvalidArg, what));
    if chain.len() > LONGEST {
        return refuse(format!("Name of chain is longer than {LONGEST} characters"));
    }
    let may = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-');
    if !chain.bytes().all(may) {
        return refuse("Chain name contains invalid characters".to_owned());
    }
    match CHAINS.iter().find(|(prefix, _)| chain.starts_with(prefix)) {
        Some(("root", _)) if chain != "root" => {
            let what = format!("Invalid chain name '{chain}'. It cannot begin with 'root'");
            Err(rule(filter, Code::InternalError, what))
        }
        Some(_) => Ok(()),
        None => refuse(format!(
            "Invalid chain name '{chain}'. Please use a chain name called 'root' or any of the following \
             prefixes: mac, vlan, stp, arp, rarp, ipv4, ipv6"
        )),
    }
}

/// The filter's priority among chains: what it says, or what is usual; `None` for zero.
pub(super) fn priority(filter: Node<'_, '_>) -> Result<Option<i32>, xml::Error> {
    let text = filter.attribute("priority").unwrap_or_default();
    let priority = if text.is_empty() {
        let chain = of(filter);
        CHAINS.iter().find(|(prefix, _)| chain.starts_with(prefix)).map_or(0, |(_, usual)| *usual)
    } else {
        text.trim_ascii_start().parse().map_err(|_| {
            rule(filter, Code::InvalidArg, format!("Could not parse chain priority '{text}'"))
        })?
    };
    if !(-FARTHEST..=FARTHEST).contains(&priority) {
        let what =
            format!("Priority '{priority}' is outside valid range of [-{FARTHEST},{FARTHEST}]");
        return Err(rule(filter, Code::InvalidArg, what));
    }
    // A filter that names no chain is in `root`, and stays where that is.
    let is_placed = filter.attribute("chain").is_some_and(|chain| !chain.is_empty());
    Ok(Some(priority).filter(|priority| is_placed && *priority != 0))
}
