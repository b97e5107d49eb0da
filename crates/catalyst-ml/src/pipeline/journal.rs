//! Results in a file that grows while a screening runs.

use super::{Pipeline, Surface, SurfaceResult};
use crate::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A file of screened surfaces, one a line in JSON, that a later run goes on with.
///
/// Its first line names the calculator, the settings and the surfaces of the run; a run of other ones is refused. A last line that was cut off
/// when the program was stopped is dropped.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Opens the journal of a run with a calculator of this name, or begins one, and gives the surfaces that are done.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] if the file cannot be read or written, [`Error::JournalContent`] if it is of another run or holds
    /// a line that is no result.
    pub fn open(
        path: &Path,
        calculator: &str,
        pipeline: &Pipeline,
        surfaces: &[Surface],
    ) -> Result<(Self, Vec<SurfaceResult>)> {
        let failed = |source| Error::Journal { path: path.into(), source };
        let wrong = |line, problem| Error::JournalContent { path: path.into(), line, problem };
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = opened.map_err(failed)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let header = header(calculator, pipeline, surfaces);
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut lines = text[..whole].lines().enumerate();
        let mut done = Vec::new();
        if let Some((_, first)) = lines.next() {
            if first != header {
                return Err(wrong(1, "it must be of a run with the same calculator, settings and surfaces"));
            }
            for (place, line) in lines {
                let result = serde_json::from_str(line);
                done.push(result.map_err(|_| wrong(place + 1, "it must be a screened surface"))?);
            }
        }
        file.set_len(whole as u64).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        if whole == 0 {
            file.write_all(format!("{header}\n").as_bytes()).map_err(failed)?;
        }
        Ok((Self { path: path.into(), file: Mutex::new(file) }, done))
    }

    /// Adds a surface, from any thread.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] if the file cannot be written.
    pub fn add(&self, result: &SurfaceResult) -> Result<()> {
        let failed = |source| Error::Journal { path: self.path.clone(), source };
        let line = serde_json::to_string(result).map_err(|error| failed(error.into()))? + "\n";
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).map_err(failed)?;
        file.sync_data().map_err(failed)
    }
}

/// The first line, with a hash of the settings and surfaces.
fn header(calculator: &str, pipeline: &Pipeline, surfaces: &[Surface]) -> String {
    let text = format!("{pipeline:?} {surfaces:?}");
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let calculator = serde_json::Value::from(calculator);
    format!(
        "{{\"screening\":1,\"calculator\":{calculator},\"surfaces\":{},\"settings\":\"{hash:016x}\"}}",
        surfaces.len()
    )
}
