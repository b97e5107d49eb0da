//! What is computed of a table of weather, whichever engine does it: the names of its columns and the choices of the
//! model. The engines are [`sql`](crate::sql) and, behind the feature `frames`, `frame`.

use crate::{
    site::Leakage,
    tower::{LowTemperature, TowerModel},
    units::{LitersPerKwh, Pue},
    wet_bulb::WetBulbModel,
};

/// Columns of the weather.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Dry-bulb temperature.
    pub temperature: String,
    /// Relative humidity in percent.
    pub humidity: String,
    /// Air pressure at the station in Pa, for the psychrometric model; where it is null the model's own source counts.
    pub pressure: Option<String>,
    /// How temperature and humidity are stored.
    pub encoding: Encoding,
}

/// How temperature and humidity are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Any numbers, °C and percent.
    Numbers,
    /// Whole numbers: temperature in tenths of a degree (16 bits suffice), humidity in percent (8 bits). A fifth of the
    /// size, exact for most published weather, and computed by lookup.
    Quantized,
}

/// Choices of the model, and what the site adds to its on-site water.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Wet-bulb model.
    pub wet_bulb: WetBulbModel,
    /// Tower model.
    pub tower: TowerModel,
    /// What happens at low wet-bulb temperatures.
    pub low_temperature: LowTemperature,
    /// What the site adds; `None`: only the wet bulb and the on-site water are computed.
    pub site: Option<SiteColumns>,
    /// Name of the set of choices, for the column `profile`.
    pub profile: String,
}

/// Off-site water, PUE and leakage of the rows.
#[derive(Debug, Clone, PartialEq)]
pub enum SiteColumns {
    /// The same for all rows.
    Constant {
        /// `γ_off`, per kWh of facility energy.
        offsite: LitersPerKwh,
        /// Power usage effectiveness.
        pue: Pue,
        /// Water lost on the way.
        leakage: Leakage,
    },
    /// Columns of the table, as after a join by country and year. A row in which one of them is null or breaks its
    /// rule has no total.
    Named {
        /// Column of `γ_off`, L/kWh of facility energy, not negative.
        offsite: String,
        /// Column of the PUE, at least 1.
        pue: String,
        /// Column of the water lost per litre that arrives, not negative: [`Leakage::per_liter`].
        leakage: String,
    },
}

impl Columns {
    /// Columns `t_c` and `rh` of numbers, and `p_pa`: those of this crate's own readers.
    #[must_use]
    pub fn own() -> Self {
        Self {
            temperature: "t_c".into(),
            humidity: "rh".into(),
            pressure: Some("p_pa".into()),
            encoding: Encoding::Numbers,
        }
    }
}

impl Options {
    /// The paper's: Stull's fit, Eq. 2 as it stands, no site.
    ///
    /// ```
    /// use water_dc::columnar::Options;
    /// assert_eq!(Options::paper().tower, water_dc::tower::TowerModel::FixedColdWater);
    /// ```
    #[must_use]
    pub fn paper() -> Self {
        Self {
            wet_bulb: WetBulbModel::Stull,
            tower: TowerModel::FixedColdWater,
            low_temperature: LowTemperature::Extrapolate,
            site: None,
            profile: "hourly".into(),
        }
    }
}
