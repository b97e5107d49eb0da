//! Maps of Africa that colour each country by a value.
//!
//! The outlines are those of Natural Earth at 1:110 million (public domain), as packed by `world-atlas` (ISC licence, see
//! the note beside the file). They are matched by ISO 3166-1 number. Boundaries are drawn as Natural Earth draws them and
//! say nothing about their status.

mod atlas;
mod draw;
mod label;
mod projection;
mod scale;

pub use atlas::Place;

use crate::error::{Error, Result};

/// A map of Africa with a value for some of its countries.
#[derive(Debug, Clone, PartialEq)]
pub struct Choropleth {
    /// Title, one line.
    pub title: String,
    /// Second line: profile, year, what was assumed.
    pub subtitle: String,
    /// What the legend says about the colours, with the unit.
    pub legend: String,
    /// The values, in any order.
    pub values: Vec<CountryValue>,
}

/// The value of a country.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CountryValue {
    /// ISO 3166-1 number.
    pub iso_numeric: u16,
    /// Two-letter code or another short name, drawn on the country.
    pub code: String,
    /// Name, shown when the pointer rests on the country.
    pub name: String,
    /// The value, finite.
    pub value: f64,
}

impl Choropleth {
    /// The map as a self-contained SVG document of 920 by 1000 units. Countries without a value are hatched and listed;
    /// island states that the outlines leave out are drawn as circles.
    ///
    /// ```
    /// use water_dc::{Tables, map::{Choropleth, CountryValue}};
    /// let values = Tables::embedded().countries().iter().map(|country| CountryValue {
    ///     iso_numeric: country.iso_numeric,
    ///     code: country.iso2.clone(),
    ///     name: country.name.clone(),
    ///     value: country.onsite_published.get(),
    /// });
    /// let map = Choropleth {
    ///     title: "On-site water use of data centres".to_owned(),
    ///     subtitle: "Eq. 2 at the annual mean wet bulb".to_owned(),
    ///     legend: "L per kWh of server energy".to_owned(),
    ///     values: values.collect(),
    /// };
    /// assert!(map.svg()?.contains("<title>Lesotho: 1.177</title>"));
    /// assert!(map.without_value().iter().any(|place| place.name == "Angola"));
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Nothing`] without values, [`Error::Quantity`] for a value that is not finite, [`Error::Duplicate`] for two
    /// values of a country, [`Error::Unknown`] for a number that belongs to no African country.
    pub fn svg(&self) -> Result<String> {
        if self.values.is_empty() {
            return Err(Error::Nothing { of: "map", what: "value" });
        }
        for (i, own) in self.values.iter().enumerate() {
            if !own.value.is_finite() {
                return Err(Error::Quantity { quantity: "value on a map", rule: "finite", value: own.value });
            }
            if self.values[..i].iter().any(|other| other.iso_numeric == own.iso_numeric) {
                return Err(Error::Duplicate { kind: "country", name: own.name.clone() });
            }
            if !atlas::africa().iter().any(|place| place.iso_numeric == Some(own.iso_numeric)) {
                let known = atlas::africa().iter().map(|place| place.name.as_str());
                return Err(crate::country::unknown("African country of the map", &own.name, known));
            }
        }
        Ok(draw::draw(self))
    }

    /// African countries and territories of the map that have no value, by name.
    #[must_use]
    pub fn without_value(&self) -> Vec<&'static Place> {
        let mut places: Vec<&Place> =
            atlas::africa().iter().filter(|place| self.value_of(place).is_none()).collect();
        places.sort_by(|a, b| a.name.cmp(&b.name));
        places
    }

    fn value_of(&self, place: &Place) -> Option<&CountryValue> {
        let number = place.iso_numeric?;
        self.values.iter().find(|value| value.iso_numeric == number)
    }
}
