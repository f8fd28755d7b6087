//! A guest's CPU on this host: what becomes of the one that its document asks for.
//!
//! ```text
//! as written ─ settle ─> a model and features that this host can be told ─ QEMU starts ─ learn ─> as given
//! ```
//!
//! A document may leave the choice to the host (`host-model`, `match='minimum'`, features that are optional).
//! [`settle()`] makes it before a start, so that the command line and the live document name the same CPU;
//! [`GivenCpu`] is what QEMU made of it.

mod given;
mod settle;

pub(crate) use given::{AskedCpu, GivenCpu};
pub(crate) use settle::{name, settle};
