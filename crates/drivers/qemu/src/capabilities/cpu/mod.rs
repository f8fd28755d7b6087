//! CPU models: what they are made of, which of them a CPU is, and how CPUs compare.
//!
//! ```text
//!   written: what a client's document says ──> compare: with a host's CPU
//!                                          └─> baseline: what several have in common
//!   host, and what QEMU says it can give ────> choose: the named model that describes it best
//! ```

mod baseline;
mod choose;
mod compare;
mod data;
mod features;
mod host;
mod models;
mod written;

pub use baseline::{Baseline, POWER_MODELS, baseline};
pub use choose::{Candidate, Description, Purpose, describe};
pub use compare::{Comparison, compare};
pub use data::{CpuData, FeatureSet};
pub use features::{FEATURES, Feature, Place, Register};
pub use host::host_cpu;
pub use models::{Model, Vendor};
pub use written::{Kind, WrittenCpu};
