//! What clients say while they authenticate, and the file of those who may.
//!
//! The first byte picks the mechanism; the messages follow, cut at `|`. Nobody who makes messages up
//! gets in.

use std::sync::LazyLock;

use sasl::{Exchange, Mechanism, Password, Step, Store, Verifier};
use tempfile::TempDir;

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "sasl",
    run,
    seeds,
    words: &[
        "n,,",
        "n=admin",
        ",r=",
        "c=biws",
        ",p=",
        "username=\"",
        "digest-uri=",
        "nc=00000001",
        "|",
    ],
};

/// A file with one user, whose password nobody guesses.
static STORE: LazyLock<(TempDir, Store)> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("there is room for a file");
    let store = Store::at(directory.path().join("users"));
    let password = Password::new("correct horse battery staple".to_owned());
    let verifier = Verifier::of("admin", &password).expect("there are random bytes");
    store.put("admin", &verifier).expect("the file is ours");
    (directory, store)
});

fn run(bytes: &[u8]) {
    let Some((choice, said)) = bytes.split_first() else { return };
    let mechanism = Mechanism::ALL[usize::from(*choice) % Mechanism::ALL.len()];
    let mut exchange = Exchange::new(mechanism, STORE.1.clone());
    for message in said.split(|byte| *byte == b'|') {
        match exchange.step((!message.is_empty()).then_some(message)) {
            Ok(Step::Challenge(_)) => {}
            Ok(Step::Proven(_)) => panic!("{} lets a guess in", mechanism.name()),
            Err((user, _)) => assert!(user.len() <= bytes.len()),
        }
    }
    if let Ok(name) = str::from_utf8(said) {
        sasl::is_name(name);
        Mechanism::find(name);
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let digest = "\u{2}|username=\"admin\",realm=\"libvirt\",nonce=\"x\",cnonce=\"y\",nc=00000001,\
                  qop=auth-conf,cipher=rc4,digest-uri=\"libvirt/localhost\",\
                  response=d388dad90d4bbd760a152321f2143af7,charset=utf-8,maxbuf=65536";
    let texts: [&str; 4] = [
        "\0n,,n=admin,r=abcdef|c=biws,r=abcdef,p=AAAA",
        "\0y,a=other,n=ad=2Cmin,r=abc|",
        "\u{1}\0admin\0password",
        digest,
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
