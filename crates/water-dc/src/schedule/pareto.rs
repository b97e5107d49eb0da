//! All compromises between water and carbon.

use super::{Plan, Problem, solve::Program};
use crate::error::Result;

/// A corner of the front, and the prices of carbon for which it is the best plan.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ParetoPoint {
    /// The plan.
    pub plan: Plan,
    /// Least price for which this plan is the best, L/kg.
    pub lambda_from_l_per_kg: f64,
    /// Greatest such price, L/kg; `None`: any.
    pub lambda_to_l_per_kg: Option<f64>,
}

/// The front of water and carbon: every plan that is the best for some price λ on carbon, from least water to least
/// carbon. Between two corners, mixtures of their plans are optimal too, so the front is a convex falling polyline.
///
/// The corners are found exactly, not by sampling λ (Aneja and Nair 1979): the slope between two known corners is the
/// only price at which a corner between them can hide, so each is tried once:
/// ```text
/// λ = (W_2 - W_1) / (K_1 - K_2);      a plan with W + λ K below that of both is a new corner between them
/// ```
///
/// # Errors
/// As [`super::least_cost`].
pub fn pareto_front(problem: &Problem) -> Result<Vec<ParetoPoint>> {
    let program = Program::new(problem)?;
    let mut corners = vec![program.solve(1.0, 0.0, None)?];
    let mut waiting = vec![program.solve(0.0, 1.0, None)?];
    // `corners` holds the front up to its last plan, `waiting` the known plans beyond, nearest last
    while let (Some(left), Some(right)) = (corners.last(), waiting.last()) {
        match between(&program, left, right)? {
            Some(corner) => waiting.push(corner),
            None => corners.extend(waiting.pop()),
        }
    }
    Ok(with_prices(undominated(corners)))
}

/// Relative difference below which two amounts count as equal: above the solver's rounding, far below any reading.
const SAME: f64 = 1e-9;

/// A plan that is strictly better than both at the price at which they cost the same.
fn between(program: &Program, left: &Plan, right: &Plan) -> Result<Option<Plan>> {
    let (more_water, less_carbon) = (water(right) - water(left), left.carbon_kg - right.carbon_kg);
    if more_water <= SAME * water(left) && less_carbon <= SAME * left.carbon_kg {
        return Ok(None);
    }
    // weights rather than a price: a vertical piece has no finite one
    let (water_weight, carbon_weight) = (less_carbon.max(0.0), more_water.max(0.0));
    let cost = |plan: &Plan| water_weight * water(plan) + carbon_weight * plan.carbon_kg;
    let found = program.solve(water_weight, carbon_weight, None)?;
    Ok((cost(&found) < cost(left).min(cost(right)) * (1.0 - SAME)).then_some(found))
}

/// Drops plans that another one beats or equals in both amounts: the two ends, which are the best in one amount only.
fn undominated(corners: Vec<Plan>) -> Vec<Plan> {
    let mut front: Vec<Plan> = Vec::with_capacity(corners.len());
    for plan in corners {
        // along the corners, water rises and carbon falls, up to rounding
        if front.last().is_some_and(|last| plan.carbon_kg >= last.carbon_kg * (1.0 - SAME)) {
            continue;
        }
        while front.last().is_some_and(|last| water(&plan) <= water(last) * (1.0 + SAME)) {
            front.pop();
        }
        front.push(plan);
    }
    front
}

fn with_prices(front: Vec<Plan>) -> Vec<ParetoPoint> {
    let prices: Vec<f64> = front
        .windows(2)
        .map(|pair| (water(&pair[1]) - water(&pair[0])) / (pair[0].carbon_kg - pair[1].carbon_kg))
        .collect();
    front
        .into_iter()
        .enumerate()
        .map(|(i, plan)| ParetoPoint {
            plan,
            lambda_from_l_per_kg: if i == 0 { 0.0 } else { prices[i - 1] },
            lambda_to_l_per_kg: prices.get(i).copied(),
        })
        .collect()
}

fn water(plan: &Plan) -> f64 {
    plan.footprint.total().get()
}
