//! Networks, storage pools, packet filters and secrets: what is printed of a document, to the byte, and
//! what is refused, with its code.
//!
//! `kinds/KIND/NAME.xml` is a document, `NAME.out.xml` what libvirt prints of it.

use std::fs;
use std::path::Path;

use config::backup::DomainBackup;
use config::domain::FormatFlags;
use config::domain::cpu::Cpu;
use config::moment::{DomainCheckpoint, DomainSnapshot};
use config::network::Network;
use config::networkport::NetworkPort;
use config::nwfilter::{NwFilter, NwFilterBinding};
use config::secret::Secret;
use config::storagepool::StoragePool;
use config::storagevol::StorageVolume;
use config::{Entropy, Error};

/// Draws zeros.
struct Zeros;

impl Entropy for Zeros {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn network(text: &str) -> Result<String, Error> {
    let mut network = Network::parse(text)?;
    network.complete(|bridge| bridge == "virbr0", &mut Zeros)?;
    network.validate()?;
    network.refuse_whole_devices(|device| device.bus == 9)?;
    Ok(network.format(FormatFlags::INACTIVE))
}

fn storagepool(text: &str) -> Result<String, Error> {
    let mut pool = StoragePool::parse(text)?;
    pool.complete(&mut Zeros)?;
    pool.validate(|_| true)?;
    Ok(pool.format())
}

fn nwfilter(text: &str) -> Result<String, Error> {
    let mut filter = NwFilter::parse(text)?;
    filter.complete(&mut Zeros);
    Ok(filter.format())
}

fn secret(text: &str) -> Result<String, Error> {
    let mut secret = Secret::parse(text)?;
    secret.complete(&mut Zeros);
    Ok(secret.format())
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
fn a_network_gets_what_it_does_not_say() {
    let printed = network("<network><name>a</name></network>").unwrap();
    let expected = "<network>\n  <name>a</name>\n  <uuid>00000000-0000-4000-8000-000000000000</uuid>\n  \
                    <bridge name='virbr1' stp='on' delay='0'/>\n  <mac address='52:54:00:00:00:00'/>\n\
                    </network>\n";
    assert_eq!(printed, expected);
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
        (
            ip("<virtualport type='802.1Qbh'><parameters managerid='1'/></virtualport>"),
            27,
            "extra managerid",
        ),
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
    pool.complete(&mut Zeros).unwrap();
    let error = pool.validate(|_| false).unwrap_err();
    assert_eq!(error.message, "internal error: missing backend for pool type 12 (zfs)");
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
    assert_eq!(error.map(|error| error.code.number()), Some(27));
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
