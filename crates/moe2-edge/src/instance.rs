//! Selection problems to try solvers on. All numbers are derived here and stand for no real machine.

use crate::{Expert, QualityTable, Result};

/// Experts and their scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// The experts.
    pub experts: Vec<Expert>,
    /// Their scores.
    pub table: QualityTable,
}

/// Eight experts on three servers and six categories of tasks, small enough to follow by hand. Intended for 0.05 s of
/// aggregation per expert.
///
/// ```
/// use moe2_edge::objective::{SetObjective, TopOne};
/// let small = moe2_edge::instance::small()?;
/// let objective = TopOne::new(&small.table);
/// let value = |set: &[usize]| objective.of(set.iter().copied().collect()) as f64 / objective.scale();
/// assert_eq!(value(&[0]), 0.3180);
/// assert_eq!(value(&[0, 1, 2, 3, 4, 5, 6, 7]), 0.8551);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
///
/// # Errors
/// None: the table is valid.
pub fn small() -> Result<Instance> {
    const ENERGY_J: [f64; 8] = [6.0, 15.0, 33.0, 35.0, 38.0, 62.0, 95.0, 170.0];
    const DELAY_S: [f64; 8] = [0.9, 1.6, 3.4, 3.5, 3.9, 0.9, 1.3, 2.2];
    const SERVER: [usize; 8] = [0, 0, 0, 1, 1, 2, 2, 2];
    const SHARE: [f64; 6] = [0.30, 0.20, 0.15, 0.15, 0.12, 0.08];
    #[rustfmt::skip]
    const SCORES: [f32; 48] = [
        0.38, 0.52, 0.58, 0.54, 0.64, 0.69, 0.75, 0.79,
        0.22, 0.48, 0.93, 0.62, 0.70, 0.74, 0.85, 0.90,
        0.15, 0.35, 0.48, 0.89, 0.55, 0.58, 0.70, 0.80,
        0.45, 0.62, 0.60, 0.58, 0.74, 0.86, 0.80, 0.83,
        0.25, 0.40, 0.42, 0.38, 0.80, 0.64, 0.68, 0.76,
        0.50, 0.66, 0.64, 0.60, 0.78, 0.82, 0.92, 0.88,
    ];
    let experts =
        (0..8).map(|i| Expert::new(&format!("expert-{i}"), SERVER[i], DELAY_S[i], ENERGY_J[i])).collect();
    Ok(Instance { experts, table: QualityTable::from_scores(8, &SCORES, Some(&SHARE), None)? })
}

/// `n` random experts on five servers and `prompts` prompts of eight topics. Costs are whole millijoules and
/// milliseconds, scores whole millionths; the same numbers follow in any language with IEEE doubles, since only `+ - * /`, square
/// roots and rounding are used. Energy and delay grow with a size drawn in `[0.5, 32]`, and so does skill.
///
/// ```
/// let instance = moe2_edge::instance::synthetic(40, 200, 20250116)?;
/// assert_eq!(instance.experts[0].costs[0].energy_j, 38.510);
/// assert_eq!(instance.table.expert_scores(0)[0], 0.818914);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
///
/// # Errors
/// [`Error::Dimension`](crate::Error::Dimension) for no experts or prompts, [`Error::TooMany`](crate::Error::TooMany) for more than 128 experts or too
/// many prompts.
pub fn synthetic(n: usize, prompts: usize, seed: u64) -> Result<Instance> {
    const TOPICS: usize = 8;
    if n > crate::ExpertSet::MAX {
        return Err(crate::Error::TooMany { what: "experts", limit: crate::ExpertSet::MAX, got: n });
    }
    if prompts > QualityTable::MAX_PROMPTS {
        return Err(crate::Error::TooMany {
            what: "prompts",
            limit: QualityTable::MAX_PROMPTS,
            got: prompts,
        });
    }
    let mut random = SplitMix64(seed);
    let mut skills = Vec::new();
    let mut experts = Vec::new();
    for i in 0..n {
        let u = random.unit();
        let size = 0.5 + 31.5 * u * u;
        let energy_mj = (1000.0 * (2.0 + 4.0 * size * (0.8 + 0.4 * random.unit())) + 0.5).floor();
        let delay_ms = (1000.0 * (0.2 + 0.12 * size * (0.8 + 0.4 * random.unit())) + 0.5).floor();
        let base = 0.30 + 0.09 * size.sqrt();
        skills.push([(); TOPICS].map(|()| base + 0.5 * (random.unit() - 0.5)));
        experts.push(Expert::new(&format!("expert-{i}"), i % 5, delay_ms / 1000.0, energy_mj / 1000.0));
    }
    let mut scores = Vec::with_capacity(n * prompts);
    for m in 0..prompts {
        let hard = random.unit();
        for skill in &skills {
            let z = 2.0 * (skill[m % TOPICS] - hard) + 0.8 * (random.unit() - 0.5);
            let q = (1e6 * 0.5 * (1.0 + z / (1.0 + z * z).sqrt()) + 0.5).floor();
            #[allow(clippy::cast_possible_truncation, reason = "scores have six digits")]
            scores.push((q / 1e6) as f32);
        }
    }
    Ok(Instance { experts, table: QualityTable::from_scores(n, &scores, None, None)? })
}

/// The generator of Steele, Lea and Flood (2014).
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// In `[0, 1)`, with 53 bits.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs for seed 0, as published with the generator.
    #[test]
    fn generator() {
        let mut random = SplitMix64(0);
        let first = [(); 3].map(|()| random.next());
        assert_eq!(first, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
    }
}
