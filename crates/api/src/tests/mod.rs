//! The contract against what is known of it: a table of facts, messages that were recorded between
//! libvirt's clients and libvirtd 9.0, and messages made up from the rows' own shapes.

mod contract;
mod made_up;
mod recorded;
mod rows;

use crate::{ADMIN_PROGRAMS, MAIN_PROGRAMS, Program, Row, ferrovirt, keepalive};

/// Libvirt's programs; ours is not one of them.
fn libvirt_programs() -> impl Iterator<Item = &'static Program> {
    let programs = MAIN_PROGRAMS.into_iter().chain(ADMIN_PROGRAMS).chain([&keepalive::PROGRAM]);
    programs.filter(|program| program.number != ferrovirt::PROGRAM.number)
}

fn every_row() -> impl Iterator<Item = &'static Row> {
    libvirt_programs().chain([&ferrovirt::PROGRAM]).flat_map(Program::rows)
}
