//! `HiGHS` on the same problems.

use moe2_edge::instance::{small, synthetic};
use moe2_edge::objective::TopOne;
use moe2_edge::select::{DelayModel, EnergyModel, Limits, Rules, SelectionProblem, Solver};

#[test]
fn agrees_with_branch_and_bound() {
    let limits = Limits::default();
    let instances = [small().unwrap(), synthetic(12, 20, 1).unwrap()];
    for instance in &instances {
        for energy in
            [EnergyModel::SumSelected, EnergyModel::WorstTopK { k: 2 }, EnergyModel::SumStandby { k: 2 }]
        {
            for delay in [DelayModel::Parallel, DelayModel::SerialPerServer, DelayModel::SharedUplink] {
                for budget in [4.0, 40.0, 110.0, 300.0] {
                    let mut experts = instance.experts.clone();
                    for (i, expert) in experts.iter_mut().enumerate() {
                        expert.standby_j = 3.0;
                        expert.costs[0].uplink_s = 0.05 * (i % 3) as f64;
                    }
                    let rules = Rules::new(energy, delay, budget, 4.0);
                    let problem =
                        SelectionProblem::new(TopOne::new(&instance.table), &experts, &rules).unwrap();
                    match (problem.solve_milp(&limits), problem.solve(Solver::Auto, &limits)) {
                        (Ok(milp), Ok(ours)) => {
                            assert_eq!(milp.value_units, ours.value_units, "{energy:?} {delay:?} {budget}");
                        }
                        (Err(milp), Err(ours)) => assert_eq!(milp.to_string(), ours.to_string()),
                        (milp, ours) => panic!("{milp:?} {ours:?}"),
                    }
                }
            }
        }
    }
}
