//! CPU models: what they are made of, and which of them a CPU is.
//!
//! There is no database of models here. QEMU is asked what its models are made of, so that a newer QEMU
//! brings its newer models along.

mod choose;
mod data;
mod features;
mod host;

pub use choose::{Description, Missing, describe};
pub use data::{CpuData, FeatureSet, model_vendor, without_translator};
pub use features::{FEATURES, Feature, Place, Register};
pub use host::host_cpu;
