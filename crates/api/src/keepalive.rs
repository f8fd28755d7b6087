//! Keepalive: a ping is answered with a pong, below all programs.

use crate::procedure::{Program, procedures};

/// The program `keepalive`, number 0x6b65_6570.
pub static PROGRAM: Program =
    Program { name: "keepalive", number: 0x6b65_6570, version: 1, groups: &[ROWS] };

procedures! { KEEPALIVE
    /// Event: ping.
    Ping = 1, Event, before_auth: true;
        args (), ret ();
    /// Event: pong.
    Pong = 2, Event, before_auth: true;
        args (), ret ();
}
