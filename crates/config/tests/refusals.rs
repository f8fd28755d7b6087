//! What no guest can have, each with the code that libvirt 9.0 with QEMU 7.2 refuses it with: a line of
//! `refusals/devices.txt` stands in `<devices>`, one of `refusals/domain.txt` beside it.

mod machine;

use config::domain::ParseFlags;
use config::{Domain, NothingDrawn};

use machine::X86Host;

fn code(domain: &str, devices: &str) -> Option<u32> {
    let text = format!(
        "<domain type='qemu'><name>refused</name><memory>219136</memory>\
         <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os>{domain}\
         <devices>{devices}</devices></domain>"
    );
    let define = || {
        let mut domain = Domain::parse(&text, ParseFlags::Inactive)?;
        domain.complete(&X86Host, &mut NothingDrawn)?;
        domain.validate(&X86Host)
    };
    define().err().map(|error: config::Error| error.code.number())
}

/// The lines whose code is another one, or that are accepted.
fn wrong(table: &str, code: impl Fn(&str) -> Option<u32>) -> Vec<String> {
    let rows = table.lines().map(|line| line.split_once(' ').expect("a code and a fragment"));
    rows.filter_map(|(expected, fragment)| {
        let got = code(fragment);
        (got != expected.parse().ok()).then(|| format!("{fragment}: {expected}, got {got:?}"))
    })
    .collect()
}

#[test]
fn devices_that_no_guest_can_have_are_refused_with_libvirts_code() {
    let wrong = wrong(include_str!("refusals/devices.txt"), |devices| code("", devices));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_guest_can_be_is_refused_with_libvirts_code() {
    let wrong = wrong(include_str!("refusals/domain.txt"), |domain| code(domain, ""));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
