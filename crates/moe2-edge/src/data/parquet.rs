//! Score tables as Parquet.

use super::{At, DataFault, RoutingData, Row, Split};
use crate::Result;
use ::parquet::basic::Type as Physical;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
use ::parquet::record::Field;
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
    let reader = SerializedFileReader::new(file).map_err(|error| whole(error.into()))?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let mut columns = Columns::default();
    let mut models = Vec::new();
    for column in schema.columns() {
        columns.kinds.push(match (column.name(), column.physical_type()) {
            ("prompt" | "question", Physical::BYTE_ARRAY) => Kind::Prompt,
            ("split", Physical::BYTE_ARRAY) => Kind::Split,
            (name, Physical::BYTE_ARRAY) => match TASKS.iter().position(|task| *task == name) {
                Some(rank) => Kind::Task(rank),
                None => Kind::Other,
            },
            (name, Physical::FLOAT | Physical::DOUBLE | Physical::BOOLEAN) => {
                models.push(name.to_owned());
                Kind::Score
            }
            _ => Kind::Other,
        });
    }
    if !columns.kinds.iter().any(|kind| matches!(kind, Kind::Prompt)) {
        return Err(whole(DataFault::MissingColumn { column: "prompt" }));
    }
    RoutingData::check_models(&models).map_err(whole)?;
    let mut table = RoutingData::empty(models);
    for (row, number) in reader.get_row_iter(None).map_err(|error| whole(error.into()))?.zip(1..) {
        let row = row.map_err(DataFault::from).and_then(|row| {
            let fields: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
            columns.row(&fields, table.models())
        });
        row.and_then(|row| table.push(row)).map_err(|fault| fault.at(path, At::Record(number)))?;
    }
    table.finish().map_err(whole)
}

/// Columns that name the task, the most precise first.
const TASKS: [&str; 4] = ["task", "subject", "category", "benchmark"];

#[derive(Default)]
struct Columns {
    kinds: Vec<Kind>,
}

enum Kind {
    Prompt,
    Task(usize),
    Split,
    Score,
    Other,
}

impl Columns {
    fn row(&self, fields: &[&Field], models: &[String]) -> std::result::Result<Row, DataFault> {
        if fields.len() != self.kinds.len() {
            return Err(DataFault::Ragged { expected: self.kinds.len(), got: fields.len() });
        }
        let mut row = Row { split: Split::Train, ..Row::default() };
        let mut rank = usize::MAX;
        for (kind, field) in self.kinds.iter().zip(fields) {
            match (kind, field) {
                (Kind::Prompt, Field::Str(text)) => row.prompt.clone_from(text),
                (Kind::Prompt, _) => return Err(DataFault::Missing { column: "prompt".to_owned() }),
                (Kind::Split, Field::Str(text)) => row.split = text.parse()?,
                (Kind::Task(place), Field::Str(text)) if *place < rank && !text.is_empty() => {
                    rank = *place;
                    row.task.clone_from(text);
                }
                (Kind::Score, field) => {
                    let model = &models[row.scores.len()];
                    let value = match field {
                        Field::Float(value) => f64::from(*value),
                        Field::Double(value) => *value,
                        Field::Bool(value) => f64::from(u8::from(*value)),
                        _ => return Err(DataFault::Missing { column: model.clone() }),
                    };
                    row.scores.push(super::json::score(model, value)?);
                }
                _ => {}
            }
        }
        Ok(row)
    }
}

impl From<ParquetError> for DataFault {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error.to_string())
    }
}
