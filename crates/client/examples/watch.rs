//! Prints what happens to the guests of a daemon until it goes away.
//!
//! `cargo run -p ferrovirt --example watch -- qemu:///system`

#![allow(clippy::print_stdout, missing_docs, reason = "an example prints")]

use ferrovirt::{Connection, DomainEventID, Notice};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ferrovirt::Result<()> {
    let uri = std::env::args().nth(1).unwrap_or_else(|| "qemu:///system".to_owned());
    let connection = Connection::open(&uri).await?;
    let kinds = [DomainEventID::LIFECYCLE, DomainEventID::REBOOT];
    let mut events = connection.events(&kinds, None).await?;
    loop {
        match events.next().await? {
            Notice::Event(event) => println!("{}: {:?}", event.domain.name, event.body),
            Notice::Lost { count } => println!("({count} events were lost)"),
        }
    }
}
