//! Rules for single files.

const LONGEST: usize = 800;

/// What is wrong with a file, by its path in the workspace and its text.
pub(super) fn check(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let rust = std::path::Path::new(path).extension().is_some_and(|ending| ending == "rs");
    let lines = text.lines().count();
    if rust && lines > LONGEST {
        findings.push(format!("at most {LONGEST} lines are allowed, got {lines}"));
    }
    let own_page = ["/tests/", "/benches/", "/examples/"].iter().any(|folder| path.contains(folder));
    if rust && (own_page || path.starts_with("tests/")) && !text.starts_with("//!") {
        findings.push("tests, benches and examples begin with a `//!` line".into());
    }
    for (number, line) in text.lines().enumerate() {
        for word in unfinished().iter().filter(|word| rust && line.contains(word.as_str())) {
            findings.push(format!("line {}: {word} is not allowed", number + 1));
        }
        for folder in absolute().iter().filter(|folder| line.contains(folder.as_str())) {
            findings.push(format!("line {}: absolute path {folder}", number + 1));
        }
    }
    findings
}

// The words are put together here, so that this file passes its own rules.

fn unfinished() -> Vec<String> {
    let macros = ["todo", "unimplemented", "dbg"].map(|name| format!("{name}!("));
    let attributes = ["ignore", "should_panic"].map(|name| format!("#[{name}"));
    let marks = [["TO", "DO"], ["FIX", "ME"]].map(|parts| parts.concat());
    macros.into_iter().chain(attributes).chain(marks).collect()
}

fn absolute() -> Vec<String> {
    ["home", "root", "Users", "work"]
        .iter()
        .flat_map(|f| [format!("\"/{f}/"), format!("`/{f}/"), format!(" /{f}/")])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_finds_its_breach() {
        assert!(check("crates/a/src/lib.rs", "//! Fine.\nfn main() {}\n").is_empty());
        assert_eq!(check("crates/a/src/lib.rs", &"x\n".repeat(801)).len(), 1);
        assert_eq!(check("crates/a/tests/it/main.rs", "fn x() {}").len(), 1);
        assert_eq!(check("tests/main.rs", "fn x() {}").len(), 1);
        for word in unfinished() {
            assert_eq!(check("crates/a/src/lib.rs", &word).len(), 1, "{word}");
        }
        let path = ["let p = \"", "/ho", "me/me/x\";"].concat();
        assert_eq!(check("crates/a/src/lib.rs", &path).len(), 1);
        assert!(check("README.md", "a to-do list").is_empty());
    }
}
