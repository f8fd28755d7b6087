//! Packets. `len` counts the whole packet, its length word included.

use super::{Probe, ProbeArgument};

/// What the arguments of all four are.
const ARGUMENTS: &[ProbeArgument] = &[
    number("client"),
    number("len"),
    number("prog"),
    number("vers"),
    number("proc"),
    number("type"),
    number("status"),
    number("serial"),
];

const fn number(name: &'static str) -> ProbeArgument {
    ProbeArgument { name, is_text: false }
}

/// Declares a probe of a packet; its header is asked for only when somebody watches.
macro_rules! packet_probes {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            ///
            /// `header` gives the six words behind the length, in their order.
            #[inline(never)]
            pub fn $name(client: u64, len: usize, header: &dyn Fn() -> [u32; 6]) {
                let words;
                ::probe::probe_lazy!(
                    libvirt, $name,
                    client,
                    {
                        words = header();
                        len
                    },
                    words[0], words[1], words[2].cast_signed(), words[3], words[5], words[4]
                );
            }
        )*

        pub(super) static TABLE: &[Probe] =
            &[$(Probe { name: stringify!($name), arguments: ARGUMENTS }),*];

        /// Takes the address of each probe's function.
        pub(super) fn keep() {
            $(std::hint::black_box($name as fn(u64, usize, &dyn Fn() -> [u32; 6]));)*
        }
    };
}

packet_probes! {
    /// This server read a packet of a client's.
    rpc_server_client_msg_rx;
    /// This server put a packet for a client in line.
    rpc_server_client_msg_tx_queue;
    /// This client read a packet of its server's.
    rpc_client_msg_rx;
    /// This client put a packet for its server in line.
    rpc_client_msg_tx_queue;
}
