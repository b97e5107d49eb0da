//! Optima of an independent solver (`HiGHS` through `SciPy`; for one job equal to a sorted fill, for three to enumeration).

use super::{job, one_job, two_sites};
use common::assert_close;
use water_dc::schedule::{Problem, least_cost};

#[test]
fn one_job_least_water() {
    let plan = least_cost(&one_job(60.0), 0.0).unwrap();
    assert_close!(plan.footprint.total().get(), 392.3158022749807, rel = 1e-13);
    assert_close!(plan.carbon_kg, 38.16, rel = 1e-13);
    assert_close!(plan.energy_at_kwh(0), 24.0, abs = 1e-12);
    assert_close!(plan.energy_at_kwh(1), 36.0, abs = 1e-12);
}

#[test]
fn one_job_with_a_price_on_carbon() {
    let plan = least_cost(&one_job(60.0), 5.0).unwrap();
    assert_close!(plan.footprint.total().get(), 442.28395189304274, rel = 1e-13);
    assert_close!(plan.carbon_kg, 26.19, rel = 1e-13);
    assert_close!(plan.objective_l(5.0), 573.2339518930428, rel = 1e-13);
    assert_close!(plan.energy_at_kwh(0), 36.0, abs = 1e-12);
}

#[test]
fn three_jobs() {
    let jobs = vec![job("a", 2.0, 0, 3), job("b", 3.0, 3, 6), job("c", 3.0, 2, 6)];
    let plan = least_cost(&Problem::new(two_sites(6), jobs).unwrap(), 0.0).unwrap();
    assert_close!(plan.footprint.total().get(), 46.12910388328689, rel = 1e-13);
}

#[test]
fn the_same_plan_every_time() {
    let jobs = || vec![job("a", 7.5, 0, 30), job("b", 11.0, 3, 36), job("c", 40.25, 2, 48)];
    let problem = || Problem::new(two_sites(48), jobs()).unwrap();
    assert_eq!(least_cost(&problem(), 2.0).unwrap(), least_cost(&problem(), 2.0).unwrap());
}
