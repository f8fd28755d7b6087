use super::{Change, Section};
use crate::Error;
use crate::domain::FormatFlags;
use crate::network::Network;

const NETWORK: &str = "<network>
  <name>n</name>
  <uuid>2d6f2b4e-3a52-4ec0-8c6c-29f5e1b3a7d9</uuid>
  <forward mode='bridge'>
    <interface dev='e1'/>
    <interface dev='e2'/>
  </forward>
  <portgroup name='p1' default='yes'/>
  <portgroup name='p2'/>
</network>";

const LEASES: &str = "<network>
  <name>n</name>
  <bridge name='b'/>
  <mac address='52:54:00:00:00:01'/>
  <dns>
    <txt name='t1' value='v1'/>
    <srv service='ldap' protocol='tcp' domain='x'/>
    <srv service='ldap' protocol='tcp' domain='y'/>
    <host ip='192.0.2.5'><hostname>h1</hostname><hostname>h2</hostname></host>
    <host ip='192.0.2.6'><hostname>h2</hostname></host>
  </dns>
  <ip address='198.51.100.1' netmask='255.255.255.0'/>
  <ip address='192.0.2.1' prefix='24'>
    <dhcp>
      <range start='192.0.2.10' end='192.0.2.50'/>
      <host mac='52:54:00:00:00:0a' name='a' ip='192.0.2.60'/>
    </dhcp>
  </ip>
  <ip family='ipv6' address='2001:db8::1' prefix='64'/>
</network>";

use Change::{AddFirst, AddLast, Delete, Modify};

fn updated(
    network: &str,
    section: Section,
    change: Change,
    at: i32,
    text: &str,
) -> Result<String, Error> {
    let mut network = Network::parse(network).expect("the network can be");
    let before = network.clone();
    let done = network.update(section, change, at, text);
    if done.is_err() {
        assert_eq!(network, before, "what is refused changes nothing");
    }
    done.map(|()| network.format(FormatFlags::INACTIVE))
}

/// Each change, and what is then there in this order, or not there (after `!`).
#[test]
fn entries_come_change_and_go() {
    let host = "<host mac='52:54:00:00:00:0B' name='b' ip='192.0.2.61'/>";
    let range =
        "<range start='192.0.2.100' end='192.0.2.110'><lease expiry='1' unit='hours'/></range>";
    let v6 = "<host id='0:1:2:3' ip='2001:db8::9' name='c'/>";
    for (section, change, at, text, expected) in [
        (Section::DhcpHost, AddLast, -1, host, &["name='a'", "name='b' ip='192.0.2.61'"][..]),
        (Section::DhcpHost, AddFirst, 1, host, &["mac='52:54:00:00:00:0B'", "name='a'"]),
        (Section::DhcpHost, AddLast, 2, v6, &["<host id='0:1:2:3' name='c' ip='2001:db8::9'/>"]),
        (
            Section::DhcpHost,
            Modify,
            -1,
            "<host mac='52:54:00:00:00:0A' ip='192.0.2.77'/>",
            &["'192.0.2.77'", "!'a'"],
        ),
        (
            Section::DhcpHost,
            Modify,
            -1,
            "<host name='z' ip='192.0.2.60'/>",
            &["<host name='z' ip='192.0.2.60'/>"],
        ),
        (Section::DhcpHost, Delete, -1, "<host name='a'/>", &["<range", "!<host mac"]),
        (Section::DhcpRange, AddFirst, -1, range, &["unit='hours'", "end='192.0.2.50'"]),
        (
            Section::DhcpRange,
            Delete,
            -1,
            "<range start='192.0.2.10' end='192.0.2.50'/>",
            &["<host mac", "!<range"],
        ),
        (Section::DnsTxt, AddLast, -1, "<txt name='t2' value='v'/>", &["'t1'", "'t2'"]),
        (Section::DnsTxt, Delete, -1, "<txt name='t1' value='other'/>", &["<srv", "!<txt"]),
        (
            Section::DnsSrv,
            AddFirst,
            -1,
            "<srv service='sip' protocol='udp' target='t' port='5'/>",
            &["'sip'", "'x'"],
        ),
        (Section::DnsSrv, Delete, -1, "<srv domain='y'/>", &["'x'", "!'y'"]),
        (
            Section::DnsHost,
            AddLast,
            -1,
            "<host ip='192.0.2.7'><hostname>h1</hostname></host>",
            &["192.0.2.6", "192.0.2.7"],
        ),
        (
            Section::DnsHost,
            Delete,
            -1,
            "<host><hostname>h1</hostname></host>",
            &["192.0.2.6", "!h1"],
        ),
        (
            Section::PortGroup,
            AddLast,
            -1,
            "<portgroup name='p'><bandwidth><inbound average='4'/></bandwidth></portgroup>",
            &["<inbound average='4'/>"],
        ),
    ] {
        expect(LEASES, section, change, at, text, expected);
    }
    for (section, change, text, expected) in [
        (
            Section::ForwardInterface,
            AddFirst,
            "<interface dev='e9'/>",
            &["dev='e9' mode", "'e9'", "'e1'"][..],
        ),
        (Section::ForwardInterface, Delete, "<interface dev='e1'/>", &["dev='e2' mode", "!'e1'"]),
        (
            Section::PortGroup,
            Modify,
            "<portgroup name='p1'/>",
            &["<portgroup name='p1'>", "!default"],
        ),
        (Section::PortGroup, Delete, "<portgroup name='p2'/>", &["'p1'", "!'p2'"]),
    ] {
        expect(NETWORK, section, change, -1, text, expected);
    }
}

fn expect(network: &str, section: Section, change: Change, at: i32, text: &str, expected: &[&str]) {
    let printed = updated(network, section, change, at, text);
    let printed = printed.unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut rest = &*printed;
    for words in expected {
        if let Some(gone) = words.strip_prefix('!') {
            assert!(!printed.contains(gone), "{gone} after {text}: {printed}");
        } else {
            let (_, after) =
                rest.split_once(words).unwrap_or_else(|| panic!("{words} after {text}: {printed}"));
            rest = after;
        }
    }
}

#[test]
fn what_cannot_change_is_refused() {
    let host = |of: &str| format!("<host {of}/>");
    for (section, change, at, text, code, words) in [
        (Section::DhcpHost, AddLast, 7, host("name='q' ip='192.0.2.9'"), 55, "at index 7"),
        (Section::DhcpHost, AddLast, -1, host("name='a' ip='192.0.2.9'"), 55, "existing dhcp host"),
        (Section::DhcpHost, AddLast, 0, host("name='q' ip='198.51.100.9'"), 55, "single IPv4"),
        (Section::DhcpHost, AddLast, -1, host("name='q' ip='2001:db8::5'"), 55, "address family"),
        (Section::DhcpHost, AddLast, -1, host("mac='z' ip='192.0.2.9'"), 27, "'z'"),
        (Section::DhcpHost, AddLast, -1, host("name='q'"), 27, "Missing IP"),
        (Section::DhcpHost, Modify, -1, host("name='q' ip='192.0.2.9'"), 55, "couldn't locate"),
        (Section::DhcpHost, Delete, -1, host("name='a' ip='192.0.2.9'"), 55, "couldn't locate"),
        (Section::DhcpHost, Delete, -1, host(""), 27, "At least one"),
        (Section::DhcpHost, Delete, 2, host("mac='52:54:00:00:00:0a'"), 27, "IPv6 static host"),
        (Section::DhcpHost, Change::Unknown(9), -1, host("name='q' ip='192.0.2.9'"), 84, "code 9"),
        (Section::DhcpHost, AddLast, -1, "<range/>".into(), 27, "unexpected element <range>"),
        (Section::DhcpHost, AddLast, -1, "<host".into(), 35, "network_update_xml"),
        (Section::DhcpRange, Modify, -1, "<range/>".into(), 84, "dhcp ranges cannot be modified"),
        (
            Section::DhcpRange,
            AddLast,
            -1,
            "<range start='192.0.2.10' end='192.0.2.50'/>".into(),
            55,
            "existing",
        ),
        (
            Section::DhcpRange,
            AddLast,
            -1,
            "<range start='192.0.2.9' end='192.0.2.8'/>".into(),
            1,
            "reversed",
        ),
        (
            Section::DhcpRange,
            Delete,
            -1,
            "<range start='192.0.2.9' end='192.0.2.9'/>".into(),
            55,
            "couldn't",
        ),
        (Section::DnsTxt, Modify, -1, "<txt/>".into(), 84, "DNS TXT records cannot"),
        (
            Section::DnsTxt,
            AddLast,
            -1,
            "<txt name='t1' value='v'/>".into(),
            55,
            "already a DNS TXT",
        ),
        (Section::DnsTxt, AddLast, -1, "<txt name='t2'/>".into(), 35, "value"),
        (Section::DnsTxt, AddLast, -1, "<txt name='a b' value='v'/>".into(), 35, "prohibited"),
        (Section::DnsSrv, Delete, -1, "<srv service='ldap'/>".into(), 55, "multiple"),
        (Section::DnsSrv, Delete, -1, "<srv weight='1'/>".into(), 35, "without target"),
        (
            Section::DnsSrv,
            AddLast,
            -1,
            "<srv service='ldap' protocol='tcp' domain='x'/>".into(),
            55,
            "already",
        ),
        (
            Section::DnsHost,
            Delete,
            -1,
            "<host><hostname>h2</hostname></host>".into(),
            55,
            "multiple",
        ),
        (Section::DnsHost, Delete, -1, host(""), 35, "Missing ip and hostname"),
        (Section::DnsHost, AddLast, -1, host("ip='192.0.2.7'"), 35, "Missing hostname"),
        (
            Section::DnsHost,
            AddLast,
            -1,
            "<host ip='192.0.2.5'><hostname>q</hostname></host>".into(),
            55,
            "already",
        ),
        (
            Section::ForwardInterface,
            AddLast,
            -1,
            "<interface dev='e1'/>".into(),
            55,
            "does not lead",
        ),
    ] {
        refused(LEASES, section, change, at, &text, code, words);
    }
    for (section, change, text, code, words) in [
        (Section::DhcpHost, AddLast, "<host name='q' ip='192.0.2.9'/>", 55, "no <ip> element"),
        (Section::ForwardInterface, Modify, "<interface dev='e1'/>", 84, "cannot be modified"),
        (Section::ForwardInterface, AddLast, "<interface dev='e1'/>", 55, "existing interface"),
        (Section::ForwardInterface, Delete, "<interface dev='e7'/>", 55, "couldn't find"),
        (Section::ForwardInterface, Delete, "<interface/>", 27, "missing dev"),
        (Section::PortGroup, AddLast, "<portgroup/>", 27, "name"),
        (Section::PortGroup, AddLast, "<portgroup name='p1'/>", 55, "existing portgroup"),
        (
            Section::PortGroup,
            Modify,
            "<portgroup name='p2' default='yes'/>",
            55,
            "Only one default",
        ),
        (Section::PortGroup, Modify, "<portgroup name='q'/>", 55, "couldn't find"),
    ] {
        refused(NETWORK, section, change, -1, text, code, words);
    }
    for number in [0, 1, 2, 3, 6, 8, 13] {
        let error = Section::numbered(number, "n").expect_err("it cannot be changed");
        assert_eq!(error.code.number(), 84, "{error}");
    }
}

fn refused(
    network: &str,
    section: Section,
    change: Change,
    at: i32,
    text: &str,
    code: u32,
    words: &str,
) {
    let error = updated(network, section, change, at, text).expect_err(text);
    assert_eq!(error.code.number(), code, "{text}: {error}");
    assert!(error.message.contains(words), "{text}: {error}");
}
