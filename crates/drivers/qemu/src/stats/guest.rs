//! One guest, as the groups of figures see it.

use std::sync::Arc;

use host::proc::Stat;

use super::answers::Answers;
use crate::domain::{Live, Published};
use crate::tuning::Allotment;

/// One guest, as the groups see it.
pub(super) struct Guest<'g> {
    pub(super) view: &'g Published,
    pub(super) allotment: Allotment,
    /// The running guest; none when it is off.
    pub(super) live: Option<&'g Arc<Live>>,
    /// What the kernel knows of its process.
    pub(super) process: Option<Stat>,
    /// What its monitor said.
    pub(super) answers: Answers,
}
