//! Every argument and every result of every procedure, by its row.
//!
//! The first two bytes say which; the rest is the message. What the typed decoder accepts, the
//! untyped one does as well, and written again it is as long or shorter and reads the same.

use api::procedure::Row;
use api::xdr::Reader;

use crate::Target;

pub(super) const TARGET: Target = Target { name: "messages", run, seeds, words: &[] };

fn rows() -> Vec<&'static Row> {
    let programs = api::MAIN_PROGRAMS.into_iter().chain(api::ADMIN_PROGRAMS);
    programs.flat_map(|program| program.rows()).collect()
}

fn run(bytes: &[u8]) {
    let Some((choice, message)) = bytes.split_first_chunk() else { return };
    let choice = usize::from(u16::from_be_bytes(*choice));
    let rows = rows();
    let row = rows[choice / 2 % rows.len()];
    let (shape, recode) = match choice % 2 {
        0 => (row.args, row.recode[0]),
        _ => (row.ret, row.recode[1]),
    };
    let mut input = Reader::new(message);
    let untyped = shape.decode(&mut input);
    let Ok(again) = recode(message) else { return };
    assert!(untyped.is_ok(), "{}: only its own type reads it", row.name);
    assert_eq!(input.remaining(), 0, "{}: the decoders read differently far", row.name);
    assert!(again.len() <= message.len(), "{}: grows from reading and writing", row.name);
    assert_eq!(recode(&again).as_ref(), Ok(&again), "{}: does not read back", row.name);
}

/// Nothing but zeros is a message of most kinds: empty lists, empty strings, absent options.
fn seeds() -> Vec<Vec<u8>> {
    let rows = rows();
    let choices = 0..u16::try_from(rows.len() * 2).expect("there are fewer rows");
    let zeros = [0; 4096];
    choices
        .map(|choice| {
            let row = rows[usize::from(choice / 2)];
            let shape = if choice % 2 == 0 { row.args } else { row.ret };
            let mut input = Reader::new(&zeros);
            // One that does not begin with zeros is found by mutation.
            let length = shape.decode(&mut input).map_or(0, |_| zeros.len() - input.remaining());
            [&choice.to_be_bytes()[..], &zeros[..length]].concat()
        })
        .collect()
}
