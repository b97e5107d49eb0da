//! `catalyst screen`.

use crate::error::{Failure, Result};
use crate::input::{EMT, METALS, SlabOptions, crystal, miller};
use crate::output::{Table, decimals, draw, print, save};
use catalyst_ml::calculator::Emt;
use catalyst_ml::figure;
use catalyst_ml::pipeline::{Journal, Pipeline, SurfaceActivity, SurfaceResult};
use catalyst_ml::volcano::{SCALING_OFFSET_EV, oxygen_reduction};
use common::report::Point;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Screens surfaces: adsorbates on all distinct sites, relaxed by effective medium theory, down to an activity.
///
/// Adsorption energies are counted from isolated atoms of the same calculator and brought to H2, H2O and N2 by measured
/// atomisation energies. Hydrogen evolution follows from H, oxygen reduction from O with G(OH) = G(O)/2; N is given as a
/// binding energy only. EMT is qualitative for H, C, N and O: the ranking shows how a screening works and is no chemistry.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  catalyst screen --journal run.jsonl --svg orr.svg        seven metals; stopped, it goes on with the same command
  catalyst screen Pt Cu --miller 1,1,1 --miller 2,1,1 --adsorbates O,H,OH --json
  catalyst screen POSCAR --miller 1,1,0 --csv energies.csv")]
pub struct Arguments {
    /// Metals or files; without any, the seven fcc metals of EMT.
    crystals: Vec<String>,
    /// Planes, like 1,1,1; several may be given.
    #[arg(long, value_name = "H,K,L", default_values = ["1,1,1", "1,0,0", "1,1,0"], allow_hyphen_values = true)]
    miller: Vec<String>,
    /// Adsorbates of OC20.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "O,H,N")]
    adsorbates: Vec<String>,
    /// Largest force at rest, eV/Å.
    #[arg(long, value_name = "EV_PER_ANGSTROM", default_value_t = 0.02)]
    force: f64,
    #[command(flatten)]
    slab: SlabOptions,
    /// Keep finished surfaces in this file, and leave out those that are in it.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Draw the volcano of oxygen reduction.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the energies of all sites as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// No progress display.
    #[arg(long)]
    quiet: bool,
}

#[derive(Serialize)]
struct Answer {
    /// What must be said of every number here.
    calculator: &'static str,
    surfaces: Vec<SurfaceResult>,
    activities: Vec<SurfaceActivity>,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let pipeline = pipeline(arguments)?;
    let names = match arguments.crystals.as_slice() {
        [] => METALS.map(|(symbol, _)| symbol.to_owned()).to_vec(),
        given => given.to_vec(),
    };
    let mut bulks = Vec::new();
    for name in names {
        let atoms = crystal(&name)?;
        bulks.push((name, atoms));
    }
    let surfaces = pipeline.surfaces(&bulks)?;
    let (journal, done) = match &arguments.journal {
        None => (None, vec![]),
        Some(path) => {
            let (journal, done) = Journal::open(path, EMT, &pipeline, &surfaces)?;
            (Some(journal), done)
        }
    };
    let bar = if arguments.quiet { ProgressBar::hidden() } else { ProgressBar::new(surfaces.len() as u64) };
    let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} surfaces, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(EMT);
    bar.set_position(done.len() as u64);
    let lost = Mutex::new(None);
    let finished = |result: &SurfaceResult| {
        if let Some(Err(error)) = journal.as_ref().map(|journal| journal.add(result)) {
            lost.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
        }
        bar.inc(1);
    };
    let results = pipeline.run(&surfaces, Emt::new, &done, &finished)?;
    bar.finish_and_clear();
    if let Some(error) = lost.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(error.into());
    }
    let activities = results.iter().map(SurfaceActivity::of).collect::<catalyst_ml::Result<Vec<_>>>()?;
    if let Some(path) = &arguments.csv {
        save(path, &csv(&results))?;
    }
    if let Some(path) = &arguments.svg {
        volcano(path, &activities)?;
    }
    let answer = Answer { calculator: EMT, surfaces: results, activities };
    print(json, &answer, || text(&answer, &pipeline))
}

fn pipeline(arguments: &Arguments) -> Result<Pipeline> {
    let millers = arguments.miller.iter().map(|text| miller(text)).collect::<Result<_>>()?;
    let adsorbates: Vec<&str> = arguments.adsorbates.iter().map(String::as_str).collect();
    let mut pipeline = Pipeline::new(millers, &adsorbates)?;
    pipeline.slab = arguments.slab.settings();
    pipeline.min_length_angstrom = arguments.slab.length;
    pipeline.relax.force_tolerance_ev_angstrom = arguments.force;
    Ok(pipeline)
}

fn csv(results: &[SurfaceResult]) -> String {
    let mut text =
        format!("# {EMT}\nsurface,adsorbate,site,adsorption_ev,steps,converged,adsorbed,intercalated\n");
    for surface in results {
        for adsorbate in &surface.adsorbates {
            for c in &adsorbate.candidates {
                text += &format!(
                    "{},{},{},{},{},{},{},{}\n",
                    surface.key.replace(',', " "),
                    adsorbate.adsorbate,
                    c.site,
                    c.adsorption_ev,
                    c.steps,
                    c.converged,
                    c.adsorbed,
                    c.intercalated
                );
            }
        }
    }
    text
}

fn volcano(path: &Path, activities: &[SurfaceActivity]) -> Result<()> {
    let oxygen = activities.iter().filter_map(|a| Some((&a.key, a.oxygen?)));
    let points: Vec<Point> = oxygen
        .map(|(key, oxygen)| Point {
            label: short(key),
            x: oxygen.hydroxyl_ev,
            y: oxygen.limiting_potential_v,
        })
        .collect();
    if points.is_empty() {
        let needs = "given with the adsorbate O, which has to hold on a surface";
        return Err(Failure::Option { option: "svg", needs, value: path.display().to_string() });
    }
    let ends = points.iter().fold((0.0_f64, 2.0_f64), |(low, high), p| (low.min(p.x), high.max(p.x)));
    let curve = oxygen_reduction(SCALING_OFFSET_EV, ends)?;
    let title = format!("Oxygen reduction: {EMT}");
    draw(path, figure::volcano(("screen", &title), "limiting potential, V", &curve, points)?)
}

/// A surface without its cut.
fn short(key: &str) -> String {
    key.split_once(')').map_or_else(|| key.to_owned(), |(front, _)| format!("{front})"))
}

fn text(answer: &Answer, pipeline: &Pipeline) -> String {
    let mut out = String::new();
    let mut energies = Table::new(3, ["surface", "adsorbate", "site", "E, eV", "steps"]);
    for surface in &answer.surfaces {
        for adsorbate in &surface.adsorbates {
            let best = adsorbate.best().filter(|_| surface.clean_converged);
            energies.row([
                surface.key.clone(),
                adsorbate.adsorbate.clone(),
                best.map_or_else(|| "-".into(), |c| c.site.clone()),
                decimals(best.map(|c| c.adsorption_ev)),
                best.map_or_else(|| "-".into(), |c| c.steps.to_string()),
            ]);
        }
    }
    out += &format!("Strongest adsorption against isolated atoms: {EMT}\n\n{}\n", energies.render());
    let has = |name: &str| pipeline.adsorbates.iter().any(|adsorbate| adsorbate.name == name);
    if has("*O") {
        let mut rows: Vec<_> = answer.activities.iter().filter_map(|a| Some((&a.key, a.oxygen?))).collect();
        rows.sort_by(|a, b| b.1.limiting_potential_v.total_cmp(&a.1.limiting_potential_v));
        let mut table = Table::new(1, ["surface", "G(O), eV", "G(OH), eV", "limiting, V", "in range"]);
        for (key, oxygen) in rows {
            let numbers = [oxygen.oxygen_ev, oxygen.hydroxyl_ev, oxygen.limiting_potential_v];
            let inside = if oxygen.extrapolated { "no" } else { "yes" };
            let numbers = numbers.map(|value| decimals(Some(value)));
            table.row(std::iter::once(key.clone()).chain(numbers).chain([inside.into()]));
        }
        out += &format!("Oxygen reduction, G(OH) = G(O)/2: {EMT}\n\n{}\n", table.render());
    }
    if has("*H") {
        let mut rows: Vec<_> = answer.activities.iter().filter_map(|a| Some((&a.key, a.hydrogen?))).collect();
        rows.sort_by(|a, b| b.1.log10_exchange_current.total_cmp(&a.1.log10_exchange_current));
        let mut table = Table::new(1, ["surface", "G(H), eV", "log10 i0, A/cm²"]);
        for (key, hydrogen) in rows {
            let numbers = [hydrogen.free_energy_ev, hydrogen.log10_exchange_current];
            table.row(std::iter::once(key.clone()).chain(numbers.map(|value| decimals(Some(value)))));
        }
        out += &format!("Hydrogen evolution: {EMT}\n\n{}\n", table.render());
    }
    if has("*N") {
        let mut table = Table::new(1, ["surface", "E(N), eV"]);
        for activity in &answer.activities {
            table.row([activity.key.clone(), decimals(activity.nitrogen_ev)]);
        }
        out += &format!("Nitrogen against half an N2: {EMT}\n\n{}", table.render());
    }
    out
}
