//! Sets without proof.

use super::constraints::{Constraints, Usage};
use super::solution::Greedy;
use crate::ExpertSet;
use crate::objective::SetObjective;
use rand::RngExt as _;

/// Adds the best expert by a rule while one fits; of equal ones the lowest index.
pub(crate) fn greedy<O: SetObjective>(o: &O, c: &Constraints, rule: Greedy, among: ExpertSet) -> ExpertSet {
    let mut usage = Usage::of(c, c.required);
    let mut state = o.state(c.required);
    let mut gains = vec![0; c.experts];
    let mut candidates = among.difference(c.required);
    let rate = |gain: i64, i: usize| match rule {
        Greedy::GainPerEnergy => gain as f64 / c.energy(ExpertSet::one(i)).max(1) as f64,
        Greedy::BestSingle | Greedy::Gain => gain as f64,
    };
    loop {
        let set = usage.set();
        candidates = usage.fitting(candidates);
        o.gains(&state, candidates, &mut gains);
        // Past the first expert, one that adds nothing is not wanted.
        let wanted = candidates.iter().filter(|&i| set.is_empty() || gains[i] > 0);
        let best = wanted.max_by(|&a, &b| rate(gains[a], a).total_cmp(&rate(gains[b], b)).then(b.cmp(&a)));
        let Some(best) = best else { return set };
        usage.add(best);
        o.push(&mut state, best);
        candidates = candidates.without(best);
        if rule == Greedy::BestSingle {
            return usage.set();
        }
    }
}

/// Exchanges one member for one expert outside, and fills up, while the value rises.
pub(crate) fn improve<O: SetObjective>(
    o: &O,
    c: &Constraints,
    mut set: ExpertSet,
    among: ExpertSet,
) -> ExpertSet {
    let mut gains = vec![0; c.experts];
    let mut value = o.of(set);
    for _ in 0..4 {
        let mut better = None;
        for out in set.difference(c.required).iter() {
            let rest = set.without(out);
            let fits = Usage::of(c, rest).fitting(among.difference(set));
            let state = o.state(rest);
            let base = o.value(&state);
            o.gains(&state, fits, &mut gains);
            for i in fits.iter() {
                if base + gains[i] > better.map_or(value, |(value, _)| value) {
                    better = Some((base + gains[i], rest.with(i)));
                }
            }
        }
        let Some((_, exchanged)) = better else { break };
        set = fill(o, c, exchanged, among);
        value = o.of(set);
    }
    set
}

pub(crate) fn fill<O: SetObjective>(o: &O, c: &Constraints, set: ExpertSet, among: ExpertSet) -> ExpertSet {
    let mut gains = vec![0; c.experts];
    let mut state = o.state(set);
    let mut usage = Usage::of(c, set);
    loop {
        let fits = usage.fitting(among.difference(usage.set()));
        o.gains(&state, fits, &mut gains);
        match fits.iter().filter(|&i| gains[i] > 0).max_by_key(|&i| (gains[i], std::cmp::Reverse(i))) {
            None => return usage.set(),
            Some(best) => {
                usage.add(best);
                o.push(&mut state, best);
            }
        }
    }
}

/// Experts in random order, each added if it fits.
pub(crate) fn random(c: &Constraints, seed: u64) -> ExpertSet {
    let mut rng = common::rng::Streams::new(seed).stream("select/random");
    let mut order: Vec<usize> = (0..c.experts).collect();
    for i in (1..order.len()).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
    order.into_iter().fold(c.required, |set, i| if c.admissible(set.with(i)) { set.with(i) } else { set })
}
