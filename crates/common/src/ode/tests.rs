//! Problems with known solutions.

use super::*;
use crate::assert_close;
use std::convert::Infallible;

type Exact<const N: usize> = Result<[f64; N], Infallible>;

fn fixed<const N: usize>(method: Method, step: f64) -> Options<N> {
    let options = Options::new(0.5, [f64::INFINITY; N]).with_method(method);
    Options { first_step: Some(step), max_step: Some(step), ..options }
}

/// A problem that depends on time and state: y' = -2 t y², y(0) = 1, y = 1/(1 + t²).
#[allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    reason = "the signature of a right-hand side"
)]
fn lorentzian(t: f64, y: &[f64; 1]) -> Exact<1> {
    Ok([-2.0 * t * y[0] * y[0]])
}

/// Halving the step must divide the error by 2^order.
#[test]
fn orders_of_convergence() {
    for (method, order, dense_order) in [(Method::DormandPrince, 5.0, 4.0), (Method::Rosenbrock, 4.0, 3.0)] {
        let errors = |step: f64| {
            let solution = solve(lorentzian, (0.0, 1.6), [1.0], &fixed(method, step), &[]).unwrap();
            let inner = (0..160).map(|i| {
                let t = 0.005 + 0.01 * f64::from(i);
                (solution.at(t).unwrap()[0] - 1.0 / (1.0 + t * t)).abs()
            });
            ((solution.end().1[0] - 1.0 / 3.56).abs(), inner.fold(0.0, f64::max))
        };
        let (coarse, fine) = (errors(0.04), errors(0.02));
        let observed = ((coarse.0 / fine.0).log2(), (coarse.1 / fine.1).log2());
        assert!(observed.0 > order - 0.4, "{method:?}: order {observed:?}");
        assert!(observed.1 > dense_order - 0.4, "{method:?}: dense order {observed:?}");
    }
}

/// The restricted three-body orbit of Arenstorf returns to its start after its period (Hairer, Nørsett, Wanner I,
/// section II.0).
#[test]
fn arenstorf_orbit_closes() {
    const MU: f64 = 0.012277471;
    let rhs = |_: f64, y: &[f64; 4]| -> Exact<4> {
        let d1 = ((y[0] + MU).powi(2) + y[1] * y[1]).powf(1.5);
        let d2 = ((y[0] - 1.0 + MU).powi(2) + y[1] * y[1]).powf(1.5);
        let m = 1.0 - MU;
        Ok([
            y[2],
            y[3],
            y[0] + 2.0 * y[3] - m * (y[0] + MU) / d1 - MU * (y[0] - m) / d2,
            y[1] - 2.0 * y[2] - m * y[1] / d1 - MU * y[1] / d2,
        ])
    };
    let start = [0.994, 0.0, 0.0, -2.001_585_106_379_082_5];
    let period = 17.065_216_560_157_96;
    let solution = solve(rhs, (0.0, period), start, &Options::new(1e-13, [1e-14; 4]), &[]).unwrap();
    let end = solution.end().1;
    assert_close!(end[0], start[0], abs = 1e-6);
    assert_close!(end[1], 0.0, abs = 1e-6);
    let s = solution.statistics;
    assert!(s.accepted < 4400 && s.evaluations == 6 * (s.accepted + s.rejected) + 2, "{s:?}");
}

/// Robertson's reactions at t = 40 and 1e11; reference values of the Test Set for IVP Solvers (Mazzia and Magherini
/// 2008) and of Hairer and Wanner II, section IV.10.
#[test]
fn robertson_reactions_need_the_implicit_method() {
    let rhs = |_: f64, y: &[f64; 3]| -> Exact<3> {
        let (a, b, c) = (0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]);
        Ok([-a + b, a - b - c, c])
    };
    let start = [1.0, 0.0, 0.0];
    let options = Options::new(1e-9, [1e-12, 1e-16, 1e-12]).with_method(Method::Rosenbrock);
    let solution = solve(rhs, (0.0, 1e11), start, &options, &[]).unwrap();
    let at_40 = solution.at(40.0).unwrap();
    for (value, reference) in at_40.iter().zip([0.715_827_068_7, 0.918_553_476_5e-5, 0.284_163_745_7]) {
        assert_close!(*value, reference, rel = 1e-7);
    }
    let end = solution.end().1;
    for (value, reference) in
        end.iter().zip([0.2083340149701255e-7, 0.8333360770334713e-13, 0.999999979166505])
    {
        assert_close!(*value, reference, rel = 1e-5);
    }
    // A sum that the equations keep is kept to rounding by any such method.
    assert_close!(end.iter().sum::<f64>(), 1.0, abs = 1e-12);
    let explicit = Options::new(1e-6, [1e-8, 1e-12, 1e-8]);
    assert!(matches!(solve(rhs, (0.0, 1e4), start, &explicit, &[]), Err(OdeError::Stiff { .. })));
}

/// The stiff oscillator of van der Pol, ε = 1e-6, at t = 2 (Hairer and Wanner II, section IV.10).
#[test]
fn van_der_pol() {
    let rhs = |_: f64, y: &[f64; 2]| -> Exact<2> { Ok([y[1], ((1.0 - y[0] * y[0]) * y[1] - y[0]) / 1e-6]) };
    let options = Options::new(1e-8, [1e-8; 2]).with_method(Method::Rosenbrock);
    let solution = solve(rhs, (0.0, 2.0), [2.0, -0.66], &options, &[]).unwrap();
    let end = solution.end().1;
    assert_close!(end[0], 1.706167732170483, rel = 1e-6);
    assert_close!(end[1], -0.8928097010247975, rel = 1e-6);
    let s = solution.statistics;
    assert!(s.accepted < 5000 && s.jacobians <= s.accepted + 1 && s.decompositions >= s.jacobians, "{s:?}");
}

#[test]
fn events_of_an_oscillator() {
    let rhs = |_: f64, y: &[f64; 2]| -> Exact<2> { Ok([y[1], -y[0]]) };
    let zero = |_: f64, y: &[f64; 2]| y[0];
    let slow = |_: f64, y: &[f64; 2]| y[1];
    for method in [Method::DormandPrince, Method::Rosenbrock] {
        let options = Options { max_step: Some(0.2), ..Options::new(1e-10, [1e-10; 2]).with_method(method) };
        let run =
            |events: &[Event<'_, 2>], end: f64| solve(rhs, (0.0, end), [1.0, 0.0], &options, events).unwrap();
        let pi = std::f64::consts::PI;
        let upward = run(&[Event::noted(&zero).in_direction(Crossing::Upward)], 20.0);
        let times: Vec<f64> = upward.hits.iter().map(|hit| hit.t).collect();
        assert_eq!(times.len(), 3, "{times:?}");
        for (index, t) in times.iter().enumerate() {
            assert_close!(*t, pi * (1.5 + 2.0 * index as f64), abs = 1e-7);
        }
        // The velocity is zero at the start, which is no event; the position reaches zero before the velocity does.
        let both = run(&[Event::stopping(&slow), Event::noted(&zero)], 20.0);
        assert_eq!(both.hits.iter().map(|hit| hit.event).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(both.stopped_by, Some(0));
        assert_close!(both.end().0, pi, abs = 1e-7);
        assert_close!(both.end().1[0], -1.0, abs = 1e-8);
        let backward = run(&[Event::stopping(&zero).in_direction(Crossing::Downward)], -20.0);
        assert_close!(backward.end().0, -0.5 * pi, abs = 1e-7);
        assert_close!(backward.at(-1.0).unwrap()[0], 1f64.cos(), abs = 1e-7);
        assert!(backward.at(-2.0).is_err() && backward.at(0.1).is_err());
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("below zero")]
struct Below;

/// Torricelli's law: the level falls to zero in a finite time and cannot be continued beyond it.
#[test]
fn failures_are_typed() {
    let drain = |_: f64, y: &[f64; 1]| if y[0] < 0.0 { Err(Below) } else { Ok([-y[0].sqrt()]) };
    let options = Options::new(1e-9, [1e-12]);
    let fine = solve(drain, (0.0, 1.9), [1.0], &options, &[]).unwrap();
    assert_close!(fine.end().1[0], 0.0025, abs = 1e-9);
    let beyond = solve(
        |_, y: &[f64; 1]| if y[0] < 0.1 { Err(Below) } else { Ok([-1.0]) },
        (0.0, 1.0),
        [1.0],
        &options,
        &[],
    );
    assert!(matches!(beyond, Err(OdeError::RightHandSide { t, source: Below }) if (t - 0.9).abs() < 1e-6));
    let pole = solve(|_, y: &[f64; 1]| Exact::Ok([y[0] * y[0]]), (0.0, 2.0), [1.0], &options, &[]);
    let stuck = |error: &OdeError<Infallible>| match error {
        OdeError::StepTooSmall { t, .. } | OdeError::NotFinite { t, .. } => (t - 1.0).abs() < 1e-6,
        _ => false,
    };
    assert!(stuck(pole.as_ref().unwrap_err()), "{pole:?}");
    let nan = solve(|_, _: &[f64; 1]| Exact::Ok([f64::NAN]), (0.0, 1.0), [1.0], &options, &[]);
    assert!(matches!(nan, Err(OdeError::NotFinite { component: 0, .. })));
    let few = Options { max_steps: 3, ..Options::new(1e-12, [1e-12]) };
    let many = solve(lorentzian, (0.0, 50.0), [1.0], &few, &[]);
    assert_eq!(many.unwrap_err(), OdeError::TooManySteps { t: many_t(&few), steps: 3 });
    for (span, options) in [
        ((0.0, f64::NAN), Options::new(1e-6, [1e-6])),
        ((0.0, 1.0), Options::new(0.0, [1e-6])),
        ((0.0, 1.0), Options::new(1e-6, [-1.0])),
        ((0.0, 1.0), Options { max_step: Some(0.0), ..Options::new(1e-6, [1e-6]) }),
    ] {
        assert!(matches!(solve(lorentzian, span, [1.0], &options, &[]), Err(OdeError::Option { .. })));
    }
}

/// Where three steps lead.
fn many_t(options: &Options<1>) -> f64 {
    match solve(lorentzian, (0.0, 50.0), [1.0], options, &[]) {
        Err(OdeError::TooManySteps { t, .. }) => t,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_span_is_its_initial_point() {
    let solution = solve(lorentzian, (1.0, 1.0), [0.5], &Options::new(1e-6, [1e-6]), &[]).unwrap();
    assert_eq!(solution.end(), (1.0, [0.5]));
    assert_eq!(solution.at(1.0), Ok([0.5]));
    assert_eq!(solution.points().count(), 1);
}
