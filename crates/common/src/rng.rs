//! Named, independent random streams from one seed.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The random streams of one run. A stream depends on the seed and on its own name only, so that adding
/// a stream never shifts another one.
///
/// ```
/// use common::rng::Streams;
/// use rand::Rng;
///
/// let streams = Streams::new(7);
/// let mut weather = streams.stream("weather");
/// let mut again = Streams::new(7).stream("weather");
/// assert_eq!(weather.next_u64(), again.next_u64());
/// assert_ne!(weather.next_u64(), streams.stream("load").next_u64());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The streams of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The seed that all streams come from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The stream of this name: `ChaCha8`, keyed by the seed, with the FNV-1a hash of the name as stream number.
    #[must_use]
    pub fn stream(&self, name: &str) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(fnv1a64(name));
        rng
    }
}

/// The 64-bit FNV-1a hash.
fn fnv1a64(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published test vectors of FNV-1a (Fowler, Noll, Vo).
    #[test]
    fn fnv_vectors() {
        assert_eq!(fnv1a64(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a64("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a64("foobar"), 0x8594_4171_f739_67e8);
    }
}
