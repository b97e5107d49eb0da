//! The archive's CSV.

use super::{Eccentricity, MassOrigin, PlanetRecord, Quantity};
use crate::error::{Error, Result};
use csv::StringRecord;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// The table inside this crate: 46 short-period rocky planets with measured masses, facts from the archive's composite
/// table of mid-2025.
///
/// # Errors
/// None in practice: the table is read in a test.
pub fn builtin() -> Result<Vec<PlanetRecord>> {
    read(include_str!("planets.csv").as_bytes())
}

/// Reads a file of the archive, see [`read()`].
///
/// # Errors
/// [`Error::Io`] and those of [`read()`].
pub fn read_csv(path: impl AsRef<Path>) -> Result<Vec<PlanetRecord>> {
    let path = path.as_ref();
    let file = std::fs::File::open(path).map_err(|source| Error::Io { path: path.into(), source })?;
    read(std::io::BufReader::new(file))
}

/// Reads the archive's native CSV: lines that begin with `#` are comments, empty cells are missing values, columns
/// that are not needed are ignored, and columns of errors may be absent.
///
/// # Errors
/// [`Error::MissingColumn`], [`Error::Cell`] with line and column of a text that is no number or out of its range, and
/// [`Error::Table`] for a file that is no table.
pub fn read(source: impl Read) -> Result<Vec<PlanetRecord>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(source);
    let header = Header::new(reader.headers().map_err(|error| table(&error))?)?;
    let mut records = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| table(&error))?;
        records.push(header.record(&row)?);
    }
    Ok(records)
}

/// The planet of this name, whatever its case.
///
/// # Errors
/// [`Error::UnknownPlanet`] with the nearest names.
pub fn find<'a>(records: &'a [PlanetRecord], name: &str) -> Result<&'a PlanetRecord> {
    let plain = |name: &str| name.to_lowercase().replace([' ', '-', '_'], "");
    let wanted = plain(name);
    records.iter().find(|record| plain(&record.name) == wanted).ok_or_else(|| {
        let mut near: Vec<(f64, &str)> = records
            .iter()
            .map(|record| (strsim::jaro_winkler(&plain(&record.name), &wanted), record.name.as_str()))
            .filter(|(likeness, _)| *likeness > 0.8)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        let nearest = near.into_iter().take(3).map(|(_, name)| name.to_owned()).collect();
        Error::UnknownPlanet { name: name.into(), nearest }
    })
}

fn table(error: &csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    Error::Table { line, message: error.to_string() }
}

/// Columns that must be there.
const REQUIRED: [&str; 13] = [
    "pl_name",
    "pl_orbper",
    "pl_orbsmax",
    "pl_rade",
    "pl_bmasse",
    "pl_bmasselim",
    "pl_bmassprov",
    "pl_orbeccen",
    "pl_orbeccenlim",
    "st_mass",
    "st_rad",
    "st_teff",
    "sy_pnum",
];
/// Columns of errors.
const OPTIONAL: [&str; 12] = [
    "pl_radeerr1",
    "pl_radeerr2",
    "pl_bmasseerr1",
    "pl_bmasseerr2",
    "pl_orbeccenerr1",
    "pl_orbeccenerr2",
    "st_masserr1",
    "st_masserr2",
    "st_raderr1",
    "st_raderr2",
    "st_tefferr1",
    "st_tefferr2",
];

/// Places of the columns.
struct Header(BTreeMap<&'static str, usize>);

impl Header {
    fn new(header: &StringRecord) -> Result<Self> {
        let place = |column: &str| header.iter().position(|name| name == column);
        let mut places = BTreeMap::new();
        for column in REQUIRED {
            let found = || header.iter().collect::<Vec<_>>().join(", ");
            let place = place(column).ok_or_else(|| Error::MissingColumn { column, found: found() })?;
            places.insert(column, place);
        }
        places.extend(OPTIONAL.iter().filter_map(|column| Some((*column, place(column)?))));
        Ok(Self(places))
    }

    fn record(&self, row: &StringRecord) -> Result<PlanetRecord> {
        let name = self.text(row, "pl_name");
        if name.is_empty() {
            return Err(cell(row, "pl_name", "a name", name));
        }
        let mass = self.quantity(row, "pl_bmasse", ("pl_bmasseerr1", "pl_bmasseerr2"))?;
        let origin = match (self.limit(row, "pl_bmasselim")?, self.text(row, "pl_bmassprov")) {
            (1, _) => MassOrigin::UpperLimit,
            (-1, _) => MassOrigin::LowerLimit,
            (_, "Mass") => MassOrigin::Measured,
            (_, "Msini") => MassOrigin::MinimumMass,
            _ => MassOrigin::Derived,
        };
        Ok(PlanetRecord {
            name: name.into(),
            period_d: self.positive(row, "pl_orbper")?,
            semi_major_axis_au: self.positive(row, "pl_orbsmax")?,
            radius_earth: self.quantity(row, "pl_rade", ("pl_radeerr1", "pl_radeerr2"))?,
            mass_earth: mass.map(|mass| (mass, origin)),
            eccentricity: self.eccentricity(row)?,
            star_mass_sun: self.quantity(row, "st_mass", ("st_masserr1", "st_masserr2"))?,
            star_radius_sun: self.quantity(row, "st_rad", ("st_raderr1", "st_raderr2"))?,
            star_temperature_k: self.quantity(row, "st_teff", ("st_tefferr1", "st_tefferr2"))?,
            planets: self.count(row, "sy_pnum")?,
        })
    }

    fn eccentricity(&self, row: &StringRecord) -> Result<Eccentricity> {
        const COLUMN: &str = "pl_orbeccen";
        let in_range = |e: &f64| (0.0..1.0).contains(e);
        let Some(value) = self.number(row, COLUMN, "a number in [0, 1)", in_range)? else {
            return Ok(Eccentricity::Unknown);
        };
        let errors = self.errors(row, ("pl_orbeccenerr1", "pl_orbeccenerr2"))?;
        Ok(match self.limit(row, "pl_orbeccenlim")? {
            1 => Eccentricity::UpperLimit(value),
            -1 => Eccentricity::LowerLimit(value),
            _ if value == 0.0 && errors.is_none() => Eccentricity::AssumedCircular,
            _ => Eccentricity::Measured(Quantity { value, errors }),
        })
    }

    fn text<'r>(&self, row: &'r StringRecord, column: &str) -> &'r str {
        self.0.get(column).and_then(|place| row.get(*place)).unwrap_or_default()
    }

    fn number(
        &self,
        row: &StringRecord,
        column: &'static str,
        rule: &'static str,
        holds: impl Fn(&f64) -> bool,
    ) -> Result<Option<f64>> {
        let text = self.text(row, column);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() && holds(&value) => Ok(Some(value)),
            _ => Err(cell(row, column, rule, text)),
        }
    }

    fn positive(&self, row: &StringRecord, column: &'static str) -> Result<Option<f64>> {
        self.number(row, column, "a positive number", |value| *value > 0.0)
    }

    fn quantity(
        &self,
        row: &StringRecord,
        column: &'static str,
        errors: (&'static str, &'static str),
    ) -> Result<Option<Quantity>> {
        let value = self.positive(row, column)?;
        let errors = self.errors(row, errors)?;
        Ok(value.map(|value| Quantity { value, errors }))
    }

    /// The archive writes the downward error as a negative number.
    fn errors(
        &self,
        row: &StringRecord,
        (up, down): (&'static str, &'static str),
    ) -> Result<Option<(f64, f64)>> {
        let up = self.number(row, up, "a number that is not negative", |error| *error >= 0.0)?;
        let down = self.number(row, down, "a number that is not positive", |error| *error <= 0.0)?;
        Ok(up.zip(down).map(|(up, down)| (up, -down)))
    }

    /// 1 for an upper limit, -1 for a lower one, 0 for a value.
    fn limit(&self, row: &StringRecord, column: &'static str) -> Result<i8> {
        let rule = "-1, 0 or 1";
        let flag = self.number(row, column, rule, |flag| [-1.0, 0.0, 1.0].contains(flag))?.unwrap_or(0.0);
        Ok(if flag > 0.5 {
            1
        } else if flag < -0.5 {
            -1
        } else {
            0
        })
    }

    fn count(&self, row: &StringRecord, column: &'static str) -> Result<Option<u32>> {
        let text = self.text(row, column);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| cell(row, column, "a whole number", text))
    }
}

fn cell(row: &StringRecord, column: &'static str, rule: &'static str, text: &str) -> Error {
    Error::Cell { line: row.position().map_or(0, csv::Position::line), column, rule, text: text.into() }
}
