//! Calls that no driver serves, against what libvirtd 9.0 says of them: `unsupported.txt` has the
//! program, the number, the name that the error gives, and the error's domain.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use api::{ErrorCode, ErrorDomain};
use support::{Stage, facts, header};

const KNOWN: &str = include_str!("unsupported.txt");

#[tokio::test]
async fn a_call_that_no_driver_serves_is_answered_as_libvirtd_does() {
    let stage = Stage::new();
    let mut peer = stage.open().await;
    let mut checked = 0;
    for line in KNOWN.lines() {
        let fields: Vec<_> = line.split(' ').collect();
        let [program, number, name, domain] = fields[..] else { panic!("{line}") };
        let program = api::MAIN_PROGRAMS.into_iter().find(|known| known.name == program).unwrap();
        let row = program.rows().find(|row| row.number == number.parse::<i32>().unwrap()).unwrap();
        peer.send(&header(row, 9), &()).await;
        let error = peer.receive().await.error();
        // Those that the puppet serves want arguments.
        if error.code == ErrorCode::NO_SUPPORT {
            let message =
                format!("this function is not supported by the connection driver: {name}");
            let domain = ErrorDomain(domain.parse().unwrap());
            assert_eq!(facts(&error), (ErrorCode::NO_SUPPORT, domain, &*message), "{line}");
            checked += 1;
        }
    }
    assert!(checked > 80, "only {checked} calls were checked");
}
