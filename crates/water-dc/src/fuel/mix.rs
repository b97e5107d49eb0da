//! Fuels and mixes of them.

use crate::error::{Error, Result};

/// A source of electricity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Fuel {
    /// Coal.
    Coal,
    /// Natural gas.
    Gas,
    /// Oil.
    Oil,
    /// Solid biomass, biogas and biofuels.
    Biomass,
    /// Nuclear fission.
    Nuclear,
    /// Geothermal.
    Geothermal,
    /// Renewables that a source lumps together: geothermal, wave and tide, sometimes biomass.
    OtherRenewable,
    /// Solar.
    Solar,
    /// Wind.
    Wind,
    /// Hydropower.
    Hydro,
    /// Anything else.
    Other,
}

impl Fuel {
    /// Number of fuels.
    pub const COUNT: usize = 11;

    /// All fuels, in the order of the paper's table of factors.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Coal,
        Self::Gas,
        Self::Oil,
        Self::Biomass,
        Self::Nuclear,
        Self::Geothermal,
        Self::OtherRenewable,
        Self::Solar,
        Self::Wind,
        Self::Hydro,
        Self::Other,
    ];

    /// Name of the fuel, as the columns of the tables are called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Coal => "coal",
            Self::Gas => "gas",
            Self::Oil => "oil",
            Self::Biomass => "biomass",
            Self::Nuclear => "nuclear",
            Self::Geothermal => "geothermal",
            Self::OtherRenewable => "other_renewable",
            Self::Solar => "solar",
            Self::Wind => "wind",
            Self::Hydro => "hydro",
            Self::Other => "other",
        }
    }

    /// The fuel of this name.
    ///
    /// # Errors
    /// [`Error::Unknown`] for any other name.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|fuel| fuel.name() == name)
            .ok_or_else(|| crate::country::unknown("fuel", name, Self::ALL.map(Self::name)))
    }
}

impl std::fmt::Display for Fuel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Generation by fuel, in any unit: only the ratios count. Non-negative, with a positive sum.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Vec<(Fuel, f64)>", into = "Vec<(Fuel, f64)>"))]
pub struct FuelMix {
    shares: [f64; Fuel::COUNT],
}

impl FuelMix {
    /// Mix from generation or from shares, in percent or as fractions. A fuel left out has none; entries of the same
    /// fuel are added.
    ///
    /// ```
    /// use water_dc::fuel::{Fuel, FuelMix};
    /// let mix = FuelMix::new([(Fuel::Wind, 30.0), (Fuel::Hydro, 90.0)])?;
    /// assert_eq!(mix.share(Fuel::Hydro), 0.75);
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Generation`] for a negative value or one that is not finite, [`Error::EmptyMix`] if the sum is not
    /// positive and finite.
    pub fn new(generation: impl IntoIterator<Item = (Fuel, f64)>) -> Result<Self> {
        let mut shares = [0.0; Fuel::COUNT];
        for (fuel, value) in generation {
            if !(value.is_finite() && value >= 0.0) {
                return Err(Error::Generation { fuel, value });
            }
            shares[fuel as usize] += value;
        }
        let sum: f64 = shares.iter().sum();
        if !(sum.is_finite() && sum > 0.0) {
            return Err(Error::EmptyMix { sum });
        }
        Ok(Self { shares: shares.map(|value| value / sum) })
    }

    /// Share of a fuel in the whole mix, 0..=1.
    #[must_use]
    pub fn share(&self, fuel: Fuel) -> f64 {
        self.shares[fuel as usize]
    }

    /// Fuels with a positive share.
    pub fn fuels(&self) -> impl Iterator<Item = (Fuel, f64)> + '_ {
        Fuel::ALL.into_iter().map(|fuel| (fuel, self.share(fuel))).filter(|(_, share)| *share > 0.0)
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Vec<(Fuel, f64)>> for FuelMix {
    type Error = Error;

    fn try_from(generation: Vec<(Fuel, f64)>) -> Result<Self> {
        Self::new(generation)
    }
}

#[cfg(feature = "serde")]
impl From<FuelMix> for Vec<(Fuel, f64)> {
    fn from(mix: FuelMix) -> Self {
        mix.fuels().collect()
    }
}
