//! Water factors of fuels.

use super::{Fuel, FuelMix};
use crate::{
    error::{Error, Result},
    units::LitersPerKwh,
};

/// The factor sets of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FactorSet {
    /// v3 Table 2, Africa: reservoir evaporation 5.32 L/kWh, photovoltaic solar.
    AfricaV3,
    /// v3 Table 2, world: hydropower 22 L/kWh.
    GlobalV3,
    /// What the data set published with v1/v2 was made with, recovered from it: solar is a concentrating plant with a
    /// cooling tower, 3.788 L/kWh.
    DatasetV1,
    /// "Making AI Less Thirsty" (arXiv 2304.03271): no water for hydro, solar and wind.
    LessThirsty2023,
}

impl FactorSet {
    /// All sets.
    pub const ALL: [Self; 4] = [Self::AfricaV3, Self::GlobalV3, Self::DatasetV1, Self::LessThirsty2023];

    /// Name of the set, as in `fuel_factors.csv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AfricaV3 => "africa_v3",
            Self::GlobalV3 => "global_v3",
            Self::DatasetV1 => "dataset_v1",
            Self::LessThirsty2023 => "less_thirsty_2023",
        }
    }
}

/// Water consumed per kWh of electricity from one fuel.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Factor {
    /// The factor.
    pub value: LitersPerKwh,
    /// Lower end of its range. In the sets of the tables: the least value of the fuel over the four sets.
    pub low: LitersPerKwh,
    /// Upper end of its range. In the sets of the tables: the greatest value of the fuel over the four sets. That is
    /// a spread of published choices, not a confidence interval.
    pub high: LitersPerKwh,
    /// Where the value is from.
    pub source: String,
}

/// A set of water factors, at most one per fuel.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WaterFactors {
    name: String,
    factors: [Option<Factor>; Fuel::COUNT],
}

impl WaterFactors {
    /// A set of one's own. A later entry for the same fuel replaces an earlier one.
    ///
    /// # Errors
    /// [`Error::FactorRange`] if a value lies outside its range.
    pub fn new(name: &str, factors: impl IntoIterator<Item = (Fuel, Factor)>) -> Result<Self> {
        let mut set = Self { name: name.to_owned(), factors: [const { None }; Fuel::COUNT] };
        for (fuel, factor) in factors {
            if !(factor.low <= factor.value && factor.value <= factor.high) {
                let (low, value, high) = (factor.low.get(), factor.value.get(), factor.high.get());
                return Err(Error::FactorRange { fuel, low, value, high });
            }
            set.factors[fuel as usize] = Some(factor);
        }
        Ok(set)
    }

    /// Name of the set.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Factor of a fuel; `None` if the set has none.
    #[must_use]
    pub fn get(&self, fuel: Fuel) -> Option<&Factor> {
        self.factors[fuel as usize].as_ref()
    }

    /// Share of a mix, 0..=1, that comes from fuels with a factor in this set.
    #[must_use]
    pub fn coverage(&self, mix: &FuelMix) -> f64 {
        mix.fuels().filter(|(fuel, _)| self.get(*fuel).is_some()).map(|(_, share)| share).sum()
    }
}
