//! `request`.

use super::{run, words};
use common::assert_close;

/// The paper's headline for ten pages by GPT-4 with its own energy, v3: upper value of the 11 countries 59 L.
#[test]
fn headline() {
    let answer =
        run(&words("request --model GPT-4 --task report --energy paper --profile paper-v3 --json")).json();
    let places = answer["places"].as_array().unwrap();
    assert_eq!(places.len(), 11);
    let last = &places[10];
    assert_eq!(last["country"], "Congo");
    assert_close!(last["total_l"].as_f64().unwrap(), 59.0, abs = 0.5);
}

/// Energies of EcoLogits: 4.66 kWh and 2.62 Wh in the paper, from the late model.
#[test]
fn energies() {
    let kwh = |line: &str| {
        run(&words(&format!("request {line} --json"))).json()["energy"]["mean"].as_f64().unwrap()
    };
    assert_close!(kwh("--model gpt-4 --task report"), 4.65677, abs = 5e-6);
    assert_close!(kwh("--task email"), 0.002614, abs = 5e-7);
    assert_close!(kwh("--billions 70.55 --tokens 250"), kwh("--task email"), rel = 1e-12);
    assert_close!(kwh("--billions 1760 --active 220:880 --tokens 5000"), 4.65677, abs = 5e-6);
    assert_close!(kwh("--tokens 500"), 2.0 * kwh("--tokens 250"), rel = 1e-12);
    assert!(kwh("--task report --energy ecologits-011") < 0.1 * kwh("--task report"));
}

/// A mixture of experts has a range of energies, and so of litres; the mean lies between.
#[test]
fn range_of_a_mixture_of_experts() {
    let answer = run(&words("request --model GPT-4 --country NA --json")).json();
    let place = &answer["places"][0];
    let of = |name: &str| place[name].as_f64().unwrap();
    assert_close!(of("total_l"), 0.5 * (of("low_l") + of("high_l")), rel = 1e-12);
    assert!(run(&words("request --model GPT-4 --country NA")).out.contains("range L"));
    assert!(!run(&words("request --country NA")).out.contains("range L"));
}

#[test]
fn pue_moves_the_off_site_part_only() {
    let footprint = |pue: &str| {
        let answer = run(&words(&format!("request --country KE --pue {pue} --json"))).json();
        let f = &answer["places"][0]["footprint"];
        ["onsite", "leakage", "offsite"].map(|part| f[part].as_f64().unwrap())
    };
    let [a, b] = [footprint("1.2"), footprint("1.8")];
    assert_close!(b[2], 1.5 * a[2], rel = 1e-12);
    assert_close!(b[0], a[0], rel = 1e-15);
    assert_close!(b[1], a[1], rel = 1e-15);
}

#[test]
fn errors() {
    assert!(run(&words("request --model lama --country ET")).err.contains("nearest: Llama-3-70B"));
    assert_eq!(run(&words("request --tokens 10 --energy paper")).code, 2);
    assert!(run(&words("request --billions 10 --active 5:20 --tokens 1")).err.contains("active parameters"));
}
