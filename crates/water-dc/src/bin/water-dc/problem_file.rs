//! The file that states a scheduling problem, TOML or JSON.

use crate::{
    choices::tables,
    error::{Failure, Result},
    input,
};
use serde::Deserialize;
use std::path::Path;
use water_dc::{
    Error, Leakage, Profile, SiteInputs,
    schedule::{HourlySite, Job, Problem},
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{CarbonIntensity, Celsius, ItEnergy, LitersPerKwh, LossRate, Pue},
};

/// Reads and checks a problem. A file that ends in `.json` is JSON, any other TOML.
pub fn read(path: &Path) -> Result<Problem> {
    let text = input::text(path)?;
    let file: ProblemFile = if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        serde_json::from_str(&text).map_err(|source| Failure::Json { path: path.to_owned(), source })?
    } else {
        toml::from_str(&text)
            .map_err(|source| Failure::Toml { path: path.to_owned(), source: Box::new(source) })?
    };
    file.problem()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProblemFile {
    /// Length of every series.
    hours: usize,
    #[serde(rename = "site")]
    sites: Vec<SiteFile>,
    #[serde(rename = "job")]
    jobs: Vec<JobFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteFile {
    name: String,
    /// Fills in what is not given below: PUE, off-site water, leakage, on-site water at the annual mean wet bulb.
    country: Option<String>,
    pue: Option<f64>,
    offsite_l_per_kwh: Option<f64>,
    leakage: Option<f64>,
    onsite_l_per_kwh: Option<Series>,
    wet_bulb_c: Option<Series>,
    carbon_kg_per_kwh: Series,
    capacity_kwh: Series,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JobFile {
    name: String,
    energy_kwh: f64,
    release_h: usize,
    deadline_h: usize,
}

/// One number for all hours, or one for each.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a number or a list of numbers")]
enum Series {
    Constant(f64),
    Hourly(Vec<f64>),
}

impl ProblemFile {
    fn problem(self) -> Result<Problem> {
        // before a constant is spread over the hours
        if self.hours > Problem::MAX_CELLS {
            return Err(Failure::Hours { hours: self.hours, limit: Problem::MAX_CELLS });
        }
        let sites = self
            .sites
            .into_iter()
            .map(|site| site.checked(self.hours))
            .collect::<Result<Vec<HourlySite>>>()?;
        let jobs = self.jobs.into_iter().map(|job| {
            let energy = ItEnergy::from_kwh(job.energy_kwh)?;
            Ok(Job { name: job.name, energy, release_h: job.release_h, deadline_h: job.deadline_h })
        });
        Ok(Problem::new(sites, jobs.collect::<Result<Vec<Job>>>()?)?)
    }
}

impl SiteFile {
    fn checked(self, hours: usize) -> Result<HourlySite> {
        let series = |series: &Series, name: &'static str| {
            let values = match series {
                Series::Constant(value) => vec![*value; hours],
                Series::Hourly(values) => values.clone(),
            };
            if values.len() == hours {
                Ok(values)
            } else {
                Err(Error::SeriesLength { site: self.name.clone(), series: name, hours, found: values.len() })
            }
        };
        let pue = self.pue.map(Pue::new).transpose()?;
        let defaults = match &self.country {
            Some(name) => {
                let inputs = SiteInputs { pue, ..SiteInputs::default() };
                Some(tables().site(Profile::PaperV3Corrected, tables().country(name)?, &inputs)?)
            }
            None => None,
        };
        let needs = |what| Failure::Site { site: self.name.clone(), what, given: "neither it nor a country" };
        let onsite = match (&self.onsite_l_per_kwh, &self.wet_bulb_c) {
            (Some(onsite), None) => {
                let values = series(onsite, "on-site water use")?;
                values.into_iter().map(LitersPerKwh::new).collect::<water_dc::Result<Vec<_>>>()?
            }
            (None, Some(wet_bulb)) => series(wet_bulb, "wet bulb")?
                .into_iter()
                .map(|tw| {
                    let tw = Celsius(tw).to_fahrenheit();
                    onsite_wue(tw, &TowerModel::FixedColdWater, &LowTemperature::Extrapolate)
                })
                .collect::<water_dc::Result<Vec<_>>>()?,
            (None, None) => {
                let site = defaults.ok_or_else(|| needs("onsite_l_per_kwh or wet_bulb_c"))?;
                vec![site.onsite; hours]
            }
            (Some(_), Some(_)) => {
                let (what, given) = ("one of onsite_l_per_kwh and wet_bulb_c", "both");
                return Err(Failure::Site { site: self.name.clone(), what, given });
            }
        };
        let carbon = series(&self.carbon_kg_per_kwh, "carbon intensity")?;
        let capacity = series(&self.capacity_kwh, "capacity")?;
        Ok(HourlySite {
            pue: pue.or(defaults.map(|site| site.pue)).ok_or_else(|| needs("pue"))?,
            offsite: match self.offsite_l_per_kwh {
                Some(offsite) => LitersPerKwh::new(offsite)?,
                None => defaults.ok_or_else(|| needs("offsite_l_per_kwh"))?.offsite,
            },
            leakage: match self.leakage {
                Some(rate) => Leakage::Additive(LossRate::from_fraction(rate)?),
                None => defaults.map_or(Leakage::None, |site| site.leakage),
            },
            onsite,
            carbon: carbon
                .into_iter()
                .map(CarbonIntensity::from_kg_per_kwh)
                .collect::<water_dc::Result<_>>()?,
            capacity: capacity.into_iter().map(ItEnergy::from_kwh).collect::<water_dc::Result<_>>()?,
            name: self.name,
        })
    }
}
