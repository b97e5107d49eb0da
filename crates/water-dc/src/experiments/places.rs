//! Litres of the paper's four requests in its places: the bars of its figures.

use crate::{PaperSites, Result, Site, Tables};
use common::experiment::{Cell, Table};
use common::report::{Bar, BarChart};

/// A request of the paper's figures.
pub(super) struct Request {
    pub(super) task: &'static str,
    pub(super) model: &'static str,
    /// How rows call it.
    pub(super) label: &'static str,
    /// File name of its figure.
    pub(super) file: &'static str,
}

/// The four requests of the figures.
pub(super) const REQUESTS: [Request; 4] = [
    Request {
        task: "10-page-report",
        model: "Llama-3-70B",
        label: "report, Llama-3-70B",
        file: "report-llama-3-70b",
    },
    Request { task: "10-page-report", model: "GPT-4", label: "report, GPT-4", file: "report-gpt-4" },
    Request {
        task: "medium-email",
        model: "Llama-3-70B",
        label: "email, Llama-3-70B",
        file: "email-llama-3-70b",
    },
    Request { task: "medium-email", model: "GPT-4", label: "email, GPT-4", file: "email-gpt-4" },
];

/// One place with the height of its bar for each request.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) site: Site,
    /// All water per kWh of server energy.
    pub(super) liters_per_kwh: f64,
    /// Litres of each of [`REQUESTS`].
    pub(super) liters: [f64; 4],
}

/// The 11 countries, then the United States and the global average.
pub(super) fn places(tables: &Tables, sites: &PaperSites<'_>) -> Result<Vec<Place>> {
    let countries = sites.countries.iter().map(|row| (row.country.name.as_str(), row.site));
    let references = [("United States", sites.united_states), ("Global average", sites.global)];
    countries.chain(references).map(|(name, site)| place(tables, name, site)).collect()
}

fn place(tables: &Tables, name: &str, site: Site) -> Result<Place> {
    let mut liters = [0.0; 4];
    for (liters, request) in liters.iter_mut().zip(&REQUESTS) {
        *liters = site.footprint(tables.request_energy(request.task, request.model)?).total().get();
    }
    Ok(Place { name: name.into(), site, liters_per_kwh: site.intensity().get(), liters })
}

/// Largest bar over the 11 countries for each request.
pub(super) fn upper(places: &[Place]) -> [f64; 4] {
    let mut upper = [0.0_f64; 4];
    for place in places.iter().filter(|place| !is_reference(place)) {
        for (upper, liters) in upper.iter_mut().zip(place.liters) {
            *upper = upper.max(liters);
        }
    }
    upper
}

fn is_reference(place: &Place) -> bool {
    matches!(place.name.as_str(), "United States" | "Global average")
}

/// The table behind the figures.
pub(super) fn table(places: &[Place]) -> Table {
    let mut table = Table::new(
        "places",
        "Water by place",
        &[
            "place",
            "on site, L/kWh IT",
            "leakage, L/kWh IT",
            "off site, L/kWh facility",
            "PUE",
            "total, L/kWh IT",
            "report, Llama-3-70B, L",
            "report, GPT-4, L",
            "email, Llama-3-70B, L",
            "email, GPT-4, L",
        ],
    );
    for place in places {
        let site = &place.site;
        let onsite = site.onsite.get();
        let numbers = [
            onsite,
            onsite * site.leakage.per_liter(),
            site.offsite.get(),
            site.pue.get(),
            place.liters_per_kwh,
        ];
        let cells = numbers.into_iter().chain(place.liters).map(Cell::from);
        table.row([Cell::from(place.name.as_str())].into_iter().chain(cells));
    }
    table
}

/// The figure of one request; `row` names the report's row of a bar, `lines` the rows drawn across all bars.
pub(super) fn figure(
    places: &[Place],
    request: usize,
    title: &str,
    row: impl Fn(&Place) -> Option<String>,
    lines: Vec<String>,
) -> BarChart {
    let bar =
        |place: &Place| Bar { label: place.name.clone(), value: place.liters[request], row: row(place) };
    BarChart {
        name: REQUESTS[request].file.into(),
        title: title.into(),
        axis: "water, L".into(),
        bars: places.iter().map(bar).collect(),
        lines,
    }
}
