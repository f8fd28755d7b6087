//! Group `iothread`: how the threads that serve disks poll.

use api::Params;

use super::guest::Guest;

/// What the daemon calls these threads before their number.
const ALIAS: &str = "iothread";

pub(super) fn write(params: &mut Params, guest: &Guest<'_>) {
    let Some(threads) = guest.answers.iothreads.as_ref().filter(|threads| !threads.is_empty())
    else {
        return;
    };
    params.uint("iothread.count", u32::try_from(threads.len()).unwrap_or(u32::MAX));
    for thread in threads {
        let number = thread.id.strip_prefix(ALIAS).and_then(|number| number.parse::<u32>().ok());
        let Some(number) = number else { continue };
        let factor = |factor| u32::try_from(factor).unwrap_or(u32::MAX);
        params
            .ullong(format!("iothread.{number}.poll-max-ns"), thread.poll_max_ns)
            .uint(format!("iothread.{number}.poll-grow"), factor(thread.poll_grow))
            .uint(format!("iothread.{number}.poll-shrink"), factor(thread.poll_shrink));
    }
}
