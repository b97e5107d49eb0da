//! What is quantised, and to how many bits.

use crate::quant::{Bits, Granularity, Scheme, Symmetry, ZeroRule};
use crate::{Error, Matrix, Result, Site};
use std::collections::BTreeMap;

/// Bits of every site and matrix. All activation quantisers are static, per tensor and asymmetric.
///
/// The presets are those of the configuration that gave the paper's accuracy table (saic-fi/MobileQuant): norm inputs,
/// scores, probabilities and the outputs of attention and MLP at 16 bits, everything else at 8; weights of norms at 16
/// bits; down always per channel. Embedding, final norm, output matrix and residual additions stay as they are.
///
/// ```
/// use mobilequant::Site;
/// use mobilequant::quant::Bits;
/// use mobilequant::simulate::Plan;
///
/// let mut plan = Plan::w8a8();
/// assert_eq!(plan.bits(3, Site::DownOutput), Some(Bits::B16));
/// plan.set("layers.*.mlp.down.output", Some(Bits::B8), 22)?;
/// plan.set("layers.3.mlp.down.output", None, 22)?;
/// assert_eq!(plan.bits(3, Site::DownOutput), None);
/// assert_eq!(plan.bits(4, Site::DownOutput), Some(Bits::B8));
/// # Ok::<(), mobilequant::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    sites: BTreeMap<Site, Option<Bits>>,
    overrides: BTreeMap<(usize, Site), Option<Bits>>,
    /// Scheme of the matrices; `None` leaves them in full precision.
    pub weights: Option<Scheme>,
    /// Scheme of down, where it differs.
    pub down: Option<Scheme>,
    /// Bits of the weights of norms, asymmetric and per tensor.
    pub norms: Option<Bits>,
    /// What happens to ranges without 0.
    pub zero: ZeroRule,
}

impl Plan {
    /// 8-bit weights per tensor (down per channel), 8-bit activations.
    #[must_use]
    pub fn w8a8() -> Self {
        Self::new(Bits::B8, Symmetry::Asymmetric, Granularity::PerTensor, paper_bits)
    }

    /// 4-bit weights per channel, asymmetric, 8-bit activations.
    #[must_use]
    pub fn w4a8() -> Self {
        Self::new(Bits::B4, Symmetry::Asymmetric, Granularity::PerChannel, paper_bits)
    }

    /// 4-bit weights per channel, symmetric, 8-bit activations: the variant that the paper runs on the device.
    #[must_use]
    pub fn w4a8_symmetric() -> Self {
        Self::new(Bits::B4, Symmetry::Symmetric, Granularity::PerChannel, paper_bits)
    }

    /// 8-bit weights, 16-bit activations everywhere.
    #[must_use]
    pub fn w8a16() -> Self {
        Self::new(Bits::B8, Symmetry::Asymmetric, Granularity::PerTensor, |_| Bits::B16)
    }

    /// 16-bit weights and activations everywhere: as good as full precision.
    #[must_use]
    pub fn w16a16() -> Self {
        Self::new(Bits::B16, Symmetry::Asymmetric, Granularity::PerChannel, |_| Bits::B16)
    }

    /// 8 bits everywhere, also at the sites that the paper keeps at 16: what it calls full W8A8.
    #[must_use]
    pub fn full_w8a8() -> Self {
        Self::new(Bits::B8, Symmetry::Asymmetric, Granularity::PerTensor, |_| Bits::B8)
    }

    /// Nothing is quantised.
    #[must_use]
    pub fn none() -> Self {
        let sites = Site::ALL.into_iter().map(|site| (site, None)).collect();
        let zero = ZeroRule::default();
        Self { sites, overrides: BTreeMap::new(), weights: None, down: None, norms: None, zero }
    }

    fn new(bits: Bits, symmetry: Symmetry, granularity: Granularity, of: impl Fn(Site) -> Bits) -> Self {
        let per_channel = Scheme { bits, symmetry, granularity: Granularity::PerChannel };
        Self {
            sites: Site::ALL.into_iter().map(|site| (site, Some(of(site)))).collect(),
            overrides: BTreeMap::new(),
            weights: Some(Scheme { bits, symmetry, granularity }),
            down: Some(per_channel),
            norms: Some(Bits::B16),
            zero: ZeroRule::default(),
        }
    }

    /// The same with the bits of these sites; what the first block has counts for all that do not differ.
    pub(crate) fn with_sites(mut self, sites: BTreeMap<(usize, Site), Option<Bits>>) -> Self {
        for ((layer, site), bits) in sites {
            if layer == 0 {
                self.sites.insert(site, bits);
            } else if self.bits(layer, site) != bits {
                self.overrides.insert((layer, site), bits);
            }
        }
        self
    }

    /// Bits of a site of a block; `None` for full precision.
    #[must_use]
    pub fn bits(&self, layer: usize, site: Site) -> Option<Bits> {
        *self.overrides.get(&(layer, site)).or_else(|| self.sites.get(&site)).unwrap_or(&None)
    }

    /// Scheme of a matrix; `None` for full precision.
    #[must_use]
    pub fn scheme(&self, which: Matrix) -> Option<Scheme> {
        match which {
            Matrix::Down => self.down.or(self.weights),
            _ => self.weights,
        }
    }

    /// Scheme of the weights of norms; `None` for full precision.
    pub(crate) fn norm_scheme(&self) -> Option<Scheme> {
        let (symmetry, granularity) = (Symmetry::Asymmetric, Granularity::PerTensor);
        self.norms.map(|bits| Scheme { bits, symmetry, granularity })
    }

    /// Sets the bits of all sites in a model of so many blocks whose path, as `layers.3.mlp.down.output`, matches a
    /// pattern, in which `*` stands for one part of a path.
    ///
    /// # Errors
    /// [`Error::Pattern`] if none matches.
    pub fn set(&mut self, pattern: &str, bits: Option<Bits>, layers: usize) -> Result<()> {
        let mut matched = false;
        for layer in 0..layers {
            for site in Site::ALL {
                if matches(pattern, &path(layer, site)) {
                    self.overrides.insert((layer, site), bits);
                    matched = true;
                }
            }
        }
        if matched { Ok(()) } else { Err(Error::Pattern(pattern.to_owned())) }
    }
}

/// Path of a site: `layers.3.mlp.down.output`.
#[must_use]
pub fn path(layer: usize, site: Site) -> String {
    format!("layers.{layer}.{}", site.path())
}

fn paper_bits(site: Site) -> Bits {
    match site {
        Site::AttentionNormInput
        | Site::MlpNormInput
        | Site::Scores
        | Site::Probabilities
        | Site::AttentionOutput
        | Site::DownOutput => Bits::B16,
        _ => Bits::B8,
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut parts, mut names) = (pattern.split('.'), path.split('.'));
    loop {
        match (parts.next(), names.next()) {
            (None, None) => return true,
            (Some(part), Some(name)) if part == "*" || part == name => {}
            _ => return false,
        }
    }
}
