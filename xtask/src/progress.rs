//! Progress on stderr: a bar on a terminal, lines elsewhere.

use common::experiment::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::time::Duration;

/// Shows which experiment runs and how far it is.
#[derive(Default)]
pub(crate) struct Terminal {
    bar: RefCell<Option<ProgressBar>>,
}

impl Terminal {
    /// An experiment begins.
    pub(crate) fn begin(&self, number: usize, total: usize, id: &str) {
        if std::io::stderr().is_terminal() {
            self.show(&format!("[{number}/{total}] {id}"), None);
        } else {
            eprintln!("[{number}/{total}] {id}");
        }
    }

    /// The bar of this message, in place of the one before it.
    fn show(&self, message: &str, total: Option<u64>) {
        self.clear();
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        if total.is_some() {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} %, {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        }
        bar.set_message(message.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        *self.bar.borrow_mut() = Some(bar);
    }

    /// Takes the bar off the screen.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.bar.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Terminal {
    fn start(&self, task: &str, total: Option<u64>) {
        if std::io::stderr().is_terminal() {
            self.show(task, total);
        } else {
            eprintln!("  {task}");
        }
    }

    fn advance(&self, steps: u64) {
        if let Some(bar) = self.bar.borrow().as_ref() {
            bar.inc(steps);
        }
    }

    fn finish(&self) {
        self.clear();
    }
}
