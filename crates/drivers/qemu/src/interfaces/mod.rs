//! The host's ends of network interfaces.
//!
//! ```text
//! check    what cannot be done here is refused, in libvirt's words
//! make     ethernet, bridge: a TAP device, gone with its last descriptor
//!          direct: a macvtap device, there until it is deleted
//! shape    how much it carries
//! change   what may be different while the guest runs
//! online   what is switched on and off with the virtual CPUs
//! trace    what has to be undone when the guest or the interface is gone
//! ```
//!
//! What the kernel does not take back by itself is written down in the guest's directory before it is done: so
//! whoever finds the directory, this daemon or one that comes after it was killed, can undo it.
//!
//! All functions here block: they run on threads that may.

mod change;
mod check;
mod make;
mod names;
mod online;
mod shape;
mod switch;
mod trace;

use api::{Error, ErrorDomain};
use config::domain::interface::{Interface, InterfaceSource, VirtualPortType};
use host::program::ProgramError;

pub(crate) use change::{bridge_of, regather, reisolate, rejoin};
pub(crate) use check::{check, check_floor, check_new};
pub(crate) use make::{HostEnds, make};
pub(crate) use names::Names;
pub(crate) use online::{switch_off, switch_on};
use shape::forget_queue;
pub(crate) use shape::shape;
pub(crate) use switch::retag;
pub(crate) use trace::undo_others;

/// Whether the guest's packets go through a device of the host that is its own.
pub(crate) fn has_device(interface: &Interface) -> bool {
    matches!(
        interface.source.source,
        InterfaceSource::Ethernet(_)
            | InterfaceSource::Network(_)
            | InterfaceSource::Bridge(_)
            | InterfaceSource::Direct(_)
    )
}

/// The kind of virtual switch that it is attached to, if it is not the kernel's.
pub(crate) fn switch_of(interface: &Interface) -> Option<VirtualPortType> {
    interface.virtualport.as_ref().and_then(|port| port.kind)
}

/// A device of the host could not be set up.
fn failed(error: &std::io::Error, what: impl std::fmt::Display) -> Error {
    Error::io(ErrorDomain::NONE, error, what)
}

/// A program did not do what it should.
fn refused(error: &ProgramError) -> Error {
    match error {
        ProgramError::Start { program, .. } if program.starts_with('/') => {
            Error::internal(ErrorDomain::NONE, error.to_string())
        }
        ProgramError::Start { program, error } => {
            failed(error, format_args!("Cannot find '{program}' in path"))
        }
        ProgramError::Late { .. } => Error::operation_timeout(ErrorDomain::NONE, error.to_string()),
        ProgramError::Ended { .. } => Error::internal(ErrorDomain::NONE, error.to_string()),
    }
}
