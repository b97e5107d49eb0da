//! Can the deadlines be kept at all?

use super::Problem;
use crate::error::{Error, Result, Shortfall};

/// Energy in kWh that each job must lack at its deadline, whatever the plan; the sum is the least possible.
///
/// Every job may run at every site, so only the capacity of all sites together counts. Serving in each hour the
/// released job with the earliest deadline then delivers the most (Glover 1967, maximum matching in a convex bipartite
/// graph); of jobs with the same deadline the one that is listed first is served first.
#[must_use]
pub fn undelivered(problem: &Problem) -> Vec<f64> {
    let jobs = problem.jobs();
    let mut remaining: Vec<f64> = jobs.iter().map(|job| job.energy.kwh()).collect();
    let mut by_deadline: Vec<usize> = (0..jobs.len()).collect();
    by_deadline.sort_by_key(|&j| jobs[j].deadline_h);
    for hour in 0..problem.hours() {
        let mut capacity: f64 = problem.sites().iter().map(|site| site.capacity[hour].kwh()).sum();
        for &j in &by_deadline {
            if (jobs[j].release_h..jobs[j].deadline_h).contains(&hour) {
                let served = remaining[j].min(capacity);
                remaining[j] -= served;
                capacity -= served;
            }
        }
    }
    remaining
}

/// The energies that a plan has to deliver: those of the jobs, less what rounding makes them lack.
///
/// # Errors
/// [`Error::Infeasible`] if a job lacks more than a billionth of its energy.
pub(super) fn demands(problem: &Problem) -> Result<Vec<f64>> {
    const ROUNDING: f64 = 1e-9;
    let lacking = undelivered(problem);
    let short: Vec<Shortfall> = problem
        .jobs()
        .iter()
        .zip(&lacking)
        .filter(|(job, lack)| **lack > ROUNDING * job.energy.kwh())
        .map(|(job, &kwh)| Shortfall { job: job.name.clone(), deadline_h: job.deadline_h, kwh })
        .collect();
    if short.is_empty() {
        Ok(problem.jobs().iter().zip(&lacking).map(|(job, lack)| job.energy.kwh() - lack).collect())
    } else {
        Err(Error::Infeasible { shortfalls: short })
    }
}
