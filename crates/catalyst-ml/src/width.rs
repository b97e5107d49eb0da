//! One place that chooses the width of the registers.
#![allow(unsafe_code, reason = "code for wide registers may only be called after asking the processor")]

/// A loop that gains from wide registers. `run` has to be `#[inline(always)]`, so that it is compiled for each width.
pub(crate) trait Loop {
    /// Runs with registers that the processor has.
    fn run(self, width: Width);
}

/// Registers that a loop is compiled for. Rust fuses no operations: the same source gives the same bits in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Whatever every processor of the architecture has.
    Portable,
}

impl Width {
    /// The widest of this processor.
    pub(crate) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if Self::Avx512.available() {
                return Self::Avx512;
            }
            if Self::Avx2.available() {
                return Self::Avx2;
            }
        }
        Self::Portable
    }

    fn available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                use std::arch::is_x86_feature_detected as has;
                has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => std::arch::is_x86_feature_detected!("avx2"),
            Self::Portable => true,
        }
    }

    /// All that this processor has.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let known = [Self::Avx512, Self::Avx2, Self::Portable];
        #[cfg(not(target_arch = "x86_64"))]
        let known = [Self::Portable];
        known.into_iter().filter(|width| width.available())
    }
}

/// Runs a loop with registers that come from [`Width::best`] or [`Width::all`].
pub(crate) fn run(width: Width, work: impl Loop) {
    match width {
        // SAFETY: a width is handed out only after the processor was asked for its features.
        #[cfg(target_arch = "x86_64")]
        Width::Avx512 => unsafe { avx512(work) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Width::Avx2 => unsafe { avx2(work) },
        Width::Portable => work.run(Width::Portable),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512(work: impl Loop) {
    work.run(Width::Avx512);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(work: impl Loop) {
    work.run(Width::Avx2);
}
