//! Which of eight experts to keep loaded under a budget, why, and what more energy would buy.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use moe2_edge::instance::small;
use moe2_edge::objective::TopOne;
use moe2_edge::select::{
    DelayModel, EnergyModel, Explanation, Greedy, Limits, Rules, SelectionProblem, Solver, verify_certificate,
};

fn main() -> moe2_edge::Result<()> {
    let instance = small()?;
    let mut rules = Rules::new(EnergyModel::SumSelected, DelayModel::SerialPerServer, 130.0, 8.0);
    rules.aggregation_s = 0.05;
    let problem = SelectionProblem::new(TopOne::new(&instance.table), &instance.experts, &rules)?;

    println!("At most 130 J and 8 s per prompt:");
    let limits = Limits { certificate: true, ..Limits::default() };
    for (name, solver) in [
        ("best single", Solver::Greedy(Greedy::BestSingle)),
        ("greedy", Solver::Greedy(Greedy::Gain)),
        ("greedy per J", Solver::Greedy(Greedy::GainPerEnergy)),
        ("exact", Solver::Auto),
    ] {
        let solution = problem.solve(solver, &limits)?;
        println!("{name:>13}: {:.4} with {:?}, {} J", solution.value, solution.experts, solution.energy_j);
        if let Some(certificate) = &solution.certificate {
            verify_certificate(&problem, certificate)?;
            println!("{:>13}  proven by {} boxes, checked", "", certificate.leaves.len());
        }
    }
    for expert in [6, 5, 7] {
        match problem.explain(expert, &Limits::default())? {
            Explanation::Selected { loss, .. } => {
                println!("expert {expert} is in; without it {loss:.4} are lost");
            }
            Explanation::Blocked { breach } => {
                println!(
                    "expert {expert} is out: {} is {}, {} are allowed",
                    breach.constraint, breach.needed, breach.budget
                );
            }
            Explanation::Outbid { loss, with, .. } => {
                println!("expert {expert} is out: with it, as {:?}, {loss:.4} are lost", with.experts);
            }
        }
    }
    println!("\nenergy, J  quality  experts");
    for point in problem.frontier_energy(&Limits::default())? {
        println!("{:>9}  {:.4}   {:?}", point.energy_j, point.value, point.experts);
    }
    Ok(())
}
