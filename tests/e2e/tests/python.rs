//! The unmodified Python binding: objects, errors, streams.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document};

#[test]
fn a_guest_through_the_binding() {
    let daemon = Daemon::start();
    let document = Document::new(&daemon.name("guest"));
    daemon.adopt(document.name());
    let file = daemon.write("guest.xml", &document.xml());
    let script = format!(
        r#"
dom = conn.defineXML(open('{file}').read())
print(dom.name(), dom.isActive(), dom.isPersistent(), dom.isUpdated(), dom.ID())
dom.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
print(dom.isActive(), dom.state(), dom.info()[1], dom.maxMemory(), dom.maxVcpus(), dom.OSType())
assert conn.lookupByUUID(dom.UUID()).name() == dom.name()
assert conn.lookupByUUIDString(dom.UUIDString()).ID() == dom.ID() > 0
assert dom.ID() in conn.listDomainsID() and dom.name() not in conn.listDefinedDomains()
assert any(d.name() == dom.name() for d in conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_PAUSED))
stats = conn.domainListGetStats([dom], libvirt.VIR_DOMAIN_STATS_STATE)
print(stats[0][0].name(), stats[0][1])
dom.destroy()
dom.undefine()
print(conn.isAlive(), conn.isSecure(), conn.isEncrypted(), conn.getType())
"#
    );
    let name = document.name();
    let expected = format!(
        "{name} 0 1 0 -1\n1 [3, 1] 65536 65536 1 hvm\n{name} {{'state.state': 3, 'state.reason': 1}}\n1 1 0 QEMU\n"
    );
    assert_eq!(daemon.python(&script).ok(), expected);
}

#[test]
fn a_client_has_many_connections() {
    let daemon = Daemon::start();
    let script = "
conns = [connect() for _ in range(20)]
print(len({c.getHostname() for c in conns}), all(c.close() == 0 for c in conns))
";
    assert_eq!(daemon.python(script).word(), "1 True");
}

#[test]
fn threads_share_a_connection() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    let script = format!(
        "
import concurrent.futures
dom = conn.lookupByName('{name}')
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    states = list(pool.map(lambda _: tuple(dom.state()), range(400)))
print(set(states))
"
    );
    assert_eq!(daemon.python(&script).word(), "{(3, 1)}");
}

#[test]
fn a_closed_connection_is_noticed() {
    let mut daemon = Daemon::start();
    let script = "
import threading
libvirt.virEventRegisterDefaultImpl()
def loop():
    while True:
        libvirt.virEventRunDefaultImpl()
threading.Thread(target=loop, daemon=True).start()
conn = connect()
conn.registerCloseCallback(lambda conn, reason, opaque: print('closed', reason, flush=True), None)
print('ready', flush=True)
threading.Event().wait()
";
    if daemon.is_reference() {
        return; // killing the daemon that other tests use at this moment is for survive.rs alone
    }
    let mut listener = e2e::Listener::spawn(daemon.python_command(script).env("E2E_LATER", "1"));
    listener.hears("ready");
    daemon.kill9();
    // VIR_CONNECT_CLOSE_REASON_EOF is 1, ERROR is 0: a killed daemon's socket may end either way.
    listener.hears("closed ");
}
