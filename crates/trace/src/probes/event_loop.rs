//! What the daemon's tasks wait for: sockets ("handles") and times ("timeouts").
//!
//! Libvirt has one loop and these are its probes. Here the runtime waits for all sockets at once,
//! and each task says what it itself waits for. So `cb` is no function but the name of who waits:
//! `client`, `listener` or `monitor`; `opaque` is its id, and `ff` is always 0.

use std::ffi::CStr;

/// In `events`: somebody waits for bytes to come.
pub const READABLE: u32 = 1;
/// In `events`: somebody waits for room for bytes.
pub const WRITABLE: u32 = 2;

probes! {
    /// Somebody begins to wait for a descriptor.
    event_glib_add_handle(
        watch: i32,
        fd: i32,
        events: u32,
        cb: &'static CStr,
        opaque: u64,
        ff: usize,
    );
    /// Somebody waits for something else of a descriptor; 0 while it wants to hear nothing, as
    /// when its client has too many calls under way.
    event_glib_update_handle(watch: i32, events: u32);
    /// Nobody waits for a descriptor any more.
    event_glib_remove_handle(watch: i32);
    /// What was waited for has come, and is worked off.
    event_glib_dispatch_handle(watch: i32, events: u32, cb: &'static CStr, opaque: u64);
    /// Somebody begins to wait for a time, `frequency` milliseconds from now; -1 is never.
    event_glib_add_timeout(
        timer: u64,
        frequency: i64,
        cb: &'static CStr,
        opaque: u64,
        ff: usize,
    );
    /// Somebody waits for another time.
    event_glib_update_timeout(timer: u64, frequency: &dyn Fn() -> i64);
    /// Nobody waits for a time any more.
    event_glib_remove_timeout(timer: u64);
    /// A time has come.
    event_glib_dispatch_timeout(timer: u64, cb: &'static CStr, opaque: u64);
}

/// A descriptor that somebody waits for, until dropped.
#[derive(Debug)]
pub struct Watch {
    fd: i32,
    events: u32,
    cb: &'static CStr,
    opaque: u64,
}

impl Watch {
    /// Begins to wait for `fd`. `cb` and `opaque` say who does.
    pub fn new(fd: i32, events: u32, cb: &'static CStr, opaque: u64) -> Self {
        event_glib_add_handle(fd, fd, events, cb, opaque, 0);
        Self { fd, events, cb, opaque }
    }

    /// Waits for `events` from now on.
    pub fn update(&mut self, events: u32) {
        if self.events != events {
            self.events = events;
            event_glib_update_handle(self.fd, events);
        }
    }

    /// `events` have come.
    pub fn dispatch(&self, events: u32) {
        event_glib_dispatch_handle(self.fd, events, self.cb, self.opaque);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        event_glib_remove_handle(self.fd);
    }
}

/// A time that somebody waits for, until dropped.
#[derive(Debug)]
pub struct Timer {
    id: u64,
    cb: &'static CStr,
}

impl Timer {
    /// A timer that is not set yet. `cb` and `id` say whose it is.
    pub fn new(id: u64, cb: &'static CStr) -> Self {
        event_glib_add_timeout(id, -1, cb, id, 0);
        Self { id, cb }
    }

    /// Waits for another time from now on, given in milliseconds from now.
    pub fn update(&self, frequency: &dyn Fn() -> i64) {
        event_glib_update_timeout(self.id, frequency);
    }

    /// The time has come.
    pub fn dispatch(&self) {
        event_glib_dispatch_timeout(self.id, self.cb, self.id);
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        event_glib_remove_timeout(self.id);
    }
}
