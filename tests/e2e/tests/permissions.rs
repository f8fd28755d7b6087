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
