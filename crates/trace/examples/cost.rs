//! What a static probe costs while nobody watches: `cargo run --release -p ferrovirt-trace --example cost`.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "it is what the program is for")]

use std::hint::black_box;
use std::time::Instant;

use trace::probes::{
    event_glib_dispatch_handle, qemu_monitor_send_msg, rpc_server_client_msg_rx, rpc_socket_new,
};

const CALLS: u32 = 100_000_000;

fn main() {
    measure("numbers", |n| event_glib_dispatch_handle(7, 1, c"client", n));
    measure("a text", |n| qemu_monitor_send_msg(n, black_box(b"{\"execute\":\"stop\"}"), -1));
    measure("texts to be found out", |_| {
        rpc_socket_new(7, 7, -1, 0, &|| black_box("local").to_owned(), &String::new);
    });
    measure("a packet", |n| {
        let words = black_box([1, 2, 3, 4, 5, 6]);
        rpc_server_client_msg_rx(n, 28, &|| words);
    });
}

fn measure(what: &str, probe: impl Fn(u64)) {
    let begun = Instant::now();
    (0..CALLS).for_each(|n| probe(black_box(u64::from(n))));
    let each = begun.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS);
    println!("{what}: {each:.2} ns");
}
