//! Certificates: genuine ones pass, each kind of change is found.

use crate::set;
use moe2_edge::instance::small;
use moe2_edge::objective::{AnyCorrect, FixedGateMixture, ServerLoss, TopOne};
use moe2_edge::select::{
    Certificate, CertificateError, DelayModel, EnergyModel, Limits, Order, Reason, Rules, SelectionProblem,
    Solver, verify_certificate,
};

fn rules() -> Rules {
    Rules {
        aggregation_s: 0.05,
        required: set(&[1]),
        forbidden: set(&[7]),
        ..Rules::new(EnergyModel::SumSelected, DelayModel::SerialPerServer, 110.0, 5.0)
    }
}

fn problem() -> SelectionProblem<TopOne> {
    let small = small().unwrap();
    SelectionProblem::new(TopOne::new(&small.table), &small.experts, &rules()).unwrap()
}

fn certificate(problem: &SelectionProblem<TopOne>) -> Certificate {
    let limits = Limits { certificate: true, ..Limits::default() };
    problem.solve(Solver::BranchAndBound(Order::DepthFirst), &limits).unwrap().certificate.unwrap()
}

fn rejected(change: impl FnOnce(&mut Certificate)) -> CertificateError {
    let problem = problem();
    let mut certificate = certificate(&problem);
    verify_certificate(&problem, &certificate).unwrap();
    change(&mut certificate);
    verify_certificate(&problem, &certificate).unwrap_err()
}

fn find(certificate: &Certificate, wanted: impl Fn(&Reason) -> bool) -> usize {
    certificate.leaves.iter().position(|leaf| wanted(&leaf.reason)).unwrap()
}

#[test]
fn changes_of_the_claim() {
    assert!(matches!(rejected(|c| c.experts = 9), CertificateError::Experts { expected: 8, got: 9 }));
    assert!(matches!(rejected(|c| c.set = set(&[1, 2, 4, 5])), CertificateError::Infeasible { .. }));
    assert!(matches!(rejected(|c| c.set = set(&[6])), CertificateError::Infeasible { .. }));
    assert!(matches!(rejected(|c| c.value += 1), CertificateError::Value { .. }));
    assert!(matches!(rejected(|c| c.upper -= 1), CertificateError::Value { .. }));
}

#[test]
fn changes_of_the_boxes() {
    assert!(matches!(rejected(|c| drop(c.leaves.pop())), CertificateError::Partition { .. }));
    assert!(matches!(rejected(|c| c.leaves.clear()), CertificateError::Partition { .. }));
    let twice = rejected(|c| {
        let leaf = c.leaves[0].clone();
        c.leaves.push(leaf);
    });
    assert!(matches!(twice, CertificateError::Partition { .. }));
    let smaller = rejected(|c| {
        let at = c.leaves.iter().position(|leaf| leaf.allowed != leaf.inside).unwrap();
        let extra = c.leaves[at].allowed.difference(c.leaves[at].inside).iter().next().unwrap();
        c.leaves[at].allowed = c.leaves[at].allowed.without(extra);
    });
    assert!(matches!(smaller, CertificateError::Partition { .. }));
    let reversed = rejected(|c| c.leaves[0].inside = set(&[100]));
    assert!(matches!(reversed, CertificateError::Partition { .. }));
}

#[test]
fn changes_of_the_reasons() {
    let feasible = rejected(|c| {
        let at = c.leaves.iter().position(|leaf| leaf.reason == Reason::RequiredMissing).unwrap();
        c.leaves[at].reason = Reason::Infeasible;
    });
    assert!(matches!(feasible, CertificateError::LeafFeasible { .. }));
    let complete = rejected(|c| {
        let at = find(c, |reason| matches!(reason, Reason::Lagrangian { .. }));
        c.leaves[at].reason = Reason::RequiredMissing;
    });
    assert!(matches!(complete, CertificateError::LeafComplete { .. }));
    for by in [1, 1000] {
        let low = rejected(|c| {
            let at = find(c, |reason| matches!(reason, Reason::Superset { .. }));
            if let Reason::Superset { bound } = &mut c.leaves[at].reason {
                *bound -= by;
            }
        });
        assert!(matches!(low, CertificateError::Bound { .. }), "{low}");
    }
    let low = rejected(|c| {
        let at = find(c, |reason| matches!(reason, Reason::Lagrangian { .. }));
        if let Reason::Lagrangian { bound, .. } = &mut c.leaves[at].reason {
            *bound -= 2;
        }
    });
    assert!(matches!(low, CertificateError::Bound { .. }), "{low}");
    let high = rejected(|c| {
        let upper = c.upper;
        let at = find(c, |reason| matches!(reason, Reason::Superset { .. }));
        if let Reason::Superset { bound } = &mut c.leaves[at].reason {
            *bound = upper + 1;
        }
    });
    assert!(matches!(high, CertificateError::Upper { .. }));
    for change in [f64::NAN, -1.0, f64::INFINITY] {
        let multipliers = rejected(|c| {
            let at = find(c, |reason| matches!(reason, Reason::Lagrangian { .. }));
            if let Reason::Lagrangian { multipliers, .. } = &mut c.leaves[at].reason {
                multipliers[0] = change;
            }
        });
        assert!(matches!(multipliers, CertificateError::Multipliers { .. }));
    }
    let fewer = rejected(|c| {
        let at = find(c, |reason| matches!(reason, Reason::Lagrangian { .. }));
        if let Reason::Lagrangian { multipliers, .. } = &mut c.leaves[at].reason {
            multipliers.pop();
        }
    });
    assert!(matches!(fewer, CertificateError::Multipliers { .. }));
}

#[test]
fn other_objectives() {
    let small = small().unwrap();
    let limits = Limits { certificate: true, ..Limits::default() };
    let any = SelectionProblem::new(AnyCorrect::new(&small.table), &small.experts, &rules()).unwrap();
    let proof = any.solve(Solver::Auto, &limits).unwrap().certificate.unwrap();
    verify_certificate(&any, &proof).unwrap();

    let servers = small.experts.iter().map(|e| e.server).collect();
    let loss = ServerLoss::new(TopOne::new(&small.table), servers).unwrap();
    let loss = SelectionProblem::new(loss, &small.experts, &rules()).unwrap();
    let mut proof = loss.solve(Solver::Auto, &limits).unwrap().certificate.unwrap();
    verify_certificate(&loss, &proof).unwrap();
    let at = find(&proof, |reason| matches!(reason, Reason::Superset { .. }));
    proof.leaves[at].reason =
        Reason::Lagrangian { anchor: set(&[]), multipliers: vec![], bound: proof.upper };
    let error = verify_certificate(&loss, &proof).unwrap_err();
    assert!(matches!(error, CertificateError::NotSubmodular { .. }));

    let gate = FixedGateMixture::new(&small.table, &[0.0; 48]).unwrap();
    let gate = SelectionProblem::new(gate, &small.experts, &rules()).unwrap();
    let error = verify_certificate(&gate, &proof).unwrap_err();
    assert!(matches!(error, CertificateError::NonMonotone { .. }));
}

#[test]
fn through_json() {
    let problem = problem();
    let certificate = certificate(&problem);
    let text = serde_json::to_string(&certificate).unwrap();
    let read: Certificate = serde_json::from_str(&text).unwrap();
    assert_eq!(read, certificate);
    verify_certificate(&problem, &read).unwrap();
}

/// A search that is cut off certifies a bound that holds.
#[test]
fn unfinished_searches() {
    let small = small().unwrap();
    let rules = Rules { required: set(&[]), forbidden: set(&[]), ..rules() };
    let problem = SelectionProblem::new(TopOne::new(&small.table), &small.experts, &rules).unwrap();
    let best = problem.solve(Solver::Exhaustive, &Limits::default()).unwrap().value_units;
    for order in [Order::DepthFirst, Order::BestFirst] {
        for nodes in 0..12 {
            let limits = Limits { nodes: Some(nodes), certificate: true, ..Limits::default() };
            let solution = problem.solve(Solver::BranchAndBound(order), &limits).unwrap();
            let certificate = solution.certificate.unwrap();
            verify_certificate(&problem, &certificate).unwrap();
            assert!(solution.value_units <= best && best <= solution.upper_units);
            assert_eq!(certificate.upper, solution.upper_units);
        }
    }
}
