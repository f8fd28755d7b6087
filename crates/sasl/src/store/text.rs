//! The file's text.

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Records, is_name};
use crate::random;
use crate::verifier::{ITERATIONS_MIN, Verifier};

const HEAD: &str = "# Who may log in to ferrovirtd by SASL. Written by 'fv sasl-passwd'.\n";
/// **Units**: bytes.
const SECRET_BYTES: usize = 32;

/// A secret for a new file.
pub(super) fn new_secret() -> Vec<u8> {
    // Without random bytes nobody can log in: no exchange gets a nonce either.
    random::bytes::<SECRET_BYTES>().map(Vec::from).unwrap_or_default()
}

/// Reads it; the fault is the number of a line.
pub(super) fn parse(text: &str) -> Result<Records, usize> {
    let mut secret = None;
    let mut users = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let understood = match fields.as_slice() {
            [] => true,
            [first, ..] if first.starts_with('#') => true,
            ["secret", value] => {
                secret = STANDARD.decode(value).ok().filter(|value| value.len() == SECRET_BYTES);
                secret.is_some()
            }
            ["user", name, rest @ ..] if is_name(name) => match verifier(rest) {
                Some(verifier) => users.insert((*name).to_owned(), verifier).is_none(),
                None => false,
            },
            _ => false,
        };
        if !understood {
            return Err(index + 1);
        }
    }
    Ok(Records { secret: secret.unwrap_or_else(super::process_secret), users })
}

fn verifier(fields: &[&str]) -> Option<Verifier> {
    let ["scram-sha-256", iterations, salt, stored, server, "digest-md5", digest] = fields else {
        return None;
    };
    Some(Verifier {
        iterations: iterations.parse().ok().filter(|count| *count >= ITERATIONS_MIN)?,
        salt: bytes(salt)?,
        stored_key: bytes(stored)?,
        server_key: bytes(server)?,
        digest: bytes(digest)?,
    })
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Writes it.
pub(super) fn print(records: &Records) -> String {
    let mut text = HEAD.to_owned();
    let mut line = |line: std::fmt::Arguments<'_>| {
        // Nothing fails to be written to a string.
        let _ = writeln!(text, "{line}");
    };
    line(format_args!("secret {}", STANDARD.encode(&records.secret)));
    for (name, verifier) in &records.users {
        let Verifier { iterations, salt, stored_key, server_key, digest } = verifier;
        line(format_args!(
            "user {name} scram-sha-256 {iterations} {} {} {} digest-md5 {}",
            STANDARD.encode(salt),
            STANDARD.encode(stored_key),
            STANDARD.encode(server_key),
            STANDARD.encode(digest),
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{parse, print};
    use crate::store::Records;
    use crate::{Password, Verifier};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_is_written_is_read(names in proptest::collection::btree_set("[^\\p{C}\\s]{1,20}", 0..4)) {
            let verifier = |name: &String| {
                let password = Password::new("x".to_owned());
                (name.clone(), Verifier::salted(name, &password, [1; 16], 4096))
            };
            let records = Records { secret: vec![5; 32], users: names.iter().map(verifier).collect() };
            prop_assert_eq!(parse(&print(&records)).unwrap(), records);
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,200}") {
            let _ = parse(&text);
        }
    }

    #[test]
    fn nobody_is_in_it_twice() {
        let password = Password::new("x".to_owned());
        let ann = Verifier::salted("ann", &password, [1; 16], 4096);
        let records = Records { secret: vec![5; 32], users: [("ann".to_owned(), ann)].into() };
        let text = print(&records);
        let twice = format!("{text}{}", text.lines().last().unwrap());
        assert_eq!(parse(&twice).unwrap_err(), 4);
    }
}
