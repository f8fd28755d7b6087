//! Names in certificates as text, and the patterns that they are held against.

use tls::Pattern;

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "tls_name",
    run,
    seeds,
    words: &["*", "?", "CN=", "\x30\x0c\x31", "\x06\x03\x55\x04"],
};

fn run(bytes: &[u8]) {
    if let Some(name) = tls::distinguished_name(bytes) {
        assert!(!name.chars().any(char::is_control), "{name:?} has control characters");
        assert!(Pattern::new("*").matches(&name));
    }
    let half = bytes.len() / 2;
    let (pattern, name) = bytes.split_at(half);
    let (pattern, name) = (String::from_utf8_lossy(pattern), String::from_utf8_lossy(name));
    Pattern::new(&pattern).matches(&name);
    let exact = name.replace(['*', '?'], "x");
    assert!(Pattern::new(&exact).matches(&exact), "{exact:?} does not match itself");
}

/// `C=GB,CN=dino` in DER, a name with a long form and one with an unknown attribute; patterns.
fn seeds() -> Vec<Vec<u8>> {
    let attribute = |oid: &[u8], kind: u8, value: &[u8]| {
        let tlv = |tag: u8, body: &[u8]| {
            [&[tag, u8::try_from(body.len()).expect("it is short")][..], body].concat()
        };
        tlv(0x31, &tlv(0x30, &[tlv(0x06, oid), tlv(kind, value)].concat()))
    };
    let name = |attributes: &[Vec<u8>]| {
        let body = attributes.concat();
        [&[0x30, u8::try_from(body.len()).expect("it is short")][..], &body].concat()
    };
    let common = attribute(&[0x55, 4, 3], 0x0c, b"dino,\\ \"x\"");
    vec![
        name(&[attribute(&[0x55, 4, 6], 0x13, b"GB"), common.clone()]),
        name(&[attribute(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 1], 0x16, b"a@b"), common]),
        name(&[attribute(&[0x29, 1, 0x82, 3], 0x1e, b"\0a\0b")]),
        b"C=GB,*,CN=d?noC=GB,ST=London,CN=dino".to_vec(),
        b"*a*a*a*a*a*a*baaaaaaaaaaaaaaaaaa".to_vec(),
    ]
}
