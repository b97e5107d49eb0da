//! The front of water and carbon.

use super::{cost, job, one_job, two_sites};
use common::assert_close;
use proptest::prelude::*;
use water_dc::{
    Error,
    schedule::{ParetoPoint, Plan, Problem, least_cost, least_water_within, pareto_front},
    units::CarbonIntensity,
};

fn amounts(plan: &Plan) -> (f64, f64) {
    (plan.footprint.total().get(), plan.carbon_kg)
}

/// Least water at an amount of carbon by the front: a straight line between corners.
fn on_front(front: &[ParetoPoint], carbon: f64) -> f64 {
    let corners: Vec<(f64, f64)> = front.iter().map(|point| amounts(&point.plan)).collect();
    if carbon >= corners[0].1 {
        return corners[0].0;
    }
    let pair = corners.windows(2).find(|pair| carbon >= pair[1].1 * (1.0 - 1e-12)).unwrap();
    let part = (pair[0].1 - carbon) / (pair[0].1 - pair[1].1);
    pair[0].0 + part * (pair[1].0 - pair[0].0)
}

/// One job: water at Egypt is cheaper in every hour, carbon at Ethiopia, so the corners move whole hours from one to the
/// other; there are 60 - 36 to 36 of them at Ethiopia.
#[test]
fn corners_of_one_job() {
    let problem = one_job(60.0);
    let front = pareto_front(&problem).unwrap();
    let (first, last) = (&front[0].plan, &front[front.len() - 1].plan);
    assert_close!(first.footprint.total().get(), 392.3158022749807, rel = 1e-13);
    assert_close!(first.carbon_kg, 38.16, rel = 1e-13);
    assert_close!(last.energy_at_kwh(0), 36.0, abs = 1e-9);
    // the golden at 5 L/kg is the corner whose prices contain 5
    let at_5 = front
        .iter()
        .find(|p| p.lambda_from_l_per_kg <= 5.0 && p.lambda_to_l_per_kg.is_none_or(|to| 5.0 <= to))
        .unwrap();
    assert_close!(at_5.plan.footprint.total().get(), 442.28395189304274, rel = 1e-13);
    assert_close!(at_5.plan.carbon_kg, 26.19, rel = 1e-13);
    // hour by hour, the price at which an hour moves is the ratio of what it costs and what it saves: sorted, they are
    // the prices between the corners
    let sorted = |site: usize, sign: f64| {
        let mut water: Vec<f64> = (0..36).map(|hour| sign * cost(&problem, site, hour).0).collect();
        water.sort_by(f64::total_cmp);
        water.into_iter().map(|w| sign * w).collect::<Vec<f64>>()
    };
    let (dearest_of_egypt, cheapest_of_ethiopia) = (sorted(1, -1.0), sorted(0, 1.0));
    let saved_kg = cost(&problem, 1, 0).1 - cost(&problem, 0, 0).1;
    let mut prices: Vec<f64> =
        (0..12).map(|n| (cheapest_of_ethiopia[24 + n] - dearest_of_egypt[n]) / saved_kg).collect();
    prices.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    let ours: Vec<f64> = front.iter().filter_map(|p| p.lambda_to_l_per_kg).collect();
    assert_eq!(ours.len(), prices.len(), "{ours:?} against {prices:?}");
    for (ours, price) in ours.iter().zip(&prices) {
        assert_close!(*ours, *price, rel = 1e-9);
    }
}

#[test]
fn one_corner_when_there_is_no_conflict() {
    let mut sites = two_sites(48);
    sites[0].carbon = vec![CarbonIntensity::from_kg_per_kwh(5.0).unwrap(); 48];
    let front = pareto_front(&Problem::new(sites, vec![job("a", 20.0, 0, 36)]).unwrap()).unwrap();
    assert_eq!(front.len(), 1);
    assert_eq!((front[0].lambda_from_l_per_kg, front[0].lambda_to_l_per_kg), (0.0, None));
}

/// Many plans of equal water that differ in carbon only, and the other way round: the front has no dominated end.
#[test]
fn ends_are_the_best_in_both_amounts() {
    let mut sites = two_sites(8);
    sites[0].onsite = vec![sites[0].onsite[0]; 8];
    for (h, carbon) in sites[0].carbon.iter_mut().enumerate() {
        *carbon = CarbonIntensity::from_kg_per_kwh(if h < 4 { 0.9 } else { 0.1 }).unwrap();
    }
    let mut only = vec![sites.remove(0)];
    let front = pareto_front(&Problem::new(only.clone(), vec![job("a", 4.0, 0, 8)]).unwrap()).unwrap();
    assert_eq!(front.len(), 1);
    assert_close!(front[0].plan.carbon_kg, 4.0 * 1.5 * 0.1, rel = 1e-12);

    only[0].carbon = vec![only[0].carbon[0]; 8];
    only[0].onsite = two_sites(8).remove(1).onsite;
    let problem = Problem::new(only, vec![job("a", 4.0, 0, 8)]).unwrap();
    let front = pareto_front(&problem).unwrap();
    assert_eq!(front.len(), 1);
    assert_eq!(amounts(&front[0].plan), amounts(&least_cost(&problem, 0.0).unwrap()));
}

#[test]
fn bound_below_the_cleanest_plan() {
    let problem = one_job(60.0);
    let front = pareto_front(&problem).unwrap();
    let least = front[front.len() - 1].plan.carbon_kg;
    let Err(Error::CarbonBound { least_kg, bound_kg }) = least_water_within(&problem, 20.0) else {
        panic!("a bound of 20 kg was accepted")
    };
    assert_close!(least_kg, least, rel = 1e-12);
    assert_close!(bound_kg, 20.0, abs = 0.0);
    assert!(matches!(least_water_within(&problem, f64::NAN), Err(Error::CarbonBound { .. })));
    let free = least_water_within(&problem, f64::INFINITY).unwrap();
    assert_close!(free.footprint.total().get(), 392.3158022749807, rel = 1e-13);
}

proptest! {
    #![proptest_config(crate::same_cases(24))]

    #[test]
    fn convex_falling_and_met_by_every_price_and_bound(
        windows in prop::collection::vec((0_usize..12, 6_usize..12, 0.1..3.0_f64), 1..5),
        lambda in 0.0..12.0_f64,
        part in 0.0..1.0_f64,
    ) {
        let jobs = windows
            .iter()
            .enumerate()
            .map(|(j, &(release, length, kwh))| job(&j.to_string(), kwh, release, release + length))
            .collect();
        let mut sites = two_sites(24);
        for (h, carbon) in sites[1].carbon.iter_mut().enumerate() {
            *carbon = CarbonIntensity::from_kg_per_kwh(if h % 5 == 0 { 0.2 } else { 0.45 }).unwrap();
        }
        let problem = Problem::new(sites, jobs).unwrap();
        let front = pareto_front(&problem).unwrap();
        for pair in front.windows(2) {
            let (a, b) = (amounts(&pair[0].plan), amounts(&pair[1].plan));
            prop_assert!(a.0 < b.0 && a.1 > b.1, "not falling: {a:?}, {b:?}");
            prop_assert_eq!(pair[0].lambda_to_l_per_kg, Some(pair[1].lambda_from_l_per_kg));
            if let Some(to) = pair[1].lambda_to_l_per_kg {
                prop_assert!(pair[1].lambda_from_l_per_kg < to, "not convex");
            }
        }
        let best = least_cost(&problem, lambda).unwrap().objective_l(lambda);
        let corner = front.iter().map(|p| p.plan.objective_l(lambda)).fold(f64::INFINITY, f64::min);
        assert_close!(corner, best, rel = 1e-9);
        let (most, least) = (front[0].plan.carbon_kg, front[front.len() - 1].plan.carbon_kg);
        let bound = least + part * (most - least);
        let bounded = least_water_within(&problem, bound).unwrap();
        prop_assert!(bounded.carbon_kg <= bound * (1.0 + 1e-9));
        assert_close!(bounded.footprint.total().get(), on_front(&front, bound), rel = 1e-8);
    }
}
