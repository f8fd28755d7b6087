//! Networks, storage pools, packet filters and secrets: what is printed of a document, to the byte, and
//! what is refused, with its code.
//!
//! `kinds/KIND/NAME.xml` is a document, `NAME.out.xml` what libvirt prints of it.

use std::fs;
use std::path::Path;

use config::backup::DomainBackup;
use config::domain::FormatFlags;
use config::domain::cpu::Cpu;
use config::interface::HostInterface;
use config::moment::{DomainCheckpoint, DomainSnapshot};
use config::network::Network;
use config::networkport::NetworkPort;
use config::nodedev::NodeDevice;
use config::nwfilter::{NwFilter, NwFilterBinding};
use config::secret::Secret;
use config::storagepool::{PoolType, StoragePool};
use config::storagevol::StorageVolume;
use config::{Code, DocumentKind, Error, NothingDrawn};

fn network(text: &str) -> Result<String, Error> {
    let mut network = Network::parse(text)?;
    network.complete(|bridge| bridge == "virbr0", &mut NothingDrawn)?;
    network.validate()?;
    network.refuse_whole_devices(|device| device.bus == 9)?;
    Ok(network.format(FormatFlags::INACTIVE))
}

fn storagepool(text: &str) -> Result<String, Error> {
    let mut pool = StoragePool::parse(text)?;
    pool.complete(&mut NothingDrawn)?;
    pool.validate(|_| true)?;
    Ok(pool.format())
}

fn nwfilter(text: &str) -> Result<String, Error> {
    let mut filter = NwFilter::parse(text)?;
    filter.complete(&mut NothingDrawn);
    Ok(filter.format())
}

fn secret(text: &str) -> Result<String, Error> {
    let mut secret = Secret::parse(text)?;
    secret.complete(&mut NothingDrawn);
    Ok(secret.format())
}

fn interface(text: &str) -> Result<String, Error> {
    HostInterface::parse(text).map(|interface| interface.format())
}

fn nodedev(text: &str) -> Result<String, Error> {
    NodeDevice::parse(text).map(|device| device.format())
}

/// Every document of a kind prints as expected, and what is printed prints the same again.
fn compare(kind: &str, print: fn(&str) -> Result<String, Error>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kinds").join(kind);
    let mut compared = 0;
    for entry in fs::read_dir(folder).expect("the documents are there") {
        let path = entry.expect("the folder can be read").path();
        let given = path.to_str().expect("names are ASCII");
        let Some(stem) = given.strip_suffix(".xml").filter(|stem| !stem.ends_with(".out")) else {
            continue;
        };
        let expected =
            fs::read_to_string(format!("{stem}.out.xml")).expect("what is expected is there");
        let printed = print(&fs::read_to_string(&path).expect("a document can be read"));
        let printed = printed.unwrap_or_else(|error| panic!("{given}: {error}"));
        assert_eq!(printed, expected, "{given}");
        assert_eq!(print(&printed), Ok(printed), "{given}, again");
        compared += 1;
    }
    assert!(compared > 0, "there are documents of {kind}");
}

/// Each document is refused with its code, in words that hold these.
fn refused(print: fn(&str) -> Result<String, Error>, rows: &[(&str, u32, &str)]) {
    for (text, code, words) in rows {
        let error = print(text).expect_err(text);
        assert_eq!(error.code.number(), *code, "{text}: {error}");
        assert!(error.message.contains(words), "{text}: {error}");
    }
}

#[test]
fn networks_print_as_libvirt_prints_them() {
    compare("network", network);
}

#[test]
fn pools_print_as_libvirt_prints_them() {
    compare("storagepool", storagepool);
}

#[test]
fn filters_print_as_libvirt_prints_them() {
    compare("nwfilter", nwfilter);
}

#[test]
fn secrets_print_as_libvirt_prints_them() {
    compare("secret", secret);
}

#[test]
fn host_interfaces_print_as_libvirt_prints_them() {
    compare("interface", interface);
}

#[test]
fn node_devices_print_as_libvirt_prints_them() {
    compare("nodedev", nodedev);
}

#[test]
fn a_network_gets_what_it_does_not_say() {
    let printed = network("<network><name>a</name></network>").unwrap();
    let expected = "<network>\n  <name>a</name>\n  <uuid>00000000-0000-4000-8000-000000000000</uuid>\n  \
                    <bridge name='virbr1' stp='on' delay='0'/>\n  <mac address='52:54:00:00:00:00'/>\n\
                    </network>\n";
    assert_eq!(printed, expected);
}

#[test]
fn what_says_nothing_does_not_stand_in_the_way() {
    for content in [
        "<portgroup name='a' default='no'/><portgroup name='b' default='yes'/>",
        "<forward mode='passthrough'><interface dev='e'/></forward><bandwidth/>",
        "<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.2' end='10.0.0.9'/></dhcp></ip>\
         <ip address='10.0.1.1' prefix='24'><dhcp/></ip>",
    ] {
        let text = format!("<network><name>a</name>{content}</network>");
        assert!(network(&text).is_ok(), "{:?} {text}", network(&text));
    }
}

#[test]
fn what_no_network_can_be_is_refused() {
    let ip = |content: &str| format!("<network><name>a</name>{content}</network>");
    let rows = [
        ("<network/>".to_owned(), 21, "missing name"),
        ("<network><name>a/b</name></network>".to_owned(), 35, "invalid char in name"),
        (ip("<uuid>x</uuid>"), 1, "malformed uuid"),
        (ip("<bridge name='virbr0'/>"), 1, "'virbr0' already in use"),
        (ip("<forward/>"), 27, "no IP address provided"),
        (ip("<forward mode='x'/>"), 67, "unknown forwarding type 'x'"),
        (ip("<forward mode='private' dev='e'/><bridge name='b'/>"), 27, "bridge name not allowed"),
        (
            ip("<forward mode='hostdev'><address type='pci' bus='3'/></forward>"),
            67,
            "Virtual Function",
        ),
        (
            ip("<forward mode='passthrough'><interface dev='e'/><interface dev='e'/></forward>"),
            27,
            "'e' can only be listed once",
        ),
        (ip("<vlan><tag id='5'/></vlan>"), 67, "<vlan> element specified"),
        (ip("<dns><host ip='x'><hostname>h</hostname></host></dns>"), 35, "Invalid IP address"),
        (ip("<dns><txt name='a,b' value='c'/></dns>"), 35, "prohibited character"),
        (ip("<bandwidth><inbound/></bandwidth>"), 35, "average"),
        (ip("<bandwidth><inbound average='x'/></bandwidth>"), 67, "'x'"),
        (ip("<ip address='10.0.0.1' prefix='33'/>"), 67, "'33'"),
        (
            ip(
                "<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.9' end='10.0.0.5'/></dhcp></ip>",
            ),
            1,
            "reversed",
        ),
        (
            ip(
                "<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.1.1' end='10.0.1.2'/></dhcp></ip>",
            ),
            1,
            "not entirely within network 10.0.0.1/24",
        ),
        (
            ip(
                "<ip address='10.0.0.1' prefix='24'><dhcp><range start='z' end='10.0.1.2'/></dhcp></ip>",
            ),
            38,
            "'z'",
        ),
        (ip("<route address='10.0.0.0' prefix='8' gateway='10.9.9.9'/>"), 67, "unreachable"),
        (ip("<virtualport/>"), 27, "virtualport type"),
        (ip("<forward><nat/><nat/></forward>"), 27, "Only one <nat>"),
        (
            ip(
                "<forward mode='hostdev'><pf dev='e'/></forward><vlan trunk='no'><tag id='3' nativeMode='tagged'/></vlan>",
            ),
            27,
            "native vlan",
        ),
        // Two faults: the one of its own text is told first.
        (
            ip("<portgroup name='p'/><portgroup name='p'/><forward mode='nat'/>"),
            27,
            "no IP address",
        ),
        (
            ip("<dns><srv service='a' protocol='b' weight='1'/></dns>"),
            35,
            "weight attribute not permitted",
        ),
        (ip("<forward mode='passthrough' dev='e'><pf dev='f'/></forward>"), 27, "'dev' attribute"),
        (
            ip("<forward mode='passthrough'><interface dev='e'/></forward><portgroup name='p'>\
                 <vlan><tag id='3'/></vlan><virtualport type='802.1Qbh'/></portgroup>"),
            67,
            "doesn't support vlan",
        ),
        (
            ip(&format!(
                "<virtualport type='802.1Qbh'><parameters profileid='{}'/></virtualport>",
                "p".repeat(40)
            )),
            27,
            "profileid parameter too long",
        ),
        (
            ip("<virtualport type='802.1Qbh'><parameters managerid='1'/></virtualport>"),
            27,
            "extra managerid",
        ),
        (ip("<bandwidth classID='4'><inbound average='1'/></bandwidth>"), 35, "classID"),
        (ip("<title>two\nlines</title>"), 27, "can't contain newlines"),
    ];
    let rows: Vec<_> =
        rows.iter().map(|(text, code, words)| (text.as_str(), *code, *words)).collect();
    refused(network, &rows);
}

#[test]
fn what_no_pool_can_be_is_refused() {
    refused(
        storagepool,
        &[
            ("<pool/>", 27, "'type'"),
            ("<pool type='dir'/>", 27, "missing pool source name"),
            (
                "<pool type='rbd'><name>a</name><source><host name='h'/></source></pool>",
                27,
                "mandatory for RBD",
            ),
            ("<pool type='dir'><name>a</name></pool>", 27, "target path"),
            (
                "<pool type='fs'><name>a</name><target><path>/x</path></target></pool>",
                27,
                "device name",
            ),
            (
                "<pool type='logical'><name>a</name><source><format type='auto'/></source></pool>",
                67,
                "unknown pool format type auto",
            ),
            (
                "<pool type='logical'><name>a</name><features><cow state='yes'/></features></pool>",
                3,
                "cow feature",
            ),
            (
                "<pool type='scsi'><name>a</name><source><adapter type='fc_host' wwnn='20000000c9831b4b' \
                 wwpn='z'/></source><target><path>/x</path></target></pool>",
                1,
                "Malformed wwn: z",
            ),
        ],
    );
    let mut pool = StoragePool::parse("<pool type='zfs'><name>tank</name></pool>").unwrap();
    pool.complete(&mut NothingDrawn).unwrap();
    let error = pool.validate(|_| false).unwrap_err();
    assert_eq!(error.message, "internal error: missing backend for pool type 12 (zfs)");
}

#[test]
fn what_belongs_together_is_negated_together() {
    let printed = |content: &str| {
        let text = format!(
            "<filter name='a'><rule action='drop' direction='in'>{content}</rule></filter>"
        );
        let printed = nwfilter(&text).unwrap();
        let (_, rule) = printed.split_once("priority='500'>\n").unwrap();
        rule.replace('\n', "").replace("    ", "").replace("  </rule></filter>", "")
    };
    assert_eq!(
        printed("<tcp match='no' srcportend='5' dscp='1'/>"),
        "<tcp match='no' dscp='1'/><tcp srcportend='5'/>"
    );
    let mask = "srcmacmask='ff:ff:ff:ff:ff:ff'";
    assert_eq!(printed(&format!("<mac match='no' {mask}/>")), format!("<mac {mask}/>"));
    assert_eq!(printed(&format!("<arp match='no' {mask}/>")), format!("<arp match='no' {mask}/>"));
}

#[test]
fn what_no_filter_can_be_is_refused() {
    refused(
        nwfilter,
        &[
            ("<filter/>", 1, "filter has no name"),
            ("<filter name='a' chain='x'/>", 8, "Invalid chain name 'x'"),
            ("<filter name='a' chain='arp-much-too-long'/>", 8, "longer than 12"),
            ("<filter name='a' chain='arp' priority='1001'/>", 8, "'1001'"),
            ("<filter name='a' priority='-1001'/>", 8, "'-1001'"),
            ("<filter name='a' priority='high'/>", 8, "'high'"),
            ("<filter name='a'><rule direction='in'/></filter>", 1, "action"),
            ("<filter name='a'><rule action='x' direction='in'/></filter>", 67, "action"),
            (
                "<filter name='a'><rule action='drop' direction='in'><tcp dscp='64'/></rule></filter>",
                1,
                "dscp has illegal value 64",
            ),
            (
                "<filter name='a'><rule action='drop' direction='in'><ip srcportstart='1'/></rule></filter>",
                1,
                "port specification",
            ),
        ],
    );
}

#[test]
fn what_no_secret_can_be_is_refused() {
    refused(
        secret,
        &[
            ("<secret", 35, "definition_of_secret"),
            ("<secrets/>", 27, "'secrets'"),
            ("<secret private='perhaps'/>", 27, "'private'"),
            ("<secret><usage type='volume'/></secret>", 1, "volume path is missing"),
            ("<secret><usage type='x'/></secret>", 67, "usage type x"),
        ],
    );
}

#[test]
fn what_no_host_interface_can_be_is_refused() {
    let of = |kind: &str, content: &str| {
        format!("<interface type='{kind}' name='i'>{content}</interface>")
    };
    let bond = |content: &str| of("bond", &format!("<bond>{content}</bond>"));
    let bridge = "<interface type='bridge' name='b'><bridge/></interface>";
    let rows = [
        ("<interface type='ethernet'/>".to_owned(), 27, "interface has no name"),
        ("<interface name='i'/>".to_owned(), 27, "type"),
        (of("tunnel", ""), 27, "'tunnel'"),
        (of("bridge", ""), 27, "misses the bridge element"),
        (of("bond", ""), 27, "misses the bond element"),
        (of("vlan", ""), 27, "misses the vlan element"),
        (of("vlan", "<vlan tag=''/>"), 27, "misses the tag attribute"),
        (of("vlan", "<vlan tag='4'/>"), 27, "misses name attribute"),
        (of("bridge", &format!("<bridge>{bridge}</bridge>")), 27, "'bridge'"),
        (of("bridge", "<bridge stp='perhaps'/>"), 27, "'perhaps'"),
        (bond("<interface type='vlan' name='v'/>"), 27, "'vlan'"),
        (bond("<miimon/>"), 27, "freq missing"),
        (bond("<miimon freq='5' carrier='x'/>"), 27, "unknown mii bonding carrier x"),
        (bond("<miimon freq='5' updelay='x'/>"), 27, "updelay invalid"),
        (bond("<arpmon interval='5'/>"), 27, "target missing"),
        (
            bond("<arpmon interval='5' target='t' validate='none'/>"),
            27,
            "arp bonding validate none",
        ),
        (of("ethernet", "<start mode='x'/>"), 27, "unknown interface startmode x"),
        (of("ethernet", "<mtu size='x'/>"), 27, "'x'"),
        (of("ethernet", "<link state='x'/>"), 27, "'x'"),
        (of("ethernet", "<protocol/>"), 27, "misses the family"),
        (of("ethernet", "<protocol family='ipx'/>"), 27, "unsupported protocol family 'ipx'"),
        (
            of("ethernet", "<protocol family='ipv4'><ip address='a' prefix='x'/></protocol>"),
            27,
            "'x'",
        ),
    ];
    let rows: Vec<_> =
        rows.iter().map(|(text, code, words)| (text.as_str(), *code, *words)).collect();
    refused(interface, &rows);
}

#[test]
fn what_no_node_device_can_be_is_refused() {
    const PCI: &str = "<domain>0</domain><bus>0</bus><slot>1</slot><function>0</function>\
                       <product id='1'/><vendor id='2'/>";
    const CCW: &str = "<cssid>0</cssid><ssid>0</ssid>";
    let of = |kind: &str, content: &str| {
        format!("<device><name>d</name><capability type='{kind}'>{content}</capability></device>")
    };
    let pci = |content: &str| of("pci", &format!("{PCI}{content}"));
    let net = |content: &str| of("net", &format!("<interface>e</interface>{content}"));
    let capability = |content: &str| format!("<capability{content}</capability>");
    let rows = [
        ("<device/>".to_owned(), 21, "missing name"),
        ("<device><name>d</name></device>".to_owned(), 1, "no device capabilities"),
        ("<device><name>d</name><capability/></device>".to_owned(), 27, "'type'"),
        (of("toaster", ""), 27, "'toaster'"),
        (of("system", ""), 1, "no system UUID supplied for 'd'"),
        (of("system", "<hardware><uuid>x</uuid></hardware>"), 1, "malformed uuid"),
        (of("pci", ""), 1, "no PCI domain ID supplied for 'd'"),
        (of("pci", &PCI.replace("<bus>0", "<bus>0x1")), 1, "invalid bus number"),
        (of("pci", &PCI.replace("id='1'", "id='z'")), 1, "invalid product ID"),
        (pci("<class>0x1000000</class>"), 1, "invalid class"),
        (pci("<numa node='x'/>"), 1, "NUMA node"),
        (pci("<iommuGroup/>"), 27, "'number'"),
        (pci("<capability/>"), 27, "Missing capability type"),
        (pci(&capability(" type='phys_function'>")), 27, "Missing address"),
        (pci(&capability(" type='virt_functions' maxCount='x'>")), 27, "maxCount"),
        (pci(&capability(" type='vpd'>")), 27, "device name"),
        (pci(&capability(" type='vpd'><name>n</name><fields access='x'/>")), 27, "access type"),
        (pci("<pci-express><link validity='cap' speed='3' width='1'/></pci-express>"), 27, "'3'"),
        (of("net", ""), 1, "no network interface supplied"),
        (net("<feature name='telepathy'/>"), 27, "unknown network device feature 'telepathy'"),
        (of("usb", "<number>x</number>"), 1, "invalid USB interface number"),
        (of("scsi_host", "<host>1</host><capability type='x'/>"), 1, "type 'x'"),
        (of("scsi_target", "<target>t</target><capability/>"), 1, "missing type"),
        (of("scsi", "<host>1</host><bus>0</bus><target>0</target>"), 1, "no SCSI LUN ID"),
        (of("storage", "<size>1</size>"), 1, "no block device path"),
        (of("storage", "<block>/dev/a</block>"), 1, "no size supplied"),
        (of("drm", "<type>x</type>"), 67, "unknown drm type 'x'"),
        (of("mdev", ""), 67, "no type"),
        (of("mdev", "<type id='a'/><uuid>x</uuid>"), 1, "malformed uuid"),
        (of("ccw", ""), 67, "missing cssid value for 'd'"),
        (of("css", &format!("{CCW}<devno>x</devno>")), 67, "invalid devno value 'x'"),
        (of("ap_queue", "<ap-adapter>1</ap-adapter><ap-domain>256</ap-domain>"), 67, "'256'"),
        (
            format!(
                "<device><name>d</name><parent wwnn='1'/>{}</device>",
                capability(" type='ap_matrix'>")
            ),
            27,
            "wwpn must also be provided",
        ),
    ];
    let rows: Vec<_> =
        rows.iter().map(|(text, code, words)| (text.as_str(), *code, *words)).collect();
    refused(nodedev, &rows);
}

#[test]
fn what_no_volume_can_be_is_refused() {
    let print = |text: &str| {
        let volume = StorageVolume::parse(text)?;
        volume.validate(PoolType::Dir).map(|()| volume.format())
    };
    let of = |content: &str| {
        format!("<volume><name>v</name><capacity>1</capacity><target>{content}</target></volume>")
    };
    let rows = [
        ("<volume><capacity>1</capacity></volume>".to_owned(), 27, "missing volume name"),
        ("<volume><name>v</name></volume>".to_owned(), 27, "missing capacity"),
        (
            "<volume><name>a/b</name><capacity>1</capacity></volume>".to_owned(),
            55,
            "cannot contain '/'",
        ),
        (
            "<volume type='x'><name>v</name><capacity>1</capacity></volume>".to_owned(),
            67,
            "type 'x'",
        ),
        (
            "<volume><name>v</name><capacity unit='E'>99</capacity></volume>".to_owned(),
            82,
            "too large: 99E",
        ),
        (of("<format type='x'/>"), 67, "unknown volume format type x"),
        (of("<compat>1</compat>"), 27, "'compat'"),
        (of("<features><warp/></features>"), 67, "unsupported feature warp"),
        (of("<permissions><mode>01755</mode></permissions>"), 27, "malformed octal mode"),
        (of("<permissions><owner>x</owner></permissions>"), 27, "malformed owner"),
        (of("<clusterSize unit='x'>1</clusterSize>"), 8, "unknown suffix 'x'"),
        (of("<encryption format='x'/>"), 67, "encryption format type x"),
    ];
    for (text, code, words) in rows {
        let error = print(&text).expect_err(&text);
        assert_eq!(error.code.number(), code, "{text}: {error}");
        assert!(error.message.contains(words), "{text}: {error}");
    }
    for content in ["<format/>", "<permissions><mode/></permissions>", "<compat>1.1</compat>"] {
        assert!(print(&of(content)).is_ok(), "{content}");
    }
}

#[test]
fn what_no_port_or_binding_can_be_is_refused() {
    const WHOSE: &str = "<uuid>2d6f2b4e-3a52-4ec0-8c6c-29f5e1b3a7d2</uuid><owner><name>g</name>\
                         <uuid>2d6f2b4e-3a52-4ec0-8c6c-29f5e1b3a7d1</uuid></owner>";
    let port = |content: &str| {
        format!("<networkport>{WHOSE}<mac address='52:54:00:11:22:33'/>{content}</networkport>")
    };
    let print = |text: &str| NetworkPort::parse(text).map(|port| port.format());
    let rows = [
        ("<networkport/>".to_owned(), 1, "no uuid"),
        (format!("<networkport>{WHOSE}</networkport>"), 1, "no mac"),
        (format!("<networkport>{WHOSE}<mac address='x'/></networkport>"), 1, "MAC 'x'"),
        (port("").replace("<name>g</name>", ""), 1, "no owner name"),
        (port("").replace("2d6f2b4e", "zz"), 1, "parse UUID"),
        (port("<vlan/>"), 27, "missing tag id"),
        (port("<bandwidth><inbound peak='1'/></bandwidth>"), 35, "average or floor"),
        (port("<bandwidth><inbound average='x'/></bandwidth>"), 67, "average value 'x'"),
        (port("<virtualport type='x'/>"), 67, "virtualport type x"),
        (port("<plug type='network'/>"), 27, "bridge name"),
        (port("<plug type='direct' dev='e' mode='x'/>"), 27, "mode setting 'x'"),
        (port("<plug type='hostdev-pci'/>"), 27, "PCI address"),
    ];
    for (text, code, words) in rows {
        let error = print(&text).expect_err(&text);
        assert_eq!(error.code.number(), code, "{text}: {error}");
        assert!(error.message.contains(words), "{text}: {error}");
    }
    assert_eq!(print(&port("<group/><rxfilters/>")), print(&port("")));
    let binding = "<filterbinding><owner><name>g</name><uuid>2d6f2b4e-3a52-4ec0-8c6c-29f5e1b3a7d1</uuid></owner>\
                   <portdev name='p'/><linkdev name='l'/><mac address='52:54:00:11:22:33'/><filterref filter='f'/>\
                   </filterbinding>";
    assert!(NwFilterBinding::parse(binding).is_ok());
    for (part, other, words) in [
        ("<linkdev name='l'/>", "<linkdev/>", "no link dev name"),
        ("<portdev name='p'/>", "<portdev name=''/>", "no port dev name"),
        ("2d6f2b4e", "zz", "parse UUID"),
        ("<filterref filter='f'/>", "", "no filter reference"),
    ] {
        let error = NwFilterBinding::parse(&binding.replace(part, other)).unwrap_err();
        assert_eq!((error.code.number(), error.message.contains(words)), (1, true), "{error}");
    }
}

#[test]
fn what_no_snapshot_can_be_is_refused() {
    let of = |content: &str| format!("<domainsnapshot><name>s</name>{content}</domainsnapshot>");
    let disk = |attributes: &str, content: &str| {
        of(&format!("<disks><disk {attributes}>{content}</disk></disks>"))
    };
    for (text, code, words) in [
        (of("<state>asleep</state>"), 67, "'asleep'"),
        (of("<creationTime>noon</creationTime>"), 1, "creationTime"),
        (of("<memory snapshot='external'/>"), 27, "require a filename"),
        (of("<memory snapshot='internal' file='/m'/>"), 27, "requires external"),
        (of("<memory snapshot='external' file='m'/>"), 27, "must be absolute"),
        (disk("snapshot='no'", ""), 1, "missing name"),
        (disk("name='vda'", "<driver type='x'/>"), 67, "driver 'x'"),
        (disk("name='vda'", "<source file='here'/>"), 27, "'here' must be absolute"),
        (of("").replace(">s<", ">a/b<"), 35, "can't contain '/'"),
        (of("").replace(">s<", ">.a<"), 35, "can't start with '.'"),
    ] {
        let error = DomainSnapshot::parse(&text).expect_err(&text);
        assert_eq!(error.code.number(), code, "{text}: {error}");
        assert!(error.message.contains(words), "{text}: {error}");
    }
    assert!(DomainSnapshot::parse(&of("<parent/>")).is_ok());
}

#[test]
fn every_kind_of_document_survives_json_and_its_own_print() {
    let mut seen = 0;
    for (kind, text) in documents() {
        let printed = kind.reprint(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(kind.reprint(&printed).as_deref(), Ok(&*printed));
        assert_eq!(through_json(kind, &printed), printed, "{} through JSON", kind.word());
        seen += 1;
    }
    assert!(seen >= 20, "only {seen} documents were read");
}

/// Each expected document with its kind.
fn documents() -> impl Iterator<Item = (DocumentKind, String)> {
    let folders = [
        ("network", DocumentKind::Network),
        ("storagepool", DocumentKind::StoragePool),
        ("nwfilter", DocumentKind::NwFilter),
        ("secret", DocumentKind::Secret),
        ("interface", DocumentKind::HostInterface),
        ("nodedev", DocumentKind::NodeDevice),
    ];
    folders.into_iter().flat_map(|(folder, kind)| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kinds").join(folder);
        let entries = fs::read_dir(folder).expect("the documents are there").flatten();
        let files = entries.map(|entry| entry.path());
        let files = files.filter(|path| path.to_string_lossy().ends_with(".out.xml"));
        files.map(move |path| (kind, fs::read_to_string(path).expect("a document can be read")))
    })
}

/// What is printed of a document that has become JSON meanwhile.
fn through_json(kind: DocumentKind, text: &str) -> String {
    macro_rules! through {
        ($Document:ty, $format:expr) => {{
            let json = <$Document>::parse(text).and_then(|document| document.to_json()).unwrap();
            let again =
                <$Document>::from_json(&json).unwrap_or_else(|error| panic!("{error}: {json:#}"));
            $format(&again)
        }};
    }
    match kind {
        DocumentKind::Network => {
            through!(Network, |network: &Network| network.format(FormatFlags::INACTIVE))
        }
        DocumentKind::StoragePool => through!(StoragePool, StoragePool::format),
        DocumentKind::NwFilter => through!(NwFilter, NwFilter::format),
        DocumentKind::Secret => through!(Secret, Secret::format),
        DocumentKind::HostInterface => through!(HostInterface, HostInterface::format),
        DocumentKind::NodeDevice => through!(NodeDevice, NodeDevice::format),
        other => panic!("there are no documents of {}", other.word()),
    }
}

#[test]
fn what_is_wrong_in_the_json_of_a_kind_is_told_by_its_path() {
    let wrong = serde_json::json!({"name": "d", "capability": [{"type": "drm", "colour": 1}]});
    let error = NodeDevice::from_json(&wrong).unwrap_err().to_string();
    assert_eq!(error, "/capability/0: 'colour' is not known here");
    let mixed = serde_json::json!({"name": "f", "entries": [{"rule": {}, "filterref": {}}]});
    let error = NwFilter::from_json(&mixed).unwrap_err().to_string();
    assert_eq!(error, "/entries/0: an object with one member is expected");
    let stranger = serde_json::json!({"name": "f", "entries": [{"rule": {"wifi": []}}]});
    let error = NwFilter::from_json(&stranger).unwrap_err().to_string();
    assert_eq!(error, "/entries/0/rule: 'wifi' is not known here");
    let refused = serde_json::json!({"name": "d", "capability": [{"type": "scsi_generic"}]});
    let error = NodeDevice::from_json(&refused).unwrap_err().to_string();
    assert_eq!(error, "internal error: no character device path supplied for 'd'");
}

#[test]
fn no_kind_of_document_is_read_without_limits() {
    for kind in DocumentKind::ALL {
        let root = kind.word();
        let deep = format!("<{root}>{}{}</{root}>", "<a>".repeat(300), "</a>".repeat(300));
        let wide =
            format!("<{root}{}/>", (0..300).map(|n| format!(" a{n}=''")).collect::<String>());
        let entity = format!("<!DOCTYPE d [<!ENTITY a 'b'>]><{root}>&a;</{root}>");
        for text in [deep, wide, entity, format!("<{root} a='1' a='2'/>"), format!("<{root}>")] {
            let error = kind.reprint(&text).expect_err(&text);
            assert_eq!(error.code, Code::XmlDetail, "{root}: {error}");
            assert!(error.position.is_some(), "{root}: {error}");
        }
        let error = kind.reprint("<other/>").expect_err(root);
        assert_eq!(error.code, Code::XmlError, "{root}: {error}");
    }
}

#[test]
fn a_binding_and_a_volume_print_as_they_are() {
    let binding = "<filterbinding>\n  <owner>\n    <name>guest</name>\n    \
                   <uuid>2d6f2b4e-3a52-4ec0-8c6c-29f5e1b3a7d1</uuid>\n  </owner>\n  <portdev name='vnet0'/>\n  \
                   <mac address='52:54:00:11:22:33'/>\n  <filterref filter='clean-traffic'>\n    \
                   <parameter name='IP' value='10.0.0.2'/>\n  </filterref>\n</filterbinding>\n";
    assert_eq!(NwFilterBinding::parse(binding).unwrap().format(), binding);
    let volume = "<volume type='file'>\n  <name>a.qcow2</name>\n  <key>/srv/a.qcow2</key>\n  \
                  <capacity unit='bytes'>1048576</capacity>\n  <allocation unit='bytes'>4096</allocation>\n  \
                  <target>\n    <path>/srv/a.qcow2</path>\n    <format type='qcow2'/>\n    <permissions>\n      \
                  <mode>0600</mode>\n      <owner>0</owner>\n      <group>0</group>\n    </permissions>\n    \
                  <compat>1.1</compat>\n    <clusterSize unit='B'>65536</clusterSize>\n    <features>\n      \
                  <lazy_refcounts/>\n    </features>\n  </target>\n</volume>\n";
    assert_eq!(StorageVolume::parse(volume).unwrap().format(), volume);
    let error = StorageVolume::parse("<volume><name>a</name></volume>").err().unwrap();
    assert_eq!(error.code.number(), 27);
}

/// A domain as it stands in a document, without its own root's indentation.
const DOMAIN: &str = "  <domain type='qemu'>
    <name>guest</name>
    <uuid>2d6f2b4e-3a52-4ec0-8c6c-29f5e1b3a7d1</uuid>
    <memory unit='KiB'>65536</memory>
    <os>
      <type>hvm</type>
    </os>
  </domain>
";

#[test]
fn a_snapshot_prints_as_it_is() {
    let snapshot = format!(
        "<domainsnapshot>\n  <name>s1</name>\n  <description>before</description>\n  <state>running</state>\n  \
         <parent>\n    <name>s0</name>\n  </parent>\n  <creationTime>1700000000</creationTime>\n  \
         <memory snapshot='external' file='/srv/memory'/>\n  <disks>\n    \
         <disk name='vda' snapshot='external' type='file'>\n      <driver type='qcow2'/>\n      \
         <source file='/srv/new.qcow2'/>\n    </disk>\n    <disk name='vdb' snapshot='no'/>\n  </disks>\n\
         {DOMAIN}</domainsnapshot>\n"
    );
    let parsed = DomainSnapshot::parse(&snapshot).unwrap();
    assert_eq!(parsed.format(FormatFlags::SECURE), snapshot);
    let error = DomainSnapshot::parse("<domainsnapshot><state>x</state></domainsnapshot>").err();
    assert_eq!(error.map(|error| error.code.number()), Some(67));
}

#[test]
fn a_checkpoint_prints_as_it_is() {
    let checkpoint = format!(
        "<domaincheckpoint>\n  <name>c1</name>\n  <description>d</description>\n  \
         <creationTime>1700000000</creationTime>\n  <disks>\n    \
         <disk name='vda' checkpoint='bitmap' bitmap='b1'/>\n    <disk name='vdb' checkpoint='no'/>\n  \
         </disks>\n{DOMAIN}</domaincheckpoint>\n"
    );
    let parsed = DomainCheckpoint::parse(&checkpoint).unwrap();
    assert_eq!(parsed.format(FormatFlags::SECURE), checkpoint);
}

#[test]
fn a_backup_a_port_and_a_cpu_print_as_they_are() {
    let backup = "<domainbackup mode='pull'>\n  <incremental>c1</incremental>\n  \
                  <server transport='tcp' name='localhost' port='10809'/>\n  <disks>\n    \
                  <disk name='vda' backup='yes' type='file' backupmode='incremental' incremental='c1' \
                  exportname='vda' exportbitmap='b1'>\n      <driver type='qcow2'/>\n      \
                  <scratch file='/srv/scratch.qcow2'/>\n    </disk>\n    <disk name='vdb' backup='no'/>\n  \
                  </disks>\n</domainbackup>\n";
    assert_eq!(DomainBackup::parse(backup).unwrap().format(), backup);
    let port = "<networkport>\n  <uuid>2d6f2b4e-3a52-4ec0-8c6c-29f5e1b3a7d2</uuid>\n  <owner>\n    \
                <name>guest</name>\n    <uuid>2d6f2b4e-3a52-4ec0-8c6c-29f5e1b3a7d1</uuid>\n  </owner>\n  \
                <group name='slow'/>\n  <mac address='52:54:00:11:22:33'/>\n  <bandwidth>\n    \
                <inbound average='5'/>\n  </bandwidth>\n  <rxfilters trustGuest='yes'/>\n  \
                <plug type='network' bridge='virbr0' macTableManager='libvirt'/>\n</networkport>\n";
    assert_eq!(NetworkPort::parse(port).unwrap().format(), port);
    let cpu = "<cpu mode='custom' match='exact'>\n  <model fallback='forbid'>Penryn</model>\n  \
               <feature policy='require' name='vmx'/>\n</cpu>\n";
    assert_eq!(Cpu::parse(cpu).unwrap().format(), cpu);
    let host = format!("<capabilities><host>{cpu}</host></capabilities>");
    assert_eq!(Cpu::parse(&host).unwrap().format(), cpu);
    assert_eq!(Cpu::parse("<host/>").err().map(|error| error.code.number()), Some(27));
}
