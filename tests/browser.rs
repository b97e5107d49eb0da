//! The report page in a real browser.

use crate::reports;
use std::path::Path;
use std::process::Command;

/// Runs headless Chromium on the page, with a fresh profile folder. `None` if Chromium is not installed.
fn chromium(profile: &Path, arguments: &[&str], page: &Path) -> Option<String> {
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output();
    match output {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(error) => {
            eprintln!("SKIPPED: chromium does not run ({error}); the page is not opened in a browser");
            None
        }
    }
}

/// Width and height of a PNG file, from its header.
fn png_size(path: &Path) -> (u32, u32) {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[1..4], b"PNG");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

/// The page is loaded in a frame as wide as the screen, and a script there measures it: nothing may stick out sideways,
/// and every drawing must have a size.
const PROBE: &str = r#"<!DOCTYPE html><title>probe</title><body style="margin:0">
<iframe id="f" style="border:0;width:WIDTHpx;height:4000px" srcdoc="PAGE"></iframe>
<script>
window.onload = () => {
  const d = document.getElementById("f").contentDocument;
  const drawings = [...d.querySelectorAll("figure svg")].map(s => s.getBoundingClientRect());
  const r = document.createElement("p");
  r.id = "result";
  r.textContent = ["wide", d.defaultView.innerWidth, "overflow", d.documentElement.scrollWidth - d.documentElement.clientWidth, "drawings", drawings.length,
    "flat", drawings.filter(b => b.height < 100).length, "rows", d.querySelectorAll("table.rows tbody tr").length].join(" ");
  document.body.replaceChildren(r);
};
</script>"#;

#[test]
fn the_page_fits_wide_and_narrow_screens() {
    let folder = tempfile::tempdir().unwrap();
    let run = reports::write(folder.path());
    let page = std::fs::read_to_string(folder.path().join("index.html")).unwrap();
    let figures: usize = run.reports().map(|report| report.figures.len()).sum();
    let rows: usize = run.reports().map(|report| report.rows.len()).sum();
    for width in [1280, 400] {
        let probe = folder.path().join(format!("probe-{width}.html"));
        let quoted = page.replace('&', "&amp;").replace('"', "&quot;");
        std::fs::write(&probe, PROBE.replace("WIDTH", &width.to_string()).replace("PAGE", &quoted)).unwrap();
        let profile = folder.path().join(format!("profile-{width}"));
        let Some(dom) = chromium(&profile, &["--dump-dom", "--window-size=1400,4000"], &probe) else {
            return;
        };
        let (_, rest) = dom.split_once("id=\"result\">").expect("the probe writes its result");
        let result = rest.split('<').next().unwrap();
        let numbers: Vec<usize> = result.split(' ').filter_map(|word| word.parse().ok()).collect();
        assert_eq!(numbers, [width, 0, figures, 0, rows], "at {width} px: {result}");
    }
    for (width, scheme) in [(1280, "light"), (400, "dark")] {
        let shot = folder.path().join(format!("{scheme}.png"));
        let (screenshot, size) =
            (format!("--screenshot={}", shot.display()), format!("--window-size={width},2000"));
        let mut arguments = vec![screenshot.as_str(), size.as_str(), "--hide-scrollbars"];
        if scheme == "dark" {
            arguments.push("--blink-settings=preferredColorScheme=0");
        }
        let profile = folder.path().join(format!("profile-{scheme}"));
        chromium(&profile, &arguments, &folder.path().join("index.html"));
        assert!(png_size(&shot).1 >= 1900, "{scheme}");
    }
}
