//! The command that reaches a server through ssh.
//!
//! On the other host `virt-ssh-helper` finds the socket by itself. Where it is not installed, `nc`
//! connects to the socket that the machine's daemon has.

use super::Server;
use crate::uri::{Access, Parameters};

/// Where a URI's ssh leads.
pub(crate) struct Shell<'a> {
    pub(crate) server: Server,
    pub(crate) parameters: &'a Parameters,
}

impl Shell<'_> {
    /// The program with its arguments. `name` is what the server is asked to open, `path` that of
    /// the URI.
    pub(crate) fn command(&self, name: &str, access: Access, path: &str) -> Vec<String> {
        let Server { user, host, port } = &self.server;
        let mut words = vec![self.parameters.get("command").unwrap_or("ssh").to_owned()];
        let mut option =
            |flag: &str, value: &str| words.extend([flag.to_owned(), value.to_owned()]);
        if let Some(port) = port {
            option("-p", &port.to_string());
        }
        if let Some(user) = user {
            option("-l", user);
        }
        if let Some(key) = self.parameters.get("keyfile") {
            option("-i", key);
        }
        if self.parameters.is_on("no_tty") {
            option("-o", "BatchMode=yes");
        }
        if self.parameters.is_on("no_verify") {
            option("-o", "StrictHostKeyChecking=no");
        }
        // A host may not pass for an option.
        words.extend(["-T", "-e", "none", "--", host].map(str::to_owned));
        words.push(format!("sh -c {}", quoted(&self.script(name, access, path))));
        words
    }

    fn script(&self, name: &str, access: Access, path: &str) -> String {
        let read_only = if access == Access::ReadOnly { "-r " } else { "" };
        let helper = format!("virt-ssh-helper {read_only}{}", quoted(name));
        let netcat = || self.netcat(access, path);
        match self.parameters.get("proxy") {
            Some("native") => format!("exec {helper}"),
            Some("netcat") => netcat(),
            // The helper does not take a socket, and whoever names a netcat wants it.
            Some(_) | None if self.has("socket") || self.has("netcat") => netcat(),
            // Only the helper knows where a user's own socket is.
            Some(_) | None if path.starts_with("/session") => format!("exec {helper}"),
            Some(_) | None => format!(
                "if command -v virt-ssh-helper >/dev/null 2>&1; then exec {helper}; else {}; fi",
                netcat()
            ),
        }
    }

    /// Some netcats end with their input only when told so, and others do not know the option.
    fn netcat(&self, access: Access, path: &str) -> String {
        let netcat = quoted(self.parameters.get("netcat").unwrap_or("nc"));
        let usual = match access {
            Access::ReadOnly if !path.starts_with("/session") => "/var/run/libvirt/libvirt-sock-ro",
            Access::ReadOnly | Access::ReadWrite => "/var/run/libvirt/libvirt-sock",
        };
        let socket = quoted(self.parameters.get("socket").unwrap_or(usual));
        format!(
            "if {netcat} -q 2>&1 | grep 'requires an argument' >/dev/null 2>&1; \
             then exec {netcat} -q0 -U {socket}; else exec {netcat} -U {socket}; fi"
        )
    }

    fn has(&self, parameter: &str) -> bool {
        self.parameters.get(parameter).is_some()
    }
}

/// A word for a shell, whatever is in it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Server, Shell, quoted};
    use crate::uri::{Access, Parameters};

    fn command(authority: &str, query: &str, access: Access, path: &str) -> Vec<String> {
        let parameters = Parameters::parse(query).unwrap();
        let server = Server::parse(authority).unwrap();
        Shell { server, parameters: &parameters }.command(&format!("qemu://{path}"), access, path)
    }

    /// What a shell makes of the last word, when each of `programs` prints its arguments.
    fn ran(words: &[String], programs: &[&str]) -> String {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        for name in programs {
            let path = directory.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\nprintf '[%s]' '{name}' \"$@\"\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let shell = ["/bin/sh", "/usr/bin/grep", "/bin/grep"];
        for tool in shell {
            let name = directory.path().join(tool.rsplit('/').next().unwrap());
            let _ = std::os::unix::fs::symlink(tool, name);
        }
        let mut sh = Command::new("/bin/sh");
        let output = sh.arg("-c").arg(words.last().unwrap()).env("PATH", directory.path()).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    }

    #[test]
    fn options_of_the_uri_become_those_of_ssh() {
        let words = command(
            "ann@host:2222",
            "keyfile=/k&no_tty=1&no_verify=1",
            Access::ReadWrite,
            "/system",
        );
        let expected = "ssh -p 2222 -l ann -i /k -o BatchMode=yes -o StrictHostKeyChecking=no \
                        -T -e none -- host";
        assert_eq!(words[..words.len() - 1].join(" "), expected);
    }

    #[test]
    fn the_helper_comes_before_netcat() {
        let words = command("host", "", Access::ReadOnly, "/system");
        let helped = ran(&words, &["virt-ssh-helper", "nc"]);
        assert_eq!(helped, "[virt-ssh-helper][-r][qemu:///system]");
        let alone = ran(&words, &["nc"]);
        assert_eq!(alone, "[nc][-U][/var/run/libvirt/libvirt-sock-ro]");
        let session = command("host", "", Access::ReadWrite, "/session");
        assert_eq!(ran(&session, &["nc"]), "", "nobody else knows a user's socket");
    }

    #[test]
    fn nothing_in_a_uri_is_run_by_the_other_hosts_shell() {
        let query = "socket=/tmp/%27%3Btouch%20x%3B%27%24(id)%60id%60&netcat=a%20b";
        let words = command("host", query, Access::ReadWrite, "/system");
        assert_eq!(ran(&words, &["a b", "touch", "id"]), "[a b][-U][/tmp/';touch x;'$(id)`id`]");
        let words = command("-oProxyCommand=x", "", Access::ReadWrite, "/system");
        assert_eq!(words[words.len() - 3..][..2], ["--", "-oProxyCommand=x"]);
    }

    #[test]
    fn a_word_is_quoted_whatever_is_in_it() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
