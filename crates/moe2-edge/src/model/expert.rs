//! Experts as the selection sees them.

/// What one prompt of a category costs on an expert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CategoryCost {
    /// Time to the complete answer, the uplink included, s.
    pub delay_s: f64,
    /// Energy of the answer, J.
    pub energy_j: f64,
    /// The part of the delay that the uplink takes, s.
    pub uplink_s: f64,
}

/// A language model on a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Expert {
    /// Name, different from all others.
    pub name: String,
    /// Index of its server.
    pub server: usize,
    /// Costs by category.
    pub costs: Vec<CategoryCost>,
    /// Energy per prompt of keeping it loaded, J.
    pub standby_j: f64,
    /// Memory it takes on its server, bytes.
    pub memory_bytes: u64,
}

impl Expert {
    /// An expert with one category, no standby energy and no memory.
    ///
    /// ```
    /// let expert = moe2_edge::Expert::new("small", 0, 0.9, 6.0);
    /// assert_eq!(expert.costs[0].energy_j, 6.0);
    /// ```
    #[must_use]
    pub fn new(name: &str, server: usize, delay_s: f64, energy_j: f64) -> Self {
        let costs = vec![CategoryCost { delay_s, energy_j, uplink_s: 0.0 }];
        Self { name: name.into(), server, costs, standby_j: 0.0, memory_bytes: 0 }
    }
}
