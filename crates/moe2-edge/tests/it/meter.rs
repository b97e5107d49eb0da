//! Energy meters on recorded readings: counters that wrap, rails that hold each other, sensors that are missing.

use common::assert_close;
use moe2_edge::Error;
use moe2_edge::meter::{
    EnergyMeter, EnergySource, Ina3221, Integrated, MeterFault, Modelled, PowerIntegral, PowerSource, Rapl,
    TegraStats, attribute, tegrastats_rails, total_power_mw,
};
use std::fs;
use std::path::Path;

fn write(root: &Path, file: &str, content: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn fault<T: std::fmt::Debug>(result: Result<T, Error>) -> MeterFault {
    match result {
        Err(Error::Meter { fault, .. }) => fault,
        other => panic!("a fault of a meter is expected, got {other:?}"),
    }
}

fn zone(root: &Path, folder: &str, name: &str, energy_uj: u64, range_uj: u64) {
    write(root, &format!("{folder}/name"), &format!("{name}\n"));
    write(root, &format!("{folder}/energy_uj"), &format!("{energy_uj}\n"));
    write(root, &format!("{folder}/max_energy_range_uj"), &format!("{range_uj}\n"));
}

/// The layout of a server with two packages; parts appear inside their package and beside it.
#[test]
fn packages_and_memory_are_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let range = 262_143_328_850;
    zone(root, "intel-rapl:0", "package-0", 1_000_000, range);
    zone(root, "intel-rapl:0/intel-rapl:0:0", "core", 500, range);
    zone(root, "intel-rapl:0/intel-rapl:0:1", "dram", 70_000, 65_712_999_613);
    zone(root, "intel-rapl:0:1", "dram", 70_000, 65_712_999_613);
    zone(root, "intel-rapl:1", "package-1", range - 400_000, range);
    zone(root, "intel-rapl:2", "psys", 9_000_000, range);
    zone(root, "intel-rapl-mmio:0", "package-0", 1_000_000, range);
    write(root, "intel-rapl/enabled", "1\n");
    let mut meter = Rapl::open(root).unwrap();
    assert_eq!(meter.zones(), 3);
    assert_eq!(meter.read().unwrap().energy_j, 0.0);
    // Three joules in package 0, a wrap of package 1 that makes 0.4 + 0.1, a quarter in memory.
    zone(root, "intel-rapl:0", "package-0", 4_000_000, range);
    zone(root, "intel-rapl:1", "package-1", 100_000, range);
    zone(root, "intel-rapl:0/intel-rapl:0:0", "core", 2_000_000, range);
    zone(root, "intel-rapl:0/intel-rapl:0:1", "dram", 320_000, 65_712_999_613);
    zone(root, "intel-rapl:0:1", "dram", 320_000, 65_712_999_613);
    zone(root, "intel-rapl:2", "psys", 19_000_000, range);
    let sample = meter.read().unwrap();
    assert_eq!(sample.source, EnergySource::Counter);
    assert_close!(sample.energy_j, 3.75, abs = 1e-12);
    assert_close!(meter.read().unwrap().energy_j, 3.75, abs = 1e-12);

    zone(root, "intel-rapl:1", "package-1", range + 1, range);
    assert!(matches!(fault(meter.read()), MeterFault::Range { .. }));
    write(root, "intel-rapl:0/energy_uj", "-5");
    assert!(matches!(fault(meter.read()), MeterFault::NotANumber { .. }));
    fs::remove_file(root.join("intel-rapl:0/energy_uj")).unwrap();
    assert!(matches!(fault(meter.read()), MeterFault::Io(_)));
    assert!(matches!(fault(Rapl::open(root.join("none"))), MeterFault::NoSensor { .. }));
}

/// Root may read everything, so the refusal shows only for other users.
#[cfg(unix)]
#[test]
fn a_forbidden_counter_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    zone(folder.path(), "intel-rapl:0", "package-0", 1, 100);
    let counter = folder.path().join("intel-rapl:0/energy_uj");
    fs::set_permissions(&counter, fs::Permissions::from_mode(0o000)).unwrap();
    let opened = Rapl::open(folder.path());
    if fs::read(&counter).is_err() {
        assert!(matches!(fault(opened), MeterFault::Permission { path } if path == counter));
    } else {
        assert_eq!(opened.unwrap().zones(), 1);
    }
}

fn channel(root: &Path, monitor: &str, number: u32, label: &str, millivolt: u32, milliampere: u32) {
    write(root, &format!("{monitor}/in{number}_label"), &format!("{label}\n"));
    write(root, &format!("{monitor}/in{number}_input"), &format!("{millivolt}\n"));
    write(root, &format!("{monitor}/curr{number}_input"), &format!("{milliampere}\n"));
}

#[test]
fn the_input_rail_holds_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let monitor = "1-0040/hwmon/hwmon1";
    channel(folder.path(), monitor, 1, "VDD_IN", 5000, 1200);
    channel(folder.path(), monitor, 2, "VDD_CPU_GPU_CV", 5000, 400);
    channel(folder.path(), monitor, 3, "VDD_SOC", 5000, 300);
    write(folder.path(), "bind", "");
    let mut board = Ina3221::open(folder.path()).unwrap();
    assert_eq!(board.rails().collect::<Vec<_>>(), ["VDD_IN"]);
    assert_close!(board.power_w().unwrap(), 6.0, abs = 1e-12);
    channel(folder.path(), monitor, 1, "VDD_IN", 5000, 1400);
    assert_close!(board.power_w().unwrap(), 7.0, abs = 1e-12);
    write(folder.path(), "1-0040/hwmon/hwmon1/curr1_input", "n/a");
    assert!(matches!(fault(board.power_w()), MeterFault::NotANumber { .. }));
}

#[test]
fn rails_without_an_input_rail_are_summed() {
    let folder = tempfile::tempdir().unwrap();
    channel(folder.path(), "1-0040/hwmon/hwmon3", 1, "VDD_GPU_SOC", 12000, 300);
    channel(folder.path(), "1-0040/hwmon/hwmon3", 2, "VDD_CPU_CV", 12000, 100);
    channel(folder.path(), "1-0040/hwmon/hwmon3", 3, "VIN_SYS_5V0", 5000, 800);
    channel(folder.path(), "1-0041/hwmon/hwmon4", 1, "NC", 0, 0);
    let mut board = Ina3221::open(folder.path()).unwrap();
    assert_eq!(board.rails().count(), 3);
    assert_close!(board.power_w().unwrap(), 3.6 + 1.2 + 4.0, abs = 1e-12);
    assert!(matches!(fault(Ina3221::open(folder.path().join("none"))), MeterFault::NoSensor { .. }));
}

/// Lines as boards of three generations print them.
#[test]
fn lines_of_tegrastats() {
    let orin_nano = "11-24-2025 12:00:01 RAM 2448/7620MB (lfb 2x4MB) SWAP 0/3810MB (cached 0MB) CPU [1%@1510,0%@1510,off,off] \
                     EMC_FREQ 0%@2133 GR3D_FREQ 0%@[305] cpu@45.2C gpu@44C tj@45.2C VDD_IN 5060mW/5060mW \
                     VDD_CPU_GPU_CV 1051mW/1051mW VDD_SOC 1482mW/1482mW";
    let nano = "RAM 1216/3964MB (lfb 2x1MB) IRAM 0/252kB(lfb 252kB) CPU [5%@102,3%@102] EMC_FREQ 0% GR3D_FREQ 0% \
                PLL@34C POM_5V_IN 2532/2600 POM_5V_GPU 0/0 POM_5V_CPU 405/405";
    let xavier = "RAM 2133/31919MB (lfb 7049x4MB) CPU [2%@1190,0%@1190] GPU 155/155 CPU 466/466 SOC 1087/1087 CV 0/0 \
                  VDDRQ 155/155 SYS5V 1676/1676";
    assert_eq!(tegrastats_rails(orin_nano).len(), 3);
    assert_eq!(total_power_mw(tegrastats_rails(orin_nano)), 5060.0);
    assert_eq!(total_power_mw(tegrastats_rails(nano)), 2532.0);
    assert_eq!(tegrastats_rails(xavier).len(), 6);
    assert_eq!(total_power_mw(tegrastats_rails(xavier)), 155.0 + 466.0 + 1087.0 + 155.0 + 1676.0);
    let lines = format!("{orin_nano}\n{nano}\nno rails\n");
    let mut meter = Integrated::new(TegraStats::new(lines.as_bytes())).unwrap();
    let sample = meter.read_at(2.0).unwrap();
    assert_eq!(sample.source, EnergySource::Integrated);
    assert_close!(sample.energy_j, 5.060 + 2.532, abs = 1e-12);
    assert!(matches!(fault(meter.read_at(3.0)), MeterFault::NoSensor { .. }));
    assert!(matches!(fault(meter.read_at(4.0)), MeterFault::Ended));
    let long = "x".repeat(1 << 20);
    assert!(matches!(
        fault(Integrated::new(TegraStats::new(long.as_bytes()))),
        MeterFault::LineTooLong { .. }
    ));
}

/// Of a straight line the trapezoidal rule is exact, of a parabola its error is known.
#[test]
fn integrals_of_power() {
    let mut integral = PowerIntegral::default();
    for i in 0..=100 {
        let time = f64::from(i) * 0.02;
        integral.add(time, 3.0 * time + 1.0).unwrap();
    }
    assert_close!(integral.energy_j(), 3.0 * 2.0 + 2.0, rel = 1e-12);
    let mut integral = PowerIntegral::default();
    for i in 0..=100 {
        let time = f64::from(i) * 0.02;
        integral.add(time, time * time).unwrap();
    }
    assert_close!(integral.energy_j(), 8.0 / 3.0 + 2.0 * 0.02 * 0.02 * 2.0 / 12.0, rel = 1e-12);
    for (time, power) in [(1.0, 5.0), (3.0, -1.0), (3.0, f64::NAN), (f64::INFINITY, 1.0)] {
        assert!(matches!(integral.add(time, power), Err(Error::InvalidValue { .. })), "{time} {power}");
    }
}

#[test]
fn modelled_energy_and_shares() {
    let mut meter = Modelled::new(5.0, 25.0).unwrap();
    let (first, second) = (meter.read().unwrap(), meter.read().unwrap());
    assert!(second.energy_j >= first.energy_j && first.source == EnergySource::Modelled);
    meter.add_busy(0.5).unwrap();
    assert_close!(meter.read_at(4.0).unwrap().energy_j, 30.0, abs = 1e-12);
    assert!(meter.add_busy(-1.0).is_err() && meter.read_at(f64::NAN).is_err());
    assert!(Modelled::new(30.0, 25.0).is_err() && Modelled::new(-1.0, 25.0).is_err());
    let shares = attribute(50.0, 5.0, 4.0, &[0.5, 1.0, 0.0]).unwrap();
    assert_close!(shares.idle_j + shares.requests_j.iter().sum::<f64>(), 50.0, rel = 1e-14);
    assert_close!(shares.requests_j[1], 20.0, rel = 1e-14);
    assert_eq!(attribute(50.0, 5.0, 4.0, &[]).unwrap().idle_j, 50.0);
    assert_eq!(attribute(10.0, 5.0, 4.0, &[1.0]).unwrap().requests_j, [0.0]);
    assert!(attribute(10.0, 5.0, 4.0, &[f64::NAN]).is_err());
}

/// Without a driver there is an error, with one a counter that does not fall.
#[cfg(feature = "nvml")]
#[test]
fn a_board_or_an_error() {
    match moe2_edge::meter::Nvml::open(0) {
        Ok(mut meter) => {
            let (first, second) = (meter.read().unwrap(), meter.read().unwrap());
            assert!(second.energy_j >= first.energy_j);
        }
        Err(error) => assert!(error.to_string().starts_with("energy meter NVIDIA board 0: "), "{error}"),
    }
}
