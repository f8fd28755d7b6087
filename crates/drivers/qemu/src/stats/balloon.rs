//! Group `balloon`: memory, as host and guest see it.

use api::Params;
use qmp::commands::GuestMemoryStats;

use super::guest::Guest;
use crate::tuning::{BALLOON_FIGURES, BEFORE_LAST_UPDATE, BalloonFigure};

pub(super) fn write(params: &mut Params, guest: &Guest<'_>) {
    params
        .ullong("balloon.current", guest.allotment.memory_kib)
        .ullong("balloon.maximum", guest.allotment.maximum_memory_kib);
    if let Some(told) = &guest.answers.balloon {
        let (first, last) = BALLOON_FIGURES.split_at(BEFORE_LAST_UPDATE);
        write_figures(params, told, first);
        params.ullong("balloon.last-update", u64::try_from(told.last_update).unwrap_or(0));
        write_figures(params, told, last);
    }
    if let Some(process) = guest.process {
        params.ullong("balloon.rss", process.rss_kib);
    }
}

fn write_figures(params: &mut Params, told: &GuestMemoryStats, figures: &[BalloonFigure]) {
    for figure in figures {
        if let Some(value) = told.get(figure.qemu) {
            params.ullong(format!("balloon.{}", figure.name), value / figure.divisor);
        }
    }
}
