//! Messages that virsh, virt-admin and libvirt's Python bindings exchanged with libvirtd 9.0: one
//! or two of each kind, in `tests/recorded.txt`.
//!
//! A line is program, number, kind (`call`, `reply`, `event`, `hole`), status and payload.

use std::collections::BTreeSet;

use xdr::{Reader, Shape, Value, Xdr};

use super::libvirt_programs;
use crate::Row;
use crate::procedure::{Recode, recode};
use crate::remote;

const RECORDED: &str = include_str!("../../tests/recorded.txt");

struct Message {
    row: &'static Row,
    kind: &'static str,
    failed: bool,
    payload: Vec<u8>,
}

fn messages() -> impl Iterator<Item = Message> {
    RECORDED.lines().map(|line| {
        let fields: Vec<_> = line.split(' ').collect();
        let [program, number, kind, status, payload] = fields[..] else { panic!("{line}") };
        let program = libvirt_programs().find(|known| known.name == program).expect(line);
        let number: i32 = number.parse().expect(line);
        let row = program.rows().find(|row| row.number == number).expect(line);
        Message { row, kind, failed: status == "error", payload: bytes(payload) }
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.trim_matches('-').as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

impl Message {
    fn form(&self) -> (&'static Shape, Recode) {
        let [args, ret] = self.row.recode;
        match (self.failed, self.kind) {
            (true, _) => (remote::Error::SHAPE, recode::<remote::Error>),
            (false, "call" | "event") => (self.row.args, args),
            (false, "reply") => (self.row.ret, ret),
            (false, "hole") => (remote::StreamHole::SHAPE, recode::<remote::StreamHole>),
            (false, kind) => panic!("{kind}"),
        }
    }
}

#[test]
fn the_recording_holds_enough() {
    let kinds: BTreeSet<_> = messages()
        .map(|message| (message.row.program, message.row.number, message.kind, message.failed))
        .collect();
    assert!(kinds.len() > 700, "{} different messages", kinds.len());
}

#[test]
fn every_recorded_message_is_decoded_and_encoded_to_the_same_bytes() {
    for message in messages() {
        let again = (message.form().1)(&message.payload);
        assert_eq!(again.as_ref(), Ok(&message.payload), "{} {}", message.row.name, message.kind);
    }
}

#[test]
fn every_recorded_message_is_decoded_to_its_end_by_shape() {
    for message in messages() {
        let mut input = Reader::new(&message.payload);
        let value = message.form().0.decode(&mut input);
        assert!(value.is_ok(), "{} {}: {value:?}", message.row.name, message.kind);
        assert_eq!(input.remaining(), 0, "{} {}", message.row.name, message.kind);
    }
}

/// Something that a reader of this file can check by eye.
#[test]
fn a_recorded_value_is_what_was_asked_for() {
    let look_up = messages().find(|message| message.row.name == "DomainLookupByName").unwrap();
    let value = look_up.row.args.decode(&mut Reader::new(&look_up.payload)).unwrap();
    assert_eq!(value.field("name"), Some(&Value::Text("test".to_owned())));
}
