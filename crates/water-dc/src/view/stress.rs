//! Water stress of a place.

use crate::error::{Error, Result};

/// Class of baseline water stress (annual withdrawals over renewable supply), after the 0..=5 score of the Aqueduct
/// atlas of the World Resources Institute (v3 section 2.3). A score on a boundary belongs to the higher class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum WaterStress {
    /// 0 to 1.
    Low,
    /// 1 to 2.
    LowMedium,
    /// 2 to 3.
    MediumHigh,
    /// 3 to 4.
    High,
    /// 4 to 5.
    ExtremelyHigh,
}

impl WaterStress {
    /// Class of a score.
    ///
    /// ```
    /// use water_dc::view::WaterStress;
    /// assert_eq!(WaterStress::from_score(4.18)?, WaterStress::ExtremelyHigh);      // Namibia
    /// assert_eq!(WaterStress::from_score(4.18)?.label(), "extremely high");
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Quantity`] outside 0..=5.
    pub fn from_score(score: f64) -> Result<Self> {
        match score {
            0.0..1.0 => Ok(Self::Low),
            1.0..2.0 => Ok(Self::LowMedium),
            2.0..3.0 => Ok(Self::MediumHigh),
            3.0..4.0 => Ok(Self::High),
            4.0..=5.0 => Ok(Self::ExtremelyHigh),
            value => {
                Err(Error::Quantity { quantity: "baseline water stress score", rule: "in 0..=5", value })
            }
        }
    }

    /// The class in words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::LowMedium => "low to medium",
            Self::MediumHigh => "medium to high",
            Self::High => "high",
            Self::ExtremelyHigh => "extremely high",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_belong_to_the_higher_class() {
        use WaterStress::{ExtremelyHigh, High, Low, LowMedium, MediumHigh};
        let scores = [0.0, 0.999, 1.0, 2.0, 3.0, 3.999, 4.0, 5.0];
        let classes = [Low, Low, LowMedium, MediumHigh, High, High, ExtremelyHigh, ExtremelyHigh];
        assert_eq!(scores.map(|score| WaterStress::from_score(score).unwrap()), classes);
        for score in [-0.001, 5.001, f64::NAN, f64::INFINITY] {
            assert!(WaterStress::from_score(score).is_err(), "{score}");
        }
    }
}
