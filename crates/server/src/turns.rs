//! Turns of ordinary calls: how many run at a time, of one user and in all.
//!
//! A call that is answered without waiting takes no turn, and calls of the quick lane never do.
//! Whoever has to wait stands in its user's line; users are served in rotation, so that the calls
//! of one who makes many do not hold up those of the others.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The turns that there are.
#[derive(Debug)]
pub(crate) struct Turns {
    max: AtomicUsize,
    max_per_user: AtomicUsize,
    running: AtomicUsize,
    waiting: AtomicUsize,
    /// Lines in which calls wait, the next to be served first.
    rotation: Mutex<VecDeque<Arc<Line>>>,
    kept: Kept,
}

/// Figures of libvirt's thread pools that mean nothing here: kept for whoever sets them.
#[derive(Debug)]
struct Kept {
    min: AtomicU32,
    priority: AtomicU32,
}

/// The ordinary calls of one user.
#[derive(Debug, Default)]
pub(crate) struct Line {
    running: AtomicUsize,
    waiting: Mutex<VecDeque<oneshot::Sender<Turn>>>,
}

/// The right of one call to run, until dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Arc<Turns>,
    line: Arc<Line>,
}

/// How things stand, in the words of libvirt's thread pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) priority: u32,
    /// Calls that run.
    pub(crate) running: u32,
    /// Calls that wait.
    pub(crate) waiting: u32,
}

/// What to change of [`Figures`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FiguresChange {
    pub(crate) min: Option<u32>,
    pub(crate) max: Option<u32>,
    pub(crate) priority: Option<u32>,
}

/// The least would be more than the most.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MinAboveMax;

impl Turns {
    pub(crate) fn new(max: usize, max_per_user: usize) -> Self {
        Self {
            max: max.into(),
            max_per_user: max_per_user.into(),
            running: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            rotation: Mutex::default(),
            kept: Kept { min: AtomicU32::new(0), priority: AtomicU32::new(0) },
        }
    }

    /// Whether a call of `line` has to wait for its turn.
    pub(crate) fn must_wait(&self, line: &Line) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0 || !self.has_room(line)
    }

    fn has_room(&self, line: &Line) -> bool {
        self.has_room_for_any()
            && line.running.load(Ordering::Relaxed) < self.max_per_user.load(Ordering::Relaxed)
    }

    fn has_room_for_any(&self) -> bool {
        self.running.load(Ordering::Relaxed) < self.max.load(Ordering::Relaxed)
    }

    /// A turn for a call that runs already: it was polled when [`Self::must_wait`] said no, and
    /// has to wait for something.
    pub(crate) fn take(self: &Arc<Self>, line: &Arc<Line>) -> Turn {
        self.running.fetch_add(1, Ordering::Relaxed);
        line.running.fetch_add(1, Ordering::Relaxed);
        Turn { turns: Arc::clone(self), line: Arc::clone(line) }
    }

    /// Waits for a turn. None cannot come: whoever has a turn gives it back.
    pub(crate) async fn wait(self: &Arc<Self>, line: &Arc<Line>) -> Option<Turn> {
        let (sender, turn) = oneshot::channel();
        self.stand_in(line, sender);
        turn.await.ok()
    }

    fn stand_in(self: &Arc<Self>, line: &Arc<Line>, sender: oneshot::Sender<Turn>) {
        let mut rotation = self.rotation();
        let mut waiting = line.waiting();
        if waiting.is_empty() {
            rotation.push_back(Arc::clone(line));
        }
        waiting.push_back(sender);
        drop((waiting, rotation));
        // Counted before looking for room, as whoever makes room does so before looking here.
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.serve();
    }

    /// Gives turns to those who wait and may run.
    fn serve(self: &Arc<Self>) {
        let mut refused = Vec::new();
        let mut rotation = self.rotation();
        while self.has_room_for_any()
            && let Some(next) = rotation.iter().position(|line| self.has_room(line))
            && let Some(line) = rotation.remove(next)
        {
            let mut waiting = line.waiting();
            let sender = waiting.pop_front();
            if !waiting.is_empty() {
                rotation.push_back(Arc::clone(&line));
            }
            drop(waiting);
            if let Some(sender) = sender {
                self.waiting.fetch_sub(1, Ordering::SeqCst);
                refused.extend(sender.send(self.take(&line)).err());
            }
        }
        // Turns of those who are gone come back as any other, for which the lock must be free.
        drop(rotation);
        drop(refused);
    }

    /// Changes how many may run, at once.
    pub(crate) fn set_limits(self: &Arc<Self>, max: usize, max_per_user: usize) {
        self.max.store(max, Ordering::Relaxed);
        self.max_per_user.store(max_per_user, Ordering::Relaxed);
        self.serve();
    }

    /// How things stand.
    pub(crate) fn figures(&self) -> Figures {
        let figure =
            |count: &AtomicUsize| u32::try_from(count.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
        Figures {
            min: self.kept.min.load(Ordering::Relaxed),
            max: figure(&self.max),
            priority: self.kept.priority.load(Ordering::Relaxed),
            running: figure(&self.running),
            waiting: figure(&self.waiting),
        }
    }

    /// Changes figures, all or none. The most takes effect at once; calls that run, run on.
    ///
    /// # Errors
    /// When the least would be above the most.
    pub(crate) fn set_figures(self: &Arc<Self>, change: FiguresChange) -> Result<(), MinAboveMax> {
        let changing = self.rotation();
        let now = self.figures();
        let (min, max) = (change.min.unwrap_or(now.min), change.max.unwrap_or(now.max));
        if min > max || max == 0 {
            return Err(MinAboveMax);
        }
        let priority = change.priority.unwrap_or(now.priority);
        self.max.store(usize::try_from(max).unwrap_or(usize::MAX), Ordering::Relaxed);
        self.kept.min.store(min, Ordering::Relaxed);
        self.kept.priority.store(priority, Ordering::Relaxed);
        drop(changing);
        self.serve();
        Ok(())
    }

    fn rotation(&self) -> MutexGuard<'_, VecDeque<Arc<Line>>> {
        self.rotation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<oneshot::Sender<Turn>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.line.running.fetch_sub(1, Ordering::Relaxed);
        self.turns.running.fetch_sub(1, Ordering::SeqCst);
        if self.turns.waiting.load(Ordering::SeqCst) > 0 {
            self.turns.serve();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::oneshot;

    use super::{FiguresChange, Line, MinAboveMax, Turn, Turns};

    /// Stands in line without a task; whether the turn came is asked later.
    fn stand(turns: &Arc<Turns>, line: &Arc<Line>) -> oneshot::Receiver<Turn> {
        let (sender, turn) = oneshot::channel();
        turns.stand_in(line, sender);
        turn
    }

    #[test]
    fn no_more_run_than_may_and_users_take_turns() {
        let turns = Arc::new(Turns::new(1, 10));
        let (busy, other) = (Arc::new(Line::default()), Arc::new(Line::default()));
        assert!(!turns.must_wait(&busy));
        let first = turns.take(&busy);
        assert!(turns.must_wait(&other));
        let mut of_busy = [stand(&turns, &busy), stand(&turns, &busy)];
        let mut of_other = stand(&turns, &other);
        drop(first);
        let second = of_busy[0].try_recv().unwrap();
        assert!(of_busy[1].try_recv().is_err() && of_other.try_recv().is_err());
        drop(second);
        assert!(of_busy[1].try_recv().is_err(), "it is the other's turn");
        drop(of_other.try_recv().unwrap());
        drop(of_busy[1].try_recv().unwrap());
        assert_eq!((turns.figures().running, turns.figures().waiting), (0, 0));
        assert!(!turns.must_wait(&busy));
    }

    #[test]
    fn a_user_at_its_limit_does_not_hold_up_the_next() {
        let turns = Arc::new(Turns::new(10, 1));
        let (busy, other) = (Arc::new(Line::default()), Arc::new(Line::default()));
        let _running = turns.take(&busy);
        assert!(turns.must_wait(&busy));
        let mut waits = stand(&turns, &busy);
        assert!(stand(&turns, &other).try_recv().is_ok());
        assert!(waits.try_recv().is_err());
        turns.set_limits(10, 2);
        assert!(waits.try_recv().is_ok());
    }

    #[test]
    fn a_turn_whose_call_is_gone_goes_to_the_next() {
        let turns = Arc::new(Turns::new(1, 10));
        let line = Arc::new(Line::default());
        let running = turns.take(&line);
        drop(stand(&turns, &line));
        let mut next = stand(&turns, &line);
        drop(running);
        drop(next.try_recv().unwrap());
        assert_eq!((turns.figures().running, turns.figures().waiting), (0, 0));
    }

    #[test]
    fn figures_change_together_or_not_at_all() {
        let turns = Arc::new(Turns::new(4, 4));
        let change = FiguresChange { min: Some(5), priority: Some(9), ..FiguresChange::default() };
        assert_eq!(turns.set_figures(change), Err(MinAboveMax));
        assert_eq!((turns.figures().min, turns.figures().priority), (0, 0));
        let change = FiguresChange { max: Some(6), ..change };
        assert_eq!(turns.set_figures(change), Ok(()));
        let figures = turns.figures();
        assert_eq!((figures.min, figures.max, figures.priority), (5, 6, 9));
    }

    #[test]
    fn a_higher_limit_lets_those_go_who_wait() {
        let turns = Arc::new(Turns::new(1, 10));
        let line = Arc::new(Line::default());
        let _running = turns.take(&line);
        let mut waits = stand(&turns, &line);
        turns.set_figures(FiguresChange { max: Some(2), ..FiguresChange::default() }).unwrap();
        assert!(waits.try_recv().is_ok());
    }
}
