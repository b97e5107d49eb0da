//! Links between users and servers.

use crate::{Error, Result};

/// A way for bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Link {
    /// A radio channel at its capacity.
    Wireless {
        /// Bandwidth `B`, Hz.
        bandwidth_hz: f64,
        /// Transmit power `P`, W.
        power_w: f64,
        /// Channel gain `g`.
        gain: f64,
        /// Noise density `N0`, W/Hz.
        noise_w_hz: f64,
    },
    /// A wire.
    Lan {
        /// Round-trip time, s.
        round_trip_s: f64,
        /// Rate, bit/s.
        bit_s: f64,
    },
}

/// Time and energy of a transfer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transfer {
    /// s.
    pub time_s: f64,
    /// Of the sender, J.
    pub energy_j: f64,
}

impl Link {
    /// Rate of the link, bit/s: for a radio channel
    ///
    /// ```text
    /// R = B log2(1 + P g / (N0 B))
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for a number that is not positive and finite.
    pub fn rate_bit_s(&self) -> Result<f64> {
        match *self {
            Self::Wireless { bandwidth_hz, power_w, gain, noise_w_hz } => {
                let b = positive("bandwidth of the channel", bandwidth_hz)?;
                let signal = positive("transmit power", power_w)? * positive("channel gain", gain)?;
                let noise = positive("noise density", noise_w_hz)? * b;
                positive("rate of the channel", b * (signal / noise).ln_1p() / std::f64::consts::LN_2)
            }
            Self::Lan { round_trip_s, bit_s } => {
                if !(round_trip_s.is_finite() && round_trip_s >= 0.0) {
                    let (what, rule) = ("round-trip time".into(), "finite and not negative");
                    return Err(Error::InvalidValue { what, rule, value: round_trip_s });
                }
                positive("rate of the link", bit_s)
            }
        }
    }

    /// Time and energy to send bytes: over the air `8 bytes / R` at the transmit power, over a wire half a round trip
    /// more and no energy.
    ///
    /// ```
    /// let noise_w_hz = 10_f64.powf((-174.0 - 30.0) / 10.0);
    /// let link = moe2_edge::model::Link::Wireless { bandwidth_hz: 10e6, power_w: 0.2, gain: 1e-10, noise_w_hz };
    /// common::assert_close!(link.rate_bit_s()?, 89_754_963.10, rel = 1e-9);
    /// let sent = link.transfer(2048.0)?;
    /// common::assert_close!(sent.time_s, 1.825414e-4, rel = 1e-6);
    /// common::assert_close!(sent.energy_j, 3.650829e-5, rel = 1e-6);
    /// # Ok::<(), moe2_edge::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for bytes that are negative or not finite, and as [`Link::rate_bit_s`].
    pub fn transfer(&self, bytes: f64) -> Result<Transfer> {
        if !(bytes.is_finite() && bytes >= 0.0) {
            let (what, rule) = ("bytes to send".into(), "finite and not negative");
            return Err(Error::InvalidValue { what, rule, value: bytes });
        }
        let time_s = 8.0 * bytes / self.rate_bit_s()?;
        Ok(match *self {
            Self::Wireless { power_w, .. } => Transfer { time_s, energy_j: power_w * time_s },
            Self::Lan { round_trip_s, .. } => Transfer { time_s: 0.5 * round_trip_s + time_s, energy_j: 0.0 },
        })
    }
}

pub(crate) fn positive(what: &str, value: f64) -> Result<f64> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(Error::InvalidValue { what: what.into(), rule: "positive and finite", value })
    }
}
