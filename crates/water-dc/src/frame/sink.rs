//! Parquet in folders that carry the keys.

use std::{path::Path, sync::Arc};

use polars::prelude::{
    DataType, Engine, Expr, FileWriteFormat, HiveOptions, LazyFrame, ParquetCompression, ParquetWriteOptions,
    PartitionStrategy, PlRefPath, ScanArgsParquet, SinkDestination, UnifiedSinkArgs, col,
};

use crate::error::{Error, Result};

/// Rows of a row group: small enough to be read in parallel, large enough for its header not to matter.
const ROW_GROUP: usize = 1 << 18;
/// Rows of a file.
const FILE_ROWS: u32 = 1 << 24;

/// The published columns: `country`, `year` (the keys), `station_id` text, `ts` milliseconds UTC, `t_c`, `rh` and
/// `p_pa` as 32-bit numbers, `tw_c`, `wue_on`, `wue_on_adj`, `wue_off` as 64-bit numbers, `pue` 32-bit, `wue_total`
/// 64-bit, `profile` text (Parquet stores it as a dictionary). For a table with the columns of this crate's readers and
/// of [`wue_lazy`](super::wue_lazy) with a site.
pub fn output(frame: LazyFrame) -> LazyFrame {
    let narrow = |name: &str| col(name).cast(DataType::Float32);
    let columns: Vec<Expr> = vec![
        col("country"),
        col("year"),
        col("station_id"),
        col("ts"),
        narrow("t_c"),
        narrow("rh"),
        narrow("p_pa"),
        col("tw_c"),
        col("wue_on"),
        col("wue_on_adj"),
        col("wue_off"),
        narrow("pue"),
        col("wue_total"),
        col("profile"),
    ];
    frame.select(columns)
}

/// Runs the computation and writes it as `folder/key=value/…/part.parquet`, one folder for each combination of the
/// keys. The files do not carry the keys: they are in the folders' names, where every engine looks for them.
///
/// # Errors
/// [`Error::OutputFolder`] if there is something in the folder already, as old parts would mix with new ones;
/// [`Error::Polars`] for a missing column or a failing file; [`Error::Io`].
pub fn sink_parquet_hive(frame: LazyFrame, folder: &Path, keys: &[&str]) -> Result<()> {
    if folder.is_dir() && std::fs::read_dir(folder)?.next().is_some() {
        return Err(Error::OutputFolder { folder: folder.to_owned() });
    }
    std::fs::create_dir_all(folder)?;
    let destination = SinkDestination::Partitioned {
        base_path: PlRefPath::try_from_path(folder)?,
        file_path_provider: None, // key=value folders
        partition_strategy: PartitionStrategy::Keyed {
            keys: keys.iter().map(|key| col(*key)).collect(),
            include_keys: false,
            keys_pre_grouped: false,
        },
        max_rows_per_file: FILE_ROWS,
        approximate_bytes_per_file: u64::MAX,
    };
    let options = ParquetWriteOptions {
        compression: ParquetCompression::Zstd(None),
        row_group_size: Some(ROW_GROUP),
        ..ParquetWriteOptions::default()
    };
    let sink = frame.sink(
        destination,
        FileWriteFormat::Parquet(Arc::new(options)),
        UnifiedSinkArgs { mkdir: true, ..UnifiedSinkArgs::default() },
    )?;
    sink.collect_with_engine(Engine::Streaming)?;
    Ok(())
}

/// Opens what [`sink_parquet_hive`] wrote; the keys are columns again.
///
/// # Errors
/// [`Error::Polars`] if there is no such folder.
pub fn scan_parquet_hive(folder: &Path) -> Result<LazyFrame> {
    let arguments =
        ScanArgsParquet { hive_options: HiveOptions::new_enabled(), ..ScanArgsParquet::default() };
    Ok(LazyFrame::scan_parquet(PlRefPath::try_from_path(folder)?, arguments)?)
}
