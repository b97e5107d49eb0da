//! Water withdrawn: what is taken from its source, whether or not it is discharged again.

use crate::{
    Site,
    error::{Error, Result},
    units::{ItEnergy, quantity},
};

quantity!(
    /// Water withdrawn per kilowatt-hour: on site per kWh of server energy, off site per kWh of facility energy.
    WithdrawalPerKwh, new, get, "withdrawal in L/kWh", "finite and not negative", |v| v.is_finite() && v >= 0.0
);
quantity!(
    /// A volume of water withdrawn, in litres. It contains what is discharged again.
    WithdrawnLiters, new, get, "withdrawn water in L", "finite and not negative", |v| v.is_finite() && v >= 0.0
);

/// A site with its withdrawals beside its consumption.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WithdrawalView {
    site: Site,
    onsite: WithdrawalPerKwh,
    offsite: WithdrawalPerKwh,
}

/// Water withdrawn, in three parts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WithdrawnFootprint {
    /// Taken by the site.
    pub onsite: WithdrawnLiters,
    /// Lost on the way to the site, in proportion to what the site takes.
    pub leakage: WithdrawnLiters,
    /// Taken by the generation of the electricity.
    pub offsite: WithdrawnLiters,
}

impl WithdrawalView {
    /// Puts withdrawal factors beside the consumption factors of a site. Consumption is withdrawal less discharge, so
    /// a withdrawal below the consumption is an error in the data.
    ///
    /// # Errors
    /// [`Error::Withdrawal`] if a withdrawal is below the consumption it contains.
    pub fn new(site: Site, onsite: WithdrawalPerKwh, offsite: WithdrawalPerKwh) -> Result<Self> {
        for (part, withdrawn, consumed) in
            [("on-site", onsite, site.onsite), ("off-site", offsite, site.offsite)]
        {
            if withdrawn.get() < consumed.get() {
                let (withdrawn, consumed) = (withdrawn.get(), consumed.get());
                return Err(Error::Withdrawal { part, withdrawn, consumed });
            }
        }
        Ok(Self { site, onsite, offsite })
    }

    /// Water withdrawn for server energy E:
    /// ```text
    /// w_on E + ℓ w_on E + ρ w_off E
    /// ```
    ///
    /// # Errors
    /// [`Error::Quantity`] if a product overflows.
    pub fn footprint(&self, energy: ItEnergy) -> Result<WithdrawnFootprint> {
        let onsite = self.onsite.get() * energy.kwh();
        Ok(WithdrawnFootprint {
            onsite: WithdrawnLiters::new(onsite)?,
            leakage: WithdrawnLiters::new(onsite * self.site.leakage.per_liter())?,
            offsite: WithdrawnLiters::new(self.offsite.get() * energy.at_facility(self.site.pue).kwh())?,
        })
    }
}

impl WithdrawnFootprint {
    /// All three parts together.
    ///
    /// # Errors
    /// [`Error::Quantity`] if the sum overflows.
    pub fn total(&self) -> Result<WithdrawnLiters> {
        WithdrawnLiters::new(self.onsite.get() + self.leakage.get() + self.offsite.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Leakage,
        units::{LitersPerKwh, Pue},
    };
    use common::assert_close;

    fn site() -> Site {
        Site {
            onsite: LitersPerKwh::new(1.2).unwrap(),
            offsite: LitersPerKwh::new(3.0).unwrap(),
            pue: Pue::new(1.5).unwrap(),
            leakage: Leakage::gross_up(0.2).unwrap(),
        }
    }

    /// Withdrawal equal to consumption (a site without blowdown) gives the consumption.
    #[test]
    fn without_discharge_it_is_the_consumption() {
        let (onsite, offsite) = (WithdrawalPerKwh::new(1.2).unwrap(), WithdrawalPerKwh::new(3.0).unwrap());
        let energy = ItEnergy::from_kwh(10.0).unwrap();
        let withdrawn = WithdrawalView::new(site(), onsite, offsite).unwrap().footprint(energy).unwrap();
        assert_close!(withdrawn.total().unwrap().get(), site().footprint(energy).total().get(), rel = 1e-15);
        assert_close!(withdrawn.leakage.get(), 12.0 * 0.25, rel = 1e-15);
    }

    #[test]
    fn less_than_the_consumption_is_refused() {
        let (onsite, offsite) = (WithdrawalPerKwh::new(1.2).unwrap(), WithdrawalPerKwh::new(2.9).unwrap());
        let error = WithdrawalView::new(site(), onsite, offsite).unwrap_err();
        assert_eq!(
            error.to_string(),
            "off-site withdrawal must be at least the consumption 3 L/kWh, got 2.9 L/kWh"
        );
    }
}
