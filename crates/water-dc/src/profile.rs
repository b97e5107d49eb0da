//! Profiles: which inputs and which choices make a country's site.

use crate::{
    country::Country,
    error::{Error, Result},
    fuel::{FactorSet, offsite_wue},
    site::{Leakage, Site},
    tables::Tables,
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{LitersPerKwh, Pue},
    weather::{Choices, Hour, summarize},
    wet_bulb::WetBulbModel,
};

/// A consistent set of inputs and choices.
///
/// | profile | `γ_on` | `γ_off` | leakage | PUE |
/// | --- | --- | --- | --- | --- |
/// | `PaperV2` | bars of v2's figures | the same | none | Table 3 |
/// | `PaperV3` | Eq. 2 at the annual mean wet bulb | mix of 2022, factors Africa v3 | additive | Table 3 |
/// | `PaperV3Corrected` | the same | the same, with Congo's own mix | the same | Table 3 |
/// | `Hourly` | mean of Eq. 2 over hours, Stull | as corrected | as corrected | Table 3 |
///
/// A PUE given in [`SiteInputs`] replaces that of Table 3, which only the paper's 11 countries have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Profile {
    /// arXiv v2, December 2024. Its on-site values follow from no weather (v3 calls it a processing error), so they
    /// are taken as they are; only the composition is computed.
    PaperV2,
    /// arXiv v3, June 2026, as published: the row of the Republic of the Congo uses the mix of the Democratic Republic
    /// of the Congo.
    PaperV3,
    /// The same with the Republic of the Congo's own mix.
    PaperV3Corrected,
    /// The user's hourly weather instead of an annual mean. Eq. 2 is convex, so that the mean over hours is larger.
    Hourly,
}

/// What the caller adds to the tables.
#[derive(Debug, Clone, Copy, Default)]
pub struct SiteInputs<'a> {
    /// PUE instead of the paper's, or for a country that has none there.
    pub pue: Option<Pue>,
    /// Hourly weather, for [`Profile::Hourly`] only.
    pub hours: Option<&'a [Hour]>,
}

/// A country's site.
#[derive(Debug, Clone, Copy)]
pub struct CountrySite<'a> {
    /// The country.
    pub country: &'a Country,
    /// Its site.
    pub site: Site,
}

/// The paper's 11 countries and the references they are compared with.
#[derive(Debug, Clone)]
pub struct PaperSites<'a> {
    /// The profile.
    pub profile: Profile,
    /// The countries, in the order of Table 1.
    pub countries: Vec<CountrySite<'a>>,
    /// The United States, without leakage; in v2 with the values that its figures imply.
    pub united_states: Site,
    /// The global average. In v3 with leakage 0.3972: only so is Namibia below it, as the paper says.
    pub global: Site,
    /// The global average without leakage; the same as `global` in v2.
    pub global_without_leakage: Site,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 4] = [Self::PaperV2, Self::PaperV3, Self::PaperV3Corrected, Self::Hourly];

    /// Name of the profile, for results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PaperV2 => "paper_v2",
            Self::PaperV3 => "paper_v3",
            Self::PaperV3Corrected => "paper_v3_corrected",
            Self::Hourly => "hourly",
        }
    }

    fn missing(self, what: &'static str, country: &Country) -> Error {
        Error::MissingInput { profile: self.name(), what, country: country.name.clone() }
    }
}

impl Tables {
    /// Site of a country under a profile.
    ///
    /// ```
    /// use water_dc::{Profile, SiteInputs, Tables};
    /// let tables = Tables::embedded();
    /// let ethiopia = tables.site(Profile::PaperV3, tables.country("Ethiopia")?, &SiteInputs::default())?;
    /// assert!((ethiopia.intensity().get() - 9.068).abs() < 1e-3);     // L per kWh of server energy
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::MissingInput`] if the country has no PUE, leakage rate or v2 value and none is given, or if the hourly
    /// profile gets no weather; errors of the formulas for altered tables or unusual weather.
    pub fn site(&self, profile: Profile, country: &Country, inputs: &SiteInputs<'_>) -> Result<Site> {
        let paper = country.paper.as_ref();
        let pue = inputs.pue.or(paper.map(|p| p.pue)).ok_or_else(|| profile.missing("a PUE", country))?;
        if profile == Profile::PaperV2 {
            let v2 = paper.ok_or_else(|| profile.missing("the v2 values", country))?;
            return Ok(Site { onsite: v2.onsite_v2, offsite: v2.offsite_v2, pue, leakage: Leakage::None });
        }
        let mix = match (profile, paper) {
            (Profile::PaperV3, Some(paper)) => &paper.mix_v3,
            _ => &country.mix,
        };
        let leakage = paper
            .map(|p| p.leakage_v3)
            .or(country.leakage)
            .ok_or_else(|| profile.missing("a leakage rate", country))?;
        Ok(Site {
            onsite: onsite(profile, country, inputs)?,
            offsite: offsite_wue(mix, self.factors(FactorSet::AfricaV3))?,
            pue,
            leakage: Leakage::Additive(leakage),
        })
    }

    /// The paper's 11 countries and its references under a profile that needs no further input.
    ///
    /// ```
    /// use water_dc::{Profile, Tables, units::ItEnergy};
    /// let sites = Tables::embedded().paper_sites(Profile::PaperV3)?;
    /// let highest = sites.highest().map(|row| row.site.footprint(ItEnergy::from_wh(52.25).unwrap()).total().get());
    /// assert!((highest.unwrap() - 0.66).abs() < 5e-3);               // litres for ten pages: the paper's headline
    /// assert_eq!(sites.below(&sites.global).count(), 9);             // of 11
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tables::site`]; [`Profile::Hourly`] always lacks its weather here.
    pub fn paper_sites(&self, profile: Profile) -> Result<PaperSites<'_>> {
        let countries = self
            .paper_countries()
            .map(|country| {
                Ok(CountrySite { country, site: self.site(profile, country, &SiteInputs::default())? })
            })
            .collect::<Result<Vec<_>>>()?;
        let (us, leaky) = match profile {
            Profile::PaperV2 => ("us_v2_figures", false),
            _ => ("us", true),
        };
        let with_leakage = |key: &str| -> Result<Site> {
            let reference = self.reference(key)?;
            let leakage = reference.leakage_v3.filter(|_| leaky).map_or(Leakage::None, Leakage::Additive);
            Ok(reference.site(leakage))
        };
        Ok(PaperSites {
            profile,
            countries,
            united_states: with_leakage(us)?,
            global: with_leakage("global")?,
            global_without_leakage: self.reference("global")?.site(Leakage::None),
        })
    }
}

impl<'a> PaperSites<'a> {
    /// The country that uses most water per kWh of server energy; `None` only for an emptied list.
    #[must_use]
    pub fn highest(&self) -> Option<&CountrySite<'a>> {
        let intensity = |row: &CountrySite<'_>| row.site.intensity().get();
        self.countries.iter().max_by(|a, b| intensity(a).total_cmp(&intensity(b)))
    }

    /// Countries that use less than a reference per kWh of server energy.
    pub fn below(&self, reference: &Site) -> impl Iterator<Item = &CountrySite<'a>> {
        let limit = reference.intensity();
        self.countries.iter().filter(move |row| row.site.intensity() < limit)
    }
}

fn onsite(profile: Profile, country: &Country, inputs: &SiteInputs<'_>) -> Result<LitersPerKwh> {
    if profile == Profile::Hourly {
        let hours = inputs.hours.ok_or_else(|| profile.missing("hourly weather", country))?;
        let choices = Choices { wet_bulb: WetBulbModel::Stull, low_temperature: LowTemperature::Extrapolate };
        return summarize(hours, &choices).map(|summary| summary.fixed_cold_water.mean);
    }
    onsite_wue(country.wet_bulb.to_fahrenheit(), &TowerModel::FixedColdWater, &LowTemperature::Extrapolate)
}
