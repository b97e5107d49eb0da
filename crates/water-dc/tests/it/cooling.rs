//! Dry hours, break-even and make-up.

use common::assert_close;
use proptest::prelude::*;
use water_dc::{
    Error, Leakage, Site,
    cooling::{HybridCooling, MakeUp, PueIncrease, break_even_increase},
    tower::{LowTemperature, TowerModel},
    units::{Cycles, Fahrenheit, ItEnergy, LitersPerKwh, Pue},
    view::{WithdrawalPerKwh, WithdrawalView},
};

fn site(onsite: f64, offsite: f64) -> Site {
    Site {
        onsite: LitersPerKwh::new(onsite).unwrap(),
        offsite: LitersPerKwh::new(offsite).unwrap(),
        pue: Pue::new(1.4).unwrap(),
        leakage: Leakage::additive(0.222).unwrap(),
    }
}

fn cooling(dry_below: f64, increase: f64) -> HybridCooling {
    HybridCooling {
        tower: TowerModel::FixedColdWater,
        low_temperature: LowTemperature::Extrapolate,
        dry_below: Fahrenheit(dry_below),
        dry_increase: PueIncrease::new(increase).unwrap(),
    }
}

const YEAR: [Fahrenheit; 5] =
    [Fahrenheit(40.0), Fahrenheit(49.9), Fahrenheit(50.0), Fahrenheit(65.0), Fahrenheit(80.0)];

#[test]
fn no_dry_hour_changes_nothing() {
    let year = cooling(30.0, 0.3).compare(&YEAR, &site(9.9, 1.8762)).unwrap();
    assert_eq!(year.dry_hours, 0);
    assert_eq!(year.hybrid, year.wet);
    // values of Eq. 2 at 40 and 80 °F, and at 49.9, 50 and 65 °F by hand
    let by_hand = (1.21212 + 1.173_875_112 + 1.174 + 1.30852 + 1.67308) / 5.0;
    assert_close!(year.wet.onsite.get(), by_hand, rel = 1e-14);
    assert_close!(year.wet.intensity.get(), by_hand * 1.222 + 1.4 * 1.8762, rel = 1e-14);
}

#[test]
fn only_dry_hours_leave_only_the_electricity() {
    let year = cooling(100.0, 0.3).compare(&YEAR, &site(0.0, 1.8762)).unwrap();
    assert_eq!((year.hours, year.dry_hours), (5, 5));
    assert_close!(year.hybrid.onsite.get(), 0.0, abs = 0.0);
    assert_close!(year.hybrid.pue.get(), 1.7, rel = 1e-15);
    assert_close!(year.hybrid.intensity.get(), 1.7 * 1.8762, rel = 1e-15);
}

#[test]
fn the_limit_itself_is_wet() {
    assert_eq!(cooling(50.0, 0.1).compare(&YEAR, &site(0.0, 1.0)).unwrap().dry_hours, 2);
    assert!(matches!(cooling(50.0, 0.1).compare(&[], &site(0.0, 1.0)), Err(Error::NoHours)));
    assert!(matches!(
        cooling(50.0, 0.1).at(Fahrenheit(f64::NAN), &site(0.0, 1.0)),
        Err(Error::Temperature { .. })
    ));
}

#[test]
fn electricity_without_water_always_pays() {
    assert!(break_even_increase(&site(1.2, 0.0)).is_none());
}

proptest! {
    #![proptest_config(crate::same_cases(256))]

    /// At the break-even increase a dry hour uses as much water as a wet one; below it less, above it more.
    #[test]
    fn break_even(tw in 35.0..90.0_f64, offsite in 0.1..20.0_f64, factor in 0.5..2.0_f64) {
        let wet = cooling(0.0, 0.0).at(Fahrenheit(tw), &site(0.0, offsite)).unwrap();
        let even = break_even_increase(&wet).unwrap().get();
        let dry = |increase| cooling(200.0, increase).at(Fahrenheit(tw), &wet).unwrap().intensity().get();
        assert_close!(dry(even), wet.intensity().get(), rel = 1e-13);
        let difference = dry(factor * even) - wet.intensity().get();
        assert_close!(difference, (factor - 1.0) * wet.onsite_with_leakage().get(), abs = 1e-12);
    }

    /// Salts: what is concentrated S-fold leaves with the blowdown, so make-up is S times the blowdown without drift.
    #[test]
    fn make_up_balances_the_salts(evaporation in 0.1..3.0_f64, drift in 0.0..0.1_f64, cycles in 1.01..12.0_f64) {
        let (e, d) = (LitersPerKwh::new(evaporation).unwrap(), LitersPerKwh::new(drift).unwrap());
        let tower = MakeUp::new(e, d, Cycles::new(cycles).unwrap()).unwrap();
        assert_close!(tower.total().unwrap().get() - drift, cycles * tower.blowdown.get(), rel = 1e-12);
        assert_close!(tower.total().unwrap().get(), evaporation * cycles / (cycles - 1.0) + drift, rel = 1e-12);
    }
}

/// Make-up is the withdrawal of a site whose consumption is the evaporation.
#[test]
fn make_up_is_a_withdrawal() {
    let zero = LitersPerKwh::new(0.0).unwrap();
    let site = site(1.2, 2.0);
    let tower = MakeUp::new(site.onsite, zero, Cycles::new(4.0).unwrap()).unwrap();
    let view =
        WithdrawalView::new(site, tower.total().unwrap(), WithdrawalPerKwh::new(30.0).unwrap()).unwrap();
    let withdrawn = view.footprint(ItEnergy::from_kwh(10.0).unwrap()).unwrap();
    assert_close!(withdrawn.onsite.get(), 16.0, rel = 1e-14);
    assert_close!(withdrawn.offsite.get(), 420.0, rel = 1e-14);
}
