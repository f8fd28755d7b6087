//! Codes of errors, which programs decide by: each the code that libvirt gives.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document};

/// libvirt's numbers, as in `virErrorNumber`.
mod code {
    pub(crate) const INTERNAL: u32 = 1;
    pub(crate) const INVALID_ARG: u32 = 8;
    pub(crate) const OPERATION_FAILED: u32 = 9;
    pub(crate) const NO_NAME: u32 = 21;
    pub(crate) const XML: u32 = 27;
    pub(crate) const XML_DETAIL: u32 = 35;
    pub(crate) const SYSTEM: u32 = 38;
    pub(crate) const NO_DOMAIN: u32 = 42;
    pub(crate) const OPERATION_INVALID: u32 = 55;
    pub(crate) const ARGUMENT_UNSUPPORTED: u32 = 74;
    pub(crate) const NO_METADATA: u32 = 80;
}

/// Defines `off`, `on` (its CPUs stopped) and `tr` (transient), and tells the code of every expression.
const SCRIPT: &str = r#"
import libvirt_qemu
def doc(name, devices='', rest=''):
    return open(sys.argv[1]).read().replace('NAME', name).replace('<devices>', rest + '<devices>' + devices)
OFF, ON, TR, NEW = sys.argv[2:6]
off = conn.defineXML(doc(OFF))
on = conn.defineXML(doc(ON)); on.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
tr = conn.createXML(doc(TR), libvirt.VIR_DOMAIN_START_PAUSED)
gone = conn.defineXML(doc(NEW)); gone.undefine()
MONITOR, AGENT = libvirt_qemu.qemuMonitorCommand, libvirt_qemu.qemuAgentCommand
CONFIG, LIVE = libvirt.VIR_DOMAIN_AFFECT_CONFIG, libvirt.VIR_DOMAIN_AFFECT_LIVE
for expression in sys.argv[6:]:
    try:
        print('success of', expression, eval(expression))
    except libvirt.libvirtError as error:
        print(error.get_error_code(), expression)
for dom in (on, tr):
    dom.destroy()
for dom in (off, on):
    dom.undefine()
"#;

/// The rows: what is called and the code it must fail with.
const FAILURES: &[(u32, &str)] = &[
    (code::NO_DOMAIN, "conn.lookupByName('no-such-guest')"),
    (code::NO_DOMAIN, "conn.lookupByID(99999)"),
    (code::NO_DOMAIN, "conn.lookupByUUIDString('5d2f9a6e-0000-4000-8000-0000000000ff')"),
    (code::NO_DOMAIN, "gone.info()"),
    (code::NO_DOMAIN, "gone.create()"),
    (code::NO_DOMAIN, "gone.XMLDesc()"),
    (code::NO_DOMAIN, "gone.undefine()"),
    (code::XML_DETAIL, "conn.defineXML('<domain')"),
    (code::NO_NAME, "conn.defineXML('<domain type=\"qemu\"/>')"),
    (code::XML, "conn.defineXML('<network/>')"),
    (
        code::OPERATION_FAILED,
        "conn.defineXML(doc(OFF, rest='<uuid>5d2f9a6e-0000-4000-8000-0000000000fe</uuid>'))",
    ),
    (code::OPERATION_FAILED, "conn.createXML(doc(ON))"),
    (code::SYSTEM, "conn.createXML(doc(NEW, '<emulator>/no/such</emulator>'))"),
    (
        code::SYSTEM,
        "conn.createXML(doc(NEW, \"<disk><source file='/no/such'/><target dev='vda'/></disk>\"))",
    ),
    (code::OPERATION_INVALID, "off.destroy()"),
    (code::OPERATION_INVALID, "off.suspend()"),
    (code::OPERATION_INVALID, "off.resume()"),
    (code::OPERATION_INVALID, "off.reset(0)"),
    (code::OPERATION_INVALID, "off.reboot(0)"),
    (code::OPERATION_INVALID, "off.shutdown()"),
    (code::OPERATION_INVALID, "off.memoryStats()"),
    (code::OPERATION_INVALID, "off.blockStats('vda')"),
    (code::OPERATION_INVALID, "off.interfaceStats('vnet0')"),
    (code::OPERATION_INVALID, "off.vcpus()"),
    (code::OPERATION_INVALID, "off.setVcpusFlags(1, LIVE)"),
    (code::OPERATION_INVALID, "off.sendKey(0, 0, [30], 1, 0)"),
    (code::OPERATION_INVALID, "off.injectNMI(0)"),
    (code::OPERATION_INVALID, "off.screenshot(conn.newStream(), 0, 0)"),
    (code::OPERATION_INVALID, "off.openConsole(None, conn.newStream(), 0)"),
    (code::OPERATION_INVALID, "off.rename(ON, 0)"),
    (code::OPERATION_INVALID, "MONITOR(off, '{}', 0)"),
    (code::OPERATION_INVALID, "AGENT(off, '{}', 1, 0)"),
    (code::INVALID_ARG, "off.blockInfo('vda')"),
    (code::INVALID_ARG, "off.setVcpusFlags(9, CONFIG)"),
    (code::INVALID_ARG, "off.setMemoryFlags(1 << 40, CONFIG)"),
    (
        code::INVALID_ARG,
        "off.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, 'a\\nb', None, None, 0)",
    ),
    (code::NO_METADATA, "off.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, 'urn:none', 0)"),
    (code::NO_METADATA, "off.metadata(libvirt.VIR_DOMAIN_METADATA_TITLE, None, 0)"),
    (code::OPERATION_INVALID, "on.create()"),
    (code::OPERATION_INVALID, "on.rename(NEW, 0)"),
    (code::OPERATION_INVALID, "on.setMaxMemory(1 << 20)"),
    (code::OPERATION_INVALID, "on.screenshot(conn.newStream(), 0, 0)"),
    (code::INVALID_ARG, "on.setVcpusFlags(9, LIVE)"),
    (code::INVALID_ARG, "on.blockInfo('vda')"),
    (code::INVALID_ARG, "on.blockStats('vda')"),
    (code::INVALID_ARG, "on.interfaceStats('vnet0')"),
    (code::INVALID_ARG, "on.XMLDesc(1 << 20)"),
    (code::INVALID_ARG, "on.sendKey(99, 0, [30], 1, 0)"),
    (code::INTERNAL, "on.openConsole('nosuch', conn.newStream(), 0)"),
    (code::INTERNAL, "MONITOR(on, 'not json', 0)"),
    (code::OPERATION_INVALID, "AGENT(on, '{\"execute\":\"guest-ping\"}', 1, 0)"),
    (code::XML, "conn.defineXML(doc(NEW).replace(\"'pc'\", \"'nosuch'\"))"),
    (code::OPERATION_INVALID, "tr.setAutostart(1)"),
    (code::OPERATION_INVALID, "tr.undefine()"),
    (
        code::OPERATION_INVALID,
        "tr.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, 'a', None, None, CONFIG)",
    ),
    (code::INVALID_ARG, "conn.listAllDomains(1 << 20)"),
    (
        code::ARGUMENT_UNSUPPORTED,
        "conn.getAllDomainStats(1 << 20, libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS)",
    ),
    (code::INVALID_ARG, "conn.domainXMLToNative('nosuch', '<domain/>', 0)"),
    (code::NO_NAME, "conn.domainXMLToNative('qemu-argv', '<domain type=\"qemu\"/>', 0)"),
    (code::INVALID_ARG, "conn.getDomainCapabilities(None, None, 'nosuch', None, 0)"),
    (code::INVALID_ARG, "conn.getDomainCapabilities(None, 'nosuch', None, None, 0)"),
    (code::INVALID_ARG, "conn.getCPUMap(1)"),
];

#[test]
fn every_failure_has_its_code() {
    let daemon = Daemon::start();
    let template = daemon.write("template.xml", &Document::new("NAME").xml());
    let names = ["off", "on", "transient", "new"].map(|stem| daemon.name(stem));
    let mut python = daemon.python_command(SCRIPT);
    python.arg(template).args(names).args(FAILURES.iter().map(|(_, expression)| expression));
    let got = e2e::Outcome::of(&mut python).ok();
    let expected: Vec<String> =
        FAILURES.iter().map(|(code, expression)| format!("{code} {expression}")).collect();
    assert_eq!(got.lines().count(), expected.len(), "{got}");
    let wrong: Vec<_> =
        got.lines().zip(&expected).filter(|(got, expected)| got != expected).collect();
    assert!(wrong.is_empty(), "got and expected: {wrong:#?}");
}
