//! Lines of bounded length, and their fields.

use std::io::{BufRead, Read};

use super::Station;
use crate::{
    error::{Error, Result},
    units::Elevation,
};

/// No line of an EPW file comes near it: text without line ends must not fill the memory.
const LONGEST: u64 = 1 << 16;

/// The lines of a file.
pub(super) struct Lines<R> {
    source: R,
    number: u64,
}

/// One line.
pub(super) struct Line {
    text: String,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, number: 0 }
    }

    /// The next line without its end; `None` at the end of the file. What is not UTF-8, such as a city's name in an
    /// old encoding, is replaced.
    pub(super) fn next(&mut self) -> Result<Option<Line>> {
        let mut bytes = Vec::new();
        let read = self.source.by_ref().take(LONGEST + 1).read_until(b'\n', &mut bytes)?;
        self.number += 1;
        if read as u64 > LONGEST {
            let start = String::from_utf8_lossy(&bytes[..40]).into_owned();
            return Err(Line { text: start, number: self.number }.wrong("line", "at most 65536 bytes long"));
        }
        let text = String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned();
        Ok((read > 0).then_some(Line { text, number: self.number }))
    }

    /// The next line of the header.
    pub(super) fn required(&mut self) -> Result<Line> {
        match self.next()? {
            Some(line) => Ok(line),
            None => Err(Line { text: String::new(), number: self.number }.wrong("header", "of 8 lines")),
        }
    }
}

impl Line {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The error of a field that breaks a rule; the value is the whole line, cut.
    pub(super) fn wrong(&self, column: &str, rule: &'static str) -> Error {
        self.wrong_value(column, rule, self.text.chars().take(80).collect())
    }

    fn wrong_value(&self, column: &str, rule: &'static str, value: String) -> Error {
        Error::Field { column: column.to_owned(), rule, value }.at_line(self.number)
    }

    /// The first N fields, without surrounding blanks.
    pub(super) fn fields<const N: usize>(&self) -> Result<[&str; N]> {
        let mut fields = [""; N];
        let mut found = 0;
        for (field, text) in fields.iter_mut().zip(self.text.split(',')) {
            *field = text.trim();
            found += 1;
        }
        if found == N {
            Ok(fields)
        } else {
            Err(Error::FieldCount { expected: N, found }.at_line(self.number))
        }
    }

    /// A field as a number.
    pub(super) fn parse<T: std::str::FromStr>(
        &self,
        name: &str,
        text: &str,
        rule: &'static str,
    ) -> Result<T> {
        text.parse().map_err(|_| self.wrong_value(name, rule, text.chars().take(80).collect()))
    }

    /// A number in a range; NaN is outside.
    pub(super) fn parse_in(
        &self,
        name: &str,
        text: &str,
        range: (f64, f64),
        rule: &'static str,
    ) -> Result<f64> {
        let value: f64 = self.parse(name, text, rule)?;
        if (range.0..=range.1).contains(&value) {
            Ok(value)
        } else {
            Err(self.wrong_value(name, rule, text.to_owned()))
        }
    }

    pub(super) fn at<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| error.at_line(self.number))
    }

    /// The line `LOCATION`.
    pub(super) fn station(&self) -> Result<Station> {
        if !self.text.trim_start_matches('\u{feff}').starts_with("LOCATION,") {
            return Err(self.wrong("header", "LOCATION and nine fields"));
        }
        let [_, city, region, country, source, wmo, latitude, longitude, utc_offset, elevation] =
            self.fields()?;
        Ok(Station {
            city: city.to_owned(),
            region: region.to_owned(),
            country: country.to_owned(),
            source: source.to_owned(),
            wmo: wmo.to_owned(),
            latitude_deg: self.parse_in("latitude", latitude, (-90.0, 90.0), "degrees in -90..=90")?,
            longitude_deg: self.parse_in("longitude", longitude, (-180.0, 180.0), "degrees in -180..=180")?,
            utc_offset_h: self.parse_in("time zone", utc_offset, (-12.0, 14.0), "hours in -12..=14")?,
            elevation: self.at(Elevation::from_meters(self.parse(
                "elevation",
                elevation,
                "a number of meters",
            )?))?,
        })
    }

    /// The line `DATA PERIODS`: this reader takes one record an hour.
    pub(super) fn check_periods(&self) -> Result<()> {
        let [name, _, records] = self.fields()?;
        if name.eq_ignore_ascii_case("DATA PERIODS") && records == "1" {
            Ok(())
        } else {
            Err(self.wrong("header", "DATA PERIODS with one record an hour"))
        }
    }
}
