//! Which procedure a header names: an array for each program, indexed by number.

use std::sync::LazyLock;

use api::procedure::{Lane, Row};

use crate::server::ListenerKind;

/// The calls of one program.
pub(crate) struct Calls {
    number: u32,
    version: u32,
    by_number: Box<[Option<&'static Row>]>,
}

static MAIN: LazyLock<Vec<Calls>> = LazyLock::new(|| calls_of(&api::MAIN_PROGRAMS));
static ADMIN: LazyLock<Vec<Calls>> = LazyLock::new(|| calls_of(&api::ADMIN_PROGRAMS));

fn calls_of(programs: &[&'static api::Program]) -> Vec<Calls> {
    let calls = |program: &&'static api::Program| {
        let calls = || program.rows().filter(|row| row.lane != Lane::Event && row.number >= 0);
        let last = calls().map(|row| row.number).max().unwrap_or(0);
        let mut by_number = vec![None; usize::try_from(last).map_or(0, |last| last + 1)];
        for row in calls() {
            if let Some(place) = usize::try_from(row.number).ok().and_then(|n| by_number.get_mut(n))
            {
                *place = Some(row);
            }
        }
        Calls { number: program.number, version: program.version, by_number: by_number.into() }
    };
    programs.iter().map(calls).collect()
}

/// The program of that number and version, on a socket of that kind.
pub(crate) fn find(kind: ListenerKind, number: u32, version: u32) -> Option<&'static Calls> {
    let programs = match kind {
        ListenerKind::ReadWrite | ListenerKind::ReadOnly => &MAIN,
        ListenerKind::Admin => &ADMIN,
    };
    programs.iter().find(|calls| calls.number == number && calls.version == version)
}

impl Calls {
    /// The call of that number; events are none.
    pub(crate) fn row(&self, procedure: i32) -> Option<&'static Row> {
        *usize::try_from(procedure).ok().and_then(|number| self.by_number.get(number))?
    }
}

#[cfg(test)]
mod tests {
    use api::procedure::Lane;

    use crate::server::ListenerKind;

    #[test]
    fn every_call_is_found_and_no_event() {
        let main = api::MAIN_PROGRAMS.map(|program| (ListenerKind::ReadWrite, program));
        let admin = api::ADMIN_PROGRAMS.map(|program| (ListenerKind::Admin, program));
        for (kind, program) in main.into_iter().chain(admin) {
            let calls = super::find(kind, program.number, program.version).unwrap();
            for row in program.rows() {
                let found = calls.row(row.number).map(|row| row.name);
                assert_eq!(found, (row.lane != Lane::Event).then_some(row.name));
            }
            for number in [0, -1, i32::MIN, i32::MAX] {
                assert!(calls.row(number).is_none());
            }
            assert!(super::find(kind, program.number, program.version + 1).is_none());
        }
    }
}
