//! What the numbers in a packet's header are called.

use std::collections::HashMap;
use std::sync::LazyLock;

use api::procedure::Row;
use api::{ADMIN_PROGRAMS, MAIN_PROGRAMS, keepalive};

/// A procedure or event by its names on the wire.
#[derive(Debug)]
pub struct Named {
    /// Name of its program: `remote`.
    pub program: &'static str,
    /// Its own name: `domain_get_block_info`.
    pub name: String,
    /// What else is known of it.
    pub row: &'static Row,
}

static NAMES: LazyLock<HashMap<(u32, i32), Named>> = LazyLock::new(|| {
    let programs = MAIN_PROGRAMS.into_iter().chain(ADMIN_PROGRAMS).chain([&keepalive::PROGRAM]);
    let rows = programs.flat_map(|program| program.rows().map(|row| (program.name, row)));
    rows.map(|(program, row)| {
        ((row.program, row.number), Named { program, name: row.wire_name(), row })
    })
    .collect()
});

/// The procedure or event of that number, in the program of that number.
pub fn named(program: u32, procedure: i32) -> Option<&'static Named> {
    NAMES.get(&(program, procedure))
}
