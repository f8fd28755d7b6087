//! The optional parts of a domain's document, as bits of an [`xml::View`].

use xml::View;

/// What only a running guest has: ids, aliases, tty paths, ports, labels.
pub const LIVE: View = View::part(1);
/// Passwords.
pub const SECURE: View = View::part(1 << 1);
/// What only the daemon's own status document has.
pub const STATUS: View = View::part(1 << 2);
