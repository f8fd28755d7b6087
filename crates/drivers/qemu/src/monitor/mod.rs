//! What a guest's monitor says by itself, and what users say to it.

mod events;
mod passthrough;
