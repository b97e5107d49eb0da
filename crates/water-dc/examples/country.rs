//! Litres of water per request to a language model, in one country or in all that the paper compares.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its help and errors")]

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use water_dc::{Profile, Site, SiteInputs, Tables, units::Pue};

const HELP: &str = "\
Litres of water per request to a language model.

usage: country [COUNTRY] [MODEL] [PUE]

  COUNTRY  ISO code or name of an African country; default: the paper's 11 countries
  MODEL    Llama-3-70B (default) or GPT-4
  PUE      power usage effectiveness; needed for countries that the paper gives none for";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match run(&arguments, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // a reader that stops early, as in `… | head`
        Err(error) if error.downcast_ref().is_some_and(|e: &io::Error| e.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}\n\n{HELP}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String], out: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    let tables = Tables::embedded();
    if arguments.len() > 3 {
        return Err(format!("at most three arguments are allowed, got {}", arguments.len()).into());
    }
    let model = &tables.model(arguments.get(1).map_or("Llama-3-70B", String::as_str))?.name;
    let pue = match arguments.get(2) {
        Some(text) => {
            let number = text.parse().map_err(|_| format!("PUE must be a number, got {text:?}"))?;
            Some(Pue::new(number)?)
        }
        None => None,
    };
    let sites = tables.paper_sites(Profile::PaperV3Corrected)?;
    let mut rows: Vec<(&str, Site)> = match arguments.first() {
        Some(name) => {
            let country = tables.country(name)?;
            let inputs = SiteInputs { pue, ..SiteInputs::default() };
            vec![(&country.name, tables.site(Profile::PaperV3Corrected, country, &inputs)?)]
        }
        None => sites.countries.iter().map(|entry| (entry.country.name.as_str(), entry.site)).collect(),
    };
    rows.extend([("(United States)", sites.united_states), ("(global average)", sites.global)]);
    writeln!(out, "Water per request to {model}, litres (profile {})\n", Profile::PaperV3Corrected.name())?;
    write!(out, "{:<28}{:>10}", "site", "L/kWh IT")?;
    for task in tables.tasks() {
        write!(out, "{:>22}", task.name)?;
    }
    writeln!(out)?;
    for (name, site) in rows {
        row(out, tables, model, name, &site)?;
    }
    Ok(())
}

fn row(
    out: &mut impl Write,
    tables: &Tables,
    model: &str,
    name: &str,
    site: &Site,
) -> Result<(), Box<dyn std::error::Error>> {
    write!(out, "{name:<28}{:>10.3}", site.intensity().get())?;
    for task in tables.tasks() {
        let water = site.footprint(tables.request_energy(&task.name, model)?);
        write!(out, "{:>22.4}", water.total().get())?;
    }
    writeln!(out)?;
    Ok(())
}
