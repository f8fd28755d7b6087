//! Devices that no guest can have, each with the code it is refused with.

mod machine;

use config::Domain;
use config::domain::ParseFlags;

use machine::{NoEntropy, X86Host};

/// What stands in `<devices>`, and the code.
const REFUSALS: &[(&str, u32)] = &[
    ("<serial type='unix'/>", 1),
    ("<serial type='tcp'><source mode='bind' host='::1'/></serial>", 1),
    ("<serial type='udp'><source mode='bind' host='::1' service='7'/></serial>", 1),
    ("<serial type='spiceport'><source channel='a.b'/></serial>", 67),
    (
        "<serial type='pty'><target type='isa-serial'><model name='usb-serial'/></target></serial>",
        67,
    ),
    ("<serial type='pty'><target type='sclp-serial'/></serial>", 67),
    ("<console type='pty'><target type='xen'/></console>", 67),
    ("<channel type='pty'><target type='guestfwd' address='10.0.2.1'/></channel>", 27),
    ("<filesystem><target dir='x'/></filesystem>", 19),
    ("<filesystem type='bind'><source dir='/x'/><target dir='/'/></filesystem>", 67),
    ("<interface type='bridge'><source bridge='b'/><vlan><tag id='4242'/></vlan></interface>", 27),
    ("<interface type='user'><ip address='300.1.2.3' family='ipv4'/></interface>", 27),
    ("<interface type='user'><ip address='10.1.2.3' family='ipv4' prefix='64'/></interface>", 27),
    ("<interface type='ethernet'><ip address='10.1.2.3' family='ipv4'/></interface>", 67),
    ("<interface type='client'><source port='5'/></interface>", 27),
    ("<interface type='udp'><source address='::1' port='5'/></interface>", 27),
    ("<interface type='vhostuser'><source type='unix' path='/s' mode='client'/></interface>", 1),
    (
        "<interface type='network'><source network='n'/><bandwidth><inbound peak='5'/></bandwidth></interface>",
        35,
    ),
    (
        "<interface type='bridge'><source bridge='b'/><bandwidth><inbound average='1' floor='3'/></bandwidth></interface>",
        67,
    ),
    ("<interface type='direct'><source dev='e'/><port isolated='yes'/></interface>", 67),
    (
        "<interface type='bridge'><source bridge='b'/><model type='virtio'/><driver rx_queue_size='300'/></interface>",
        67,
    ),
];

fn code(devices: &str) -> Option<u32> {
    let text = format!(
        "<domain type='qemu'><name>refused</name><memory>219136</memory>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices>{devices}</devices></domain>"
    );
    let define = || {
        let mut domain = Domain::parse(&text, ParseFlags::Inactive)?;
        domain.complete(&X86Host, &mut NoEntropy)?;
        domain.validate(&X86Host)
    };
    define().err().map(|error: config::Error| error.code.number())
}

#[test]
fn what_no_guest_can_have_is_refused_with_its_code() {
    for (devices, expected) in REFUSALS {
        assert_eq!(code(devices), Some(*expected), "{devices}");
    }
}
