//! Maps: what is coloured, hatched, labelled and refused.

use water_dc::{
    Error, Tables,
    map::{Choropleth, CountryValue},
};

fn map(values: Vec<CountryValue>) -> Choropleth {
    Choropleth {
        title: "Litres & <losses>".to_owned(),
        subtitle: "\"2022\"".to_owned(),
        legend: "L/kWh".to_owned(),
        values,
    }
}

fn value(iso_numeric: u16, code: &str, value: f64) -> CountryValue {
    CountryValue { iso_numeric, code: code.to_owned(), name: format!("name of {code}"), value }
}

/// All countries of the tables with their published on-site water use.
fn published() -> Vec<CountryValue> {
    let countries = Tables::embedded().countries().iter();
    countries.map(|c| value(c.iso_numeric, &c.iso2, c.onsite_published.get())).collect()
}

/// Fill of the country with this tooltip.
fn fill<'a>(svg: &'a str, tip: &str) -> &'a str {
    let before = &svg[..svg.find(&format!("<title>{tip}")).unwrap_or_else(|| panic!("no {tip}"))];
    let from = before.rfind("fill=\"").unwrap() + 6;
    &before[from..from + before[from..].find('"').unwrap()]
}

#[test]
fn every_place_is_coloured_or_hatched() {
    let map = map(published());
    let svg = map.svg().unwrap();
    // 44 countries with a value of 56 places
    assert_eq!(map.without_value().len(), 12);
    assert_eq!(svg.matches(": no value</title>").count(), 12);
    for value in &map.values {
        assert!(fill(&svg, &value.name).starts_with('#'), "{}", value.name);
    }
    assert_eq!(fill(&svg, "Angola"), "url(#no-value)");
    for name in ["Angola", "Dem. Rep. Congo", "W. Sahara", "Mauritius"] {
        assert!(svg[svg.find("No value: ").unwrap()..].contains(name), "{name} is not listed");
    }
    // island states that the outlines lack
    assert_eq!(svg.matches("<circle").count(), 5);
    assert!(svg.contains("CV 1.45</text>") && svg.contains("SC 1.50</text>"));
}

#[test]
fn colour_follows_the_value() {
    let fills = |kenya: f64| {
        let svg =
            map(vec![value(404, "KE", kenya), value(710, "ZA", 0.0), value(818, "EG", 6.0)]).svg().unwrap();
        ["KE", "ZA", "EG"].map(|code| fill(&svg, &format!("name of {code}")).to_owned())
    };
    let [low, south_africa, egypt] = fills(0.5);
    assert_eq!(low, south_africa);
    assert_ne!(low, egypt);
    assert_eq!(fills(5.5)[0], egypt);
    assert!(fills(2.5)[0] != low && fills(2.5)[0] != egypt);
}

/// A document that a strict reader takes: text escaped, every element closed.
#[test]
fn well_formed() {
    let svg = map(published()).svg().unwrap();
    assert!(svg.contains("Litres &amp; &lt;losses&gt;") && !svg.contains("<losses>"));
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1).map(|rest| &rest[..rest.find('>').unwrap()]) {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty());
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn wrong_values() {
    let text = |values| map(values).svg().unwrap_err().to_string();
    assert_eq!(text(vec![]), "map must have at least one value, got none");
    assert!(matches!(map(vec![value(404, "KE", f64::NAN)]).svg(), Err(Error::Quantity { .. })));
    assert!(matches!(
        map(vec![value(404, "KE", 1.0), value(404, "KE", 2.0)]).svg(),
        Err(Error::Duplicate { .. })
    ));
    let mut france = value(250, "FR", 1.0);
    france.name = "Gabun".to_owned();
    assert!(text(vec![france]).contains("nearest: Gabon"));
}
