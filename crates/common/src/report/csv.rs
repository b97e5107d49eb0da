//! Tables as CSV, numbers in full precision.

use super::ReportError;
use crate::experiment::{Cell, Table};

pub(super) fn table(table: &Table) -> Result<String, ReportError> {
    let failed = |message: String| ReportError::Format { what: format!("table {}", table.name), message };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&table.columns).map_err(|error| failed(error.to_string()))?;
    for row in &table.rows {
        let fields = row.iter().map(|cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Number(value) => value.to_string(),
        });
        writer.write_record(fields).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}
