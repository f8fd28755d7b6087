//! Calls that are special to LXC.

use crate::procedure::{Program, procedures};
use crate::remote::NonnullDomain;

/// The program `lxc`, number 0x0006_8000.
pub static PROGRAM: Program =
    Program { name: "lxc", number: 0x0006_8000, version: 1, groups: &[ROWS] };

procedures! { LXC
    /// Opens the kernel namespaces of a container; the descriptors travel with the reply.
    ///
    /// **Source**: `virDomainLxcOpenNamespace`.
    DomainOpenNamespace = 1, Ordinary, access: [domain.open_namespace], fds: true, since: "1.0.2";
        args DomainOpenNamespaceArgs, ret ();
}

xdr::structs! {
    /// Arguments of [`DomainOpenNamespace`].
    pub struct DomainOpenNamespaceArgs {
        dom: NonnullDomain,
        flags: u32,
    }
}
