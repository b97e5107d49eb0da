//! Group means of weather in a Parquet file, read in pieces with the low-level reader of the `parquet` crate: no
//! engine, and memory that does not grow with the file.

use std::{
    error::Error,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use parquet::{
    basic::Compression,
    column::{reader::get_typed_column_reader, writer::ColumnWriter},
    data_type::{DataType, DoubleType, Int32Type},
    file::{
        properties::WriterProperties,
        reader::{FileReader, RowGroupReader, SerializedFileReader},
        writer::SerializedFileWriter,
    },
    schema::parser::parse_message_type,
};
use rand::Rng;
use rand_pcg::Pcg64;
use water_dc::{
    batch::{Air, GroupSums, Onsite, Table, quantize},
    tower::{LowTemperature, TowerModel},
    wet_bulb::WetBulbModel,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const GROUPS: usize = 504;
const ROW_GROUP: usize = 1 << 18;
/// Rows that are read and summed at a time.
const PIECE: usize = 1 << 14;

/// The file of this many rows below the workspace's `target`, where the peers look for it too; written if need be.
/// Columns: `t` °C and `rh` percent as doubles, or `tenths` and `percent` as 16 and 8 bits; `group`.
pub(crate) fn file(rows: usize, quantized: bool) -> Outcome<PathBuf> {
    let folder = folder();
    let path = folder.join(format!("{}-{rows}.parquet", if quantized { "quantized" } else { "numbers" }));
    if !path.is_file() {
        fs::create_dir_all(&folder)?;
        let unfinished = path.with_extension("unfinished");
        write(&unfinished, rows, quantized)?;
        fs::rename(&unfinished, &path)?;
    }
    Ok(path)
}

/// Where the files are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench/water-dc")
}

/// Mean over the groups of both towers' means, halved: one number that both depend on.
pub(crate) fn check(sums: &GroupSums<2>) -> f64 {
    sums.mean_of_means().map_or(f64::NAN, |[approach, cold_water]| 0.5 * (approach + cold_water))
}

/// Sums of both towers' water use by group, from doubles.
pub(crate) fn of_numbers(path: &Path) -> Outcome<GroupSums<2>> {
    let mut sums = GroupSums::new(GROUPS);
    let (mut t, mut rh, mut group) = (Vec::new(), Vec::new(), Vec::new());
    let (onsite, mut ids) = (onsite(), Vec::new());
    for_row_groups(path, |rows| {
        let mut columns = (doubles(rows, 0)?, doubles(rows, 1)?, integers(rows, 2)?);
        loop {
            (columns.0)(&mut t)?;
            (columns.1)(&mut rh)?;
            (columns.2)(&mut group)?;
            if group.is_empty() {
                return Ok(());
            }
            narrow(&group, &mut ids, i32::cast_unsigned);
            let air = Air { temperature_c: &t, humidity_percent: &rh, pressure_pa: None };
            onsite.add_to(&mut sums, &air, &ids)?;
        }
    })?;
    Ok(sums)
}

/// The same from 16 and 8 bits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the file's columns have these widths"
)]
pub(crate) fn of_quantized(path: &Path) -> Outcome<GroupSums<2>> {
    let mut sums = GroupSums::new(GROUPS);
    let [mut t, mut rh, mut group] = [const { Vec::new() }; 3];
    let (table, mut tenths, mut percent, mut ids) =
        (Table::new(&onsite()), Vec::new(), Vec::new(), Vec::new());
    for_row_groups(path, |rows| {
        let mut columns = (integers(rows, 0)?, integers(rows, 1)?, integers(rows, 2)?);
        loop {
            (columns.0)(&mut t)?;
            (columns.1)(&mut rh)?;
            (columns.2)(&mut group)?;
            if group.is_empty() {
                return Ok(());
            }
            narrow(&t, &mut tenths, |v| v as i16);
            narrow(&rh, &mut percent, |v| v as u8);
            narrow(&group, &mut ids, i32::cast_unsigned);
            table.add_to(&mut sums, &tenths, &percent, &ids)?;
        }
    })?;
    Ok(sums)
}

pub(crate) fn onsite() -> Onsite<2> {
    let towers = [TowerModel::FixedApproach, TowerModel::FixedColdWater];
    Onsite::new(WetBulbModel::Stull, towers, LowTemperature::Extrapolate)
}

fn narrow<T>(wide: &[i32], out: &mut Vec<T>, convert: impl Fn(i32) -> T) {
    out.clear();
    out.extend(wide.iter().map(|value| convert(*value)));
}

fn for_row_groups(path: &Path, mut work: impl FnMut(&dyn RowGroupReader) -> Outcome<()>) -> Outcome<()> {
    let reader = SerializedFileReader::new(File::open(path)?)?;
    for index in 0..reader.num_row_groups() {
        work(&*reader.get_row_group(index)?)?;
    }
    Ok(())
}

/// Reads the next piece of a column into a vector.
type Pieces<T> = Box<dyn FnMut(&mut Vec<T>) -> Outcome<()>>;

fn doubles(rows: &dyn RowGroupReader, column: usize) -> Outcome<Pieces<f64>> {
    pieces::<DoubleType>(rows, column)
}

fn integers(rows: &dyn RowGroupReader, column: usize) -> Outcome<Pieces<i32>> {
    pieces::<Int32Type>(rows, column)
}

fn pieces<T: DataType>(rows: &dyn RowGroupReader, column: usize) -> Outcome<Pieces<T::T>> {
    let mut reader = get_typed_column_reader::<T>(rows.get_column_reader(column)?);
    Ok(Box::new(move |values| {
        values.clear();
        reader.read_records(PIECE, None, None, values)?;
        Ok(())
    }))
}

/// Writes what numpy's `default_rng(7)` gives: all temperatures, uniform in 5..45 °C, then all humidities in 5..99 %;
/// stations one after the other, months of 730 hours.
fn write(path: &Path, rows: usize, quantized: bool) -> Outcome<()> {
    let schema = if quantized {
        "message weather { REQUIRED INT32 tenths (INTEGER(16, true)); REQUIRED INT32 percent (INTEGER(8, false)); \
         REQUIRED INT32 group; }"
    } else {
        "message weather { REQUIRED DOUBLE t; REQUIRED DOUBLE rh; REQUIRED INT32 group; }"
    };
    let properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_column_dictionary_enabled("t".into(), false)
        .set_column_dictionary_enabled("rh".into(), false)
        .build();
    let mut writer = SerializedFileWriter::new(
        File::create(path)?,
        Arc::new(parse_message_type(schema)?),
        Arc::new(properties),
    )?;
    let mut temperatures =
        Pcg64::new(312124358633082931476149097798454608762, 130568342316134335412970426538198068396);
    let mut humidities = temperatures.clone();
    humidities.advance(rows as u128);
    for start in (0..rows).step_by(ROW_GROUP) {
        let range = start..rows.min(start + ROW_GROUP);
        let t: Vec<f64> = range.clone().map(|_| uniform(&mut temperatures, 5.0, 45.0)).collect();
        let rh: Vec<f64> = range.clone().map(|_| uniform(&mut humidities, 5.0, 99.0)).collect();
        let group = |i: usize| i32::try_from(i / (rows / 42 + 1) * 12 + i / 730 % 12);
        let group = range.map(group).collect::<Result<Vec<_>, _>>()?;
        let mut row_group = writer.next_row_group()?;
        if quantized {
            let (mut tenths, mut percent) = (vec![0; t.len()], vec![0; t.len()]);
            quantize(&t, &rh, &mut tenths, &mut percent)?;
            let tenths: Vec<i32> = tenths.into_iter().map(i32::from).collect();
            let percent: Vec<i32> = percent.into_iter().map(i32::from).collect();
            write_columns(&mut row_group, &[Values::Integers(&tenths), Values::Integers(&percent)])?;
        } else {
            write_columns(&mut row_group, &[Values::Doubles(&t), Values::Doubles(&rh)])?;
        }
        write_columns(&mut row_group, &[Values::Integers(&group)])?;
        row_group.close()?;
    }
    writer.close()?;
    Ok(())
}

enum Values<'a> {
    Doubles(&'a [f64]),
    Integers(&'a [i32]),
}

fn write_columns(
    row_group: &mut parquet::file::writer::SerializedRowGroupWriter<'_, File>,
    columns: &[Values<'_>],
) -> Outcome<()> {
    for values in columns {
        let mut column = row_group.next_column()?.ok_or("the schema has this column")?;
        match (column.untyped(), values) {
            (ColumnWriter::DoubleColumnWriter(writer), Values::Doubles(values)) => {
                writer.write_batch(values, None, None)?;
            }
            (ColumnWriter::Int32ColumnWriter(writer), Values::Integers(values)) => {
                writer.write_batch(values, None, None)?;
            }
            _ => return Err("the schema has another type".into()),
        }
        column.close()?;
    }
    Ok(())
}

/// `low + (high - low) u`, as numpy draws it.
pub(crate) fn uniform(rng: &mut Pcg64, low: f64, high: f64) -> f64 {
    low + (high - low) * ((rng.next_u64() >> 11) as f64 * 2f64.powi(-53))
}
