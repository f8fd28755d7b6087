//! Static probes, by libvirt's names: places where a debugger or a kernel's tracer can look in.
//!
//! Each is a function of its own, so that it has one place in a program and a frame in its stacks.
//! Behind it stands a note in the program's file that says where the arguments are, and a counter
//! that a watcher raises. While it is zero nothing is done but to look at it: texts are copied and
//! ended with a NUL byte only for a watcher. Programs have all of them, see [`keep`].
//!
//! Provider, names, and the number, order and meaning of arguments are libvirt's. Where libvirt
//! gives the address of an object, to tell one from another, these give a number that does the
//! same and is of use elsewhere:
//!
//! | argument | what it is |
//! |---|---|
//! | `client` | in a server the id by which `virt-admin` and `fv trace` know the connection, else a number counted up |
//! | `ka`, `timer` | the same as `client`, which has one of each |
//! | `sock`, `watch` | the descriptor |
//! | `ctxt`, `sess`, `mon` | a number counted up |
//!
//! Deliberately not here: libvirt's `object_*`, because nothing here has libvirt's base class with
//! its count of references, and `event_glib_remove_handle_idle` and `_timeout_idle`, because no
//! removal is put off.

#[macro_use]
mod declare;
mod dbus;
mod event_loop;
mod keepalive;
mod message;
mod monitor;
mod server;
mod socket;
mod tls;

use std::sync::atomic::{AtomicU64, Ordering};

pub use dbus::{dbus_method_call, dbus_method_error, dbus_method_reply};
pub use declare::{Probe, ProbeArgument};
pub use event_loop::{
    READABLE, Timer, WRITABLE, Watch, event_glib_add_handle, event_glib_add_timeout,
    event_glib_dispatch_handle, event_glib_dispatch_timeout, event_glib_remove_handle,
    event_glib_remove_timeout, event_glib_update_handle, event_glib_update_timeout,
};
pub use keepalive::{
    rpc_keepalive_dispose, rpc_keepalive_new, rpc_keepalive_received, rpc_keepalive_send,
    rpc_keepalive_start, rpc_keepalive_stop, rpc_keepalive_timeout,
};
pub use message::{
    rpc_client_msg_rx, rpc_client_msg_tx_queue, rpc_server_client_msg_rx,
    rpc_server_client_msg_tx_queue,
};
pub use monitor::{
    qemu_monitor_close, qemu_monitor_io_process, qemu_monitor_io_read, qemu_monitor_io_send_fd,
    qemu_monitor_io_write, qemu_monitor_new, qemu_monitor_recv_event, qemu_monitor_recv_reply,
    qemu_monitor_send_msg,
};
pub use server::{
    rpc_client_dispose, rpc_client_new, rpc_server_client_auth_allow, rpc_server_client_auth_deny,
    rpc_server_client_auth_fail, rpc_server_client_dispose, rpc_server_client_new,
};
pub use socket::{
    OpenSocket, rpc_socket_dispose, rpc_socket_new, rpc_socket_recv_fd, rpc_socket_send_fd,
};
pub use tls::{
    rpc_tls_context_dispose, rpc_tls_context_new, rpc_tls_context_session_allow,
    rpc_tls_context_session_deny, rpc_tls_context_session_fail, rpc_tls_session_dispose,
    rpc_tls_session_handshake_fail, rpc_tls_session_handshake_pass, rpc_tls_session_new,
};

/// Every probe there is.
pub fn all() -> impl Iterator<Item = &'static Probe> {
    [
        server::TABLE,
        message::TABLE,
        keepalive::TABLE,
        socket::TABLE,
        tls::TABLE,
        event_loop::TABLE,
        dbus::TABLE,
        monitor::TABLE,
    ]
    .into_iter()
    .flatten()
}

/// Keeps every probe in the program that calls this, also those that nothing in it reaches.
///
/// A linker drops functions that are never called, but no notes: watchers would find probes in
/// places where there is something else or nothing.
pub fn keep() {
    server::keep();
    message::keep();
    keepalive::keep();
    socket::keep();
    tls::keep();
    event_loop::keep();
    dbus::keep();
    monitor::keep();
}

/// A number for something that probes tell from others of its kind, never given twice.
pub fn next_id() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
}

#[cfg(test)]
mod tests;
