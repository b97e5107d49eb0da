//! The economics of storing electricity in fuels.
//!
//! ```text
//! round trip = product of the stages' efficiencies
//! levelised cost = (capital CRF + operation)/annual energy out + price of charging/round trip
//! CRF = i (1 + i)^n/((1 + i)^n - 1)
//! ```

use crate::constants::FARADAY_C_MOL;
use crate::reaction::{FormationTable, ReactionStep, Species};
use crate::thermo::{above_zero, finite};
use crate::{Element, Error, Result};

/// Whether the water of a combustion ends as liquid or as vapour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeatingValue {
    /// Liquid: the heat of condensation counts.
    Higher,
    /// Vapour.
    Lower,
}

impl HeatingValue {
    fn water(self) -> &'static str {
        match self {
            Self::Higher => "H2O(l)",
            Self::Lower => "H2O(g)",
        }
    }

    /// Heat of burning a fuel of C, H and O with oxygen, kWh/kg.
    ///
    /// ```
    /// use catalyst_ml::reaction::FormationTable;
    /// use catalyst_ml::storage::HeatingValue;
    ///
    /// let table = FormationTable::standard();
    /// let hydrogen = HeatingValue::Higher.kwh_per_kg("H2", &table)?;
    /// assert!((hydrogen - 39.386).abs() < 3e-3);
    /// # Ok::<(), catalyst_ml::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] for a fuel that is not in the table or holds another element, [`Error::Formula`] for
    /// what is no species.
    pub fn kwh_per_kg(self, fuel: &str, table: &FormationTable) -> Result<f64> {
        let species: Species = fuel.parse()?;
        if let Some((other, _)) = species.elements().find(|(e, _)| !["C", "H", "O"].contains(&e.symbol())) {
            let table = "the elements of fuels: C, H and O";
            return Err(Error::UnknownSpecies { species: other.symbol().into(), table });
        }
        let count = |symbol: &str| Ok::<f64, Error>(f64::from(species.count(symbol.parse::<Element>()?)));
        let heat_kj_mol = table.get(fuel)?.enthalpy_kj_mol
            - count("C")? * table.get("CO2")?.enthalpy_kj_mol
            - 0.5 * count("H")? * table.get(self.water())?.enthalpy_kj_mol;
        Ok(heat_kj_mol / species.molar_mass_g() / 3.6)
    }

    /// Voltage that corresponds to the heat of burning hydrogen, V: 1.481 with liquid water, 1.253 with vapour.
    ///
    /// # Errors
    ///
    /// [`Error::MissingEnergy`] if the table has no water.
    pub fn hydrogen_v(self, table: &FormationTable) -> Result<f64> {
        let step: ReactionStep = format!("H2 + 1/2 O2 -> {}", self.water()).parse()?;
        Ok(-1000.0 * table.reaction(&step)?.enthalpy_kj_mol / (2.0 * FARADAY_C_MOL))
    }

    /// Voltage efficiency of an electrolyser at a cell voltage, V.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] unless the voltage is above zero.
    pub fn electrolyser_efficiency(self, cell_v: f64, table: &FormationTable) -> Result<f64> {
        Ok(self.hydrogen_v(table)? / above_zero("cell voltage, V", cell_v)?)
    }

    /// Voltage efficiency of a fuel cell at a cell voltage, V.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] unless the voltage is above zero.
    pub fn fuel_cell_efficiency(self, cell_v: f64, table: &FormationTable) -> Result<f64> {
        Ok(above_zero("cell voltage, V", cell_v)? / self.hydrogen_v(table)?)
    }
}

/// Least work of making hydrogen from liquid water, kWh/kg: the free energy.
///
/// # Errors
///
/// [`Error::MissingEnergy`] if the table has no water.
pub fn least_electrolysis_kwh_per_kg(table: &FormationTable) -> Result<f64> {
    let hydrogen: Species = "H2".parse()?;
    let step: ReactionStep = "H2O(l) -> H2 + 1/2 O2".parse()?;
    Ok(table.reaction(&step)?.gibbs_kj_mol / hydrogen.molar_mass_g() / 3.6)
}

/// The stages that electricity goes through between charging and discharging.
///
/// ```
/// use catalyst_ml::storage::RoundTrip;
///
/// let hydrogen = RoundTrip::new([("electrolyser", 0.70), ("fuel cell", 0.60)])?;
/// assert!((hydrogen.efficiency() - 0.42).abs() < 1e-15);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RoundTrip {
    stages: Vec<(String, f64)>,
}

impl RoundTrip {
    /// Stages with their efficiencies, each above 0 and at most 1.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] without stages, [`Error::Quantity`] for an efficiency outside.
    pub fn new<N: Into<String>>(stages: impl IntoIterator<Item = (N, f64)>) -> Result<Self> {
        let stage = |(name, value): (N, f64)| {
            if value > 0.0 && value <= 1.0 {
                Ok((name.into(), value))
            } else {
                Err(Error::Quantity { name: "efficiency of a stage", rule: "above 0, at most 1", value })
            }
        };
        let stages = stages.into_iter().map(stage).collect::<Result<Vec<_>>>()?;
        if stages.is_empty() {
            return Err(Error::Count { name: "stages of a round trip", rule: "at least 1", count: 0 });
        }
        Ok(Self { stages })
    }

    /// Stages.
    #[must_use]
    pub fn stages(&self) -> &[(String, f64)] {
        &self.stages
    }

    /// Electricity out over electricity in.
    #[must_use]
    pub fn efficiency(&self) -> f64 {
        self.stages.iter().map(|(_, efficiency)| efficiency).product()
    }

    /// What one further stage must have for the whole to come out at this efficiency.
    #[must_use]
    pub fn remaining_stage(&self, whole: f64) -> f64 {
        whole / self.efficiency()
    }
}

/// A storage plant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plant {
    /// Capital, USD.
    pub capital_usd: f64,
    /// Operation, USD a year.
    pub operation_usd_per_year: f64,
    /// Interest, a fraction a year.
    pub interest: f64,
    /// Years in service.
    pub years: f64,
    /// Electricity delivered, `MWh` a year.
    pub delivered_mwh_per_year: f64,
    /// Charges and discharges a year.
    pub cycles_per_year: f64,
    /// Price of charging, USD/MWh.
    pub charging_usd_mwh: f64,
    /// Electricity out over electricity in.
    pub round_trip: f64,
}

/// What delivered electricity costs, by part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelisedCost {
    /// Capital, USD/MWh.
    pub capital_usd_mwh: f64,
    /// Operation, USD/MWh.
    pub operation_usd_mwh: f64,
    /// Charging, USD/MWh.
    pub charging_usd_mwh: f64,
    /// All of it for one charge and discharge, USD.
    pub cycle_usd: f64,
}

impl LevelisedCost {
    /// Sum of the parts, USD/MWh.
    #[must_use]
    pub fn total_usd_mwh(&self) -> f64 {
        self.capital_usd_mwh + self.operation_usd_mwh + self.charging_usd_mwh
    }
}

impl Plant {
    /// What its electricity costs.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] for a number out of range.
    pub fn levelised_cost(&self) -> Result<LevelisedCost> {
        let delivered = above_zero("delivered electricity, MWh a year", self.delivered_mwh_per_year)?;
        let cycles = above_zero("cycles a year", self.cycles_per_year)?;
        let capital = at_least_zero("capital, USD", self.capital_usd)?;
        let operation = at_least_zero("operation, USD a year", self.operation_usd_per_year)?;
        let charging = finite("price of charging, USD/MWh", self.charging_usd_mwh)?;
        let round_trip = RoundTrip::new([("round trip", self.round_trip)])?.efficiency();
        let mut cost = LevelisedCost {
            capital_usd_mwh: capital * capital_recovery_factor(self.interest, self.years)? / delivered,
            operation_usd_mwh: operation / delivered,
            charging_usd_mwh: charging / round_trip,
            cycle_usd: 0.0,
        };
        cost.cycle_usd = cost.total_usd_mwh() * delivered / cycles;
        Ok(cost)
    }
}

/// Share of a capital that repays it with interest over these years, 1/year; without interest `1/years`.
///
/// ```
/// let factor = catalyst_ml::storage::capital_recovery_factor(0.08, 20.0)?;
/// assert!((factor - 0.101852).abs() < 1e-6);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Quantity`] for interest below zero or years that are not above zero.
pub fn capital_recovery_factor(interest: f64, years: f64) -> Result<f64> {
    let interest = at_least_zero("interest, 1/year", interest)?;
    let years = above_zero("years in service", years)?;
    // i/(1 - (1 + i)^-n), without the cancellation at small i
    let repaid = -(-years * interest.ln_1p()).exp_m1();
    Ok(if interest > 0.0 { interest / repaid } else { 1.0 / years })
}

/// The catalyst of a fuel cell or electrolyser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CatalystLayer {
    /// Precious metal, mg/cm².
    pub loading_mg_cm2: f64,
    /// Power, W/cm².
    pub power_w_cm2: f64,
}

impl CatalystLayer {
    /// Metal for a power, kW, in kg.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] for a number that is not above zero.
    pub fn metal_kg(&self, power_kw: f64) -> Result<f64> {
        let loading = above_zero("loading, mg/cm²", self.loading_mg_cm2)?;
        let density = above_zero("power density, W/cm²", self.power_w_cm2)?;
        Ok(above_zero("power, kW", power_kw)? * loading / density * 1e-3)
    }

    /// Share of the metal in the capital of a power of 1 kW: prices in USD/kg of metal and USD/kW in all.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] for a number that is not above zero, or a metal that costs more than the whole.
    pub fn cost_share(&self, metal_usd_kg: f64, capital_usd_kw: f64) -> Result<f64> {
        let metal = self.metal_kg(1.0)? * above_zero("price of the metal, USD/kg", metal_usd_kg)?;
        let value = metal / above_zero("capital, USD/kW", capital_usd_kw)?;
        if value <= 1.0 {
            return Ok(value);
        }
        Err(Error::Quantity { name: "share of the metal in the capital", rule: "at most 1", value })
    }
}

fn at_least_zero(name: &'static str, value: f64) -> Result<f64> {
    let holds = value.is_finite() && value >= 0.0;
    if holds { Ok(value) } else { Err(Error::Quantity { name, rule: "finite, at least zero", value }) }
}
