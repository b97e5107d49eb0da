//! Options that several commands share.

use clap::ValueEnum;
use water_dc::{Profile, Tables, country::Country, fuel::FuelMix};

/// A set of inputs and choices, see `water_dc::Profile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    /// arXiv v2, December 2024: on-site values that v3 withdrew, no leakage.
    PaperV2,
    /// arXiv v3, June 2026, as published: Congo with the mix of the Democratic Republic of the Congo.
    PaperV3,
    /// The same with Congo's own mix.
    PaperV3Corrected,
    /// Own hourly weather instead of an annual mean (needs --weather).
    Hourly,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::PaperV2 => Self::PaperV2,
            ProfileName::PaperV3 => Self::PaperV3,
            ProfileName::PaperV3Corrected => Self::PaperV3Corrected,
            ProfileName::Hourly => Self::Hourly,
        }
    }
}

/// The mix behind a country's off-site water under a profile; `None` where the paper does not say it.
pub fn mix(profile: Profile, country: &Country) -> Option<&FuelMix> {
    match (profile, &country.paper) {
        (Profile::PaperV2, _) => None,
        (Profile::PaperV3, Some(paper)) => Some(&paper.mix_v3),
        _ => Some(&country.mix),
    }
}

/// The tables that the library carries.
pub fn tables() -> &'static Tables {
    Tables::embedded()
}

/// An interval on the command line: `LOW:HIGH`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl std::str::FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("interval must be LOW:HIGH, two numbers that rise, got {text:?}");
        let (low, high) = text.split_once(':').ok_or_else(wrong)?;
        let end = |text: &str| text.trim().parse::<f64>().map_err(|_| wrong());
        let interval = Self { low: end(low)?, high: end(high)? };
        if interval.low <= interval.high { Ok(interval) } else { Err(wrong()) }
    }
}
