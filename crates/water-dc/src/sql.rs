//! The computation as one SQL statement, for engines that run on many machines.
//!
//! Only `sqrt`, `atan`, `greatest`, `CASE` and arithmetic are used, and every constant is a double. It is run on
//! `DataFusion` by the test target `sql` (feature `sql-check`); `DuckDB` and Spark take the same functions.

use std::fmt::Write as _;

use crate::{
    columnar::{Columns, Encoding, Options, SiteColumns},
    error::{Error, Result},
    tower::{LowTemperature, Polynomial},
    wet_bulb::{Constants, WetBulbModel},
};

/// Engine that the statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Apache `DataFusion`, and Ballista.
    DataFusion,
    /// `DuckDB`.
    DuckDb,
    /// Apache Spark, and Sail.
    Spark,
}

/// A `SELECT` of the columns `keep` of `from` and of those that are computed: `tw_c` (°C), `wue_on` (L/kWh) and, with
/// a site, `wue_on_adj`, `wue_off`, `pue`, `wue_total`; then `profile`. Where a row is invalid they are `NULL`, as in
/// `frame`.
///
/// `from` stands in the statement as it is: a table's name, or a function such as `read_parquet('weather/**')`.
///
/// ```
/// use water_dc::{columnar::{Columns, Options}, sql::{Dialect, select}};
/// let statement = select(Dialect::DuckDb, "weather", &["ts"], &Columns::own(), &Options::paper())?;
/// assert!(statement.starts_with("SELECT \"ts\", water_tw AS tw_c, water_on AS wue_on, 'hourly' AS profile FROM"));
/// assert!(statement.contains("atan(1.51977e-1 * sqrt(\"rh\" + 8.313659e0))"));
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::NoSql`] for the psychrometric model, whose equation has to be solved by iteration.
pub fn select(
    dialect: Dialect,
    from: &str,
    keep: &[&str],
    columns: &Columns,
    options: &Options,
) -> Result<String> {
    let kept: String = keep.iter().map(|name| dialect.quoted(name) + ", ").collect();
    let inner = wet_bulb(dialect, columns, options)?;
    let rows = format!(
        "(SELECT *, {} AS water_on FROM (SELECT *, {inner} AS water_tw FROM {from}) AS water_bulbs) AS water_rows",
        onsite(options)
    );
    let site = options.site.as_ref().map_or_else(String::new, |site| of_site(dialect, site));
    let profile = options.profile.replace('\'', "''");
    Ok(format!("SELECT {kept}water_tw AS tw_c, water_on AS wue_on, {site}'{profile}' AS profile FROM {rows}"))
}

/// A `SELECT` of groups: the columns `by`, `hours`, `invalid_hours`, and means, least and greatest values of the
/// valid hours as `tw_c_mean`, `wue_on_mean`, `wue_on_min`, `wue_on_max` and, with a site, `wue_total_mean`. The same
/// as `frame::summarize`.
///
/// # Errors
/// As [`select`].
pub fn summarize(
    dialect: Dialect,
    from: &str,
    by: &[&str],
    columns: &Columns,
    options: &Options,
) -> Result<String> {
    let rows = select(dialect, from, by, columns, options)?;
    let keys = by.iter().map(|name| dialect.quoted(name)).collect::<Vec<_>>().join(", ");
    let (kept, group) = if keys.is_empty() {
        (keys, String::new())
    } else {
        (keys.clone() + ", ", format!(" GROUP BY {keys}"))
    };
    let total = if options.site.is_some() { ", avg(wue_total) AS wue_total_mean" } else { "" };
    Ok(format!(
        "SELECT {kept}count(*) AS hours, count(*) - count(wue_on) AS invalid_hours, avg(tw_c) AS tw_c_mean, \
         avg(wue_on) AS wue_on_mean, min(wue_on) AS wue_on_min, max(wue_on) AS wue_on_max{total} \
         FROM ({rows}) AS water{group}"
    ))
}

impl Dialect {
    /// A column's name.
    fn quoted(self, name: &str) -> String {
        let mark = if self == Self::Spark { '`' } else { '"' };
        format!("{mark}{}{mark}", name.replace(mark, &format!("{mark}{mark}")))
    }

    fn double(self, column: &str) -> String {
        format!("CAST({} AS DOUBLE)", self.quoted(column))
    }
}

/// Wet bulb in °C; `NULL` for an invalid row.
fn wet_bulb(dialect: Dialect, columns: &Columns, options: &Options) -> Result<String> {
    let c = match options.wet_bulb {
        WetBulbModel::Stull => Constants::PUBLISHED,
        WetBulbModel::StullRounded => Constants::ROUNDED,
        WetBulbModel::Psychrometric(_) => return Err(Error::NoSql { model: options.wet_bulb.name() }),
    };
    let (t, rh) = match columns.encoding {
        Encoding::Numbers => (dialect.quoted(&columns.temperature), dialect.quoted(&columns.humidity)),
        Encoding::Quantized => {
            (format!("({} / 1e1)", dialect.double(&columns.temperature)), dialect.double(&columns.humidity))
        }
    };
    let (low, high) = options.wet_bulb.range();
    let [slope, offset, shift, weight, rate, base, low, high, full] =
        [c.slope, c.offset, c.shift, c.weight, c.rate, c.base, low.0, high.0, 100.0].map(double);
    Ok(format!(
        "CASE WHEN {t} >= {low} AND {t} <= {high} AND {rh} >= 0e0 AND {rh} <= {full} THEN \
         {t} * atan({slope} * sqrt({rh} + {offset})) + atan({t} + {rh}) - atan({rh} - {shift}) \
         + {weight} * ({rh} * sqrt({rh})) * atan({rate} * {rh}) - {base} END"
    ))
}

/// On-site water use from `water_tw`. `greatest` would turn a missing value into the floor.
fn onsite(options: &Options) -> String {
    let fahrenheit = "(1.8e0 * water_tw + 3.2e1)".to_owned();
    let polynomial = options.tower.polynomial();
    let value = match options.low_temperature {
        LowTemperature::Extrapolate => of_polynomial(&polynomial, &fahrenheit),
        LowTemperature::ClampAt(limit) => {
            of_polynomial(&polynomial, &format!("greatest({fahrenheit}, {})", double(limit.0)))
        }
        LowTemperature::FreeCooling { below, wue } => format!(
            "CASE WHEN {fahrenheit} < {} THEN {} ELSE {} END",
            double(below.0),
            double(wue.get()),
            of_polynomial(&polynomial, &fahrenheit)
        ),
    };
    format!("CASE WHEN water_tw IS NOT NULL THEN {value} END")
}

fn of_polynomial(polynomial: &Polynomial, tw: &str) -> String {
    let ([c0, c1, c2, c3], scale, floor) = polynomial.parts();
    let quadratic = if c3 == 0.0 { double(c2) } else { format!("({} * {tw} + {})", double(c3), double(c2)) };
    let value = format!("({quadratic} * {tw} + {}) * {tw} + {}", double(c1), double(c0));
    format!("greatest({} * ({value}), {})", double(scale), double(floor))
}

/// What the site adds, each with a comma after it.
fn of_site(dialect: Dialect, site: &SiteColumns) -> String {
    let (offsite, pue, leakage) = match site {
        SiteColumns::Constant { offsite, pue, leakage } => {
            (double(offsite.get()), double(pue.get()), double(leakage.per_liter()))
        }
        SiteColumns::Named { offsite, pue, leakage } => {
            // not a number is greater than every number here
            let checked = |name: &str, least: &str| {
                let column = dialect.double(name);
                format!("CASE WHEN {column} >= {least} AND {column} < 1e300 THEN {column} END")
            };
            (checked(offsite, "0e0"), checked(pue, "1e0"), checked(leakage, "0e0"))
        }
    };
    let adjusted = format!("water_on * (1e0 + {leakage})");
    format!(
        "{adjusted} AS wue_on_adj, {offsite} AS wue_off, {pue} AS pue, {adjusted} + ({pue}) * ({offsite}) AS wue_total, "
    )
}

/// A literal that every engine takes as a double and that gives back the same bits.
fn double(value: f64) -> String {
    let mut text = String::new();
    // writing to a string does not fail
    let _ = write!(text, "{value:e}");
    if value < 0.0 { format!("({text})") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Leakage,
        tower::TowerModel,
        units::{Cycles, Fahrenheit, LitersPerKwh, Pue},
        wet_bulb::PressureSource,
    };

    #[test]
    fn literals_keep_their_bits() {
        for value in [0.151977, 1e-300, 0.1 + 0.2, 100.0, 0.0, -0.0001896] {
            let text = double(value);
            assert!(text.contains('e'));
            assert_eq!(text.trim_matches(['(', ')']).parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
    }

    #[test]
    fn names_and_texts_are_quoted() {
        assert_eq!(Dialect::DataFusion.quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(Dialect::Spark.quoted("a`b"), "`a``b`");
        let options = Options { profile: "it's".into(), ..Options::paper() };
        let statement = select(Dialect::Spark, "w", &[], &Columns::own(), &options).unwrap();
        assert!(statement.contains("'it''s' AS profile") && statement.contains("`t_c` >= (-9e1)"));
    }

    #[test]
    fn psychrometric_has_no_sql() {
        let wet_bulb = WetBulbModel::Psychrometric(PressureSource::SeaLevel);
        let options = Options { wet_bulb, ..Options::paper() };
        let error = select(Dialect::DuckDb, "w", &[], &Columns::own(), &options).unwrap_err();
        assert_eq!(
            error.to_string(),
            "model must be a closed formula for SQL, got the psychrometric wet bulb"
        );
    }

    #[test]
    fn every_choice_appears() {
        let of = |options: &Options| select(Dialect::DuckDb, "w", &[], &Columns::own(), options).unwrap();
        let cubic = TowerModel::Cubic { cycles: Cycles::new(6.0).unwrap() };
        assert!(of(&Options { tower: cubic, ..Options::paper() }).contains("greatest(1.2e0 * "));
        let clamp = LowTemperature::ClampAt(Fahrenheit(45.0));
        assert!(of(&Options { low_temperature: clamp, ..Options::paper() }).contains("3.2e1), 4.5e1)"));
        let off =
            LowTemperature::FreeCooling { below: Fahrenheit(40.0), wue: LitersPerKwh::new(0.02).unwrap() };
        assert!(of(&Options { low_temperature: off, ..Options::paper() }).contains("< 4e1 THEN 2e-2 ELSE"));
        let site = SiteColumns::Constant {
            offsite: LitersPerKwh::new(5.0948).unwrap(),
            pue: Pue::new(1.5).unwrap(),
            leakage: Leakage::additive(0.192).unwrap(),
        };
        assert!(
            of(&Options { site: Some(site), ..Options::paper() })
                .contains("(1.5e0) * (5.0948e0) AS wue_total")
        );
    }
}
