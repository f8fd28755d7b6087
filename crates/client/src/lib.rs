//! Async client for libvirt's wire protocol, in pure Rust.
//!
//! It talks to ferrovirtd and to libvirtd. A [`Connection`] makes calls, many at a time; a
//! [`Domain`] names a guest and has what can be asked of it and done to it; an [`EventStream`]
//! tells what happens, and a [`Stream`] carries a console or a screenshot.
//!
//! ```no_run
//! use ferrovirt::{Connection, DomainFilter, DomainXMLFlags};
//!
//! # async fn example() -> ferrovirt::Result<()> {
//! let connection = Connection::open("qemu:///system").await?;
//! for domain in connection.domains(DomainFilter::ACTIVE).await? {
//!     let info = domain.info().await?;
//!     println!("{}: {} KiB", domain.name(), info.memory_kib);
//! }
//! let guest = connection.lookup_name("demo").await?;
//! println!("{}", guest.xml(DomainXMLFlags::default()).await?);
//! # Ok(())
//! # }
//! ```
//!
//! Every call is a future that may be dropped at any time, and every one fails at once when the
//! connection ends. Calls without a method of their own go through [`Connection::call`] with a row
//! of [`api`].
#![forbid(unsafe_code)]

mod auth;
mod connection;
mod cpu;
mod domain;
mod error;
mod event;
mod host;
mod link;
mod object;
mod open;
mod stats;
mod stream;
mod subscription;
mod transport;
mod uri;

pub use api;
pub use api::{
    CPUCompareResult, ConnectBaselineCPUFlags, ConnectCompareCPUFlags,
    ConnectGetAllDomainStatsFlags as StatsFlags, ConnectListAllDomainsFlags as DomainFilter,
    DomainConsoleFlags, DomainCreateFlags, DomainDefineFlags, DomainDestroyFlags,
    DomainDeviceModifyFlags, DomainEventID, DomainMemoryModFlags, DomainMetadataType,
    DomainModificationImpact, DomainRebootFlags, DomainShutdownFlags, DomainState,
    DomainStatsTypes as StatsGroups, DomainUndefineFlags, DomainVcpuFlags, DomainXMLFlags,
    ErrorCode, KeycodeSet, NodeAllocPagesFlags, NodeSuspendTarget, TypedParam, TypedParamValue,
    Uuid,
};
pub use connection::{Connection, KeepalivePolicy};
pub use cpu::Emulation;
pub use domain::{
    AgentPatience, Autostart, BlockInfo, ControlInfo, Domain, DomainInfo, InterfaceStats, IoThread,
    SecurityLabel, StateAndReason, Vcpu,
};
pub use error::{Closed, Error, Misbehaviour, Result, UriError};
pub use event::{
    DomainEvent, DomainEventBody, MonitorEvent, NetworkEvent, NetworkEventBody, NodeDeviceEvent,
    NodeDeviceEventBody, Notice, SecretEvent, SecretEventBody, StoragePoolEvent,
    StoragePoolEventBody, UnknownEvent,
};
pub use host::{CpuMap, NodeInfo, SecurityModel};
pub use object::{Network, Nwfilter, Secret, StoragePool, StoragePoolInfo};
pub use open::ConnectionBuilder;
pub use stats::DomainStats;
pub use stream::{Piece, Stream, StreamReader, StreamWriter};
pub use subscription::{EventStream, MonitorFilter};
pub use uri::Access;

#[cfg(test)]
mod tests;
