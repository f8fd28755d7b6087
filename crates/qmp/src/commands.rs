//! The commands that are used by name, one file a subject; any other goes through [`Monitor::execute`].
//!
//! A type holds what somebody reads of an answer. What differs between QEMU releases is optional or has a
//! default, and a name that QEMU may add to is a `String`: an answer of a newer QEMU is never refused.
//!
//! [`Monitor::execute`]: crate::Monitor::execute

mod balloon;
mod block;
mod cpu;
mod device;
mod display;
mod introspect;
mod qom;
mod run;
mod stats;

pub use balloon::{BalloonInfo, GuestMemoryStats};
pub use block::{BlockCounters, BlockDevice, BlockNode, BlockStats, ImageInfo, IoStatus};
pub use cpu::{CpuDefinition, CpuModel, CpuPlace, HotpluggableCpu, VcpuThread};
pub use device::{Chardev, IoThread};
pub use display::{ImageFormat, Screen, SpiceServer, VncServer};
pub use introspect::{
    CommandLineOption, CommandLineParameter, KvmSupport, Machine, MigrationCapability,
};
pub use qom::QomProperty;
pub use run::RunStatus;
pub use stats::{
    DirtyRate, Stat, StatSchema, StatsResult, StatsSchemas, StatsTarget, VcpuDirtyRate,
};
