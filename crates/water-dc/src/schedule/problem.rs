//! The problem: sites over hours, and jobs.

use crate::{
    Leakage, Site,
    error::{Error, Result},
    units::{CarbonIntensity, ItEnergy, LitersPerKwh, Pue},
};

/// A site over the hours of the plan. The three series have one value for each hour.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HourlySite {
    /// Name, unique among the sites.
    pub name: String,
    /// Power usage effectiveness ρ.
    pub pue: Pue,
    /// `γ_off`, per kWh of facility energy.
    pub offsite: LitersPerKwh,
    /// Water lost on the way to the site.
    pub leakage: Leakage,
    /// `γ_on` by hour, per kWh of server energy, without leakage.
    pub onsite: Vec<LitersPerKwh>,
    /// Carbon intensity of the electricity by hour, per kWh of facility energy.
    pub carbon: Vec<CarbonIntensity>,
    /// Server energy that the site can take by hour.
    pub capacity: Vec<ItEnergy>,
}

/// A load that may run at any site and in any hour from its release to its deadline, in pieces of any size.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Job {
    /// Name, unique among the jobs.
    pub name: String,
    /// Server energy that it needs.
    pub energy: ItEnergy,
    /// First hour in which it may run, counted from 0.
    pub release_h: usize,
    /// Hour by which it has to be complete: the last hour in which it may run is `deadline_h - 1`.
    pub deadline_h: usize,
}

/// Sites and jobs that fit together.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    sites: Vec<HourlySite>,
    jobs: Vec<Job>,
    hours: usize,
}

impl HourlySite {
    /// The site as it is in one hour of its series.
    pub(super) fn at(&self, hour: usize) -> Site {
        Site { onsite: self.onsite[hour], offsite: self.offsite, pue: self.pue, leakage: self.leakage }
    }

    /// Carbon per server energy in one hour, ρ CI, kg/kWh.
    pub(super) fn carbon_kg_per_kwh(&self, hour: usize) -> f64 {
        self.pue.get() * self.carbon[hour].kg_per_kwh()
    }
}

impl Problem {
    /// Most triples of job, site and hour in one problem.
    pub const MAX_CELLS: usize = 1 << 20;

    /// Checked constructor. The first site's series say how many hours there are.
    ///
    /// # Errors
    /// [`Error::Nothing`] without a site or without a job, [`Error::Duplicate`] if two sites or two jobs have the same
    /// name, [`Error::SeriesLength`] if a series has not one value for each hour, [`Error::Window`] unless
    /// `release_h < deadline_h <= hours`, [`Error::ProblemSize`] above [`Self::MAX_CELLS`].
    pub fn new(sites: Vec<HourlySite>, jobs: Vec<Job>) -> Result<Self> {
        let Some(first) = sites.first() else { return Err(Error::Nothing { of: "schedule", what: "site" }) };
        if jobs.is_empty() {
            return Err(Error::Nothing { of: "schedule", what: "job" });
        }
        let hours = first.onsite.len();
        unique("site", sites.iter().map(|site| site.name.as_str()))?;
        unique("job", jobs.iter().map(|job| job.name.as_str()))?;
        for site in &sites {
            let series = [
                ("on-site water use", site.onsite.len()),
                ("carbon intensity", site.carbon.len()),
                ("capacity", site.capacity.len()),
            ];
            if let Some(&(series, found)) = series.iter().find(|(_, found)| *found != hours) {
                return Err(Error::SeriesLength { site: site.name.clone(), series, hours, found });
            }
        }
        let mut cells = 0_usize;
        for job in &jobs {
            let (release_h, deadline_h) = (job.release_h, job.deadline_h);
            if release_h >= deadline_h || deadline_h > hours {
                return Err(Error::Window { job: job.name.clone(), release_h, deadline_h, hours });
            }
            cells = cells.saturating_add(sites.len().saturating_mul(deadline_h - release_h));
        }
        if cells > Self::MAX_CELLS {
            return Err(Error::ProblemSize { cells, limit: Self::MAX_CELLS });
        }
        Ok(Self { sites, jobs, hours })
    }

    /// The sites.
    #[must_use]
    pub fn sites(&self) -> &[HourlySite] {
        &self.sites
    }

    /// The jobs.
    #[must_use]
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// Number of hours.
    #[must_use]
    pub fn hours(&self) -> usize {
        self.hours
    }
}

fn unique<'a>(kind: &'static str, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Error::Duplicate { kind, name: name.to_owned() });
        }
    }
    Ok(())
}
