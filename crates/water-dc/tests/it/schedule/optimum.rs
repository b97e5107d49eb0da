//! Optima against two other ways to find them.

use super::{cost, job, two_sites};
use common::assert_close;
use proptest::prelude::*;
use water_dc::{
    schedule::{Job, Problem, least_cost, least_water_within},
    units::ItEnergy,
};

/// For one job the optimum takes the cheapest hours and sites first.
fn sorted_fill(problem: &Problem, lambda: f64) -> f64 {
    let job = &problem.jobs()[0];
    let mut slots: Vec<(f64, f64)> = (job.release_h..job.deadline_h)
        .flat_map(|hour| (0..problem.sites().len()).map(move |site| (site, hour)))
        .map(|(site, hour)| {
            let (water, carbon) = cost(problem, site, hour);
            (water + lambda * carbon, problem.sites()[site].capacity[hour].kwh())
        })
        .collect();
    slots.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut missing = job.energy.kwh();
    let mut total = 0.0;
    for (price, capacity) in slots {
        let taken = missing.min(capacity);
        total += price * taken;
        missing -= taken;
    }
    assert!(missing < 1e-9, "{missing} kWh do not fit");
    total
}

/// Best assignment of unit blocks to slots of unit capacity, by trying all.
fn enumeration(problem: &Problem, lambda: f64) -> f64 {
    fn place(problem: &Problem, lambda: f64, blocks: &[&Job], used: u32) -> f64 {
        let Some((first, rest)) = blocks.split_first() else { return 0.0 };
        let sites = problem.sites().len();
        let mut best = f64::INFINITY;
        for hour in first.release_h..first.deadline_h {
            for site in 0..sites {
                let slot = 1 << (hour * sites + site);
                if used & slot == 0 {
                    let (water, carbon) = cost(problem, site, hour);
                    best = best.min(water + lambda * carbon + place(problem, lambda, rest, used | slot));
                }
            }
        }
        best
    }
    let blocks: Vec<&Job> = problem
        .jobs()
        .iter()
        .flat_map(|job| {
            std::iter::repeat_n(
                job,
                std::iter::successors(Some(1.0), |n| Some(n + 1.0))
                    .take_while(|n| *n <= job.energy.kwh())
                    .count(),
            )
        })
        .collect();
    place(problem, lambda, &blocks, 0)
}

#[test]
fn three_jobs_equal_enumeration() {
    let cases: [[(f64, usize, usize); 3]; 3] = [
        [(2.0, 0, 3), (3.0, 3, 6), (3.0, 2, 6)],
        [(1.0, 0, 6), (2.0, 1, 4), (3.0, 0, 5)],
        [(2.0, 0, 2), (2.0, 1, 3), (2.0, 2, 4)],
    ];
    for jobs in cases {
        let jobs = jobs.iter().enumerate().map(|(i, &(e, r, d))| job(&i.to_string(), e, r, d)).collect();
        let problem = Problem::new(two_sites(6), jobs).unwrap();
        for lambda in [0.0, 2.5, 6.0, 40.0] {
            let plan = least_cost(&problem, lambda).unwrap();
            assert_close!(
                plan.objective_l(lambda),
                enumeration(&problem, lambda),
                rel = 1e-12,
                "lambda = {lambda}"
            );
        }
    }
}

proptest! {
    #![proptest_config(crate::same_cases(64))]

    #[test]
    fn one_job_equals_the_sorted_fill(
        kwh in 0.1..60.0_f64, lambda in 0.0..20.0_f64, release in 0_usize..18, capacity in 1e-3..1e3_f64,
    ) {
        let mut sites = two_sites(48);
        for (h, energy) in sites[1].capacity.iter_mut().enumerate() {
            *energy = ItEnergy::from_kwh(if h % 7 == 3 { 0.0 } else { 1.25 }).unwrap();
        }
        for site in &mut sites {
            for energy in &mut site.capacity {
                *energy = ItEnergy::from_kwh(energy.kwh() * capacity).unwrap();
            }
        }
        let problem = Problem::new(sites, vec![job("one", kwh * capacity, release, release + 30)]).unwrap();
        let plan = least_cost(&problem, lambda).unwrap();
        assert_close!(plan.objective_l(lambda), sorted_fill(&problem, lambda), rel = 1e-12);
    }

    /// What a plan says is what it does: deliveries, windows, capacities; for jobs of very different size.
    #[test]
    fn plans_keep_every_rule(
        windows in prop::collection::vec((0_usize..12, 6_usize..12, -6.0..0.5_f64), 1..5),
        lambda in 0.0..20.0_f64,
    ) {
        let jobs: Vec<Job> = windows
            .iter()
            .enumerate()
            .map(|(j, &(release, length, size))| job(&j.to_string(), 10f64.powf(size), release, release + length))
            .collect();
        let problem = Problem::new(two_sites(24), jobs).unwrap();
        let plan = least_cost(&problem, lambda).unwrap();
        let mut delivered = vec![0.0; problem.jobs().len()];
        let mut used = vec![0.0; 2 * 24];
        let mut water = 0.0;
        for a in &plan.allocations {
            let job = &problem.jobs()[a.job];
            prop_assert!((job.release_h..job.deadline_h).contains(&a.hour) && a.energy.kwh() > 0.0);
            delivered[a.job] += a.energy.kwh();
            used[a.site * 24 + a.hour] += a.energy.kwh();
            water += cost(&problem, a.site, a.hour).0 * a.energy.kwh();
        }
        for (job, delivered) in problem.jobs().iter().zip(delivered) {
            assert_close!(delivered, job.energy.kwh(), rel = 1e-9);
        }
        prop_assert!(used.iter().all(|kwh| *kwh <= 1.0 + 1e-9));
        assert_close!(plan.footprint.total().get(), water, rel = 1e-12);
        // no bound is tighter than the plan's own carbon
        let bounded = least_water_within(&problem, plan.carbon_kg).unwrap();
        assert_close!(bounded.footprint.total().get(), water, rel = 1e-7);
    }
}
