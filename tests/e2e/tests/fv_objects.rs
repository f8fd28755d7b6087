//! `fv` and virsh print the same about networks, pools, filters and secrets.
#![forbid(unsafe_code)]

use e2e::Daemon;

const UUID: &str = "5d2f9a6e-0000-4000-8000-000000000501";
const NETWORK: &str = "<network><name>NAME</name><uuid>UUID</uuid>\
    <ip address='192.168.172.1' netmask='255.255.255.0'/></network>";
const POOL: &str = "<pool type='dir'><name>NAME</name><uuid>UUID</uuid>\
    <target><path>/nonexistent/fv</path></target></pool>";
const FILTER: &str = "<filter name='NAME'><uuid>UUID</uuid></filter>";
const SECRET: &str =
    "<secret><uuid>UUID</uuid><usage type='tls'><name>NAME</name></usage></secret>";

/// Runs the same line with both; `NAME`, `UUID` and files' names are filled in.
struct Both<'a> {
    daemon: &'a Daemon,
    name: &'a str,
}

impl Both<'_> {
    fn file(&self, name: &str, text: &str) -> String {
        self.daemon.write(name, &text.replace("NAME", self.name).replace("UUID", UUID))
    }

    #[track_caller]
    fn say_the_same(&self, line: &str) {
        let words: Vec<String> = line
            .split(' ')
            .map(|word| match word {
                "NAME" => self.name.to_owned(),
                "UUID" => UUID.to_owned(),
                word => word.to_owned(),
            })
            .collect();
        let virsh = self.daemon.virsh(words.iter().map(String::as_str));
        let fv = self.daemon.fv(words.iter().map(String::as_str));
        assert_eq!(fv.stdout, virsh.stdout, "{line}");
        assert_eq!(fv.stderr, virsh.stderr, "{line}");
        assert_eq!(fv.status, virsh.status, "{line}");
    }
}

#[test]
fn fv_is_virsh_for_objects_that_are_no_guests() {
    let daemon = Daemon::start();
    let name = daemon.name("object");
    let both = Both { daemon: &daemon, name: &name };
    for (kind, document) in
        [("net", NETWORK), ("pool", POOL), ("nwfilter", FILTER), ("secret", SECRET)]
    {
        let file = both.file(&format!("{kind}.xml"), document);
        both.say_the_same(&format!("{kind}-define {file}"));
        let broken = both.file("broken.xml", "<quark/>");
        both.say_the_same(&format!("{kind}-define {broken}"));
        both.say_the_same(&format!("{kind}-define /nonexistent.xml"));
        both.say_the_same(&format!("{kind}-dumpxml UUID"));
        both.say_the_same(&format!("{kind}-dumpxml no-such-object"));
        both.say_the_same(&format!("{kind}-list"));
    }
    for kind in ["net", "pool"] {
        let lines = [
            "autostart NAME",
            "autostart NAME --disable",
            "autostart no-such-object",
            "info NAME",
            "info UUID",
            "info no-such-object",
            "name UUID",
            "name no-such-object",
            "uuid NAME",
            "uuid no-such-object",
            "dumpxml NAME --inactive",
            "list --all",
            "list --inactive",
            "list --all --name",
            "list --all --uuid",
            "list --all --autostart",
            "list --all --no-autostart",
            "list --all --transient",
        ];
        for line in lines {
            both.say_the_same(&format!("{kind}-{line}"));
        }
    }
    for line in [
        "net-update NAME add-last dns-txt <txt",
        "net-update NAME add-last dns-txt /nonexistent.xml",
        "net-update NAME add quark <txt/>",
        "net-update NAME quark dns-txt <txt/>",
        "net-update NAME modify bridge <bridge/>",
        "net-update no-such-object add dns-txt <txt/>",
        "net-update NAME delete ip-dhcp-host <host/> --config --current",
        "net-update NAME delete ip-dhcp-host <host/> --parent-index x",
        "pool-capabilities",
        "find-storage-pool-sources dir",
        "find-storage-pool-sources quark",
        "find-storage-pool-sources netfs /nonexistent.xml",
        "find-storage-pool-sources",
    ] {
        both.say_the_same(line);
    }
    let txt = both.file("txt.xml", "<txt name='a' value='b'/>");
    for (line, what) in [
        (format!("net-update NAME add dns-txt {txt} --config"), "persistent config"),
        (format!("net-update NAME delete dns-txt {txt}"), "persistent config"),
    ] {
        let words: Vec<&str> =
            line.split(' ').map(|word| word.strip_prefix("NAME").map_or(word, |_| &name)).collect();
        assert_eq!(daemon.fv(words).ok().trim(), format!("Updated network {name} {what}"));
        // A second time, it is there already, or no longer.
        both.say_the_same(&line);
    }
    both.say_the_same("net-list --name --uuid");
    both.say_the_same("pool-list --all --details");
    both.say_the_same("pool-list --all --type dir,fs");
    both.say_the_same("pool-list --all --type quark");
    let value = both.file("value", "Z2VoZWlt");
    for line in [
        "secret-get-value UUID",
        "secret-set-value UUID",
        "secret-list --private",
        "secret-list --no-ephemeral",
    ] {
        both.say_the_same(line);
    }
    both.say_the_same(&format!("secret-set-value UUID --file {value}"));
    both.say_the_same(&format!("secret-set-value UUID --file {value} --plain"));
    both.say_the_same("secret-get-value UUID");
    both.say_the_same("secret-get-value UUID --plain");
    for (kind, word) in [("net", &name), ("pool", &name), ("nwfilter", &name)] {
        assert_eq!(
            daemon.fv([format!("{kind}-undefine").as_str(), word]).status,
            0,
            "{kind}-undefine"
        );
        both.say_the_same(&format!("{kind}-undefine NAME"));
    }
    daemon.fv(["secret-undefine", UUID]).ok();
    both.say_the_same("secret-undefine UUID");
}
