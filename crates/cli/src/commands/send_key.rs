//! `fv send-key`: press keys of a guest.

use std::time::Duration;

use ferrovirt::KeycodeSet;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::selection::DOMAIN;
use crate::keycodes;

command!("send-key", "Press keys of a guest", [
    DOMAIN,
    Opt::named("codeset", "what the numbers mean: linux (default), xt, atset1..3, os_x, usb, …"),
    Opt::named("holdtime", "for how many milliseconds"),
    Opt::rest("keycode", "keys, by number or (linux) by name").required(),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let codeset = args.value("codeset").unwrap_or("linux");
    let (_, set) = CODESETS
        .iter()
        .find(|(name, _)| *name == codeset)
        .ok_or_else(|| Failure::new(format!("unknown codeset: '{codeset}'")))?;
    let hold = Duration::from_millis(args.number("holdtime")?.unwrap_or(0));
    if args.rest().len() > KEYS_MAX {
        return Err(Failure::new("too many keycodes"));
    }
    let keys: Vec<u32> =
        args.rest().iter().map(|word| key(*set, word)).collect::<Result<_, Failure>>()?;
    Ok(domain.send_keys(*set, hold, &keys).await?)
}

/// Keys that the protocol takes at once.
const KEYS_MAX: usize = 16;

const CODESETS: [(&str, KeycodeSet); 11] = [
    ("linux", KeycodeSet::LINUX),
    ("xt", KeycodeSet::XT),
    ("atset1", KeycodeSet::ATSET1),
    ("atset2", KeycodeSet::ATSET2),
    ("atset3", KeycodeSet::ATSET3),
    ("os_x", KeycodeSet::OSX),
    ("xt_kbd", KeycodeSet::XT_KBD),
    ("usb", KeycodeSet::USB),
    ("win32", KeycodeSet::WIN32),
    ("qnum", KeycodeSet::QNUM),
    ("rfb", KeycodeSet::QNUM),
];

fn key(set: KeycodeSet, word: &str) -> Result<u32, Failure> {
    let number = match word.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    };
    let named = || (set == KeycodeSet::LINUX).then(|| keycodes::linux(word)).flatten();
    let known = number.filter(|number| (0..=0xffff).contains(number)).or_else(named);
    known.ok_or_else(|| Failure::new(format!("invalid keycode: '{word}'")))
}
