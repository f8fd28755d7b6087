//! Sets of permissions, and the names that some of them have.

use api::permission::PERMISSIONS;
use api::procedure::Permission;

/// Some of all permissions: a bit for each, in the order of [`Permission::all`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PermissionSet(u128);

impl PermissionSet {
    /// None.
    pub(super) const NONE: Self = Self(0);

    /// Just this one; none when there is no such permission.
    pub(super) fn only(permission: Permission) -> Self {
        number(permission).map_or(Self::NONE, Self)
    }

    /// Whether it has something in common with another.
    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it has none.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What a word of the policy means: a permission, all of an object's (`domain.*`), or a bundle.
    /// None when it means nothing.
    pub(super) fn named(word: &str) -> Option<Self> {
        if let Some(object) = word.strip_suffix(".*") {
            return of(|permission| permission.object == object);
        }
        match word {
            "visitor" => of(visits),
            "viewer" => of(|permission| visits(permission) || views(permission)),
            "operator" => {
                of(|permission| visits(permission) || views(permission) || operates(permission))
            }
            "admin" => of(|_| true),
            _ => Some(Self(number(Permission::named(word)?)?)),
        }
    }

    /// Those that are in either.
    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Every permission like that; none when there is none.
fn of(like: impl Fn(Permission) -> bool) -> Option<PermissionSet> {
    let some = Permission::all().filter(|permission| like(*permission)).filter_map(number);
    let set = PermissionSet(some.fold(0, |set, bit| set | bit));
    (!set.is_empty()).then_some(set)
}

/// To connect, and to list what else one may see.
fn visits(permission: Permission) -> bool {
    permission.object == "connect"
        && (permission.name == "getattr" || permission.name.starts_with("search_"))
}

/// To look at everything but secrets and the inside of guests.
fn views(permission: Permission) -> bool {
    matches!(permission.name, "getattr" | "read") || permission.name.starts_with("search_")
}

/// To run what others have defined, and to sit before it.
fn operates(permission: Permission) -> bool {
    match permission.object {
        "domain" => matches!(
            permission.name,
            "start"
                | "stop"
                | "reset"
                | "suspend"
                | "hibernate"
                | "pm_control"
                | "init_control"
                | "inject_nmi"
                | "send_input"
                | "open_graphics"
                | "open_device"
                | "screenshot"
        ),
        "network" | "interface" => matches!(permission.name, "start" | "stop"),
        "storage_pool" => matches!(permission.name, "start" | "stop" | "refresh"),
        _ => false,
    }
}

/// The bit of a permission.
fn number(permission: Permission) -> Option<u128> {
    let mut before = 0usize;
    for (object, names) in PERMISSIONS {
        if *object == permission.object {
            let place = names.iter().position(|name| *name == permission.name)?;
            return 1u128.checked_shl(u32::try_from(before.checked_add(place)?).ok()?);
        }
        before = before.checked_add(names.len())?;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use api::procedure::Permission;

    use super::{PermissionSet, number};

    #[test]
    fn every_permission_has_a_bit_of_its_own() {
        let bits: HashSet<_> = Permission::all().map(|known| number(known).unwrap()).collect();
        assert_eq!(bits.len(), Permission::all().count());
        assert!(bits.iter().all(|bit| bit.count_ones() == 1));
    }

    fn has(word: &str, permission: &str) -> bool {
        let permission = Permission::named(permission).unwrap();
        PermissionSet::named(word).unwrap().meets(PermissionSet::only(permission))
    }

    #[test]
    fn bundles_grow_and_none_but_the_last_shows_secrets() {
        let sets = ["visitor", "viewer", "operator", "admin"].map(PermissionSet::named);
        for pair in sets.windows(2) {
            let (less, more) = (pair[0].unwrap(), pair[1].unwrap());
            assert!(less.with(more) == more && less != more);
        }
        for bundle in ["visitor", "viewer", "operator"] {
            for secret in ["domain.read_secure", "secret.read_secure", "domain.mem_read"] {
                assert!(!has(bundle, secret), "{bundle} {secret}");
            }
            for change in ["domain.write", "domain.save", "connect.write", "domain.delete"] {
                assert!(!has(bundle, change), "{bundle} {change}");
            }
        }
        assert!(has("visitor", "connect.search_domains") && !has("visitor", "domain.getattr"));
        assert!(has("viewer", "domain.read") && !has("viewer", "domain.start"));
        assert!(has("operator", "domain.start") && has("operator", "storage_pool.refresh"));
        assert!(has("admin", "secret.read_secure"));
    }

    #[test]
    fn words_name_one_permission_or_all_of_an_object() {
        assert!(has("domain.start", "domain.start") && !has("domain.start", "network.start"));
        assert!(has("domain.*", "domain.read_secure") && !has("domain.*", "network.start"));
        for nothing in ["", "*", ".*", "dragon.*", "domain.fly", "domain", "root"] {
            assert_eq!(PermissionSet::named(nothing), None, "{nothing}");
        }
    }
}
