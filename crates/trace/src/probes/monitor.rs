//! The monitor of a guest: what is said to QEMU and what it says. Texts are JSON.

probes! {
    /// A monitor was connected; `fd` is its socket.
    qemu_monitor_new(mon: u64, fd: i32);
    /// A monitor's connection is over.
    qemu_monitor_close(mon: u64);
    /// A command, and the descriptor that goes with it or -1, is put in line.
    qemu_monitor_send_msg(mon: u64, msg: &[u8], fd: i32);
    /// QEMU answered a command.
    qemu_monitor_recv_reply(mon: u64, reply: &[u8]);
    /// QEMU told of something that happened.
    qemu_monitor_recv_event(mon: u64, event: &[u8]);
    /// What was read, and with what was left before makes `len` bytes, is cut into messages.
    qemu_monitor_io_process(mon: u64, buf: &[u8], len: usize);
    /// A read of up to `len` bytes gave `ret`, or -1 and `errno`; `buf` is what was read.
    qemu_monitor_io_read(mon: u64, buf: &[u8], len: usize, ret: i64, errno: i32);
    /// A write of the `len` bytes `buf` gave `ret`, or -1 and `errno`.
    qemu_monitor_io_write(mon: u64, buf: &[u8], len: usize, ret: i64, errno: i32);
    /// Passing a descriptor gave `ret`, or -1 and `errno`.
    qemu_monitor_io_send_fd(mon: u64, fd: i32, ret: i64, errno: i32);
}
