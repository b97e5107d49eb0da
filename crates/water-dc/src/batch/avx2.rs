//! The portable loops compiled once more for AVX2, chosen at run time. FMA stays off, so that the bits are the same.

use super::kernel::{self, Policy};
use crate::{tower::Polynomial, wet_bulb::Constants};

/// [`kernel::stull`] on the widest vectors of this processor.
pub(super) fn stull(c: &Constants, range_c: (f64, f64), t: &[f64], rh: &[f64], out: &mut [f64]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "only the instruction set makes the call unsafe")]
        // SAFETY: the processor has AVX2, as just checked
        return unsafe { x86::stull(c, range_c, t, rh, out) };
    }
    kernel::stull(c, range_c, t, rh, out);
}

/// [`kernel::tower`] on the widest vectors of this processor.
pub(super) fn tower(polynomial: &Polynomial, policy: Policy, wet_bulb_c: &[f64], out: &mut [f64]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "only the instruction set makes the call unsafe")]
        // SAFETY: the processor has AVX2, as just checked
        return unsafe { x86::tower(polynomial, policy, wet_bulb_c, out) };
    }
    kernel::tower(polynomial, policy, wet_bulb_c, out);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Constants, Policy, Polynomial, kernel};

    #[target_feature(enable = "avx2")]
    pub(super) fn stull(c: &Constants, range_c: (f64, f64), t: &[f64], rh: &[f64], out: &mut [f64]) {
        kernel::stull(c, range_c, t, rh, out);
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn tower(polynomial: &Polynomial, policy: Policy, wet_bulb_c: &[f64], out: &mut [f64]) {
        kernel::tower(polynomial, policy, wet_bulb_c, out);
    }
}
