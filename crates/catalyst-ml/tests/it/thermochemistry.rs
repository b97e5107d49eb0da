//! Free energies of molecules and adsorbates.

use catalyst_ml::constants::{BOLTZMANN_EV_K, CHARGE_C};
use catalyst_ml::thermo::{ElectricField, IdealGas, Pressure, Rotor, Temperature, Vibrations};
use catalyst_ml::{Atoms, Error};
use common::assert_close;

fn modes(per_cm: &[f64]) -> Vibrations {
    Vibrations::from_wavenumbers(per_cm).unwrap()
}

fn linear(moment_u_angstrom2: f64, symmetry: u32) -> Rotor {
    Rotor::Linear { moment_u_angstrom2, symmetry }
}

/// Zero-point energy and T S at 298.15 K and 101325 Pa: ASE 3.29, from its G2 geometries.
#[test]
fn molecules_of_electrocatalysis() {
    let water = Rotor::Nonlinear { moments_u_angstrom2: [0.636637, 1.174388, 1.811025], symmetry: 2 };
    for (mass, rotor, spin, wavenumbers, zero_point, ts) in [
        (2.016, linear(0.273881, 2), 0.0, &[4401.2][..], 0.272840, 0.402129),
        (18.015, water, 0.0, &[3657.1, 1594.7, 3755.9], 0.558406, 0.583585),
        (31.998, linear(12.418475, 2), 1.0, &[1580.2], 0.097960, 0.635004),
        (28.014, linear(8.942453, 2), 0.0, &[2358.6], 0.146215, 0.593112),
        (28.010, linear(9.078442, 1), 0.0, &[2169.8], 0.134510, 0.611308),
        (44.009, linear(44.452731, 2), 0.0, &[667.4, 667.4, 1333.0, 2349.1], 0.311008, 0.661005),
    ] {
        let gas = IdealGas::new(mass, rotor, spin, modes(wavenumbers)).unwrap();
        let free = gas.free_energy(-1.0, Temperature::STANDARD, Pressure::ATMOSPHERE).unwrap();
        assert_close!(free.zero_point_ev(), zero_point, abs = 2e-6, "{mass} u");
        assert_close!(-free.minus_ts_ev(), ts, abs = 2e-6, "{mass} u");
        assert_close!(free.electronic_ev() + free.correction_ev(), free.total_ev(), abs = 1e-15);
    }
}

/// Enthalpy, entropy and free energy: `IdealGasThermo` of ASE 3.29, whose constants are those of CODATA 2014, on the same
/// geometries.
#[test]
fn molecules_from_their_geometry() {
    let water = ("OHH", vec![[0.0, 0.0, 0.119262], [0.0, 0.763239, -0.477047], [0.0, -0.763239, -0.477047]]);
    let dioxide = ("COO", vec![[0.0; 3], [0.0, 0.0, 1.178658], [0.0, 0.0, -1.178658]]);
    let ammonia = (
        "NHHH",
        vec![
            [0.0, 0.0, 0.116489],
            [0.0, 0.939731, -0.271808],
            [0.813831, -0.469865, -0.271808],
            [-0.813831, -0.469865, -0.271808],
        ],
    );
    for ((symbols, positions), symmetry, wavenumbers, ambient, hot) in [
        (
            water,
            2,
            &[3657.1, 1594.7, 3755.9][..],
            [0.6612665002716664, 0.0019573528819537144],
            [0.7328048297674998, 0.002339766277002925],
        ),
        (
            dioxide,
            2,
            &[667.4, 667.4, 1333.0, 2349.1],
            [0.4080846297408466, 0.0022170231661007797],
            [0.49421030350544226, 0.0026354477471400564],
        ),
        (
            ammonia,
            3,
            &[3337.0, 950.0, 3444.0, 3444.0, 1627.0, 1627.0],
            [0.9986264302294934, 0.00199587076047562],
            [1.0788583649194978, 0.0023995465105916903],
        ),
    ] {
        let elements = symbols.chars().map(|c| c.to_string().parse().unwrap()).collect();
        // turned and moved: only the shape counts
        let moved =
            positions.into_iter().map(|[x, y, z]: [f64; 3]| [0.6 * x - 0.8 * z, y + 3.0, 0.8 * x + 0.6 * z]);
        let molecule = Atoms::new(elements, moved.collect()).unwrap();
        let gas = IdealGas::from_atoms(&molecule, symmetry, 0.0, modes(wavenumbers)).unwrap();
        for (kelvin, pascal, [enthalpy, entropy]) in [(298.15, 101325.0, ambient), (500.0, 1e4, hot)] {
            let temperature = Temperature::kelvin(kelvin).unwrap();
            let pressure = Pressure::pascal(pascal).unwrap();
            let free = gas.free_energy(0.0, temperature, pressure).unwrap();
            assert_close!(free.zero_point_ev() + free.thermal_ev(), enthalpy, abs = 2e-7, "{symbols}");
            assert_close!(gas.entropy_ev_k(temperature, pressure), entropy, rel = 1e-6, "{symbols}");
            assert_close!(free.total_ev(), enthalpy - kelvin * entropy, abs = 1e-6, "{symbols}");
        }
        let few = IdealGas::from_atoms(&molecule, symmetry, 0.0, modes(&wavenumbers[1..]));
        assert!(matches!(few, Err(Error::Lengths { .. })));
    }
}

/// Sackur and Tetrode: argon at 298.15 K and 1 bar has 154.846 J/(mol K) (NIST-JANAF).
#[test]
fn single_atoms_only_fly() {
    let argon = Atoms::new(vec!["Ar".parse().unwrap()], vec![[1.0, 2.0, 3.0]]).unwrap();
    let gas = IdealGas::from_atoms(&argon, 1, 0.0, modes(&[])).unwrap();
    let entropy = gas.entropy_ev_k(Temperature::STANDARD, Pressure::STANDARD);
    assert_close!(entropy * CHARGE_C * 6.02214076e23, 154.846, abs = 2e-3);
    let free = gas.free_energy(0.0, Temperature::STANDARD, Pressure::STANDARD).unwrap();
    assert_close!(free.thermal_ev(), 2.5 * BOLTZMANN_EV_K * 298.15, rel = 1e-15);
}

/// `HarmonicThermo` of ASE 3.29, and the values at 298.15 K.
#[test]
fn adsorbates() {
    let (oxygen, hydroxyl) =
        (modes(&[441.5, 399.5, 317.0]), modes(&[3840.26, 678.45, 544.71, 381.95, 303.60, 120.58]));
    let free = |modes: &Vibrations, kelvin| {
        modes.free_energy(0.0, Temperature::kelvin(kelvin).unwrap()).unwrap().total_ev()
    };
    assert_close!(oxygen.zero_point_ev(), 0.071787, abs = 1e-6);
    assert_close!(free(&oxygen, 298.15), 0.058228, abs = 1e-6);
    assert_close!(hydroxyl.zero_point_ev(), 0.363866, abs = 1e-6);
    assert_close!(free(&hydroxyl, 298.15), 0.328745, abs = 1e-6);
    assert_close!(free(&oxygen, 600.0), -0.007855317755628394, abs = 2e-7);
    let hot = Temperature::kelvin(600.0).unwrap();
    assert_close!(oxygen.entropy_ev_k(hot), 0.00029011635798674066, rel = 1e-6);
    assert_close!(oxygen.zero_point_ev() + oxygen.thermal_ev(hot), 0.166214497036416, rel = 1e-6);
}

/// Entropy is minus the slope of the free energy, and dG/d ln P is kT.
#[test]
fn derivatives_of_the_free_energy() {
    let gas = IdealGas::new(18.015, linear(1.2, 2), 0.5, modes(&[300.0, 1500.0])).unwrap();
    let at = |kelvin, pascal| {
        let conditions = (Temperature::kelvin(kelvin).unwrap(), Pressure::pascal(pascal).unwrap());
        gas.free_energy(0.0, conditions.0, conditions.1).unwrap().total_ev()
    };
    let slope = (at(400.1, 2e4) - at(399.9, 2e4)) / 0.2;
    let conditions = (Temperature::kelvin(400.0).unwrap(), Pressure::pascal(2e4).unwrap());
    assert_close!(slope, -gas.entropy_ev_k(conditions.0, conditions.1), rel = 1e-7);
    let squeezed = at(400.0, 2e4 * std::f64::consts::E) - at(400.0, 2e4);
    assert_close!(squeezed, BOLTZMANN_EV_K * 400.0, rel = 1e-9);
}

#[test]
fn what_has_no_free_energy_is_refused() {
    let saddle = Vibrations::from_wavenumbers(&[300.0, -120.5]);
    assert!(
        matches!(saddle, Err(Error::ImaginaryFrequency { mode: 1, wavenumber_per_cm }) if wavenumber_per_cm < -120.0)
    );
    assert!(
        Vibrations::from_wavenumbers(&[0.0]).is_err() && Vibrations::from_wavenumbers(&[f64::NAN]).is_err()
    );
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(Temperature::kelvin(wrong), Err(Error::Quantity { name: "temperature, K", .. })));
        assert!(matches!(Pressure::pascal(wrong), Err(Error::Quantity { name: "pressure, Pa", .. })));
        assert!(IdealGas::new(wrong, Rotor::Atom, 0.0, modes(&[])).is_err());
        assert!(IdealGas::new(2.0, linear(wrong, 2), 0.0, modes(&[])).is_err());
    }
    assert!(matches!(IdealGas::new(2.0, linear(1.0, 0), 0.0, modes(&[])), Err(Error::Count { .. })));
    assert!(IdealGas::new(2.0, linear(1.0, 1), 0.3, modes(&[])).is_err());
    assert!(modes(&[1.0]).free_energy(f64::NAN, Temperature::STANDARD).is_err());
    let field = ElectricField { dipole_e_angstrom: 0.2, polarizability_e_angstrom2_v: 0.4 };
    assert_close!(field.energy_ev(0.5).unwrap(), -0.15, abs = 1e-15);
    assert!(field.energy_ev(f64::INFINITY).is_err());
}
