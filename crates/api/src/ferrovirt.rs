//! Ferrovirt's own program on the admin socket: what libvirt's protocol has no call for.

use crate::procedure::{Program, procedures};

/// The program `ferrovirt`, number 0x4656_5254 ("FVRT").
pub static PROGRAM: Program =
    Program { name: "ferrovirt", number: 0x4656_5254, version: 1, groups: &[ROWS] };

procedures! { FERROVIRT
    /// Opens a feed of what the daemon does: a stream of JSON lines, one a record. The first says
    /// that the feed is ready.
    TraceOpen = 1, Ordinary, stream: Download;
        args TraceOpenArgs, ret ();
    /// Asks whether somebody may do something, and which rule says so.
    AccessCheck = 2, Quick;
        args AccessCheckArgs, ret AccessCheckRet;
}

xdr::structs! {
    /// Arguments of [`TraceOpen`]. What is absent filters nothing.
    pub struct TraceOpenArgs {
        /// Bits: 1 calls, 2 events and the event loop, 4 monitors.
        feeds: u32,
        /// Bits: 1 decoded arguments and results.
        flags: u32,
        /// Number of the client.
        client: Option<u64>,
        /// Name of the procedure, as in `domain_get_block_info`; `*` stands for anything.
        procedure: Option<String>,
        /// Name or UUID of the domain.
        domain: Option<String>,
        /// Only calls that fail.
        errors_only: u32,
        /// Only calls that take longer. **Units**: microseconds.
        slower_than_us: u64,
    }

    /// Arguments of [`AccessCheck`].
    pub struct AccessCheckArgs {
        /// Numeric user id.
        uid: Option<u32>,
        /// Numeric group ids.
        gid: Option<u32>,
        /// Name from SASL.
        sasl_name: Option<String>,
        /// Distinguished name from TLS.
        tls_name: Option<String>,
        /// Such as `domain.start`, or the name of a call.
        permission: String,
        /// Kind of the object: `domain`, `network`, …; absent: the connection itself.
        object: Option<String>,
        /// Name or UUID of the object.
        name: Option<String>,
    }

    /// Results of [`AccessCheck`].
    pub struct AccessCheckRet {
        allowed: u32,
        /// Why, for people.
        reason: String,
    }
}
