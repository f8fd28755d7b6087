//! Every permission there is, by libvirt's names.
//!
//! Rows name permissions; configuration and people name them too, so all names are known here.
//! polkit calls `domain.read_secure` the action `org.libvirt.api.domain.read-secure`.

use std::fmt;

use crate::procedure::Permission;

/// Objects and the permissions on them.
pub static PERMISSIONS: &[(&str, &[&str])] = &[
    (
        "connect",
        &[
            "getattr",
            "read",
            "write",
            "search_domains",
            "search_networks",
            "search_storage_pools",
            "search_node_devices",
            "search_interfaces",
            "search_secrets",
            "search_nwfilters",
            "search_nwfilter_bindings",
            "detect_storage_pools",
            "pm_control",
            "interface_transaction",
        ],
    ),
    (
        "domain",
        &[
            "getattr",
            "read",
            "write",
            "read_secure",
            "start",
            "stop",
            "reset",
            "save",
            "delete",
            "migrate",
            "checkpoint",
            "snapshot",
            "suspend",
            "hibernate",
            "core_dump",
            "pm_control",
            "init_control",
            "inject_nmi",
            "send_input",
            "send_signal",
            "fs_trim",
            "fs_freeze",
            "block_read",
            "block_write",
            "mem_read",
            "open_graphics",
            "open_device",
            "screenshot",
            "open_namespace",
            "set_time",
            "set_password",
        ],
    ),
    ("interface", &["getattr", "read", "write", "save", "delete", "start", "stop"]),
    ("network", &["getattr", "read", "write", "save", "delete", "start", "stop", "search_ports"]),
    ("network_port", &["getattr", "read", "write", "create", "delete"]),
    ("node_device", &["getattr", "read", "write", "start", "stop", "detach", "delete", "save"]),
    ("nwfilter", &["getattr", "read", "write", "save", "delete"]),
    ("nwfilter_binding", &["getattr", "read", "create", "delete"]),
    ("secret", &["getattr", "read", "write", "read_secure", "save", "delete"]),
    (
        "storage_pool",
        &[
            "getattr",
            "read",
            "write",
            "save",
            "delete",
            "start",
            "stop",
            "refresh",
            "search_storage_vols",
            "format",
        ],
    ),
    (
        "storage_vol",
        &["getattr", "read", "create", "delete", "format", "resize", "data_read", "data_write"],
    ),
];

impl Permission {
    /// Every permission there is.
    pub fn all() -> impl Iterator<Item = Self> {
        PERMISSIONS
            .iter()
            .flat_map(|(object, names)| names.iter().map(|name| Self { object, name }))
    }

    /// The permission that a text such as `domain.read_secure` names.
    pub fn named(text: &str) -> Option<Self> {
        let (object, name) = text.split_once('.')?;
        Self::all().find(|known| known.object == object && known.name == name)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.object, self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::procedure::Permission;

    #[test]
    fn every_permission_that_a_row_names_is_known() {
        for row in crate::MAIN_PROGRAMS.iter().flat_map(|program| program.rows()) {
            let named = row.access.iter().map(|access| access.permission).chain(row.filter);
            for permission in named {
                let found = Permission::named(&permission.to_string());
                assert_eq!(found, Some(permission), "{}", row.name);
            }
        }
    }

    #[test]
    fn names_are_unique_and_others_are_unknown() {
        let names: HashSet<_> = Permission::all().map(|known| known.to_string()).collect();
        assert_eq!(names.len(), Permission::all().count());
        assert_eq!(Permission::named("domain"), None);
        assert_eq!(Permission::named("domain.fly"), None);
        assert_eq!(Permission::named("connect.start"), None);
    }

    /// Where polkit's actions are; `BLESS=1 cargo test -p ferrovirt-api` writes them anew.
    const ACTIONS: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../dist/polkit/org.ferrovirt.libvirt.api.policy");

    #[test]
    fn every_permission_is_an_action_of_polkit() {
        let expected = actions();
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(ACTIONS, &expected).unwrap();
        }
        assert_eq!(std::fs::read_to_string(ACTIONS).unwrap(), expected);
    }

    fn actions() -> String {
        let head = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE policyconfig PUBLIC
 "-//freedesktop//DTD PolicyKit Policy Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/PolicyKit/1/policyconfig.dtd">
<!--
  What ferrovirtd asks polkit about each call when access_drivers has "polkit". For hosts without
  libvirt's own org.libvirt.api.policy; install one of them in /usr/share/polkit-1/actions.
-->
<policyconfig>
"#;
        let mut text = head.to_owned();
        for Permission { object, name } in Permission::all() {
            let id = format!("{object}.{name}").replace('_', "-");
            let (object, name) = (object.replace('_', " "), name.replace('_', " "));
            let allowed = if harmless(&object, &name) { "yes" } else { "no" };
            text.push_str(&format!(
                r#"  <action id="org.libvirt.api.{id}">
    <description>{object}: {name}</description>
    <message>The rules of this host do not give you: {object}, {name}</message>
    <defaults>
      <allow_any>{allowed}</allow_any>
      <allow_inactive>{allowed}</allow_inactive>
      <allow_active>{allowed}</allow_active>
    </defaults>
  </action>
"#
            ));
        }
        text.push_str("</policyconfig>\n");
        text
    }

    /// What anybody may do where no rule says otherwise, as with libvirt's own actions: look.
    fn harmless(object: &str, name: &str) -> bool {
        match (object, name) {
            ("node device", "read") => false,
            ("connect", name) if name.starts_with("search ") => true,
            (_, name) => matches!(name, "getattr" | "read"),
        }
    }
}
