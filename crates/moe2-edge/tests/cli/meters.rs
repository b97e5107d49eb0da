//! `profile`.

use super::{example, fails, folder, json, number, write};
use common::assert_close;

/// Costs by the roofline (independent recomputation in Python).
#[test]
fn costs_by_the_roofline() {
    let folder = folder();
    let cluster = write(
        &folder,
        "c.toml",
        "energy_model = \"sum-selected\"\ndelay_model = \"parallel\"\n[[category]]\nname = \"chat\"\nshare = 1.0\n\
         input_tokens = 256\noutput_tokens = 128\ndelay_s = 10.0\n[[server]]\nname = \"orin\"\n\
         device = \"jetson-agx-orin-64\"\n[[expert]]\nname = \"seven\"\nserver = \"orin\"\nparameters = 7e9\n\
         bytes_per_weight = 2.0\ncache_bytes_per_token = 131072.0\n",
    );
    let cost = &json(&["profile", &cluster])["costs"][0];
    assert_close!(number(&cost["delay_s"]), 12.608_159, abs = 1e-6);
    assert_close!(number(&cost["energy_j"]), 567.3672, abs = 1e-4);
    assert!(cost["breach"].as_str().unwrap().contains("delay of category chat in s"));
    let boards = json(&["profile", &example("boards.toml")]);
    assert_eq!(boards["costs"].as_array().unwrap().len(), 36);
    fails(&["profile", "no-such-file"], 1, "no-such-file");
}

#[test]
fn meters() {
    let folder = folder();
    // 5, 15 and 15 W a second apart: 10 J and 15 J
    let log = write(&folder, "log.txt", "VDD_IN 5000/5000\nVDD_IN 15000/9000\nVDD_IN 15000/9000\n");
    let tegra = format!("tegrastats:{log}");
    let reading = &json(&["profile", "--meter", &tegra, "--seconds", "2"])["meter"];
    assert_close!(number(&reading["energy_j"]), 25.0, rel = 1e-12);
    assert_close!(number(&reading["mean_power_w"]), 12.5, rel = 1e-12);
    let half = &json(&["profile", "--meter", &tegra, "--seconds", "1", "--interval", "0.5"])["meter"];
    assert_close!(number(&half["energy_j"]), 12.5, rel = 1e-12);
    fails(&["profile", "--meter", &tegra, "--seconds", "3"], 1, "the input has ended");
    fails(&["profile", "--meter", "tegrastats:no-such-file"], 1, "no-such-file");

    // 15 W at rest, 45 W more for 3 of 10 s
    let line = ["profile", "--meter", "modelled", "--seconds", "10", "--busy", "0.3"];
    let reading = &json(&line)["meter"];
    assert_close!(number(&reading["energy_j"]), 285.0, rel = 1e-12);
    assert!(reading["source"].as_str().unwrap().contains("not a measurement"));
    fails(&["profile", "--meter", "modelled:abacus"], 1, "device must be one of");

    let empty = folder.path().display().to_string();
    for meter in ["rapl", "ina3221"] {
        fails(
            &["profile", "--meter", &format!("{meter}:{empty}/none"), "--seconds", "0.01"],
            1,
            "--meter modelled",
        );
    }
    let zone = folder.path().join("intel-rapl:0");
    std::fs::create_dir(&zone).unwrap();
    for (name, value) in [("name", "package-0"), ("energy_uj", "5000000"), ("max_energy_range_uj", "9000000")]
    {
        std::fs::write(zone.join(name), value).unwrap();
    }
    let line = ["profile", "--meter", &format!("rapl:{empty}"), "--seconds", "0.05", "--interval", "0.01"];
    let reading = &json(&line)["meter"];
    assert_eq!((&reading["source"], number(&reading["energy_j"])), (&"counter".into(), 0.0));
    assert!(number(&reading["seconds"]) >= 0.05);
}
