//! The life of a domain.
//!
//! ```text
//!   define ──> shut off ──start──> Prepared -> Spawned -> Greeted ──> running <──> paused
//!                 ^                    └──────┴──────────┴─ fails: nothing is left    │
//!                 └── finish <── watcher: process gone, or shut down by the guest <───┘
//! ```
//!
//! One task a guest, the watcher, takes its events in their order and sees its process end; it
//! alone ends a life ([`finish`]), so an end is told once, whoever caused it. After a restart of
//! the daemon, [`reconcile`] finds the guests again and gives each its watcher back.

mod actions;
mod autostart;
mod create;
mod define;
mod destroy;
mod finish;
mod reconcile;
mod refresh;
mod rename;
mod run;
mod start;
mod start_settings;
mod sweep;
mod undefine;
mod watch;

pub(crate) use start::{choose_companions, vhost_net, wall_clock};
pub(crate) use start_settings::{expiry, io_limits};
