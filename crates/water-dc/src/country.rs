//! Countries of the paper's data sets and lookup by code or name.

use crate::{
    error::{Error, Result},
    fuel::FuelMix,
    units::{Celsius, Fahrenheit, LitersPerKwh, LossRate, Pue},
};

/// What the tables know of a country.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Country {
    /// ISO 3166-1 code of two letters.
    pub iso2: String,
    /// ISO 3166-1 code of three letters.
    pub iso3: String,
    /// ISO 3166-1 number.
    pub iso_numeric: u16,
    /// Name, as in the published data.
    pub name: String,
    /// Other names that the lookup accepts.
    pub aliases: Vec<String>,
    /// Climate label of the data set published with v1/v2, reproduced as data: several are wrong by any climate
    /// classification. `None` for Congo and Rwanda, which are not in it.
    pub region_label: Option<ClimateRegion>,
    /// Leakage rate of that data set; 0.3972 where it has no national figure.
    pub leakage: Option<LossRate>,
    /// Annual mean wet bulb published with v3.
    pub wet_bulb: Celsius,
    /// On-site water use published with v3, 3 decimals: Eq. 2 at the annual mean wet bulb.
    pub onsite_published: LitersPerKwh,
    /// Electricity mix of 2022.
    pub mix: FuelMix,
    /// Row of the data set published with v1/v2.
    pub dataset_v1: Option<DatasetV1>,
    /// What only the paper's 11 countries have.
    pub paper: Option<PaperCountry>,
}

/// Row of the data set published with v1/v2.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DatasetV1 {
    /// Calendar months covered: 13 or 25, from August 2022.
    pub months: u32,
    /// Mean of the calendar-year means of the wet bulb.
    pub wet_bulb: Fahrenheit,
    /// Its energy mix; of primary energy for four countries. Not to be combined with anything else.
    pub mix: FuelMix,
    /// Off-site water use as published, 5 decimals.
    pub offsite_published: LitersPerKwh,
}

/// What only the paper's 11 countries have.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PaperCountry {
    /// Climate region of the paper's Table 1.
    pub region: ClimateRegion,
    /// PUE of its Table 3.
    pub pue: Pue,
    /// On-site water use that the bars of v2's figures imply.
    pub onsite_v2: LitersPerKwh,
    /// Off-site water use that the bars of v2's figures imply.
    pub offsite_v2: LitersPerKwh,
    /// Leakage rate behind v3's litres.
    pub leakage_v3: LossRate,
    /// Whose mix v3's row was computed with: for the Republic of the Congo it is that of the *Democratic* Republic of
    /// the Congo, an error of the paper. For the others it equals [`Country::mix`].
    pub mix_v3: FuelMix,
}

/// Climate region, one label per country (from the Encyclopaedia Britannica, not a Köppen class).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ClimateRegion {
    /// Rainforest.
    Rainforest,
    /// Savanna; spelt "Savana" in the published data.
    Savanna,
    /// Desert.
    Desert,
    /// Steppe.
    Steppe,
    /// Mediterranean.
    Mediterranean,
}

impl ClimateRegion {
    /// All regions, in the order of the paper's Table 1.
    pub const ALL: [Self; 5] =
        [Self::Rainforest, Self::Savanna, Self::Desert, Self::Steppe, Self::Mediterranean];

    /// Name of the region.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rainforest => "Rainforest",
            Self::Savanna => "Savanna",
            Self::Desert => "Desert",
            Self::Steppe => "Steppe",
            Self::Mediterranean => "Mediterranean",
        }
    }
}

impl std::fmt::Display for ClimateRegion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for ClimateRegion {
    type Err = Error;

    /// Accepts the names of [`ClimateRegion::name`] and the data's "Savana".
    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|region| region.name() == name || (name == "Savana" && *region == Self::Savanna))
            .ok_or_else(|| unknown("climate region", name, Self::ALL.map(Self::name)))
    }
}

impl Country {
    /// Whether a text is one of the country's codes or names, whatever its case.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.names().any(|own| own.eq_ignore_ascii_case(name))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        [&self.iso2, &self.iso3, &self.name].into_iter().chain(&self.aliases).map(String::as_str)
    }
}

/// The country of this ISO code or name.
pub(crate) fn find<'a>(countries: &'a [Country], name: &str) -> Result<&'a Country> {
    let name = name.trim();
    countries.iter().find(|country| country.is_called(name)).ok_or_else(|| {
        unknown("country", name, countries.iter().flat_map(Country::names).filter(|n| n.len() > 3))
    })
}

/// The error of a name that is not in a list, with up to three names of the list that are near it.
pub(crate) fn unknown<'a>(kind: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Error {
    const NEAR: f64 = 0.75;
    let lower = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= NEAR)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    Error::Unknown {
        kind,
        name: name.to_owned(),
        nearest: scored.into_iter().take(3).map(|(_, candidate)| candidate.to_owned()).collect(),
    }
}
