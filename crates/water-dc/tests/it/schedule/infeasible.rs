//! Jobs that cannot be complete in time.

use super::{job, one_job, two_sites};
use common::assert_close;
use good_lp::{Expression, Solution, SolverModel, Variable, variable, variables};
use proptest::prelude::*;
use water_dc::{
    Error,
    schedule::{Problem, least_cost, pareto_front, undelivered},
};

#[test]
fn error_names_job_deadline_and_energy() {
    let error = least_cost(&one_job(80.0), 0.0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "every job must be complete by its deadline, got job \"training\" 8 kWh short at hour 36"
    );
    assert!(matches!(pareto_front(&one_job(80.0)), Err(Error::Infeasible { .. })));
    let Error::Infeasible { shortfalls } = error else { panic!("{error}") };
    assert_close!(shortfalls.iter().map(|s| s.kwh).sum::<f64>(), 8.0, abs = 1e-12);
}

/// A full house is feasible although sums of tenths are not whole.
#[test]
fn full_capacity_is_feasible() {
    let jobs: Vec<_> = (0..10).map(|j| job(&format!("j{j}"), 1.2, 0, 6)).collect();
    let plan = least_cost(&Problem::new(two_sites(6), jobs).unwrap(), 0.0).unwrap();
    assert_close!(plan.allocations.iter().map(|a| a.energy.kwh()).sum::<f64>(), 12.0, rel = 1e-12);
    assert!(least_cost(&one_job(72.0), 0.0).is_ok());
    assert!(least_cost(&one_job(72.001), 0.0).is_err());
}

#[test]
fn wrong_problems() {
    let text = |problem: water_dc::Result<Problem>| problem.unwrap_err().to_string();
    assert_eq!(
        text(Problem::new(vec![], vec![job("a", 1.0, 0, 1)])),
        "schedule must have at least one site, got none"
    );
    assert_eq!(
        text(Problem::new(two_sites(6), vec![job("late", 1.0, 3, 7)])),
        "job \"late\" must have release < deadline <= 6 hours, got release 3 and deadline 7"
    );
    let mut sites = two_sites(6);
    sites[1].carbon.pop();
    assert_eq!(
        text(Problem::new(sites, vec![job("a", 1.0, 0, 1)])),
        "carbon intensity of site \"EG\" must have 6 values, one for each hour, got 5"
    );
    assert_eq!(
        text(Problem::new(two_sites(6), vec![job("a", 1.0, 0, 1), job("a", 1.0, 0, 1)])),
        "job names must be unique, got \"a\" twice"
    );
    for lambda in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(least_cost(&one_job(60.0), lambda), Err(Error::Quantity { .. })));
    }
    let many = (0..20_000).map(|j| job(&j.to_string(), 0.0, 0, 48)).collect();
    assert!(matches!(Problem::new(two_sites(48), many), Err(Error::ProblemSize { .. })));
}

/// The least undelivered energy as a linear program of its own: minimise Σ `u_j`.
fn least_undelivered(problem: &Problem) -> f64 {
    let mut vars = variables!();
    let mut cells = Vec::new();
    for (j, job) in problem.jobs().iter().enumerate() {
        for hour in job.release_h..job.deadline_h {
            cells.push((j, hour, vars.add(variable().min(0.0))));
        }
    }
    let short: Vec<Variable> = problem.jobs().iter().map(|_| vars.add(variable().min(0.0))).collect();
    let mut model = vars.minimise(short.iter().sum::<Expression>()).using(good_lp::microlp);
    for (j, job) in problem.jobs().iter().enumerate() {
        let run: Expression = cells.iter().filter(|c| c.0 == j).map(|c| c.2).sum();
        model.add_constraint((run + short[j]).eq(job.energy.kwh()));
    }
    for hour in 0..problem.hours() {
        let run: Expression = cells.iter().filter(|c| c.1 == hour).map(|c| c.2).sum();
        let capacity: f64 = problem.sites().iter().map(|site| site.capacity[hour].kwh()).sum();
        model.add_constraint(run.leq(capacity));
    }
    let solution = model.solve().unwrap();
    short.iter().map(|&u| solution.value(u)).sum()
}

proptest! {
    #![proptest_config(crate::same_cases(64))]

    #[test]
    fn undelivered_is_the_least_possible(
        windows in prop::collection::vec((0_usize..10, 1_usize..10, 0.0..9.0_f64), 1..6),
    ) {
        let jobs = windows
            .iter()
            .enumerate()
            .map(|(j, &(release, length, kwh))| job(&j.to_string(), kwh, release, (release + length).min(10)))
            .collect();
        let problem = Problem::new(two_sites(10), jobs).unwrap();
        let ours: f64 = undelivered(&problem).iter().sum();
        assert_close!(ours, least_undelivered(&problem), abs = 1e-9);
    }
}
