//! Rules: real clients of another user, who see and touch what a policy gives them.
#![forbid(unsafe_code)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use e2e::{Daemon, Document, Listener, Outcome, eventually};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The user that the rules are about: nobody.
const USER: &str = "65534";

/// Root may do everything; nobody may run, and define, what is tagged for it.
const POLICY: &str = r#"
[[rule]]
name = "root"
who = [{ uid = 0 }]
may = ["admin"]

[[rule]]
name = "visitors"
who = [{ uid = 65534 }]
may = ["visitor"]

[[rule]]
name = "tenants"
who = [{ uid = 65534 }]
may = ["operator", "domain.write", "domain.save", "domain.delete"]
on = [{ kind = "domain", tag = "mine" }]

[[rule]]
name = "never"
who = [{ anyone = true }]
may_not = ["domain.delete"]
on = [{ kind = "domain", name = "precious*" }]
"#;

const MINE: &str = "<metadata><t:tags xmlns:t='urn:ferrovirt:access'>lab mine</t:tags></metadata>";

/// A daemon whose main socket everybody may open, and its policy.
struct Policed {
    daemon: Daemon,
    policy: PathBuf,
    _directory: TempDir,
}

impl Policed {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory for the test");
        let policy = directory.path().join("access.toml");
        fs::write(&policy, POLICY).expect("the directory is ours");
        let configuration = format!(
            "unix_sock_rw_perms = \"0777\"\naccess_drivers = [\"policy\"]\naccess_policy = {policy:?}\n"
        );
        Self { daemon: Daemon::configured(&configuration), policy, _directory: directory }
    }

    fn virsh<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Outcome {
        Outcome::of(&mut as_user(&self.daemon.virsh_command(words)))
    }

    /// A guest that is nobody's, and one that is tagged.
    fn guests(&self) -> (String, String) {
        let daemon = &self.daemon;
        let theirs = daemon.define(&Document::new(&daemon.name("theirs")));
        let mine = daemon.define(&Document::new(&daemon.name("mine")).element(MINE));
        (theirs, mine)
    }
}

/// The same command as another user, in its own group only.
fn as_user(command: &Command) -> Command {
    let mut user = Command::new("setpriv");
    user.args(["--reuid", USER, "--regid", USER, "--clear-groups", "--"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => user.env(name, value),
            None => user.env_remove(name),
        };
    }
    user.env("HOME", "/nonexistent").env("XDG_CACHE_HOME", "/nonexistent");
    user
}

const DENIED: &str = "access denied: 'QEMU' denied access";
/// virsh's words when a look-up is denied: it tries others, and tells none of their errors.
const NOT_FOUND: &str = "failed to get domain";

#[test]
fn a_tenant_sees_and_touches_its_own() {
    let policed = Policed::start();
    let (theirs, mine) = policed.guests();
    assert_eq!(policed.virsh(["list", "--all", "--name"]).lines(), [mine.as_str()]);
    assert_eq!(policed.daemon.virsh(["list", "--all", "--name"]).lines().len(), 2);
    for command in ["dominfo", "dumpxml", "start", "undefine"] {
        policed.virsh([command, &theirs]).fails(NOT_FOUND);
    }
    policed.virsh(["nodesuspend", "mem", "60"]).fails(DENIED);
    policed.virsh(["start", &mine, "--paused"]).ok();
    assert_eq!(policed.virsh(["domstate", &mine]).word(), "paused");
    let stats = policed.virsh(["domstats", "--state"]).ok();
    assert!(stats.contains(&mine) && !stats.contains(&theirs), "{stats}");
    policed.virsh(["dumpxml", &mine]).ok();
    policed.virsh(["dumpxml", &mine, "--security-info"]).fails(DENIED);
    policed.virsh(["qemu-monitor-command", &mine, "--hmp", "info status"]).ok();
    policed.virsh(["destroy", &mine]).ok();
}

#[test]
fn a_document_makes_nobody_the_owner_of_what_is_anothers() {
    let policed = Policed::start();
    let (theirs, mine) = policed.guests();
    let daemon = &policed.daemon;
    let define = |file: &str, document: &Document| {
        let file = daemon.write(file, &document.xml());
        policed.virsh(["define", &file])
    };
    let new = Document::new(&daemon.name("new"));
    define("new.xml", &new).fails(DENIED);
    define("new.xml", &new.clone().element(MINE)).ok();
    // A document that claims the tag does not take over a guest that has none.
    let claim = Document::new(&theirs).uuid(&daemon.uuid(&theirs)).element(MINE);
    define("claim.xml", &claim).fails(DENIED);
    let file = daemon.write("run.xml", &claim.xml());
    policed.virsh(["create", &file]).fails(DENIED);
    // Nor is a guest given away, or taken out of the rules' reach by a new name.
    let retag = ["metadata", &mine, "urn:ferrovirt:access", "--config", "--key", "t", "--set"];
    policed.virsh(retag.into_iter().chain(["<tags>other</tags>"])).fails(DENIED);
    policed.virsh(retag.into_iter().chain(["<tags>mine more</tags>"])).ok();
    let precious = daemon.name("precious");
    define("precious.xml", &Document::new(&precious).element(MINE)).ok();
    policed.virsh(["undefine", &precious]).fails(DENIED);
    daemon.virsh(["undefine", &precious]).fails(DENIED);
    policed.virsh(["undefine", &mine]).ok();
}

/// Rules about objects of the other kinds: nobody keeps some, sees others, and knows nothing of the rest.
const OBJECTS: &str = r#"
[[rule]]
name = "root"
who = [{ uid = 0 }]
may = ["admin"]

[[rule]]
name = "visitors"
who = [{ uid = 65534 }]
may = ["visitor"]

[[rule]]
name = "own"
who = [{ uid = 65534 }]
may = [
    "network.getattr", "network.read", "network.write", "network.save", "network.delete",
    "storage_pool.getattr", "storage_pool.read", "storage_pool.write", "storage_pool.save", "storage_pool.delete",
    "nwfilter.getattr", "nwfilter.read", "nwfilter.write", "nwfilter.save", "nwfilter.delete",
    "secret.getattr", "secret.read", "secret.write", "secret.save", "secret.delete", "secret.read_secure",
]
on = [
    { kind = "network", name = "own*" }, { kind = "storage_pool", name = "own*" },
    { kind = "nwfilter", name = "own*" },
    { kind = "secret", uuid = "5d2f9a6e-0000-4000-8000-000000000601" },
]

[[rule]]
name = "shown"
who = [{ uid = 65534 }]
may = ["network.getattr", "storage_pool.getattr", "nwfilter.getattr", "secret.getattr"]
on = [
    { kind = "network", name = "shown" }, { kind = "storage_pool", name = "shown" },
    { kind = "nwfilter", name = "shown" },
    { kind = "secret", uuid = "5d2f9a6e-0000-4000-8000-000000000602" },
]
"#;

/// An object of a kind: virsh's prefix, what knows it, and its document.
fn objects(name: &str, number: u8) -> [(&'static str, String, String); 4] {
    let uuid = format!("5d2f9a6e-0000-4000-8000-0000000006{number:02x}");
    [
        (
            "net",
            name.to_owned(),
            format!(
                "<network><name>{name}</name><uuid>{uuid}</uuid><bridge name='e2e{number}'/></network>"
            ),
        ),
        (
            "pool",
            name.to_owned(),
            format!(
                "<pool type='dir'><name>{name}</name><uuid>{uuid}</uuid><target><path>/{name}</path></target></pool>"
            ),
        ),
        (
            "nwfilter",
            name.to_owned(),
            format!("<filter name='{name}'><uuid>{uuid}</uuid></filter>"),
        ),
        ("secret", uuid.clone(), format!("<secret><uuid>{uuid}</uuid></secret>")),
    ]
}

#[test]
fn rules_hold_for_networks_pools_filters_and_secrets() {
    let policed = Policed::start();
    let daemon = &policed.daemon;
    let pid = daemon.pid().and_then(|pid| Pid::from_raw(pid.cast_signed()));
    fs::write(&policed.policy, OBJECTS).expect("the directory is ours");
    kill_process(pid.expect("the daemon is ours"), Signal::HUP).expect("the daemon runs");
    let file = |(prefix, key, document): &(&str, String, String)| {
        let file = daemon.write(&format!("{prefix}-{key}.xml"), document);
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .expect("it is ours");
        file
    };
    for object in objects("shown", 2).iter().chain(&objects("hidden", 3)) {
        daemon.virsh([&*format!("{}-define", object.0), &file(object)]).ok();
    }
    let [network, ..] = objects("own", 1);
    eventually("the policy to hold", || {
        (policed.virsh(["net-define", &file(&network)]).status == 0).then_some(())
    });
    for ((own, shown), hidden) in
        objects("own", 1).iter().zip(&objects("shown", 2)).zip(&objects("hidden", 3))
    {
        let command = |verb: &str| format!("{}-{verb}", own.0);
        policed.virsh([&*command("define"), &file(own)]).ok();
        policed.virsh([&*command("dumpxml"), &own.1]).ok();
        // What is shown is listed, and not told of; what is hidden is not there.
        let mut list = vec![command("list")];
        list.extend(matches!(own.0, "net" | "pool").then(|| "--all".to_owned()));
        let listed = policed.virsh(list.iter().map(String::as_str)).ok();
        assert!(listed.contains(&own.1) && listed.contains(&shown.1), "{listed}");
        assert!(!listed.contains(&hidden.1), "{listed}");
        policed.virsh([&*command("dumpxml"), &shown.1]).fails("access denied");
        policed.virsh([&*command("undefine"), &shown.1]).fails("access denied");
        for verb in ["dumpxml", "undefine"] {
            assert_ne!(
                policed.virsh([&*command(verb), &hidden.1]).status,
                0,
                "{verb} {}",
                hidden.1
            );
        }
        // A document makes nobody the owner of what is another's.
        policed.virsh([&*command("define"), &file(shown)]).fails("access denied");
        policed.virsh([&*command("define"), &file(hidden)]).fails("access denied");
        daemon.virsh([&*command("dumpxml"), &hidden.1]).ok();
    }
    let [.., (_, own, _)] = objects("own", 1);
    let [.., (_, shown, _)] = objects("shown", 2);
    policed.virsh(["secret-set-value", &own, "Z2VoZWlt"]).ok();
    assert_eq!(policed.virsh(["secret-get-value", &own]).word(), "Z2VoZWlt");
    daemon.virsh(["secret-set-value", &shown, "Z2VoZWlt"]).ok();
    policed.virsh(["secret-get-value", &shown]).fails("access denied");
    policed.virsh(["secret-set-value", &shown, "YQ=="]).fails("access denied");
    let text = "<txt name='a' value='b'/>";
    policed.virsh(["net-update", "own", "add", "dns-txt", text, "--config"]).ok();
    policed
        .virsh(["net-update", "shown", "add", "dns-txt", text, "--config"])
        .fails("access denied");
    for (prefix, key, _) in objects("own", 1) {
        policed.virsh([&*format!("{prefix}-undefine"), &key]).ok();
    }
}

/// Prints the name of every domain that something happens to, after a line "ready".
const LISTEN: &str = r#"
import threading
libvirt.virEventRegisterDefaultImpl()
def loop():
    while True:
        libvirt.virEventRunDefaultImpl()
threading.Thread(target=loop, daemon=True).start()
conn = connect()
def show(conn, dom, event, detail, opaque):
    print(dom.name(), event, flush=True)
conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, show, None)
print('ready', flush=True)
threading.Event().wait()
"#;

#[test]
fn events_tell_a_tenant_of_its_own() {
    let policed = Policed::start();
    let mut command = policed.daemon.python_command(LISTEN);
    let mut listener = Listener::spawn(&mut as_user(command.env("E2E_LATER", "1")));
    listener.hears("ready");
    let (theirs, mine) = policed.guests();
    // Numbers: virDomainEventType.
    listener.hears(&format!("{mine} 0"));
    for guest in [&theirs, &mine] {
        policed.daemon.virsh(["start", guest, "--paused"]).ok();
        policed.daemon.virsh(["destroy", guest]).ok();
        policed.daemon.virsh(["undefine", guest]).ok();
    }
    // The last event of a guest that is gone is told by what it was.
    listener.hears(&format!("{mine} 5"));
    listener.hears(&format!("{mine} 1"));
    let heard = listener.passed_over().join("\n");
    assert!(!heard.contains(&theirs), "{heard}");
}

#[test]
fn people_ask_who_may_do_what_and_which_rule_says_so() {
    let policed = Policed::start();
    let (theirs, mine) = policed.guests();
    let can_i = |words: &[&str]| policed.daemon.fv(["can-i"].iter().chain(words).copied());
    let yes = can_i(&["domain.start", "--domain", &mine, "--as-uid", USER]).ok();
    assert!(yes.starts_with("yes: ") && yes.contains("rule 'tenants'"), "{yes}");
    assert!(yes.contains("access.toml:12"), "{yes}");
    let no = can_i(&["domain.start", "--domain", &theirs, "--as-uid", USER]);
    assert_eq!(no.status, 1, "{no}");
    assert!(no.stdout.starts_with("no: ") && no.stdout.contains("no rule allows it"), "{no}");
    let no = can_i(&["domain_undefine", "--domain", &mine, "--as-uid", "1"]);
    assert!(no.status == 1 && no.stdout.contains("domain.delete"), "{no}");
    let root = can_i(&["virDomainDefineXML"]).ok();
    assert!(root.contains("rule 'root'") && root.contains("domain.save"), "{root}");
    can_i(&["domain.start", "--domain", "nosuch"]).fails("Domain not found");
    can_i(&["domain.fly"]).fails("neither a permission");
}

#[test]
fn a_policy_is_read_again_and_a_bad_one_changes_nothing() {
    let policed = Policed::start();
    let (theirs, mine) = policed.guests();
    let pid = policed.daemon.pid().and_then(|pid| Pid::from_raw(pid.cast_signed()));
    let pid = pid.expect("the daemon is ours");
    let enact = |text: &str| {
        fs::write(&policed.policy, text).expect("the directory is ours");
        kill_process(pid, Signal::HUP).expect("the daemon runs");
    };
    let seen = || policed.virsh(["list", "--all", "--name"]).lines();
    enact(&POLICY.replace("tag = \"mine\"", "name = \"*\""));
    eventually("the new policy to hold", || (seen().len() == 2).then_some(()));
    enact("[[rule]]\nwho = [{ anyone = true }]\nmay = [\"dragon\"]\n");
    // The next good policy is read after the bad one.
    enact(&POLICY.replace("tag = \"mine\"", &format!("name = \"{theirs}\"")));
    eventually("the last policy to hold", || (seen() == [theirs.as_str()]).then_some(()));
    policed.virsh(["dominfo", &mine]).fails(NOT_FOUND);
}

#[test]
fn without_rules_the_group_of_the_socket_decides() {
    let daemon = Daemon::configured(&format!("unix_sock_group = \"{USER}\"\n"));
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let user =
        |words: &[&str]| Outcome::of(&mut as_user(&daemon.virsh_command(words.iter().copied())));
    user(&["start", &name, "--paused"]).ok();
    let mut stranger = Command::new("setpriv");
    stranger.args(["--reuid", "65533", "--regid", "65533", "--clear-groups", "--"]);
    stranger.args(["virsh", "-c", daemon.uri(), "list"]).env("HOME", "/nonexistent");
    Outcome::of(&mut stranger).fails("Permission denied");
}

#[test]
fn cve_2019_10132_sockets_for_administrators_open_to_everybody() {
    let daemon = Daemon::configured("unix_sock_rw_perms = \"0777\"\n");
    let socket = daemon.socket().replace("libvirt-sock", "libvirt-admin-sock");
    let script = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])";
    let mut connect = Command::new("python3");
    connect.args(["-c", script, &socket]);
    Outcome::of(&mut connect).ok();
    Outcome::of(&mut as_user(&connect)).fails("Permission denied");
}
