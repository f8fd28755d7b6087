//! Facts about and work on the host: processes, CPUs, memory, network devices, files.
//!
//! Everything is read from the kernel when asked; nothing is cached and nothing runs in the background.
//! Functions that read below `/proc` or `/sys` take a [`Root`], so that recorded trees can stand in for a
//! machine. The only unsafe code of the project is in `sys`.
//!
//! Deliberately not here: any idea of what a guest is.

mod sys;

pub mod activation;
pub mod cgroup;
pub mod clock;
pub mod cpu;
pub mod cpu_cache;
pub mod cpu_info;
pub mod cpu_time;
pub mod files;
pub mod identity;
pub mod iommu;
pub mod ksm;
pub mod kvm;
pub mod lock;
pub mod memory;
pub mod mounts;
pub mod net;
pub mod proc;
pub mod process;
pub mod program;
mod root;
pub mod scsi;
pub mod smbios;
pub mod socket;
pub mod usb;
pub mod vsock;

pub use root::{FactError, Root};
