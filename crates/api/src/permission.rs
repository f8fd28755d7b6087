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
}
