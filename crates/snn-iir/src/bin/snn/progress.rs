//! A bar with the time that is left.

use indicatif::{ProgressBar, ProgressStyle};
use snn_iir::trainer::Progress;
use std::ops::ControlFlow;

/// Steps of the bar: a fraction of the work is not a count.
const STEPS: f64 = 10_000.0;

pub struct Bar(ProgressBar);

impl Bar {
    pub fn new(quiet: bool) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a constant")]
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(STEPS as u64) };
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {eta:>5} left  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    pub fn show(&self, progress: &Progress<'_>) -> ControlFlow<()> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10000")]
        self.0.set_position((progress.fraction * STEPS) as u64);
        let score =
            progress.score.map(|score| format!(", accuracy {:.1} %", 100.0 * score)).unwrap_or_default();
        let Progress { stage, epoch, epochs, batch, batches, loss, .. } = progress;
        self.0.set_message(format!(
            "{stage} epoch {epoch}/{epochs} batch {batch}/{batches} loss {loss:.3}{score}"
        ));
        ControlFlow::Continue(())
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
