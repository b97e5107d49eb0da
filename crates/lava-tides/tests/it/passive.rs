//! What every passive response must do.

use common::assert_close;
use common::quadrature::{Tolerance, adaptive};
use lava_tides::response::{
    ConstantQ, ConstantTimeLag, Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling, Order,
    Truncation,
};
use lava_tides::rheology::{Andrade, Burgers, Maxwell, Rheology, Rigid, SundbergCooper};
use lava_tides::{Body, TidalResponse, constants};
use proptest::prelude::*;

fn earth() -> Body {
    Body::new(constants::EARTH_MASS_KG, constants::EARTH_RADIUS_M, 0.33).unwrap()
}

fn responses(depth: f64, drag: f64, ratio: f64, viscosity: f64) -> Vec<Box<dyn TidalResponse>> {
    let body = earth();
    let andrade = Andrade::new(6e10, viscosity, 0.3).unwrap();
    let ocean = MagmaOcean::new(depth, drag, ratio).unwrap();
    let mut all: Vec<Box<dyn TidalResponse>> = vec![
        Box::new(ConstantQ::new(0.3, 50.0).unwrap()),
        Box::new(ConstantTimeLag::new(0.3, 600.0).unwrap()),
        Box::new(HomogeneousBody::new(&body, Maxwell::new(6e10, viscosity).unwrap())),
        Box::new(HomogeneousBody::new(&body, Burgers::new((6e10, viscosity), (3e11, 1e18)).unwrap())),
        Box::new(HomogeneousBody::new(&body, SundbergCooper::new(andrade, (3e11, 1e18)).unwrap())),
    ];
    for coupling in [
        OceanCoupling::PaperEq7,
        OceanCoupling::SelfAttracting,
        OceanCoupling::Rotating(Truncation::Terms(24)),
    ] {
        let ocean = ocean.with_coupling(coupling).unwrap();
        all.push(Box::new(MoltenPlanet::new(body, HomogeneousBody::new(&body, Rigid), ocean).unwrap()));
        let interior = HomogeneousBody::below_ocean(&body, &ocean, andrade).unwrap();
        if coupling != OceanCoupling::PaperEq7 {
            all.push(Box::new(MoltenPlanet::new(body, interior, ocean).unwrap()));
        }
    }
    all
}

proptest! {
    #![proptest_config(crate::same_cases(300))]

    /// Energy is lost, never gained, at any frequency of either sign; reversing time and spin conjugates.
    #[test]
    fn energy_is_lost(
        depth in 1e3..8e5f64,
        drag in -7.0..-1.0f64,
        ratio in 0.1..0.8f64,
        viscosity in 14.0..23.0f64,
        sigma in -10.0..-2.0f64,
        spin in -5.0..-3.0f64,
        zonal in any::<bool>(),
    ) {
        let order = if zonal { Order::Zonal } else { Order::Sectoral };
        let (frequency_rad_s, spin_rad_s) = (10f64.powf(sigma), 10f64.powf(spin));
        for (place, response) in responses(depth, 10f64.powf(drag), ratio, 10f64.powf(viscosity)).iter().enumerate() {
            let forward = response.k2(Forcing { frequency_rad_s, spin_rad_s, order });
            let rounding = 1e-13 * forward.norm();
            prop_assert!(forward.im <= rounding, "{place}: {forward}");
            let backward =
                response.k2(Forcing { frequency_rad_s: -frequency_rad_s, spin_rad_s: -spin_rad_s, order });
            prop_assert!((backward - forward.conj()).norm() <= rounding, "{place}: {backward} {forward}");
            let opposite = response.k2(Forcing { frequency_rad_s: -frequency_rad_s, spin_rad_s, order });
            prop_assert!(opposite.im >= -rounding, "{place}: {opposite}");
            let still = response.k2(Forcing { frequency_rad_s: 0.0, spin_rad_s, order });
            prop_assert!(still.im == 0.0 && still.re.is_finite(), "{place}: {still}");
        }
    }

    /// A rheology's compliance has no negative real part, and its imaginary part is not positive.
    #[test]
    fn compliances_are_passive(alpha in 0.05..0.95f64, sigma in -14.0..-1.0f64, eta in 10.0..24.0f64) {
        let andrade = Andrade::new(6e10, 10f64.powf(eta), alpha).unwrap();
        let j = andrade.compliance_per_pa(10f64.powf(sigma));
        prop_assert!(j.re > 0.0 && j.im < 0.0);
    }
}

/// Kramers and Kronig: with poles only where `exp(+i σ t)` dies out, the real part at zero frequency is the integral of
/// the imaginary part, `Re k(0) = -(2/π) ∫ Im k(σ)/σ dσ` over all positive frequencies (k vanishes at infinity).
#[test]
fn kramers_kronig() {
    let body = earth();
    for coupling in [OceanCoupling::PaperEq7, OceanCoupling::SelfAttracting] {
        for drag in [1e-5, 3e-4, 1e-2] {
            let ocean = MagmaOcean::new(1e5, drag, 0.55).unwrap().with_coupling(coupling).unwrap();
            let planet = MoltenPlanet::new(body, HomogeneousBody::new(&body, Rigid), ocean).unwrap();
            let loss = |ln: f64| -planet.k2(Forcing::sectoral(ln.exp())).im;
            let tolerance = Tolerance { absolute: 0.0, relative: 1e-11 };
            let integral = adaptive(loss, -60.0, 25.0, tolerance, 2000).unwrap().value;
            let fixed = planet.k2(Forcing::sectoral(0.0)).re;
            assert_close!(2.0 / std::f64::consts::PI * integral, fixed, rel = 1e-9, "{coupling:?} {drag}");
        }
    }
}
