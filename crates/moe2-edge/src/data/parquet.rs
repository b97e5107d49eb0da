//! Score tables as Parquet.

use super::{At, DataFault, RoutingData, Row};
use crate::Result;
use ::parquet::basic::Type as Physical;
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::{FileReader as _, RowGroupReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;
use std::fs::File;
use std::path::Path;

/// Reads a table with a text column `prompt`, text columns `task` (or `subject`, `category`, `benchmark`: the first of
/// them that a row has) and `split` if there are any, and one column of floating-point or Boolean scores for each
/// model. Other columns are ignored.
///
/// # Errors
/// [`crate::Error::Data`] with the record: no such file, not Parquet or damaged, no column `prompt`, no model, a score
/// that is null, NaN or outside [0, 1], an unknown split, no row.
pub fn read_parquet(path: impl AsRef<Path>) -> Result<RoutingData> {
    let path = path.as_ref();
    let whole = |fault: DataFault| fault.at(path, At::File);
    let file = File::open(path).map_err(|error| whole(error.into()))?;
    let bytes = file.metadata().map_err(|error| whole(error.into()))?.len();
    let reader = guarded(|| Ok(SerializedFileReader::new(file)?)).map_err(whole)?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let (columns, models) = columns(schema.columns().iter().map(AsRef::as_ref));
    if !columns.iter().any(|column| matches!(column.kind, Kind::Prompt)) {
        return Err(whole(DataFault::MissingColumn { column: "prompt" }));
    }
    RoutingData::check_models(&models).map_err(whole)?;
    let mut table = RoutingData::empty(models);
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).map_err(|error| whole(error.into()))?;
        let first = table.len() as u64 + 1;
        check_places(group.metadata(), &columns, bytes).map_err(whole)?;
        let mut group = guarded(|| Group::read(group.as_ref(), &columns)).map_err(whole)?;
        for (row, number) in (0..group.rows).zip(first..) {
            let row = group.row(row, table.models()).and_then(|row| table.push(row));
            row.map_err(|fault| fault.at(path, At::Record(number)))?;
        }
    }
    table.finish().map_err(whole)
}

/// Columns that name the task, the most precise first.
const TASKS: [&str; 4] = ["task", "subject", "category", "benchmark"];

#[derive(Clone, Copy)]
enum Kind {
    Prompt,
    Task(usize),
    Split,
    Score,
}

/// A column of use: its index, what it holds, and the definition level of an entry that is there.
struct Column {
    index: usize,
    kind: Kind,
    highest: i16,
}

/// The columns of use, and the names of the models.
fn columns<'a>(all: impl Iterator<Item = &'a ColumnDescriptor>) -> (Vec<Column>, Vec<String>) {
    let (mut columns, mut models) = (Vec::new(), Vec::new());
    for (index, column) in all.enumerate().filter(|(_, column)| column.max_rep_level() == 0) {
        let kind = match (column.name(), column.physical_type()) {
            ("prompt" | "question", Physical::BYTE_ARRAY) => Some(Kind::Prompt),
            ("split", Physical::BYTE_ARRAY) => Some(Kind::Split),
            (name, Physical::BYTE_ARRAY) => TASKS.iter().position(|task| *task == name).map(Kind::Task),
            (name, Physical::FLOAT | Physical::DOUBLE | Physical::BOOLEAN) => {
                models.push(name.to_owned());
                Some(Kind::Score)
            }
            _ => None,
        };
        let highest = column.max_def_level();
        columns.extend(kind.map(|kind| Column { index, kind, highest }));
    }
    (columns, models)
}

/// Runs a part of the Parquet library, which panics at some damaged pages; that becomes an error.
fn guarded<T>(read: impl FnOnce() -> std::result::Result<T, DataFault>) -> std::result::Result<T, DataFault> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)) // nothing that it touched is used afterwards
        .unwrap_or_else(|_| Err(DataFault::Parquet("a page is damaged".to_owned())))
}

/// Places and lengths of columns inside the file, which the reader takes as given.
fn check_places(
    group: &RowGroupMetaData,
    columns: &[Column],
    bytes: u64,
) -> std::result::Result<(), DataFault> {
    for column in columns {
        let chunk = group.column(column.index);
        let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        let end = start.checked_add(chunk.compressed_size()).filter(|_| chunk.compressed_size() >= 0);
        let inside = start >= 0 && end.is_some_and(|end| u64::try_from(end).is_ok_and(|end| end <= bytes));
        if !inside || chunk.data_page_offset() < 0 || chunk.num_values() < 0 {
            return Err(DataFault::Parquet("a column lies outside of the file".to_owned()));
        }
    }
    Ok(())
}

/// The columns of one group of rows, as many entries in each.
struct Group {
    rows: usize,
    texts: Vec<(Kind, Vec<Option<String>>)>,
    scores: Vec<Vec<Option<f64>>>,
}

impl Group {
    fn read(group: &dyn RowGroupReader, columns: &[Column]) -> std::result::Result<Self, DataFault> {
        let (mut texts, mut scores, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
        for &Column { index, kind, highest } in columns {
            match group.get_column_reader(index)? {
                ColumnReader::ByteArrayColumnReader(reader) => {
                    let column = values(reader, highest)?.into_iter().map(|text| match text {
                        Some(text) => match std::str::from_utf8(text.data()) {
                            Ok(text) => Ok(Some(text.to_owned())),
                            Err(error) => Err(DataFault::Utf8 { offset: error.valid_up_to() }),
                        },
                        None => Ok(None),
                    });
                    texts.push((kind, column.collect::<std::result::Result<Vec<_>, _>>()?));
                    lengths.extend(texts.last().map(|(_, column)| column.len()));
                }
                ColumnReader::FloatColumnReader(reader) => scores.push(numbers(reader, highest, f64::from)?),
                ColumnReader::DoubleColumnReader(reader) => {
                    scores.push(numbers(reader, highest, |value| value)?);
                }
                ColumnReader::BoolColumnReader(reader) => {
                    scores.push(numbers(reader, highest, |value| f64::from(u8::from(value)))?);
                }
                _ => return Err(DataFault::Parquet("a column changes its type".to_owned())),
            }
        }
        lengths.extend(scores.iter().map(Vec::len));
        let rows = lengths.first().copied().unwrap_or(0);
        match lengths.iter().find(|&&length| length != rows) {
            Some(&got) => Err(DataFault::Ragged { expected: rows, got }),
            None => Ok(Self { rows, texts, scores }),
        }
    }

    fn row(&mut self, number: usize, models: &[String]) -> std::result::Result<Row, DataFault> {
        let mut row = Row::default();
        let mut rank = usize::MAX;
        for (kind, column) in &mut self.texts {
            match (*kind, column[number].take()) {
                (Kind::Prompt, Some(text)) => row.prompt = text,
                (Kind::Prompt, None) => return Err(DataFault::Missing { column: "prompt".to_owned() }),
                (Kind::Split, Some(text)) => row.split = text.parse()?,
                (Kind::Task(place), Some(text)) if place < rank && !text.is_empty() => {
                    (rank, row.task) = (place, text);
                }
                _ => {}
            }
        }
        for (model, column) in models.iter().zip(&self.scores) {
            let value = column[number].ok_or_else(|| DataFault::Missing { column: model.clone() })?;
            row.scores.push(super::json::score(model, value)?);
        }
        Ok(row)
    }
}

fn numbers<T: DataType>(
    reader: ColumnReaderImpl<T>,
    highest: i16,
    number: impl Fn(T::T) -> f64,
) -> std::result::Result<Vec<Option<f64>>, DataFault> {
    Ok(values(reader, highest)?.into_iter().map(|value| value.map(&number)).collect())
}

/// All entries of a column, `None` for null: of those not at the highest definition level. Memory grows with what is read, not with what the file promises.
fn values<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    highest: i16,
) -> std::result::Result<Vec<Option<T::T>>, DataFault> {
    const BATCH: usize = 1024;
    let (mut column, mut levels, mut values) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        levels.clear();
        values.clear();
        let (records, ..) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
        if records == 0 {
            return Ok(column);
        }
        let mut next = values.drain(..);
        if highest == 0 {
            column.extend(next.map(Some));
            continue;
        }
        column.extend(levels.iter().map(|&level| if level == highest { next.next() } else { None }));
        if next.next().is_some() {
            return Err(DataFault::Parquet("more values than a column has rows".to_owned()));
        }
    }
}

impl From<ParquetError> for DataFault {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error.to_string())
    }
}
