//! Loops compiled for the widest registers of the processor, chosen at run time.
//!
//! ```
//! use common::width::{Loop, Width, run, widest};
//!
//! struct Double<'a>(&'a mut [f64]);
//!
//! impl Loop for Double<'_> {
//!     #[inline(always)]
//!     fn run(self, _: Width) {
//!         self.0.iter_mut().for_each(|x| *x *= 2.0);
//!     }
//! }
//!
//! let mut numbers = [1.5, -2.0];
//! widest(Double(&mut numbers));
//! assert_eq!(numbers, [3.0, -4.0]);
//! // every width gives the same bits
//! for width in Width::all() {
//!     let mut numbers = [0.1; 9];
//!     run(width, Double(&mut numbers));
//!     assert_eq!(numbers, [0.2; 9]);
//! }
//! ```
#![allow(unsafe_code, reason = "code for wide registers may only be called after asking the processor")]

/// A loop that gains from wide registers. `run` has to be `#[inline(always)]`, so that it is compiled for each width.
pub trait Loop {
    /// The loop; the width says what it is compiled for.
    fn run(self, width: Width);
}

/// Registers that this processor has: one is only given out after it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Width(Registers);

/// Kinds of registers. Rust fuses no operations: the same source gives the same bits in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registers {
    /// 512 bits: AVX-512 F, BW, DQ and VL.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 256 bits.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Whatever every processor of the architecture has.
    Portable,
}

impl Width {
    /// The widest of this processor.
    #[must_use]
    pub fn best() -> Self {
        Self::all().next().unwrap_or(Self(Registers::Portable))
    }

    /// All that this processor has, the widest first.
    pub fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let known = [Registers::Avx512, Registers::Avx2, Registers::Portable];
        #[cfg(not(target_arch = "x86_64"))]
        let known = [Registers::Portable];
        known.into_iter().filter(|registers| registers.available()).map(Self)
    }

    /// Their kind.
    #[must_use]
    pub fn registers(self) -> Registers {
        self.0
    }
}

impl Registers {
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
}

/// Runs a loop with the widest registers of this processor.
pub fn widest(work: impl Loop) {
    run(Width::best(), work);
}

/// Runs a loop with these registers.
pub fn run(width: Width, work: impl Loop) {
    match width.registers() {
        // SAFETY: a width is given out only after the processor was asked for these features.
        #[cfg(target_arch = "x86_64")]
        Registers::Avx512 => unsafe { avx512(work) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Registers::Avx2 => unsafe { avx2(work) },
        Registers::Portable => work.run(width),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512(work: impl Loop) {
    // a constant, so that the loop's own choices by width are made when it is compiled
    work.run(Width(Registers::Avx512));
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(work: impl Loop) {
    work.run(Width(Registers::Avx2));
}
