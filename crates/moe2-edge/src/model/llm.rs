//! Language models as loads of a computer.

/// Size of a language model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Llm {
    /// Number of parameters.
    pub parameters: f64,
    /// Bytes of one weight, such as 2 for half precision.
    pub bytes_per_weight: f64,
    /// Bytes of the key-value cache for each token.
    pub cache_bytes_per_token: f64,
}

impl Llm {
    /// Bytes of the key-value cache for each token: keys and values of each layer.
    ///
    /// ```
    /// assert_eq!(moe2_edge::model::Llm::cache_bytes(32, 8, 128, 2), 131_072.0);
    /// ```
    #[must_use]
    pub fn cache_bytes(layers: u32, heads: u32, head_size: u32, bytes: u32) -> f64 {
        2.0 * f64::from(layers) * f64::from(heads) * f64::from(head_size) * f64::from(bytes)
    }

    /// Memory of the weights and of the caches of `batch` prompts of `context` tokens, bytes, rounded up.
    ///
    /// ```
    /// let llm = moe2_edge::model::Llm { parameters: 7e9, bytes_per_weight: 2.0, cache_bytes_per_token: 131_072.0 };
    /// assert_eq!(llm.memory_bytes(1, 1000), 14_131_072_000);
    /// ```
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    pub fn memory_bytes(&self, batch: u32, context: u32) -> u64 {
        let cache = f64::from(batch) * f64::from(context) * self.cache_bytes_per_token;
        (self.parameters * self.bytes_per_weight + cache).ceil() as u64
    }
}
