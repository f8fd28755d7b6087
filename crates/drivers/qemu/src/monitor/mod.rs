//! What a guest's monitor says by itself, and what users say to it.

mod events;
mod feed;
mod passthrough;
mod probes;

pub(crate) use feed::observer;
pub(crate) use probes::MonitorProbes;
