//! A set of experts with costs and a trained gate, and what each way to select earns under each budget.

use super::x4_gate::{gate, router};
use crate::cost::{Accounting, Efficiency, Setting, Tokens, prompt_cost};
use crate::data::synthetic::{SyntheticConfig, SyntheticExperts};
use crate::data::{RoutingData, Split};
use crate::gate::Gate;
use crate::gate::evaluate::routed_score;
use crate::model::{CategoryCost, Device, Link, Llm};
use crate::objective::TopOne;
use crate::select::{DelayModel, EnergyModel, Greedy, Limits, Rules, SelectionProblem, Solver};
use crate::{Error, Expert, ExpertSet, QualityTable, Result};
use common::dataset::DatasetError;
use common::experiment::{Context, Table};
use common::report::{Axis, LineChart, Series};

/// Bytes of one weight: four bits and the scales of small groups.
const BYTES_PER_WEIGHT: f64 = 0.5625;
/// Bytes of the key-value cache for each token.
const CACHE_BYTES: f64 = 131_072.0;
/// Budgets of a sweep.
const BUDGETS: usize = 12;

/// A server and the power mode that it runs in.
struct Server {
    device: &'static str,
    mode: &'static str,
}

/// What a study is made of.
pub(super) struct Study {
    /// For names of files.
    pub(super) key: &'static str,
    title: &'static str,
    experts: Vec<Expert>,
    shares: Vec<f64>,
    /// Rows that the gate was trained on.
    train: RoutingData,
    /// Rows that all ways are compared on.
    test: RoutingData,
    /// The gate's predictions for rows it was not trained on: what sets are selected by.
    selection: QualityTable,
    /// The gate's predictions for the rows of `test`.
    predictions: Vec<f32>,
}

/// Which budget is varied.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Sweep {
    /// J of one prompt, any delay.
    Energy,
    /// s of one prompt, any energy.
    Delay,
}

/// What a sweep finds.
pub(super) struct Findings {
    /// Pairs of a budget and a baseline that has a larger value than the exact selection.
    pub(super) beaten: usize,
    /// Budgets at which the best value is below that of a smaller budget.
    pub(super) falls: usize,
    /// Points of the routed score above that of the best single expert on the rows held out, mean over the budgets.
    pub(super) gain: f64,
    /// Values of the objective.
    pub(super) solved: Table,
    /// Scores on the rows held out.
    pub(super) held_out: Table,
    pub(super) figure: LineChart,
}

impl Study {
    /// Six experts that the crate trains itself, with sizes that are assumed.
    pub(super) fn synthetic(context: &Context<'_>) -> Result<Self> {
        const SERVERS: [Server; 2] = [
            Server { device: "jetson-orin-nano-8", mode: "25w" },
            Server { device: "jetson-agx-orin-64", mode: "60w" },
        ];
        let config = SyntheticConfig { seed: context.seed(), ..SyntheticConfig::default() };
        let experts = SyntheticExperts::train(&config)?;
        let sizes = [(1e9, 0), (1.5e9, 0), (2e9, 0), (3e9, 1), (4e9, 1), (8e9, 1)];
        Self::new("synthetic", "Six synthetic experts", experts.data(), &sizes, &SERVERS)
    }

    /// The nine models of the public table: the three large ones on a board each, the others on a graphics card and a
    /// further board in turn.
    pub(super) fn nine_models(context: &Context<'_>) -> std::result::Result<Result<Self>, DatasetError> {
        const ORIN: Server = Server { device: "jetson-agx-orin-64", mode: "60w" };
        const SERVERS: [Server; 5] = [Server { device: "rtx-4090", mode: "450w" }, ORIN, ORIN, ORIN, ORIN];
        let sizes =
            [(7e9, 0), (9e9, 1), (8e9, 0), (51e9, 2), (49e9, 3), (70e9, 4), (8e9, 1), (7e9, 0), (7e9, 1)];
        let data = router(context)?;
        Ok(data.and_then(|data| Self::new("nine", "Nine language models", &data, &sizes, &SERVERS)))
    }

    fn new(
        key: &'static str,
        title: &'static str,
        data: &RoutingData,
        sizes: &[(f64, usize)],
        servers: &[Server],
    ) -> Result<Self> {
        let (train, selection) = data.split(Split::Train)?.hold_out(0, 5)?;
        let test = data.split(Split::Test)?;
        let gate = Gate::train(&gate(), &train)?.0;
        let categories = data.task_names().len();
        let tokens: Vec<Tokens> = (0..categories).map(|task| tokens_of(data, task)).collect();
        let experts = data
            .models()
            .iter()
            .zip(sizes)
            .map(|(name, &(parameters, server))| expert(name, parameters, server, &servers[server], &tokens))
            .collect::<Result<Vec<_>>>()?;
        let scores = gate.predict(selection.prompts());
        let selection = QualityTable::from_scores(experts.len(), &scores, None, Some(selection.tasks()))?;
        let shares = selection.category_shares(categories)?;
        let predictions = gate.predict(test.prompts());
        Ok(Self { key, title, experts, shares, train, test, selection, predictions })
    }

    /// Costs of the experts.
    pub(super) fn costs(&self) -> Table {
        let title = format!("{}: energy and delay of a prompt, mean and largest over its tasks", self.title);
        let mut table = Table::new(
            &format!("{}-costs", self.key),
            &title,
            &["expert", "server", "mean / J", "largest / J", "mean / s", "largest / s", "mean score"],
        );
        let scores = self.train.mean_scores();
        for (expert, score) in self.experts.iter().zip(scores) {
            let mean = |of: fn(&CategoryCost) -> f64| -> f64 {
                expert.costs.iter().zip(&self.shares).map(|(cost, share)| share * of(cost)).sum()
            };
            let largest = |of: fn(&CategoryCost) -> f64| expert.costs.iter().map(of).fold(0.0, f64::max);
            table.row([
                expert.name.as_str().into(),
                (expert.server as f64).into(),
                mean(|cost| cost.energy_j).into(),
                largest(|cost| cost.energy_j).into(),
                mean(|cost| cost.delay_s).into(),
                largest(|cost| cost.delay_s).into(),
                score.into(),
            ]);
        }
        table
    }

    fn problem(&self, sweep: Sweep, budget: f64) -> Result<SelectionProblem<TopOne>> {
        let (energy_j, delay_s) = match sweep {
            Sweep::Energy => (budget, f64::INFINITY),
            Sweep::Delay => (f64::INFINITY, budget),
        };
        let mut rules = Rules::new(EnergyModel::SumSelected, DelayModel::SerialPerServer, energy_j, delay_s);
        rules.budgets.delay_s = vec![delay_s; self.shares.len()];
        rules.category_shares.clone_from(&self.shares);
        SelectionProblem::new(TopOne::new(&self.selection), &self.experts, &rules)
    }

    /// Budgets from the cheapest expert to all of them, in equal ratios.
    fn budgets(&self, sweep: Sweep) -> Result<Vec<f64>> {
        let problem = self.problem(sweep, f64::INFINITY)?;
        let cost = |set: ExpertSet| -> Result<f64> {
            match sweep {
                Sweep::Energy => problem.energy_j(set),
                Sweep::Delay => Ok(problem.delay_s(set)?.into_iter().fold(0.0, f64::max)),
            }
        };
        let mut cheapest = f64::INFINITY;
        for i in 0..self.experts.len() {
            cheapest = cheapest.min(cost(ExpertSet::one(i))?);
        }
        let all = cost(ExpertSet::first(self.experts.len()))?;
        let step = |k: usize| cheapest * (all / cheapest).powf(k as f64 / (BUDGETS - 1) as f64);
        // rounded up, so that the first budget admits the cheapest expert and the last one all of them
        Ok((0..BUDGETS).map(|k| (1000.0 * step(k) - 1e-6).ceil() / 1000.0).collect())
    }

    /// Routed score on the rows held out.
    fn routed(&self, set: ExpertSet) -> Result<f64> {
        routed_score(&self.predictions, &self.test, set)
    }

    /// Share of the rows held out on which more than half of a set is right.
    fn majority(&self, set: ExpertSet) -> f64 {
        let right = self.test.score_rows().filter(|scores| {
            let votes: f64 = set.iter().map(|i| f64::from(scores[i])).sum();
            2.0 * votes > set.len() as f64
        });
        right.count() as f64 / self.test.len() as f64
    }

    /// The admissible expert with the largest mean score on the rows of training.
    fn single(&self, problem: &SelectionProblem<TopOne>) -> Result<Option<usize>> {
        let means = self.train.mean_scores();
        let mut best: Option<usize> = None;
        for i in 0..means.len() {
            if problem.breach(ExpertSet::one(i))?.is_none() && best.is_none_or(|best| means[i] > means[best])
            {
                best = Some(i);
            }
        }
        Ok(best)
    }

    /// Every way to select under every budget.
    pub(super) fn sweep(&self, sweep: Sweep, seed: u64) -> Result<Findings> {
        let (unit, word, file) = match sweep {
            Sweep::Energy => ("J", "energy", "energy"),
            Sweep::Delay => ("s", "delay", "delay"),
        };
        let budget_column = format!("{word} / {unit}");
        let mut solved = Table::new(
            &format!("{}-{file}-solved", self.key),
            &format!("{}: value of the selected set, the mean of the gate's largest prediction", self.title),
            &[
                &budget_column,
                "exact",
                "greedy by gain",
                "greedy by gain per J",
                "random",
                "best single",
                "members",
            ],
        );
        let mut held_out = Table::new(
            &format!("{}-{file}-held-out", self.key),
            &format!("{}: mean score on prompts held out, routed by the gate", self.title),
            &[
                &budget_column,
                "exact",
                "greedy by gain",
                "greedy by gain per J",
                "random",
                "best single",
                "majority of exact",
                "all, any budget",
            ],
        );
        let names =
            ["exact selection", "greedy by gain", "greedy by gain per J", "random set", "best single expert"];
        let mut curves: Vec<Series> =
            names.iter().map(|name| Series { label: (*name).into(), points: Vec::new() }).collect();
        let all = self.routed(ExpertSet::first(self.experts.len()))?;
        let (mut beaten, mut falls, mut gains, mut last) = (0, 0, Vec::new(), 0);
        for budget in self.budgets(sweep)? {
            let problem = self.problem(sweep, budget)?;
            let best = problem.solve(Solver::Auto, &Limits::default())?;
            falls += usize::from(best.value_units < last);
            last = best.value_units;
            let single = self.single(&problem)?.ok_or(Error::EmptySet)?;
            let mut sets = vec![best.experts];
            for solver in
                [Solver::Greedy(Greedy::Gain), Solver::Greedy(Greedy::GainPerEnergy), Solver::Random { seed }]
            {
                sets.push(problem.solve(solver, &Limits::default())?.experts);
            }
            sets.push(ExpertSet::one(single));
            let mut values = vec![budget.into()];
            let mut scores = vec![budget.into()];
            for (&set, curve) in sets.iter().zip(&mut curves) {
                let (value, score) = (problem.value(set)?, self.routed(set)?);
                beaten += usize::from(value > best.value);
                values.push(value.into());
                scores.push(score.into());
                curve.points.push((budget, score));
            }
            gains.push(100.0 * (self.routed(best.experts)? - self.routed(sets[4])?));
            values.push(best.experts.iter().map(|i| i.to_string()).collect::<Vec<_>>().join(" ").into());
            scores.extend([self.majority(best.experts).into(), all.into()]);
            solved.row(values);
            held_out.row(scores);
        }
        let gain = common::stats::mean(&gains).unwrap_or(f64::NAN);
        let figure = LineChart {
            name: format!("{}-{file}", self.key),
            title: format!("{}: score on prompts held out against the limit of {word}", self.title),
            x: Axis::log(&budget_column),
            y: Axis::linear("mean score"),
            series: curves,
        };
        Ok(Findings { beaten, falls, gain, solved, held_out, figure })
    }
}

/// Tokens of a task: a quarter of the bytes of its prompts, and a short answer where there are options or facts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "prompts have less than 4e9 bytes"
)]
fn tokens_of(data: &RoutingData, task: usize) -> Tokens {
    let prompts = data.prompts().iter().zip(data.tasks()).filter(|(_, of)| **of as usize == task);
    let bytes: Vec<f64> = prompts.map(|(prompt, _)| prompt.len() as f64).collect();
    let input = common::stats::mean(&bytes).map_or(1.0, |mean| (mean / 4.0).ceil().max(1.0)) as u32;
    let long =
        ["math", "gsm8k", "mbpp", "human_eval", "commongen", "agentverse-mgsm", "agentverse-logicgrid"];
    let output = if long.contains(&data.task_names()[task].as_str()) { 256 } else { 8 };
    Tokens { input, output }
}

/// The uplink of all experiments: 10 MHz, 0.2 W, gain 1e-10, a noise density of -204 dBW/Hz.
pub(super) fn uplink() -> Link {
    Link::Wireless {
        bandwidth_hz: 10e6,
        power_w: 0.2,
        gain: 1e-10,
        noise_w_hz: 10_f64.powf((-174.0 - 30.0) / 10.0),
    }
}

fn expert(name: &str, parameters: f64, server: usize, on: &Server, tokens: &[Tokens]) -> Result<Expert> {
    let device = Device::preset(on.device)?;
    let llm = Llm { parameters, bytes_per_weight: BYTES_PER_WEIGHT, cache_bytes_per_token: CACHE_BYTES };
    let setting = Setting {
        device: &device,
        mode: device.mode(on.mode)?,
        llm,
        efficiency: Efficiency::USUAL,
        uplink: Some(uplink()),
        downlink: None,
        queue_s: 0.0,
        accounting: Accounting::Marginal,
    };
    let costs =
        tokens.iter().map(|&tokens| Ok(prompt_cost(&setting, tokens)?.into())).collect::<Result<_>>()?;
    Ok(Expert { name: name.into(), server, costs, standby_j: 0.0, memory_bytes: llm.memory_bytes(1, 2048) })
}
