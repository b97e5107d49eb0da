//! Choice of the instruction set at run time.
#![allow(unsafe_code, reason = "calls a function that needs AVX2 after asking the processor for it")]

/// A loop that may be compiled for more than one instruction set.
///
/// `run` must be `#[inline(always)]`: it takes the instruction set of the function it is inlined into.
pub(crate) trait Task {
    /// Does the work.
    fn run(self);
}

/// Runs a task with AVX2 where the processor has it.
#[inline]
pub(crate) fn run(task: impl Task) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { with_avx2(task) };
    }
    task.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(task: impl Task) {
    task.run();
}
