//! The computed columns as expressions.

use std::sync::Arc;

use polars::prelude::{
    ChunkFillNullValue, ChunkedArray, Column, DataType, Expr, Field, Float64Chunked, IntoColumn, LazyFrame,
    Literal, NULL, PolarsError, PolarsNumericType, PolarsResult, Schema, col, lit, polars_err, when,
};

use crate::{
    batch::{self, Air, Table},
    columnar::{Columns, Encoding, Options, SiteColumns},
    tower::onsite_wue,
    units::{Celsius, RelativeHumidity},
    wet_bulb::{WetBulbModel, wet_bulb},
};

/// Adds the computed columns: `tw_c` (wet bulb, °C), `wue_on` (L/kWh of server energy) and, with a site, `wue_on_adj`
/// (with leakage), `wue_off` (L/kWh of facility energy), `pue` and `wue_total` (L/kWh of server energy); then
/// `profile`. Nothing is computed yet. A row that the scalar functions would reject is null in them;
/// [`check_rows`](super::check_rows) counts such rows by cause, [`summarize`](super::summarize) by group.
pub fn wue_lazy(frame: LazyFrame, columns: &Columns, options: &Options) -> LazyFrame {
    let [tw, onsite] = match columns.encoding {
        Encoding::Numbers => of_numbers(columns, options),
        Encoding::Quantized => of_quantized(columns, options),
    };
    // one after the other: water use is computed from the wet bulb
    let frame = frame.with_column(tw.alias("tw_c")).with_column(onsite.alias("wue_on"));
    let frame = match &options.site {
        Some(site) => of_site(frame, site),
        None => frame,
    };
    frame.with_column(lit(options.profile.clone()).alias("profile"))
}

fn of_numbers(columns: &Columns, options: &Options) -> [Expr; 2] {
    let mut inputs = vec![col(&columns.humidity)];
    let psychrometric = matches!(options.wet_bulb, WetBulbModel::Psychrometric(_));
    inputs.extend(columns.pressure.as_deref().filter(|_| psychrometric).map(col));
    let model = options.wet_bulb;
    let tw = col(&columns.temperature).map_many(
        move |inputs| {
            let numbers = inputs.iter().map(Numbers::of).collect::<PolarsResult<Vec<_>>>()?;
            let air = Air {
                temperature_c: numbers[0].slice()?,
                humidity_percent: numbers[1].slice()?,
                pressure_pa: numbers.get(2).map(Numbers::slice).transpose()?,
            };
            let mut tw = vec![0.0; air.temperature_c.len()];
            batch::wet_bulb_of_air_c(&model, &air, &mut tw).map_err(compute_error)?;
            Ok(column(&inputs[0], tw))
        },
        &inputs,
        float_field,
    );
    let (tower, low) = (options.tower, options.low_temperature);
    let onsite = col("tw_c").map(
        move |tw| {
            let numbers = Numbers::of(&tw)?;
            let mut wue = vec![0.0; tw.len()];
            batch::onsite_wue(&tower, &low, numbers.slice()?, &mut wue).map_err(compute_error)?;
            Ok(column(&tw, wue))
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::Float64)),
    );
    [tw, onsite].map(nan_to_null)
}

/// By lookup: one table of the wet bulb, one of the water use.
fn of_quantized(columns: &Columns, options: &Options) -> [Expr; 2] {
    let Options { wet_bulb: model, tower, low_temperature: low, .. } = options.clone();
    let tw = move |t: Celsius, rh: RelativeHumidity| wet_bulb(t, rh, &model);
    let wue = move |t, rh| Ok([onsite_wue(tw(t, rh)?.to_fahrenheit(), &tower, &low)?.get()]);
    let tables = [Table::tabulate(move |t, rh| Ok([tw(t, rh)?.0])), Table::tabulate(wue)];
    tables.map(|table| nan_to_null(lookup(columns, Arc::new(table))))
}

fn lookup(columns: &Columns, table: Arc<Table<1>>) -> Expr {
    col(&columns.temperature).map_many(
        move |inputs| {
            // other whole numbers are brought to the width of the table; what does not fit becomes null
            let tenths = inputs[0].cast(&DataType::Int16)?;
            let percent = inputs[1].cast(&DataType::UInt8)?;
            let tenths = contiguous(tenths.i16()?, i16::MIN)?;
            let percent = contiguous(percent.u8()?, u8::MAX)?;
            let (tenths, percent) = (tenths.cont_slice()?, percent.cont_slice()?);
            let mut values = vec![0.0; tenths.len()];
            table.rows(tenths, percent, [&mut values]).map_err(compute_error)?;
            Ok(column(&inputs[0], values))
        },
        &[col(&columns.humidity)],
        float_field,
    )
}

fn of_site(frame: LazyFrame, site: &SiteColumns) -> LazyFrame {
    let (offsite, pue, leakage) = match site {
        SiteColumns::Constant { offsite, pue, leakage } => {
            (lit(offsite.get()), lit(pue.get()), lit(leakage.per_liter()))
        }
        SiteColumns::Named { offsite, pue, leakage } => {
            let checked = |name: &str, least: f64| {
                let column = col(name).cast(DataType::Float64);
                // not a number is greater than every number here
                let valid = column.clone().gt_eq(lit(least)).and(column.clone().lt(lit(1e300)));
                when(valid).then(column).otherwise(lit(NULL))
            };
            (checked(offsite, 0.0), checked(pue, 1.0), checked(leakage, 0.0))
        }
    };
    let adjusted = col("wue_on") * (lit(1.0) + leakage);
    let total = adjusted.clone() + pue.clone() * offsite.clone();
    frame.with_columns([
        adjusted.alias("wue_on_adj"),
        offsite.alias("wue_off"),
        pue.alias("pue"),
        total.alias("wue_total"),
    ])
}

/// A column as contiguous numbers, null as NaN.
pub(super) struct Numbers(Float64Chunked);

impl Numbers {
    pub(super) fn of(column: &Column) -> PolarsResult<Self> {
        contiguous(column.cast(&DataType::Float64)?.f64()?, f64::NAN).map(Self)
    }

    pub(super) fn slice(&self) -> PolarsResult<&[f64]> {
        self.0.cont_slice()
    }
}

fn contiguous<T: PolarsNumericType>(
    values: &ChunkedArray<T>,
    null: T::Native,
) -> PolarsResult<ChunkedArray<T>>
where
    ChunkedArray<T>: ChunkFillNullValue<T::Native>,
{
    let filled = if values.null_count() > 0 { values.fill_null_with_values(null)? } else { values.clone() };
    Ok(filled.rechunk().into_owned())
}

pub(super) fn column(like: &Column, values: Vec<f64>) -> Column {
    Float64Chunked::from_vec(like.name().clone(), values).into_column()
}

fn nan_to_null(expression: Expr) -> Expr {
    expression.fill_nan(NULL.lit())
}

#[expect(clippy::unnecessary_wraps, reason = "the form that polars asks for")]
pub(super) fn float_field(_: &Schema, fields: &[Field]) -> PolarsResult<Field> {
    Ok(Field::new(fields[0].name().clone(), DataType::Float64))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn compute_error(error: crate::Error) -> PolarsError {
    polars_err!(ComputeError: "{error}")
}
