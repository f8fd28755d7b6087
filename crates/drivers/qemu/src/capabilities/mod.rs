//! What QEMU and this host can do.
//!
//! ```text
//!   emulators ──> cache ──> probe ──> Emulator: what one binary can do
//!       └── document: the `capabilities` and `domcapabilities` that clients ask for
//!   firmware: the images a guest can boot from; swtpm: the emulator of TPMs
//! ```
//!
//! Invariant: nothing is concluded from a version of QEMU; it is asked. A binary is asked once, by
//! whoever needs it first, and all who need it meanwhile wait for the same answer.

mod arch;
mod cache;
mod completion;
pub mod cpu;
mod described;
pub mod document;
mod emulator;
mod emulators;
pub mod firmware;
mod names;
pub mod probe;
mod probed;
mod said;
mod schema;
mod swtpm;

pub use arch::Arch;
pub use completion::KnownHost;
pub(crate) use described::described;
pub use emulator::{Accel, Acceleration, CpuModel, Emulator, Gic, Machine, Sev, Sgx, SgxSection};
pub use emulators::Emulators;
pub use names::Names;
pub use probe::{PROBE_DEADLINE, ProbeError};
pub use probed::{PROBED_TYPES, is_probed};
pub use schema::SchemaPath;
pub use swtpm::Swtpm;
