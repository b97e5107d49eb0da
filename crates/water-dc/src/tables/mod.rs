//! The tables of facts: factors, mixes, PUE, energies, published values.
//!
//! Every number that the profiles start from stands in the CSV files beside this module, with its source. What
//! follows from them is computed, so that a changed table changes every result.

mod parse;

use std::sync::LazyLock;

use crate::{
    country::{self, Country},
    error::Result,
    fuel::{FactorSet, FuelMix, WaterFactors},
    request::Architecture,
    site::{Leakage, Site},
    units::{ItEnergy, LitersPerKwh, LossRate, Pue},
    weather::PublishedHour,
};

/// All tables, parsed and checked.
#[derive(Debug, Clone)]
pub struct Tables {
    countries: Vec<Country>,
    paper_order: Vec<usize>,
    factors: Vec<WaterFactors>,
    other_mixes: Vec<OtherMix>,
    references: Vec<Reference>,
    models: Vec<LanguageModel>,
    tasks: Vec<Task>,
    energies: Vec<PublishedEnergy>,
    published_hours: Vec<PublishedRow>,
}

/// The text of every table. Start from [`TablesCsv::EMBEDDED`] and replace one.
///
/// ```
/// use water_dc::{Profile, SiteInputs, Tables, TablesCsv};
/// let text = TablesCsv::EMBEDDED.paper_countries.replace("ET,Steppe,1.5,", "ET,Steppe,3.0,");
/// let altered = Tables::from_csv(TablesCsv { paper_countries: &text, ..TablesCsv::EMBEDDED })?;
/// let intensity = |tables: &Tables| -> water_dc::Result<f64> {
///     let site = tables.site(Profile::PaperV3, tables.country("ET")?, &SiteInputs::default())?;
///     Ok(site.intensity().get())
/// };
/// assert!(intensity(&altered)? > 1.5 * intensity(Tables::embedded())?);
/// # Ok::<(), water_dc::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TablesCsv<'a> {
    /// Countries: codes, label, leakage, wet bulb, mix of 2022.
    pub countries: &'a str,
    /// The paper's 11 countries: region, PUE, v2's values, v3's leakage and mix.
    pub paper_countries: &'a str,
    /// The data set published with v1/v2: mix and off-site water use.
    pub dataset_v1: &'a str,
    /// Mixes of places outside the list of countries.
    pub other_mixes: &'a str,
    /// Water factors of the fuels, four sets.
    pub fuel_factors: &'a str,
    /// Reference sites: United States, world.
    pub references: &'a str,
    /// Language models.
    pub models: &'a str,
    /// Tasks.
    pub tasks: &'a str,
    /// Energies per request that the paper uses.
    pub request_energy: &'a str,
    /// Hourly rows of the published data set.
    pub hourly_rows: &'a str,
}

impl TablesCsv<'static> {
    /// The tables that the library carries.
    pub const EMBEDDED: Self = Self {
        countries: include_str!("countries.csv"),
        paper_countries: include_str!("paper_countries.csv"),
        dataset_v1: include_str!("dataset_v1.csv"),
        other_mixes: include_str!("other_mixes.csv"),
        fuel_factors: include_str!("fuel_factors.csv"),
        references: include_str!("references.csv"),
        models: include_str!("models.csv"),
        tasks: include_str!("tasks.csv"),
        request_energy: include_str!("request_energy.csv"),
        hourly_rows: include_str!("hourly_rows.csv"),
    };
}

/// Mix of a place outside the list of countries.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OtherMix {
    /// ISO 3166-1 code of three letters.
    pub iso3: String,
    /// Name.
    pub name: String,
    /// The mix.
    pub mix: FuelMix,
}

/// A site that the paper compares with.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reference {
    /// Key: `us`, `us_v2_figures` or `global`.
    pub key: String,
    /// Name.
    pub name: String,
    /// `γ_on`.
    pub onsite: LitersPerKwh,
    /// `γ_off`.
    pub offsite: LitersPerKwh,
    /// PUE.
    pub pue: Pue,
    /// Leakage rate applied to it in v3.
    pub leakage_v3: Option<LossRate>,
    /// Source of the values.
    pub source: String,
}

impl Reference {
    /// The reference as a site with this leakage.
    #[must_use]
    pub fn site(&self, leakage: Leakage) -> Site {
        Site { onsite: self.onsite, offsite: self.offsite, pue: self.pue, leakage }
    }
}

/// A named language model.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LanguageModel {
    /// Name.
    pub name: String,
    /// Other names that the lookup accepts.
    pub aliases: Vec<String>,
    /// Its size.
    pub architecture: Architecture,
    /// Source of the size.
    pub source: String,
}

/// A named task.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Task {
    /// Name.
    pub name: String,
    /// Other names that the lookup accepts.
    pub aliases: Vec<String>,
    /// What is written.
    pub description: String,
    /// Tokens written.
    pub output_tokens: u32,
}

/// Energy per request that the paper uses.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PublishedEnergy {
    /// Name of the task.
    pub task: String,
    /// Name of the model.
    pub model: String,
    /// Server energy, without PUE.
    pub energy: ItEnergy,
    /// Where the paper has it from.
    pub source: String,
}

/// Row of the published hourly data set, with the decimals that are known of it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PublishedRow {
    /// The values; the time is `None` where it is not known.
    pub values: PublishedHour,
    /// Decimals to which the computed columns are known.
    pub decimals: u32,
}

impl Tables {
    /// The tables that the library carries, parsed once.
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "the embedded text is constant, and a test parses it")]
    pub fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Tables> =
            LazyLock::new(|| Tables::from_csv(TablesCsv::EMBEDDED).expect("embedded tables are valid"));
        &EMBEDDED
    }

    /// Tables from text: see [`TablesCsv`].
    ///
    /// # Errors
    /// [`crate::Error::Table`] with the file name, the line and what is wrong.
    pub fn from_csv(csv: TablesCsv<'_>) -> Result<Self> {
        let in_table = |name| move |error: crate::Error| error.in_table(name);
        let mut countries = parse::countries(csv.countries).map_err(in_table("countries.csv"))?;
        let other_mixes = parse::other_mixes(csv.other_mixes).map_err(in_table("other_mixes.csv"))?;
        parse::dataset_v1(csv.dataset_v1, &mut countries).map_err(in_table("dataset_v1.csv"))?;
        let paper_order = parse::paper_countries(csv.paper_countries, &mut countries, &other_mixes)
            .map_err(in_table("paper_countries.csv"))?;
        let models = parse::models(csv.models).map_err(in_table("models.csv"))?;
        let tasks = parse::tasks(csv.tasks).map_err(in_table("tasks.csv"))?;
        Ok(Self {
            countries,
            paper_order,
            other_mixes,
            factors: parse::fuel_factors(csv.fuel_factors).map_err(in_table("fuel_factors.csv"))?,
            references: parse::references(csv.references).map_err(in_table("references.csv"))?,
            energies: parse::request_energy(csv.request_energy, &tasks, &models)
                .map_err(in_table("request_energy.csv"))?,
            models,
            tasks,
            published_hours: parse::hourly_rows(csv.hourly_rows).map_err(in_table("hourly_rows.csv"))?,
        })
    }

    /// All countries, by ISO code.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        &self.countries
    }

    /// The paper's 11 countries, in the order of its Table 1.
    pub fn paper_countries(&self) -> impl Iterator<Item = &Country> {
        self.paper_order.iter().map(|&index| &self.countries[index])
    }

    /// The country of this ISO code (two or three letters) or name, whatever its case.
    ///
    /// ```
    /// let kenya = water_dc::Tables::embedded().country("ke")?;
    /// assert_eq!((kenya.iso3.as_str(), kenya.iso_numeric), ("KEN", 404));
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`crate::Error::Unknown`] with the nearest names.
    pub fn country(&self, name: &str) -> Result<&Country> {
        country::find(&self.countries, name)
    }

    /// A set of water factors.
    #[must_use]
    pub fn factors(&self, set: FactorSet) -> &WaterFactors {
        &self.factors[set as usize]
    }

    /// Mixes of places outside the list of countries.
    #[must_use]
    pub fn other_mixes(&self) -> &[OtherMix] {
        &self.other_mixes
    }

    /// Reference site of this key: `us`, `us_v2_figures` or `global`.
    ///
    /// # Errors
    /// [`crate::Error::Unknown`] for another key.
    pub fn reference(&self, key: &str) -> Result<&Reference> {
        self.references
            .iter()
            .find(|reference| reference.key == key)
            .ok_or_else(|| country::unknown("reference", key, self.references.iter().map(|r| r.key.as_str())))
    }

    /// All language models.
    #[must_use]
    pub fn models(&self) -> &[LanguageModel] {
        &self.models
    }

    /// The language model of this name, whatever its case.
    ///
    /// # Errors
    /// [`crate::Error::Unknown`] with the nearest names.
    pub fn model(&self, name: &str) -> Result<&LanguageModel> {
        named(&self.models, "model", name, |model| (&model.name, &model.aliases))
    }

    /// All tasks.
    #[must_use]
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// The task of this name, whatever its case.
    ///
    /// # Errors
    /// [`crate::Error::Unknown`] with the nearest names.
    pub fn task(&self, name: &str) -> Result<&Task> {
        named(&self.tasks, "task", name, |task| (&task.name, &task.aliases))
    }

    /// All energies per request that the paper uses.
    #[must_use]
    pub fn request_energies(&self) -> &[PublishedEnergy] {
        &self.energies
    }

    /// Server energy per request that the paper uses for a task and a model.
    ///
    /// ```
    /// let tables = water_dc::Tables::embedded();
    /// let email = tables.request_energy("medium-email", "Llama-3-70B")?;
    /// assert_eq!(email.kwh(), 0.010);
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`crate::Error::Unknown`] for an unknown name or a pair without an energy.
    pub fn request_energy(&self, task: &str, model: &str) -> Result<ItEnergy> {
        let (task, model) = (&self.task(task)?.name, &self.model(model)?.name);
        self.energies
            .iter()
            .find(|row| row.task == *task && row.model == *model)
            .map(|row| row.energy)
            .ok_or_else(|| country::unknown("pair of task and model", &format!("{task}, {model}"), []))
    }

    /// Hourly rows of the published data set: ten of Nairobi to 10 decimals, five others to 6.
    #[must_use]
    pub fn published_rows(&self) -> &[PublishedRow] {
        &self.published_hours
    }
}

fn named<'a, T>(
    items: &'a [T],
    kind: &'static str,
    name: &str,
    names: impl Fn(&T) -> (&String, &Vec<String>),
) -> Result<&'a T> {
    let name = name.trim();
    let called = |item: &&T| {
        let (own, aliases) = names(item);
        own.eq_ignore_ascii_case(name) || aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    };
    items
        .iter()
        .find(called)
        .ok_or_else(|| country::unknown(kind, name, items.iter().map(|item| names(item).0.as_str())))
}
