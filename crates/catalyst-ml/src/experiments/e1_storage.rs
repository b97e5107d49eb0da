//! E1: storing electricity in hydrogen.

use super::{exact, known, near};
use crate::Result;
use crate::reaction::{FormationTable, Species};
use crate::storage::{
    CatalystLayer, HeatingValue, Plant, RoundTrip, capital_recovery_factor, least_electrolysis_kwh_per_kg,
};
use common::experiment::{Bound, Cell, Expected, Experiment, Record, Reference, Table};
use common::report::{Axis, LineChart, Series};

const NOTES: &str = "second-hand: section 2, by notes on the paper";
const HANDBOOK: &str = "CRC Handbook values of formation (chemicals 1.5.2)";

/// E1.
pub const EXPERIMENT: Experiment = Experiment {
    id: "catalyst-ml/e1-storage",
    title: "Storing electricity in hydrogen: round trip, energy content, cost, platinum",
    artefact: "section 2",
    expected: EXPECTED,
    reference: &[Reference {
        title: "What the paper says of storage",
        source: NOTES,
        csv: "quantity,value\n\
            pumped hydro: round trip,70-80 %\n\
            batteries: round trip,60-95 %\n\
            hydrogen: round trip from AC to AC,about 35 %\n\
            hydrogen: cost of delivered energy,113 USD/MWh\n\
            pumped hydro: share of grid storage,95 %\n\
            platinum: share of a fuel cell's capital,over 40 %\n\
            platinum: to deliver 35 TWh a day,about 2000 t of 70000 t in reserve\n",
    }],
    run: |_, record| Ok(measure(record)?),
};

const EXPECTED: &[Expected] = &[
    Expected::printed("electrolyser at 0.70 times fuel cell at 0.60", "", 0.42, NOTES)
        .within(Bound::Abs(0.005)),
    known("efficiency that 35 % leaves for all other stages", "", NOTES, Bound::Between(0.0, 1.0)),
    near("heat of burning H2, liquid water", "kJ/mol", HANDBOOK, 285.8, 1.0),
    near("heat of burning H2, vapour", "kJ/mol", HANDBOOK, 241.8, 1.0),
    near("heat of burning CO", "kJ/mol", HANDBOOK, 283.0, 1.0),
    near("heat of burning CH4, liquid water", "kJ/mol", HANDBOOK, 890.5, 1.0),
    near("heat of burning CH4, vapour", "kJ/mol", HANDBOOK, 802.5, 1.0),
    near("heat of burning C2H4, liquid water", "kJ/mol", HANDBOOK, 1411.0, 1.0),
    near("heat of burning CH3OH, liquid water", "kJ/mol", HANDBOOK, 725.9, 1.0),
    near("heat of burning C2H5OH, liquid water", "kJ/mol", HANDBOOK, 1366.8, 1.0),
    near("heat of burning HCOOH, liquid water", "kJ/mol", HANDBOOK, 254.3, 1.0),
    near("least work of making hydrogen", "kWh/kg", HANDBOOK, 237.112 / 2.016 / 3.6, 0.05),
    near("voltage of the heat of hydrogen, liquid water", "V", HANDBOOK, 1.4811, 0.001),
    near("voltage of the heat of hydrogen, vapour", "V", HANDBOOK, 1.2530, 0.001),
    known("worth of the payments on a capital of 1", "difference to 1", "closed form", Bound::AtMost(1e-12)),
];

/// Fuels with the rows of their heats.
const FUELS: [(&str, &str); 7] = [
    ("H2", "heat of burning H2"),
    ("CO", "heat of burning CO"),
    ("CH4", "heat of burning CH4"),
    ("C2H4", "heat of burning C2H4"),
    ("CH3OH", "heat of burning CH3OH"),
    ("C2H5OH", "heat of burning C2H5OH"),
    ("HCOOH", "heat of burning HCOOH"),
];

fn measure(record: &mut Record) -> Result<()> {
    let table = FormationTable::standard();
    let trip = RoundTrip::new([("electrolyser", 0.70), ("fuel cell", 0.60)])?;
    exact(record, "electrolyser at 0.70 times fuel cell at 0.60", trip.efficiency());
    exact(record, "efficiency that 35 % leaves for all other stages", trip.remaining_stage(0.35));

    fuels(&table, record)?;
    exact(record, "least work of making hydrogen", least_electrolysis_kwh_per_kg(&table)?);
    let voltage = |value: HeatingValue| value.hydrogen_v(&table);
    exact(record, "voltage of the heat of hydrogen, liquid water", voltage(HeatingValue::Higher)?);
    exact(record, "voltage of the heat of hydrogen, vapour", voltage(HeatingValue::Lower)?);

    let factor = capital_recovery_factor(0.08, 20.0)?;
    let worth: f64 = (1..=20).map(|year| factor / 1.08_f64.powi(year)).sum();
    exact(record, "worth of the payments on a capital of 1", (worth - 1.0).abs());
    costs(record)?;
    platinum(record)
}

fn fuels(table: &FormationTable, record: &mut Record) -> Result<()> {
    let columns = ["fuel", "higher, kWh/kg", "lower, kWh/kg", "higher, kJ/mol", "lower, kJ/mol"];
    let mut content = Table::new("energy-content", "Heat of burning fuels", &columns);
    for (fuel, row) in FUELS {
        let gram = fuel.parse::<Species>()?.molar_mass_g();
        let [higher, lower] =
            [HeatingValue::Higher, HeatingValue::Lower].map(|value| value.kwh_per_kg(fuel, table));
        let (higher, lower) = (higher?, lower?);
        let kj_mol = |kwh_per_kg: f64| kwh_per_kg * 3.6 * gram;
        if fuel == "CO" {
            exact(record, row, kj_mol(higher));
        } else {
            exact(record, format!("{row}, liquid water"), kj_mol(higher));
        }
        if matches!(fuel, "H2" | "CH4") {
            exact(record, format!("{row}, vapour"), kj_mol(lower));
        }
        let numbers = [higher, lower, kj_mol(higher), kj_mol(lower)];
        content.row(std::iter::once(Cell::from(fuel)).chain(numbers.map(Cell::from)));
    }
    record.table(content);
    Ok(())
}

/// What delivered electricity costs over the price of charging, and what 113 USD/MWh leaves for the plant.
fn costs(record: &mut Record) -> Result<()> {
    let plant = |round_trip, charging_usd_mwh| Plant {
        capital_usd: 1.5e6,
        operation_usd_per_year: 3e4,
        interest: 0.08,
        years: 20.0,
        delivered_mwh_per_year: 3000.0,
        cycles_per_year: 300.0,
        charging_usd_mwh,
        round_trip,
    };
    let columns = ["round trip", "charging, USD/MWh", "charging part, USD/MWh", "left of 113 USD/MWh"];
    let mut left = Table::new("left-for-the-plant", "What 113 USD/MWh leaves for the plant", &columns);
    let mut series = Vec::new();
    for (label, round_trip) in [
        ("hydrogen, 0.35", 0.35),
        ("hydrogen, 0.42", 0.42),
        ("pumped hydro, 0.75", 0.75),
        ("battery, 0.90", 0.90),
    ] {
        let mut points = Vec::new();
        for step in 0..=12 {
            let price = 5.0 * f64::from(step);
            let cost = plant(round_trip, price).levelised_cost()?;
            points.push((price, cost.total_usd_mwh()));
            if step % 3 == 0 {
                let part = cost.charging_usd_mwh;
                left.row([round_trip, price, part, 113.0 - part].map(Cell::from));
            }
        }
        series.push(Series { label: label.into(), points });
    }
    record.table(left);
    record.figure(LineChart {
        name: "cost-of-storage".into(),
        title: "Cost of delivered electricity, one plant at four round trips".into(),
        x: Axis::linear("price of charging, USD/MWh"),
        y: Axis::linear("levelised cost, USD/MWh"),
        series,
    });
    record.note(
        "The plant of the figure (1.5 million USD for 10 MWh a cycle, 300 cycles a year, 20 years at 8 %) is chosen \
         here; the paper's plant is not known. The lower the round trip, the more the price of charging weighs.",
    );
    Ok(())
}

/// Platinum for the paper's 35 terawatt hours a day at several loadings.
fn platinum(record: &mut Record) -> Result<()> {
    let power_kw = 35e9 / 24.0;
    let columns = ["loading, mg/cm²", "power, W/cm²", "platinum, g/kW", "for 35 TWh a day, t"];
    let mut table = Table::new("platinum", "Platinum for fuel cells that deliver 35 TWh a day", &columns);
    for (loading_mg_cm2, power_w_cm2) in [(0.125, 1.0), (0.4, 1.0), (0.8, 0.6), (1.0, 0.6)] {
        let layer = CatalystLayer { loading_mg_cm2, power_w_cm2 };
        let row = [loading_mg_cm2, power_w_cm2, layer.metal_kg(1.0)? * 1e3, layer.metal_kg(power_kw)? * 1e-3];
        table.row(row.map(Cell::from));
    }
    record.table(table);
    record.note(format!(
        "35 TWh a day are {:.2} TW without a pause; 2000 t of platinum would be {:.2} g/kW.",
        power_kw * 1e-9,
        2e9 / power_kw
    ));
    Ok(())
}
