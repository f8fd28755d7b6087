//! `<bandwidth>`: limits of a network or of a kind of port.

use xml::element;

element! {
    /// `<bandwidth>`
    #[derive(Eq)]
    pub struct Bandwidth {
        /// Towards the guests.
        child inbound: Option<Rate> = "inbound",
        /// From the guests.
        child outbound: Option<Rate> = "outbound",
    }

    /// `<inbound>`, `<outbound>`; what is zero is not there. **Units**: KiB/s, the burst KiB.
    #[derive(Copy, Eq)]
    pub struct Rate {
        /// Average.
        attr average: Option<u64> = "average",
        /// Peak.
        attr peak: Option<u64> = "peak",
        /// What is guaranteed, towards the guests.
        attr floor: Option<u64> = "floor",
        /// How much may go at peak.
        attr burst: Option<u64> = "burst",
    }
}

impl Bandwidth {
    /// Drops what is zero: a rate without an average limits nothing.
    pub(super) fn forget_zeros(&mut self) {
        for rate in [&mut self.inbound, &mut self.outbound] {
            if let Some(rate) = rate {
                let said = |value: Option<u64>| value.filter(|value| *value != 0);
                rate.peak = said(rate.peak);
                rate.floor = said(rate.floor);
                rate.burst = said(rate.burst);
            }
            *rate = rate.filter(|rate| rate.average != Some(0) || rate.floor.is_some());
        }
    }
}
