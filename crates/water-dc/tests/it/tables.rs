//! The tables as data: lookups, consistency, and that altered text changes results.

use std::collections::HashMap;

use common::assert_close;
use water_dc::{
    Error, Profile, SiteInputs, Tables, TablesCsv,
    country::ClimateRegion,
    fuel::{FactorSet, Fuel},
    request::ecologits_05_energy,
};

use crate::{number, weather::paper_data};

#[test]
fn lookup_by_code_and_name() {
    let tables = Tables::embedded();
    for name in ["KE", "ke", "KEN", "kenya", " Kenya "] {
        assert_eq!(tables.country(name).unwrap().iso2, "KE");
    }
    assert_eq!(tables.country("Republic of the Congo").unwrap().iso2, "CG");
    assert_eq!(tables.model("llama-3-70b").unwrap().name, "Llama-3-70B");
    assert_eq!(tables.task("email").unwrap().output_tokens, 250);
}

#[test]
fn unknown_names_suggest() {
    let error = Tables::embedded().country("Kenia").unwrap_err();
    let Error::Unknown { nearest, .. } = &error else { panic!("{error}") };
    assert_eq!(nearest[0], "Kenya");
    assert!(error.to_string().starts_with("country must be one of the table, got \"Kenia\"; nearest: Kenya"));
    let error = Tables::embedded().country("qqqq").unwrap_err();
    assert_eq!(error.to_string(), "country must be one of the table, got \"qqqq\"");
}

/// Regions of the paper's Table 1: three in the rainforest, two in each other.
#[test]
fn eleven_countries() {
    let tables = Tables::embedded();
    let regions: Vec<_> = tables.paper_countries().map(|c| c.paper.as_ref().unwrap().region).collect();
    assert_eq!(regions.len(), 11);
    for region in ClimateRegion::ALL {
        let expected = if region == ClimateRegion::Rainforest { 3 } else { 2 };
        assert_eq!(regions.iter().filter(|r| **r == region).count(), expected, "{region}");
    }
    assert_eq!(tables.countries().len(), 44);
    assert_eq!(tables.countries().iter().filter(|c| c.leakage.is_none()).count(), 2);
    // 23 countries without a national figure carry the same filler
    let filler = tables.countries().iter().filter(|c| c.leakage.is_some_and(|l| l.fraction() == 0.3972));
    assert_eq!(filler.count(), 23);
}

/// The tables transcribe the published aggregates: labels, leakage, months, shares, off-site water, wet bulb.
#[test]
fn first_data_set_as_published() {
    let Some(months) = paper_data("electricity-africa/water_efficiency_country_month.csv") else { return };
    let Some(years) = paper_data("electricity-africa/water_efficiency_country_year.csv") else { return };
    let rows = |path: &std::path::Path| crate::golden(&std::fs::read_to_string(path).unwrap());
    let (months, years) = (rows(&months), rows(&years));
    let fuels = [
        (Fuel::Coal, "Coal"),
        (Fuel::Gas, "Gas"),
        (Fuel::Oil, "Oil"),
        (Fuel::Hydro, "Hydro"),
        (Fuel::Solar, "Solar"),
        (Fuel::Wind, "Wind"),
    ];
    for country in Tables::embedded().countries() {
        let Some(ours) = &country.dataset_v1 else { continue };
        let of_country = |rows: &[HashMap<String, String>]| -> Vec<HashMap<String, String>> {
            rows.iter().filter(|row| row["country"] == country.name).cloned().collect()
        };
        let (months, years) = (of_country(&months), of_country(&years));
        assert_eq!(months.len(), ours.months as usize, "{}", country.name);
        let row = &months[0];
        assert_eq!(
            row["climate_region"].parse::<ClimateRegion>().ok(),
            country.region_label,
            "{}",
            country.name
        );
        assert_close!(country.leakage.unwrap().fraction(), number(row, "Leakages (%)"), abs = 1e-12);
        assert_close!(ours.offsite_published.get(), number(row, "WUE_Indirect(L/KWh)"), abs = 5.1e-6);
        let energy: f64 =
            fuels.iter().map(|(_, name)| number(row, &format!("{name} consumption - TWh"))).sum();
        for (fuel, name) in fuels {
            if country.iso2 != "ZA" {
                let share = number(row, &format!("{name} consumption - TWh")) / energy;
                assert_close!(ours.mix.share(fuel), share, abs = 2e-6, "{} {name}", country.name);
            }
        }
        let wet_bulb: f64 = years.iter().map(|row| number(row, "wetbulb_temperature")).sum();
        assert_close!(wet_bulb / years.len() as f64, ours.wet_bulb.0, abs = 6e-4, "{}", country.name);
    }
}

#[test]
fn altered_text_moves_results() {
    let before = Tables::embedded();
    let csv = TablesCsv::EMBEDDED;
    let intensity = |tables: &Tables, name: &str| {
        let site =
            tables.site(Profile::PaperV3, tables.country(name).unwrap(), &SiteInputs::default()).unwrap();
        site.intensity().get()
    };
    // (altered tables, a country whose result has to move, a country whose result has to stay)
    let factors = csv.fuel_factors.replace("africa_v3,coal,2.008", "africa_v3,coal,3.008");
    let factors = Tables::from_csv(TablesCsv { fuel_factors: &factors, ..csv }).unwrap();
    let wet_bulb = csv.countries.replace("Mediterranean,0.3972,14.13,", "Mediterranean,0.3972,24.13,");
    let wet_bulb = Tables::from_csv(TablesCsv { countries: &wet_bulb, ..csv }).unwrap();
    let shares = csv.countries.replace("0.065,95.655", "40.065,55.655");
    let shares = Tables::from_csv(TablesCsv { countries: &shares, ..csv }).unwrap();
    let pue = csv.paper_countries.replace("NA,Steppe,2.1,", "NA,Steppe,1.1,");
    let pue = Tables::from_csv(TablesCsv { paper_countries: &pue, ..csv }).unwrap();
    let leakage = csv.paper_countries.replace("3.3546,0.3972,RWA", "3.3546,0.0972,RWA");
    let leakage = Tables::from_csv(TablesCsv { paper_countries: &leakage, ..csv }).unwrap();
    let congo = csv.other_mixes.replace("99.638", "9.638");
    let congo = Tables::from_csv(TablesCsv { other_mixes: &congo, ..csv }).unwrap();
    for (name, altered, moves, stays) in [
        ("factor", &factors, "South Africa", "Gabon"),
        ("wet bulb", &wet_bulb, "Algeria", "Tunisia"),
        ("shares", &shares, "Ethiopia", "Egypt"),
        ("PUE", &pue, "Namibia", "Ethiopia"),
        ("leakage", &leakage, "Rwanda", "Gabon"),
        ("mix of the other Congo", &congo, "Congo", "Rwanda"),
    ] {
        let change = |country| (intensity(altered, country) - intensity(before, country)).abs();
        assert!(change(moves) > 0.05, "{name}: {moves}");
        assert_close!(change(stays), 0.0, abs = 0.0, "{name}: {stays}");
    }
    let v2 = csv.paper_countries.replace("2.1475,5.2040", "2.1475,4.2040");
    let v2 = Tables::from_csv(TablesCsv { paper_countries: &v2, ..csv }).unwrap();
    assert_eq!(v2.paper_sites(Profile::PaperV2).unwrap().highest().unwrap().country.name, "Congo");
    let references = csv.references.replace(",4.807,", ",8.807,");
    let references = Tables::from_csv(TablesCsv { references: &references, ..csv }).unwrap();
    let sites = references.paper_sites(Profile::PaperV3).unwrap();
    assert_eq!(sites.below(&sites.global).count(), 11);
    let energy = csv.request_energy.replace("GPT-4,4660", "GPT-4,466");
    let energy = Tables::from_csv(TablesCsv { request_energy: &energy, ..csv }).unwrap();
    assert_close!(energy.request_energy("report", "GPT-4").unwrap().kwh(), 0.466, abs = 1e-15);
    let models = csv.models.replace("220,880", "220,220");
    let models = Tables::from_csv(TablesCsv { models: &models, ..csv }).unwrap();
    let size = models.model("GPT-4").unwrap().architecture;
    assert_close!(ecologits_05_energy(&size, 5000).unwrap().mean.kwh(), 1.9553, abs = 5e-5);
}

/// A wrong table names file, line, column and value.
#[test]
fn wrong_tables_are_located() {
    let csv = TablesCsv::EMBEDDED;
    let fails = |tables: TablesCsv<'_>| Tables::from_csv(tables).unwrap_err().to_string();
    let text = csv.fuel_factors.replace("africa_v3,coal,2.008", "africa_v3,coal,much");
    assert_eq!(
        fails(TablesCsv { fuel_factors: &text, ..csv }),
        "table fuel_factors.csv: line 4: value must be a number, got \"much\""
    );
    let text = csv.fuel_factors.replace("africa_v3,coal,2.008", "africa_v3,cole,2.008");
    assert_eq!(
        fails(TablesCsv { fuel_factors: &text, ..csv }),
        "table fuel_factors.csv: line 4: fuel must be one of the table, got \"cole\"; nearest: coal"
    );
    let text = csv.fuel_factors.replace("africa_v3,gas", "africa_v3,coal");
    assert_eq!(
        fails(TablesCsv { fuel_factors: &text, ..csv }),
        "table fuel_factors.csv: line 5: fuel must be a fuel that has no factor in this set yet, got \"coal\""
    );
    let text = csv.fuel_factors.replacen("gal/MWh,\"code", "gal/kWh,\"code", 1);
    assert!(
        fails(TablesCsv { fuel_factors: &text, ..csv })
            .contains("unit must be L/kWh or gal/MWh, got \"gal/kWh\"")
    );
    let text = csv.paper_countries.replace("CG,Rainforest,2.0", "CG,Rainforest,0.9");
    assert_eq!(
        fails(TablesCsv { paper_countries: &text, ..csv }),
        "table paper_countries.csv: line 8: PUE must be finite and at least 1, got 0.9"
    );
    let text = csv.paper_countries.replace("CG,Rainforest", "CG,Jungle");
    assert!(
        fails(TablesCsv { paper_countries: &text, ..csv }).contains("line 8: climate region must be one of")
    );
    let text = csv.paper_countries.replace(",COD", ",COX");
    assert!(
        fails(TablesCsv { paper_countries: &text, ..csv }).contains("mix_v3 must be a key of countries.csv")
    );
    let text = csv.paper_countries.lines().take(7).collect::<Vec<_>>().join("\n");
    assert_eq!(
        fails(TablesCsv { paper_countries: &text, ..csv }),
        "table paper_countries.csv: table must have at least one row, got none"
    );
    let text = csv.countries.replace("BJ,BEN", "BI,BEN");
    assert!(
        fails(TablesCsv { countries: &text, ..csv })
            .contains("iso2 must be a country that has no row yet, got \"BI\"")
    );
    let text = csv.dataset_v1.replace("DZ,25", "XX,25");
    assert!(
        fails(TablesCsv { dataset_v1: &text, ..csv })
            .contains("iso2 must be a code of countries.csv, got \"XX\"")
    );
    let text = csv.references.replace("pue,", "rho,");
    assert!(
        fails(TablesCsv { references: &text, ..csv })
            .contains("column \"pue\" must be in the header, got key, name")
    );
    let text = csv.request_energy.replace("medium-email,GPT-4", "short-email,GPT-4");
    assert!(fails(TablesCsv { request_energy: &text, ..csv }).contains("task must be a name of tasks.csv"));
    let text = csv.tasks.replace(",250", ",-250");
    assert!(
        fails(TablesCsv { tasks: &text, ..csv })
            .contains("output_tokens must be a whole number, got \"-250\"")
    );
}

#[test]
fn every_factor_names_its_source() {
    for set in FactorSet::ALL {
        let factors = Tables::embedded().factors(set);
        for factor in Fuel::ALL.into_iter().filter_map(|fuel| factors.get(fuel)) {
            assert!(!factor.source.is_empty() && factor.low <= factor.value && factor.value <= factor.high);
        }
    }
}
