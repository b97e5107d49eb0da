//! Parsers of the tables, one function per file.

use super::{LanguageModel, OtherMix, PublishedEnergy, PublishedRow, Reference, Task};
use crate::{
    country::{self, Country, DatasetV1, PaperCountry},
    error::{Error, Result},
    fuel::{Factor, FactorSet, Fuel, FuelMix, WaterFactors},
    request::Architecture,
    text::{Row, Text},
    units::{Celsius, Fahrenheit, ItEnergy, LitersPerKwh, LossRate, Pue},
    weather::read::published_hour,
};

/// US gallons per megawatt-hour to litres per kilowatt-hour.
const L_PER_KWH_OF_GAL_PER_MWH: f64 = 3.785412 / 1000.0;

pub(super) fn countries(csv: &str) -> Result<Vec<Country>> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let [iso2, iso3, iso_numeric, name, aliases, region, leakage, wet_bulb, onsite] = columns(
        &text,
        [
            "iso2",
            "iso3",
            "iso_numeric",
            "name",
            "aliases",
            "region_label",
            "leakage",
            "wet_bulb_c",
            "onsite_l_per_kwh",
        ],
    )?;
    let fuels = fuel_columns(&text);
    let mut countries: Vec<Country> = Vec::new();
    while let Some(row) = text.next_row()? {
        let country = Country {
            iso2: row.text(iso2).to_owned(),
            iso3: row.text(iso3).to_owned(),
            iso_numeric: row.parse(iso_numeric, "a number of three digits")?,
            name: row.text(name).to_owned(),
            aliases: list(row.text(aliases)),
            region_label: if row.text(region).is_empty() {
                None
            } else {
                Some(row.locate(row.text(region).parse())?)
            },
            leakage: optional(&row, leakage, LossRate::from_fraction)?,
            wet_bulb: Celsius(row.finite(wet_bulb)?),
            onsite_published: quantity(&row, onsite, LitersPerKwh::new)?,
            mix: mix(&row, &fuels)?,
            dataset_v1: None,
            paper: None,
        };
        if countries
            .iter()
            .any(|c| c.iso2 == country.iso2 || c.iso3 == country.iso3 || c.name == country.name)
        {
            return Err(row.wrong(iso2, "a country that has no row yet"));
        }
        countries.push(country);
    }
    Ok(countries)
}

pub(super) fn dataset_v1(csv: &str, countries: &mut [Country]) -> Result<()> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let [iso2, months, wet_bulb, offsite] =
        columns(&text, ["iso2", "months", "wet_bulb_f", "offsite_l_per_kwh"])?;
    let fuels = fuel_columns(&text);
    while let Some(row) = text.next_row()? {
        let index = index_of(countries, &row, iso2)?;
        countries[index].dataset_v1 = Some(DatasetV1 {
            months: row.parse(months, "a whole number")?,
            wet_bulb: Fahrenheit(row.finite(wet_bulb)?),
            mix: mix(&row, &fuels)?,
            offsite_published: quantity(&row, offsite, LitersPerKwh::new)?,
        });
    }
    Ok(())
}

/// Returns the positions of the paper's countries in its order.
pub(super) fn paper_countries(
    csv: &str,
    countries: &mut [Country],
    others: &[OtherMix],
) -> Result<Vec<usize>> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let [iso2, region, pue, onsite, offsite, leakage, mix_v3] = columns(
        &text,
        ["iso2", "region", "pue", "onsite_v2_l_per_kwh", "offsite_v2_l_per_kwh", "leakage_v3", "mix_v3"],
    )?;
    let mut order = Vec::new();
    while let Some(row) = text.next_row()? {
        let index = index_of(countries, &row, iso2)?;
        if order.contains(&index) {
            return Err(row.wrong(iso2, "a country that has no row yet"));
        }
        let key = row.text(mix_v3);
        let mix_v3 = countries
            .iter()
            .map(|country| (&country.iso3, country.mix))
            .chain(others.iter().map(|other| (&other.iso3, other.mix)))
            .find(|(iso3, _)| *iso3 == key)
            .ok_or_else(|| row.wrong(mix_v3, "a key of countries.csv or other_mixes.csv"))?
            .1;
        countries[index].paper = Some(PaperCountry {
            region: row.locate(row.text(region).parse())?,
            pue: quantity(&row, pue, Pue::new)?,
            onsite_v2: quantity(&row, onsite, LitersPerKwh::new)?,
            offsite_v2: quantity(&row, offsite, LitersPerKwh::new)?,
            leakage_v3: quantity(&row, leakage, LossRate::from_fraction)?,
            mix_v3,
        });
        order.push(index);
    }
    if order.is_empty() { Err(Error::NoRows) } else { Ok(order) }
}

pub(super) fn other_mixes(csv: &str) -> Result<Vec<OtherMix>> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let [iso3, name] = columns(&text, ["iso3", "name"])?;
    let fuels = fuel_columns(&text);
    let mut mixes = Vec::new();
    while let Some(row) = text.next_row()? {
        mixes.push(OtherMix {
            iso3: row.text(iso3).to_owned(),
            name: row.text(name).to_owned(),
            mix: mix(&row, &fuels)?,
        });
    }
    Ok(mixes)
}

/// The four sets in the order of [`FactorSet::ALL`]; the range of a factor is its spread over the sets.
pub(super) fn fuel_factors(csv: &str) -> Result<Vec<WaterFactors>> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let [set, fuel, value, unit, source] = columns(&text, ["set", "fuel", "value", "unit", "source"])?;
    let mut rows: Vec<(FactorSet, Fuel, LitersPerKwh, String)> = Vec::new();
    while let Some(row) = text.next_row()? {
        let set = FactorSet::ALL
            .into_iter()
            .find(|known| known.name() == row.text(set))
            .ok_or_else(|| unknown_set(row.text(set)));
        let set = row.locate(set)?;
        let scale = match row.text(unit) {
            "L/kWh" => 1.0,
            "gal/MWh" => L_PER_KWH_OF_GAL_PER_MWH,
            _ => return Err(row.wrong(unit, "L/kWh or gal/MWh")),
        };
        let kind = row.locate(Fuel::from_name(row.text(fuel)))?;
        if rows.iter().any(|(s, f, ..)| (*s, *f) == (set, kind)) {
            return Err(row.wrong(fuel, "a fuel that has no factor in this set yet"));
        }
        let factor = quantity(&row, value, |number| LitersPerKwh::new(scale * number))?;
        rows.push((set, kind, factor, row.text(source).to_owned()));
    }
    let spread = |fuel: Fuel| {
        let values = || rows.iter().filter(|row| row.1 == fuel).map(|row| row.2);
        let least = values().reduce(|a, b| if b < a { b } else { a });
        let greatest = values().reduce(|a, b| if b > a { b } else { a });
        least.zip(greatest)
    };
    FactorSet::ALL
        .into_iter()
        .map(|set| {
            let factors = rows.iter().filter(|row| row.0 == set).map(|(_, fuel, value, source)| {
                let (low, high) = spread(*fuel).unwrap_or((*value, *value));
                (*fuel, Factor { value: *value, low, high, source: source.clone() })
            });
            WaterFactors::new(set.name(), factors)
        })
        .collect()
}

pub(super) fn references(csv: &str) -> Result<Vec<Reference>> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let [key, name, onsite, offsite, pue, leakage, source] = columns(
        &text,
        ["key", "name", "onsite_l_per_kwh", "offsite_l_per_kwh", "pue", "leakage_v3", "source"],
    )?;
    let mut references = Vec::new();
    while let Some(row) = text.next_row()? {
        references.push(Reference {
            key: row.text(key).to_owned(),
            name: row.text(name).to_owned(),
            onsite: quantity(&row, onsite, LitersPerKwh::new)?,
            offsite: quantity(&row, offsite, LitersPerKwh::new)?,
            pue: quantity(&row, pue, Pue::new)?,
            leakage_v3: optional(&row, leakage, LossRate::from_fraction)?,
            source: row.text(source).to_owned(),
        });
    }
    Ok(references)
}

pub(super) fn models(csv: &str) -> Result<Vec<LanguageModel>> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let [name, aliases, total, low, high, source] = columns(
        &text,
        ["name", "aliases", "total_billions", "active_low_billions", "active_high_billions", "source"],
    )?;
    let mut models = Vec::new();
    while let Some(row) = text.next_row()? {
        let (total, low, high) = (row.number(total)?, row.number(low)?, row.number(high)?);
        models.push(LanguageModel {
            name: row.text(name).to_owned(),
            aliases: list(row.text(aliases)),
            architecture: row.locate(Architecture::mixture_of_experts(total, low, high))?,
            source: row.text(source).to_owned(),
        });
    }
    Ok(models)
}

pub(super) fn tasks(csv: &str) -> Result<Vec<Task>> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let [name, aliases, description, tokens] =
        columns(&text, ["name", "aliases", "description", "output_tokens"])?;
    let mut tasks = Vec::new();
    while let Some(row) = text.next_row()? {
        tasks.push(Task {
            name: row.text(name).to_owned(),
            aliases: list(row.text(aliases)),
            description: row.text(description).to_owned(),
            output_tokens: row.parse(tokens, "a whole number")?,
        });
    }
    Ok(tasks)
}

pub(super) fn request_energy(
    csv: &str,
    tasks: &[Task],
    models: &[LanguageModel],
) -> Result<Vec<PublishedEnergy>> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let [task, model, watt_hours, source] = columns(&text, ["task", "model", "watt_hours", "source"])?;
    let mut energies = Vec::new();
    while let Some(row) = text.next_row()? {
        if !tasks.iter().any(|known| known.name == row.text(task)) {
            return Err(row.wrong(task, "a name of tasks.csv"));
        }
        if !models.iter().any(|known| known.name == row.text(model)) {
            return Err(row.wrong(model, "a name of models.csv"));
        }
        energies.push(PublishedEnergy {
            task: row.text(task).to_owned(),
            model: row.text(model).to_owned(),
            energy: quantity(&row, watt_hours, ItEnergy::from_wh)?,
            source: row.text(source).to_owned(),
        });
    }
    Ok(energies)
}

pub(super) fn hourly_rows(csv: &str) -> Result<Vec<PublishedRow>> {
    let mut text = Text::new(csv.as_bytes(), true)?;
    let columns = crate::weather::read::PublishedColumns::of(&text)?;
    let decimals = text.column("decimals")?;
    let mut rows = Vec::new();
    while let Some(row) = text.next_row()? {
        rows.push(PublishedRow {
            values: published_hour(&row, &columns)?,
            decimals: row.parse(decimals, "a whole number")?,
        });
    }
    Ok(rows)
}

fn columns<const N: usize>(text: &Text<&[u8]>, names: [&str; N]) -> Result<[usize; N]> {
    let mut found = [0; N];
    for (column, name) in found.iter_mut().zip(names) {
        *column = text.column(name)?;
    }
    Ok(found)
}

/// Columns named after fuels; a fuel without a column has no generation.
fn fuel_columns(text: &Text<&[u8]>) -> Vec<(Fuel, usize)> {
    Fuel::ALL.into_iter().filter_map(|fuel| Some((fuel, text.find(&[fuel.name()])?))).collect()
}

fn mix(row: &Row<'_>, fuels: &[(Fuel, usize)]) -> Result<FuelMix> {
    let mut generation = Vec::with_capacity(fuels.len());
    for (fuel, column) in fuels {
        generation.push((*fuel, row.number(*column)?));
    }
    row.locate(FuelMix::new(generation))
}

fn quantity<T>(row: &Row<'_>, column: usize, new: impl Fn(f64) -> Result<T>) -> Result<T> {
    let number = row.number(column)?;
    row.locate(new(number))
}

fn optional<T>(row: &Row<'_>, column: usize, new: impl Fn(f64) -> Result<T>) -> Result<Option<T>> {
    row.optional_number(column)?.map(|number| row.locate(new(number))).transpose()
}

fn list(text: &str) -> Vec<String> {
    text.split('|').filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn index_of(countries: &[Country], row: &Row<'_>, column: usize) -> Result<usize> {
    countries
        .iter()
        .position(|country| country.iso2 == row.text(column))
        .ok_or_else(|| row.wrong(column, "a code of countries.csv"))
}

fn unknown_set(name: &str) -> Error {
    country::unknown("factor set", name, FactorSet::ALL.map(FactorSet::name))
}
