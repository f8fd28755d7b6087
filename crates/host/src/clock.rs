//! Where the host's local time is.

/// What has to be added to UTC for local time at a moment. **Units**: seconds.
///
/// **Source**: the zone that the C library uses (`TZ`, or `/etc/localtime`).
pub fn utc_offset_s(utc_s: i64) -> i64 {
    crate::sys::utc_offset_s(utc_s)
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_offset_is_less_than_a_day() {
        assert!(super::utc_offset_s(1_795_305_599).abs() < 86_400);
    }
}
