//! Scaling relations, volcanoes and storage.

use crate::same_cases;
use catalyst_ml::Error;
use catalyst_ml::electrode::FreeEnergyDiagram;
use catalyst_ml::reaction::{FormationTable, FreeEnergies, networks};
use catalyst_ml::storage::{
    CatalystLayer, HeatingValue, Plant, RoundTrip, capital_recovery_factor, least_electrolysis_kwh_per_kg,
};
use catalyst_ml::tables::{QuarterMonolayer, Site111};
use catalyst_ml::thermo::Temperature;
use catalyst_ml::volcano::{
    Barrier, Descriptor, ExchangeCurrent, LinearScaling, Volcano, VolcanoStep, oxygen_reduction,
    oxygen_reduction_o_oh, oxygen_reduction_oh_ooh, sites_per_cm2_fcc111,
};
use common::assert_close;
use proptest::prelude::*;

/// Slope, intercept and correlation of fcc against hcp hollows, then root mean square and leave-one-out error: NumPy's
/// `polyfit` on the same table, each point left out in turn.
#[test]
fn hollows_against_each_other() {
    let table = QuarterMonolayer::xu_kitchin().unwrap();
    for (adsorbate, slope, intercept, correlation, rmse, left_out) in [
        ("*O", 0.947997, -0.410426, 0.988537, 0.10142700312067301, 0.1048128911401726),
        ("*N", 0.926184, -0.385828, 0.995728, 0.10396320871678662, 0.1279625060729022),
        ("*C", 0.938186, -0.341451, 0.996812, 0.10970768860634937, 0.13240333648186292),
        ("*H", 1.002428, -0.021895, 0.998797, 0.013946170047293599, 0.019598254545990353),
        ("*S", 0.938193, -0.363455, 0.995008, 0.06862281168074426, 0.07943947833482083),
    ] {
        let [x, y] = [Site111::Hcp, Site111::Fcc].map(|site| table.energies_ev(site, adsorbate).unwrap());
        let line = LinearScaling::fit(&x, &y).unwrap();
        assert_close!(line.slope, slope, abs = 1e-6, "{adsorbate}");
        assert_close!(line.intercept, intercept, abs = 1e-6, "{adsorbate}");
        assert_close!(line.correlation, correlation, abs = 1e-6, "{adsorbate}");
        assert_close!(line.rmse, rmse, rel = 1e-9, "{adsorbate}");
        assert_close!(line.leave_one_out_mae, left_out, rel = 1e-9, "{adsorbate}");
        assert_eq!(line.points, 7);
    }
}

/// Slope, intercept, r² and errors between adsorbates in fcc hollows; NumPy on the same table.
#[test]
fn adsorbates_against_each_other() {
    let table = QuarterMonolayer::xu_kitchin().unwrap();
    for (y, x, slope, intercept, r2, left_out) in [
        ("*S", "*O", 0.916727, -0.788308, 0.802097, 0.313742817466426),
        ("*N", "*O", 1.460376, 2.095713, 0.759293, 0.6423113100675367),
        ("*N", "*C", 0.795781, 0.494979, 0.944514, 0.3064770151691455),
        ("*Cl", "*F", 0.713618, -0.487485, 0.760024, 0.23617747849999743),
    ] {
        let [x, y] = [x, y].map(|name| table.energies_ev(Site111::Fcc, name).unwrap());
        let line = LinearScaling::fit(&x, &y).unwrap();
        assert_close!(line.slope, slope, abs = 1e-6);
        assert_close!(line.intercept, intercept, abs = 1e-6);
        assert_close!(line.r2(), r2, abs = 1e-6);
        assert_close!(line.leave_one_out_mae, left_out, rel = 1e-9);
    }
    assert!(table.of(Site111::Fcc, "W").is_err() && table.energies_ev(Site111::Fcc, "*P").is_err());
}

#[test]
fn lines_that_are_none_are_refused() {
    assert!(matches!(LinearScaling::fit(&[1.0, 2.0], &[1.0, 2.0]), Err(Error::Count { count: 2, .. })));
    assert!(matches!(LinearScaling::fit(&[1.0, 2.0, 3.0], &[1.0]), Err(Error::Lengths { .. })));
    assert!(LinearScaling::fit(&[1.0; 4], &[1.0, 2.0, 3.0, 4.0]).is_err());
    assert!(LinearScaling::fit(&[1.0, 1.0, 1.0, 2.0], &[1.0, 2.0, 3.0, 4.0]).is_err());
    assert!(LinearScaling::fit(&[1.0, 2.0, f64::NAN], &[1.0, 2.0, 3.0]).is_err());
    let flat = LinearScaling::fit(&[1.0, 2.0, 3.0], &[5.0; 3]).unwrap();
    assert_close!(flat.r2(), 0.0, abs = 0.0);
    assert!(!flat.predict(1.5).extrapolated && flat.predict(0.5).extrapolated);
}

proptest! {
    #![proptest_config(same_cases(100))]

    /// The limiting potential on a map is that of the free-energy diagram.
    #[test]
    fn maps_agree_with_diagrams(o in 0.0..4.0f64, oh in -1.0..2.0f64, offset in 2.5..3.6f64) {
        let energies = FreeEnergies::new().with("*O", o).unwrap().with("*OH", oh).unwrap();
        let energies = energies.with_scaled("*OOH", 1.0, "*OH", offset).unwrap();
        let network = networks::oxygen_reduction_associative().unwrap();
        let limit = network.diagram(&energies).unwrap().limiting_potential().unwrap();
        let volcano = oxygen_reduction_o_oh(offset, (0.0, 4.0), (-1.0, 2.0)).unwrap();
        let activity = volcano.at([o, oh]).unwrap();
        prop_assert!((activity.activity_ev - limit.potential.rhe_v()).abs() < 1e-12);
        prop_assert!(!activity.extrapolated);
    }

    /// No descriptor beats the peak.
    #[test]
    fn the_peak_is_the_highest_point(
        lines in prop::collection::vec((-1.0..1.0f64, -2.0..2.0f64, 0.0..1.0f64, 0.0..1.0f64, prop::bool::ANY), 1..6),
        x in -3.0..3.0f64,
    ) {
        let step = |(offset_ev, slope, alpha, beta_ev, kinetic): (f64, f64, f64, f64, bool)| VolcanoStep {
            name: "step".into(),
            offset_ev,
            slopes: [slope],
            barrier: if kinetic { Barrier::BronstedEvansPolanyi { alpha, beta_ev } } else { Barrier::Energy },
        };
        let axis = Descriptor { name: "x".into(), fitted: (-3.0, 3.0) };
        let volcano = Volcano::new([axis], lines.into_iter().map(step).collect()).unwrap();
        let (at, peak) = volcano.peak();
        prop_assert!(volcano.at([x]).unwrap().activity_ev <= peak.activity_ev + 1e-12);
        prop_assert_eq!(volcano.at([at]).unwrap(), peak);
    }
}

/// With OOH 3.2 eV above OH the best overpotential is (3.2 - 2.46)/2.
#[test]
fn scaling_keeps_oxygen_reduction_from_the_ideal() {
    let volcano = oxygen_reduction(3.2, (0.0, 2.0)).unwrap();
    let (at, peak) = volcano.peak();
    assert_close!(1.23 - peak.activity_ev, 0.37, abs = 1e-12);
    assert_close!(at, 0.86, abs = 1e-12);
    let free = oxygen_reduction_oh_ooh((0.0, 2.0), (2.0, 5.0)).unwrap();
    assert_close!(free.at([1.23, 3.69]).unwrap().activity_ev, 1.23, abs = 1e-12);
    assert!(free.at([2.5, 3.0]).unwrap().extrapolated);
    assert!(free.at([f64::NAN, 3.0]).is_err());
    let curve = volcano.curve(201).unwrap();
    assert!(curve.iter().all(|(_, activity)| activity.activity_ev <= peak.activity_ev + 1e-12));
    assert!(volcano.curve(1).is_err() && free.map(0, 5).is_err() && free.map(5000, 5).is_err());
    let placed = volcano.place([("far", [2.4]), ("near", [0.8])]).unwrap();
    assert_eq!((placed[0].name.as_str(), placed[1].activity.extrapolated), ("near", true));
}

/// A barrier is never below zero nor below the energy of its step, and gives the rate of transition-state theory.
#[test]
fn barriers_and_rates() {
    let step = |offset_ev| VolcanoStep {
        name: "step".into(),
        offset_ev,
        slopes: [1.0],
        barrier: Barrier::BronstedEvansPolanyi { alpha: 0.87, beta_ev: 1.34 },
    };
    let axis = Descriptor { name: "x".into(), fitted: (-5.0, 20.0) };
    let volcano = Volcano::new([axis.clone()], vec![step(0.0)]).unwrap();
    for (x, barrier) in [(-1.0, 0.47), (-5.0, 0.0), (20.0, 20.0)] {
        assert_close!(volcano.at([x]).unwrap().activity_ev, -barrier, abs = 1e-12);
    }
    // CODATA 2018: k/h = 2.083661912e10 1/(s K)
    let room = Temperature::kelvin(300.0).unwrap();
    assert_close!(volcano.at([-5.0]).unwrap().rate_per_s(room), 300.0 * 2.083661912e10, rel = 1e-9);
    let slower = volcano.at([-1.0]).unwrap().rate_per_s(room);
    assert_close!(slower, 300.0 * 2.083661912e10 * (-0.47_f64 / (300.0 * 8.617333262e-5)).exp(), rel = 1e-7);
    let steep = Barrier::BronstedEvansPolanyi { alpha: 1.2, beta_ev: 0.0 };
    assert!(Volcano::new([axis.clone()], vec![VolcanoStep { barrier: steep, ..step(0.0) }]).is_err());
    assert!(Volcano::new([axis.clone()], vec![]).is_err());
    let empty = Descriptor { fitted: (1.0, 1.0), ..axis };
    assert!(Volcano::new([empty], vec![step(0.0)]).is_err());
}

/// Coverage factors at 298.15 K; independent recomputation in Python.
#[test]
fn exchange_currents_of_hydrogen_evolution() {
    for (energy, factor) in [
        (-0.09, 2.922821e-2),
        (-0.14, 4.281999e-3),
        (-0.27, 2.729251e-5),
        (0.03, 2.372796e-1),
        (0.19, 6.138589e-4),
        (0.45, 2.474147e-8),
        (0.0, 0.5),
    ] {
        let ours = ExchangeCurrent::coverage_factor(energy, Temperature::STANDARD).unwrap();
        assert_close!(ours, factor, rel = 1e-6);
    }
    assert_close!(sites_per_cm2_fcc111(3.92).unwrap(), 1.50289e15, rel = 1e-5);
    let platinum = ExchangeCurrent::new(200.0, sites_per_cm2_fcc111(3.92).unwrap()).unwrap();
    assert_close!(platinum.prefactor_a_cm2(), 0.048158, abs = 1e-6);
    let strong = platinum.density_a_cm2(-900.0, Temperature::STANDARD).unwrap();
    assert_close!(strong, 0.0, abs = 0.0);
    assert!(sites_per_cm2_fcc111(0.0).is_err() && ExchangeCurrent::new(-1.0, 1e15).is_err());
}

/// kWh/kg of the formation values, recomputed with 1.00794 u for hydrogen (here 1.008 u, 6e-5 more).
#[test]
fn energy_content_of_fuels() {
    let table = FormationTable::standard();
    let (higher, lower) = (HeatingValue::Higher, HeatingValue::Lower);
    for (fuel, high, low) in [("H2", 39.386, 33.322), ("CH4", 15.416, 13.892)] {
        assert_close!(higher.kwh_per_kg(fuel, &table).unwrap(), high, abs = 3e-3, "{fuel}");
        assert_close!(lower.kwh_per_kg(fuel, &table).unwrap(), low, abs = 3e-3, "{fuel}");
    }
    assert_close!(least_electrolysis_kwh_per_kg(&table).unwrap(), 32.677, abs = 3e-3);
    assert_close!(higher.hydrogen_v(&table).unwrap(), 1.4812, abs = 6e-5);
    assert_close!(lower.hydrogen_v(&table).unwrap(), 241826.0 / 2.0 / 96485.33212, rel = 1e-9);
    let efficiency = higher.electrolyser_efficiency(1.8, &table).unwrap();
    assert_close!(efficiency, 1.4812 / 1.8, abs = 1e-4);
    assert_close!(higher.fuel_cell_efficiency(0.7, &table).unwrap(), 0.7 / 1.4812, abs = 1e-4);
    assert!(higher.kwh_per_kg("NH3", &table).is_err() && higher.kwh_per_kg("C8H18", &table).is_err());
    assert!(higher.electrolyser_efficiency(0.0, &table).is_err());
}

#[test]
fn costs_of_storage() {
    // the payments of a loan repay it: sum of 1/(1+i)^k over the years times the factor is one
    for (interest, years) in [(0.08, 20), (0.03, 7), (0.0, 12)] {
        let factor = capital_recovery_factor(interest, f64::from(years)).unwrap();
        let worth: f64 = (1..=years).map(|k| factor / (1.0 + interest).powi(k)).sum();
        assert_close!(worth, 1.0, abs = 1e-12);
    }
    assert_close!(capital_recovery_factor(1e-12, 10.0).unwrap(), 0.1, rel = 1e-9);
    let plant = Plant {
        capital_usd: 1e6,
        operation_usd_per_year: 2e4,
        interest: 0.08,
        years: 20.0,
        delivered_mwh_per_year: 1500.0,
        cycles_per_year: 300.0,
        charging_usd_mwh: 30.0,
        round_trip: 0.42,
    };
    let cost = plant.levelised_cost().unwrap();
    assert_close!(cost.total_usd_mwh(), (1e6 * 0.10185220882 + 2e4) / 1500.0 + 30.0 / 0.42, rel = 1e-9);
    assert_close!(cost.cycle_usd, cost.total_usd_mwh() * 5.0, rel = 1e-12);
    assert!(Plant { round_trip: 1.2, ..plant }.levelised_cost().is_err());
    assert!(Plant { delivered_mwh_per_year: 0.0, ..plant }.levelised_cost().is_err());
    assert!(capital_recovery_factor(-0.1, 10.0).is_err() && capital_recovery_factor(0.1, 0.0).is_err());

    let trip = RoundTrip::new([("electrolyser", 0.70), ("fuel cell", 0.60)]).unwrap();
    assert_close!(trip.remaining_stage(0.35), 0.35 / 0.42, rel = 1e-12);
    assert!(RoundTrip::new([("all", 0.0)]).is_err() && RoundTrip::new(Vec::<(String, f64)>::new()).is_err());

    // 0.4 mg/cm² at 1 W/cm² is 0.4 g/kW
    let layer = CatalystLayer { loading_mg_cm2: 0.4, power_w_cm2: 1.0 };
    assert_close!(layer.metal_kg(1000.0).unwrap(), 0.4, rel = 1e-12);
    assert_close!(layer.cost_share(30_000.0, 40.0).unwrap(), 0.3, rel = 1e-12);
    assert!(layer.cost_share(30_000.0, 10.0).is_err() && layer.metal_kg(f64::NAN).is_err());
}

/// A diagram can be drawn from its own steps again.
#[test]
fn diagrams_are_made_of_their_steps() {
    let energies = FreeEnergies::new().with("*H", 0.1).unwrap();
    let diagram = networks::hydrogen_volmer_heyrovsky().unwrap().diagram(&energies).unwrap();
    let again = FreeEnergyDiagram::new(diagram.name(), diagram.steps().to_vec()).unwrap();
    assert_eq!(again, diagram);
}
