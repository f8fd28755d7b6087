//! Moments at random, which can come again.

/// xorshift64: moments only have to differ, and to come again with the same seed.
pub struct Dice(u64);

impl Dice {
    /// With the seed of `FERROVIRT_E2E_SEED`, else a new one, which is shown when the test fails.
    pub fn seeded() -> Self {
        let given = std::env::var("FERROVIRT_E2E_SEED").ok().and_then(|text| text.parse().ok());
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let seed =
            given.unwrap_or(u64::from(now.subsec_nanos()) << 20 | u64::from(std::process::id()));
        eprintln!("FERROVIRT_E2E_SEED={seed}");
        Self(seed.max(1))
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
