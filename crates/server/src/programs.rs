//! Which procedure a header names: an array for each program, indexed by number.

use std::sync::LazyLock;

use api::procedure::{Lane, Row};

/// The calls of one program.
pub(crate) struct Calls {
    number: u32,
    version: u32,
    by_number: Box<[Option<&'static Row>]>,
}

static PROGRAMS: LazyLock<Vec<Calls>> = LazyLock::new(|| {
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
    api::MAIN_PROGRAMS.iter().map(calls).collect()
});

/// The program of that number and version.
pub(crate) fn find(number: u32, version: u32) -> Option<&'static Calls> {
    PROGRAMS.iter().find(|calls| calls.number == number && calls.version == version)
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

    #[test]
    fn every_call_is_found_and_no_event() {
        for program in api::MAIN_PROGRAMS {
            let calls = super::find(program.number, program.version).unwrap();
            for row in program.rows() {
                let found = calls.row(row.number).map(|row| row.name);
                assert_eq!(found, (row.lane != Lane::Event).then_some(row.name));
            }
            for number in [0, -1, i32::MIN, i32::MAX] {
                assert!(calls.row(number).is_none());
            }
            assert!(super::find(program.number, program.version + 1).is_none());
        }
    }
}
