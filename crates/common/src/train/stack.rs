//! A thread with a stack for deep graphs.

use super::Result;

const STACK_BYTES: usize = 64 << 20;

/// Runs `work` on a thread with a stack of 64 MiB and returns what it returns; a panic in it passes on.
///
/// Backpropagation and the release of a graph recurse once a node: a chain of 10,000 nodes overflows the 2 MiB that a
/// thread usually has. Products inside run on the global pool of rayon, whichever pool the caller is in.
///
/// # Errors
/// If the system gives no such thread.
pub fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work)?;
        match thread.join() {
            Ok(value) => Ok(value),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
