//! Compositions of the paper: bars of v2, rows of v3, counts, and the other paper with the same composition.

use common::assert_close;
use water_dc::{
    Leakage, Profile, Site, SiteInputs, Tables,
    units::{FacilityEnergy, ItEnergy, LitersPerKwh, LossRate, Pue},
};

use crate::{golden, number};

const CASES: [(&str, &str, &str); 4] = [
    ("llama_report", "10-page-report", "Llama-3-70B"),
    ("gpt4_report", "10-page-report", "GPT-4"),
    ("llama_email", "medium-email", "Llama-3-70B"),
    ("gpt4_email", "medium-email", "GPT-4"),
];

fn site(onsite: f64, offsite: f64, pue: f64, leakage: Leakage) -> Site {
    Site {
        onsite: LitersPerKwh::new(onsite).unwrap(),
        offsite: LitersPerKwh::new(offsite).unwrap(),
        pue: Pue::new(pue).unwrap(),
        leakage,
    }
}

/// Every bar within 0.1 % or half a unit of its last digit. One bar of South Africa is off by 0.13 %, because its
/// factors were read off another bar; it passes by its last digit.
#[test]
fn bars_of_v2() {
    let tables = Tables::embedded();
    let sites = tables.paper_sites(Profile::PaperV2).unwrap();
    let rows = golden(include_str!("../golden/paper_v2.csv"));
    assert_eq!(rows.len(), 13);
    for row in &rows {
        let ours = match row["name"].as_str() {
            "US" => sites.united_states,
            "Global" => sites.global,
            name => sites.countries.iter().find(|c| c.country.name == name).unwrap().site,
        };
        assert_close!(ours.intensity().get(), number(row, "intensity"), rel = 1e-4, "{}", row["name"]);
        for (column, task, model) in CASES {
            let litres = ours.footprint(tables.request_energy(task, model).unwrap()).total().get();
            let digits = row[column].split('.').nth(1).map_or(0, str::len);
            let half_unit = 0.5 * 10f64.powi(-i32::try_from(digits).unwrap());
            let tolerance = (1e-3 * number(row, column)).max(1.001 * half_unit);
            assert_close!(litres, number(row, column), abs = tolerance, "{} {column}", row["name"]);
        }
    }
    assert_eq!(sites.below(&sites.global).count(), 8);
    assert_eq!(names(sites.below(&sites.united_states)), ["Morocco", "South Africa"]);
    assert_eq!(sites.highest().unwrap().country.name, "Namibia");
}

/// Rows of v3 with the published on-site values (3 decimals), to the digits of an independent recomputation.
#[test]
fn rows_of_v3() {
    let tables = Tables::embedded();
    let published = tables.paper_sites(Profile::PaperV3).unwrap();
    let rows = golden(include_str!("../golden/paper_v3.csv"));
    assert_eq!(rows.len(), 14);
    for row in &rows {
        let name = row["name"].as_str();
        let ours = match name {
            "US (no leakage)" => published.united_states,
            "Global (no leakage)" => published.global_without_leakage,
            "Global (leakage 0.3972)" => published.global,
            _ => {
                let name = if name.starts_with("Republic") { "Congo" } else { name };
                let found = published.countries.iter().find(|c| c.country.name == name).unwrap();
                Site { onsite: found.country.onsite_published, ..found.site }
            }
        };
        let check = |column: &str, value: f64, scale: f64| {
            // inputs have 3 decimals of a percent: half a unit of the printed digit, and as much again
            assert_close!(value, number(row, column), abs = scale * 1.1e-4, "{name} {column}");
        };
        check("onsite", ours.onsite.get(), 1.0);
        check("leakage", ours.leakage.per_liter(), 1.0);
        check("onsite_with_leakage", ours.onsite_with_leakage().get(), 1.0);
        check("offsite", ours.offsite.get(), 1.0);
        check("pue", ours.pue.get(), 1.0);
        check("without_leakage", Site { leakage: Leakage::None, ..ours }.intensity().get(), 1.5);
        check("with_leakage", ours.intensity().get(), 1.5);
        for (column, task, model) in CASES {
            let energy = tables.request_energy(task, model).unwrap();
            check(column, ours.footprint(energy).total().get(), 1.0_f64.max(1.5 * energy.kwh()));
        }
    }
}

/// Headlines as v3 prints them: 0.66 L, 59 L, 0.13 L, 2.9 L; 9 of 11 below the global average.
#[test]
fn headlines_of_v3() {
    let tables = Tables::embedded();
    let sites = tables.paper_sites(Profile::PaperV3).unwrap();
    let highest = sites.highest().unwrap();
    assert_eq!(highest.country.iso2, "CG");
    for ((_, task, model), printed) in CASES.into_iter().zip(["0.66", "59", "0.13", "2.9"]) {
        let litres = highest.site.footprint(tables.request_energy(task, model).unwrap()).total().get();
        let digits = printed.split('.').nth(1).map_or(0, str::len);
        assert_eq!(format!("{litres:.digits$}"), printed, "{task}, {model}");
    }
    assert_eq!(sites.below(&sites.global).count(), 9);
    assert_eq!(names(sites.below(&sites.united_states)), ["Tunisia", "Algeria", "South Africa"]);
    // leakage on one side only would put Namibia above the reference
    assert_eq!(sites.below(&sites.global_without_leakage).count(), 8);
}

/// With its own mix the Republic of the Congo falls below the global average, and Ethiopia is highest.
#[test]
fn corrected_congo() {
    let tables = Tables::embedded();
    let sites = tables.paper_sites(Profile::PaperV3Corrected).unwrap();
    let congo = sites.countries.iter().find(|c| c.country.iso2 == "CG").unwrap();
    assert_close!(congo.site.offsite.get(), 1.9116, abs = 5.1e-5);
    assert_close!(congo.site.intensity().get(), 5.85, abs = 5e-3);
    assert!(congo.site.intensity() < sites.global.intensity());
    assert_eq!(sites.highest().unwrap().country.name, "Ethiopia");
    for ((_, task, model), expected) in CASES.into_iter().zip([0.4738, 42.2562, 0.0907, 2.1037]) {
        let litres = sites
            .highest()
            .unwrap()
            .site
            .footprint(tables.request_energy(task, model).unwrap())
            .total()
            .get();
        assert_close!(litres, expected, rel = 5e-4);
    }
    // the other ten are the same as published
    let published = tables.paper_sites(Profile::PaperV3).unwrap();
    for (ours, theirs) in sites.countries.iter().zip(&published.countries) {
        assert_eq!(ours.site == theirs.site, ours.country.iso2 != "CG");
    }
}

/// v3 applies Eq. 2 to the annual mean wet bulb: 44 published values of 3 decimals, from wet bulbs of 2.
#[test]
fn onsite_of_all_countries() {
    let tables = Tables::embedded();
    let given = SiteInputs { pue: Some(Pue::new(1.3).unwrap()), hours: None };
    let mut countries = 0;
    for country in tables.countries().iter().filter(|c| c.leakage.is_some() || c.paper.is_some()) {
        let ours = tables.site(Profile::PaperV3, country, &given).unwrap();
        assert_close!(ours.onsite.get(), country.onsite_published.get(), abs = 6e-4, "{}", country.name);
        countries += 1;
    }
    assert_eq!(countries, 44);
}

#[test]
fn global_reference_by_hand() {
    let global = Tables::embedded().reference("global").unwrap().site(Leakage::None);
    assert_close!(global.intensity().get(), 1.07 + 1.42 * 4.807, abs = 1e-14);
    for (wh, expected, tolerance) in
        [(52.25, 0.41256, 5e-6), (4660.0, 36.7951, 5e-5), (10.0, 0.078959, 5e-7), (232.0, 1.83186, 5e-6)]
    {
        let litres = global.footprint(ItEnergy::from_wh(wh).unwrap()).total().get();
        assert_close!(litres, expected, abs = tolerance);
    }
}

/// "Making AI Less Thirsty" (arXiv 2304.03271), US average: training of GPT-3 and one medium request.
#[test]
fn making_ai_less_thirsty() {
    let us = Tables::embedded().reference("us").unwrap().site(Leakage::None);
    let training = us.footprint(ItEnergy::from_kwh(1.287e6).unwrap());
    assert_close!(training.onsite.get() / 1e6, 0.708, abs = 5e-4);
    assert_close!(training.offsite.get() / 1e6, 4.731, abs = 5e-4);
    assert_close!(training.total().get() / 1e6, 5.439, abs = 5e-4);
    let request = us.footprint(ItEnergy::from_kwh(0.004).unwrap());
    assert_close!(request.onsite.get() * 1e3, 2.20, abs = 5e-3);
    assert_close!(request.offsite.get() * 1e3, 14.70, abs = 5e-3);
    assert_close!(request.total().get() * 1e3, 16.90, abs = 5e-3);
}

/// The other convention, W = (E/ρ) `γ_on` + E `γ_off` with the PUE already in E (arXiv 2505.09598).
#[test]
fn facility_energy() {
    let site = Tables::embedded().reference("us").unwrap().site(Leakage::None);
    let drawn = 11.7;
    let ours = site.footprint_of_facility(FacilityEnergy::from_kwh(drawn).unwrap()).total().get();
    let (onsite, offsite, pue) = (site.onsite.get(), site.offsite.get(), site.pue.get());
    assert_close!(ours, drawn / pue * onsite + drawn * offsite, rel = 1e-14);
    assert_close!(ours, site.footprint(ItEnergy::from_kwh(drawn / pue).unwrap()).total().get(), rel = 1e-14);
}

#[test]
fn leakage_forms() {
    let rate = LossRate::from_fraction(0.2).unwrap();
    let with = |leakage| site(1.0, 2.0, 1.5, leakage).onsite_with_leakage().get();
    assert_close!(with(Leakage::None), 1.0, abs = 0.0);
    assert_close!(with(Leakage::Additive(rate)), 1.2, abs = 1e-15);
    assert_close!(with(Leakage::GrossUp(rate)), 1.25, abs = 1e-15);
}

fn names<'a>(rows: impl Iterator<Item = &'a water_dc::CountrySite<'a>>) -> Vec<&'a str> {
    rows.map(|row| row.country.name.as_str()).collect()
}
