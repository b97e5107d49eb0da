//! One line of data: what is taken, clamped, left out or refused.

use super::{Defects, EpwHour, Station, Years, lines::Line};
use crate::{
    error::Result,
    units::{Celsius, Pascal, RelativeHumidity},
    weather::DateTime,
    wet_bulb::{saturation_pressure, standard_pressure},
};

/// A dew point may exceed the dry bulb by this much, °C: rounding and small errors of the sensors.
const SMALL_EXCESS_C: f64 = 1.0;
/// The same for a humidity without a dew point, percent: 1 °C changes the saturation pressure by 6 % in mild weather.
const SMALL_EXCESS_PERCENT: f64 = 106.0;
const DISAGREEMENT_PERCENT: f64 = 10.0;
const UNUSUAL_PRESSURE: f64 = 0.03;

/// What all lines of a file have in common.
pub(super) struct Reader {
    standard_pa: f64,
    years: Years,
}

impl Reader {
    pub(super) fn new(station: &Station, years: Years) -> Self {
        Self { standard_pa: standard_pressure(station.elevation).get(), years }
    }

    pub(super) fn hour(&self, line: &Line, defects: &mut Defects) -> Result<EpwHour> {
        let [year, month, day, hour, minute, _, dry, dew, humidity, pressure] = line.fields()?;
        let source_year: i16 = line.parse("year", year, "a whole number")?;
        line.parse_in("minute", minute, (0.0, 60.0), "in 0..=60")?;
        let time = self.time(line, source_year, [month, day, hour])?;
        let number = |name, text| line.parse::<f64>(name, text, "a number");
        let temperature = within(number("dry bulb", dry)?, -90.0, 60.0);
        let dew_point = within(number("dew point", dew)?, -99.0, 60.0);
        let percent = within(number("humidity", humidity)?, 0.0, 998.0);
        let pascal = within(number("pressure", pressure)?, 31_000.0, 120_000.0);
        defects.temperature_missing += u64::from(temperature.is_none());
        defects.humidity_missing += u64::from(percent.is_none());
        defects.pressure_missing += u64::from(pascal.is_none());
        defects.pressure_unusual +=
            u64::from(pascal.is_some_and(|p| (p / self.standard_pa - 1.0).abs() > UNUSUAL_PRESSURE));
        let air = Air { temperature, dew_point, percent }.checked(defects);
        Ok(EpwHour {
            time,
            source_year,
            temperature: air.temperature.map(Celsius),
            dew_point: air.dew_point.map(Celsius),
            humidity: air.percent.map(RelativeHumidity::from_percent).transpose()?,
            pressure: pascal.map(Pascal::new).transpose()?,
        })
    }

    /// Beginning of the hour. The field of the hour counts from 1; the minute is 0 in some files and 60 in others,
    /// both for the whole hour.
    fn time(&self, line: &Line, source_year: i16, [month, day, hour]: [&str; 3]) -> Result<DateTime> {
        let hour: i8 = line.parse("hour", hour, "in 1..=24")?;
        if !(1..=24).contains(&hour) {
            return Err(line.wrong("hour", "in 1..=24"));
        }
        let year = match self.years {
            Years::Label(year) => year,
            Years::Source => source_year,
        };
        let (month, day) = (line.parse("month", month, "in 1..=12")?, line.parse("day", day, "in 1..=31")?);
        DateTime::new(year, month, day, hour - 1, 0, 0, 0)
            .map_err(|_| line.wrong("date", "a day of the year that is asked for"))
    }
}

/// Temperature, dew point in °C and humidity in percent.
#[derive(Clone, Copy)]
struct Air {
    temperature: Option<f64>,
    dew_point: Option<f64>,
    percent: Option<f64>,
}

impl Air {
    fn checked(self, defects: &mut Defects) -> Self {
        let above_100 = self.percent.is_some_and(|percent| percent > 100.0);
        defects.humidity_above_100 += u64::from(above_100);
        let saturated = Self { percent: Some(100.0), ..self };
        let (excess, small) = match (self.temperature.zip(self.dew_point), self.percent) {
            (Some((dry, dew)), _) => (dew > dry, dew - dry <= SMALL_EXCESS_C),
            (None, Some(percent)) => (above_100, percent <= SMALL_EXCESS_PERCENT),
            (None, None) => (false, false),
        };
        if excess && small {
            defects.supersaturation_clamped += 1;
            return saturated;
        }
        if excess {
            defects.supersaturation_nulled += 1;
            return Self { temperature: None, dew_point: None, percent: None };
        }
        if above_100 {
            return saturated;
        }
        defects.humidity_disagrees +=
            u64::from(self.disagreement().is_some_and(|points| points > DISAGREEMENT_PERCENT));
        self
    }

    /// Difference in percentage points between the humidity and what the dew point implies.
    fn disagreement(self) -> Option<f64> {
        let vapour = saturation_pressure(Celsius(self.dew_point?)).ok()?;
        let saturation = saturation_pressure(Celsius(self.temperature?)).ok()?;
        Some((self.percent? - 100.0 * vapour.get() / saturation.get()).abs())
    }
}

fn within(value: f64, low: f64, high: f64) -> Option<f64> {
    (low..=high).contains(&value).then_some(value)
}
