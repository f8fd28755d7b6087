//! End-to-end tests: unmodified libvirt clients against a running daemon, with real guests.
//!
//! [`Daemon::start`] gives each test a daemon of its own in a private directory. The tests state
//! libvirt's behaviour, so that they can be held against libvirt itself: with `FERROVIRT_E2E_URI`
//! set they talk to the daemon there instead (see [`daemon`]).
//!
//! A test waits for what it is about (a socket, a process that ends, an event, a line of a guest's
//! console), always with a deadline, never for a time that is hoped to be enough.
#![forbid(unsafe_code)]
#![expect(clippy::print_stderr, reason = "a failing test shows the daemon's log and its seed")]

pub mod bus;
pub mod console;
pub mod control_group;
pub mod daemon;
pub mod dice;
pub mod disk;
pub mod document;
pub mod libvirtd;
pub mod listener;
pub mod namespace;
pub mod outcome;
pub mod pki;
pub mod process;
pub mod qmp;
pub mod wire;

pub use daemon::Daemon;
pub use dice::Dice;
pub use document::Document;
pub use listener::Listener;
pub use namespace::Network;
pub use outcome::Outcome;
pub use process::{Qemu, eventually};
